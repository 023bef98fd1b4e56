"""The lag for Prometheus: names and labels as dashboards for other exporters expect them."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from pipeline.lag import Snapshot, figures
from pipeline.lag.metrics import LagMetrics, LagMetricsError, served
from tests.lag.made import READER, group, partition, snapshot

ONE = snapshot(
    group(partition(0, reader=READER), partition(1, committed_offset=None, seconds=None), seconds=6.0),
    group(partition(0), group="billing", hop=None, status="STALLED", seconds=None),
)


def values(newest: Snapshot | None) -> Callable[..., float | None]:
    registry = CollectorRegistry()
    registry.register(LagMetrics("10.0.0.1:9092", lambda: newest))
    return lambda name, **labels: registry.get_sample_value(name, labels)


def names(newest: Snapshot | None) -> set[str]:
    return {metric.name for metric in LagMetrics("k", lambda: newest).collect()}


def test_names_and_labels_of_kafka_exporter() -> None:
    value = values(ONE)
    of = {"consumergroup": "newswire-enrich", "topic": "news.raw", "partition": "0"}
    assert value("kafka_consumergroup_lag", **of) == 30
    assert value("kafka_consumergroup_current_offset", **of) == 70
    assert value("kafka_topic_partition_current_offset", topic="news.raw", partition="0") == 100
    assert value("kafka_topic_partition_oldest_offset", topic="news.raw", partition="0") == 10
    assert value("kafka_consumergroup_members", consumergroup="newswire-enrich") == 2
    assert value("kafka_topic_partitions", topic="news.raw") == 2


def test_names_and_labels_of_kafka_lag_exporter() -> None:
    value = values(ONE)
    of = {"cluster_name": "10.0.0.1:9092", "group": "newswire-enrich"}
    who = {"member_host": "/10.0.0.7", "consumer_id": "c-1", "client_id": "faust"}
    place = {"topic": "news.raw", "partition": "0"}
    assert value("kafka_consumergroup_group_lag_seconds", **of, **place, **who) == 6
    assert value("kafka_consumergroup_group_max_lag_seconds", **of) == 6


def test_a_partition_that_nobody_has_has_empty_labels() -> None:
    nobody = {"member_host": "", "consumer_id": "", "client_id": ""}
    of = {"cluster_name": "10.0.0.1:9092", "group": "billing", "topic": "news.raw", "partition": "0"}
    assert values(ONE)("kafka_consumergroup_group_lag_seconds", **of, **nobody) == 6


def test_the_status_is_one_of_a_set() -> None:
    value = values(ONE)
    of = {"consumergroup": "billing", "hop": ""}
    assert value("newswire_lag_status", **of, newswire_lag_status="STALLED") == 1
    assert value("newswire_lag_status", **of, newswire_lag_status="OK") == 0


def test_what_is_not_known_is_absent() -> None:
    value = values(ONE)
    of = {"consumergroup": "newswire-enrich", "topic": "news.raw", "partition": "1"}
    assert value("kafka_consumergroup_lag", **of) == 30
    assert value("kafka_consumergroup_current_offset", **of) is None
    assert (
        value("kafka_consumergroup_group_max_lag_seconds", cluster_name="10.0.0.1:9092", group="billing")
        is None
    )


def test_a_partition_of_which_nobody_says_anything_is_absent() -> None:
    silent = snapshot(group(figures.silent("t", 0, "no broker leads this partition")))
    value = values(silent)
    assert value("kafka_consumergroup_lag", consumergroup="newswire-enrich", topic="t", partition="0") is None
    assert value("kafka_topic_partition_current_offset", topic="t", partition="0") is None


def test_a_partition_that_nobody_leads_is_one_of_its_topic() -> None:
    half = snapshot(group(partition(0), figures.silent("news.raw", 1, "no broker leads this partition")))
    assert values(half)("kafka_topic_partitions", topic="news.raw") == 2


def test_without_a_look_old_lag_is_not_shown_as_new() -> None:
    assert values(None)("newswire_lag_up") == 0
    assert names(None) == {"newswire_lag_up"}
    assert values(ONE)("newswire_lag_up") == 1


class TestServed:
    def test_over_http_as_prometheus_reads_it(self) -> None:
        with served(LagMetrics("k", lambda: ONE), 0) as port:
            text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert {family.name for family in text_string_to_metric_families(text)} == names(ONE)

    def test_without_a_port_nothing_is_served(self) -> None:
        with served(LagMetrics("k", lambda: ONE), None) as port:
            assert port is None

    def test_a_port_that_is_taken_is_told(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with (
                pytest.raises(LagMetricsError, match=f"cannot be served at 127.0.0.1:{port}"),
                served(LagMetrics("k", lambda: ONE), port),
            ):
                pass
