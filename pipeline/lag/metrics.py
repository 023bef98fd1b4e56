"""The lag for Prometheus, under the names and labels of the two exporters that dashboards are made for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric, StateSetMetricFamily
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import Collector

from pipeline.errors import NewswireError
from pipeline.lag.shape import STATUSES, GroupLag, PartitionLag, Snapshot

HOST = "127.0.0.1"

_OF_PARTITION = ["consumergroup", "topic", "partition"]
_TIMED = ["cluster_name", "group", "topic", "partition", "member_host", "consumer_id", "client_id"]


class LagMetricsError(NewswireError):
    """The metrics cannot be served."""


class LagMetrics(Collector):
    """The newest snapshot as metrics; without one, only that there is none: old lag must not look new.

    Args:
        cluster: the label ``cluster_name``.
        newest: gives the snapshot, or nothing if the last look failed.
    """

    def __init__(self, cluster: str, newest: Callable[[], Snapshot | None]) -> None:
        self._cluster = cluster
        self._newest = newest

    def collect(self) -> Iterator[Metric]:
        """All metrics as they are now."""
        snapshot = self._newest()
        yield GaugeMetricFamily(
            "newswire_lag_up",
            "Whether Kafka said how far behind the groups are.",
            float(snapshot is not None),
        )
        if snapshot is None:
            return
        yield from _of_groups(snapshot)
        yield from _of_topics(snapshot)
        yield from _timed(snapshot, self._cluster)


@contextmanager
def served(metrics: LagMetrics, port: int | None, host: str = HOST) -> Iterator[int | None]:
    """Serve the metrics under ``/metrics`` meanwhile, if there is a port; 0 takes one that is free. Gives it.

    Raises:
        LagMetricsError: the port cannot be had.
    """
    if port is None:
        yield None
        return
    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        reason = error.strerror or error
        raise LagMetricsError(
            f"metrics cannot be served at {host}:{port}: {reason}; choose another --port"
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of_groups(snapshot: Snapshot) -> Iterator[Metric]:
    lag = GaugeMetricFamily("kafka_consumergroup_lag", "Messages not read.", labels=_OF_PARTITION)
    offset = GaugeMetricFamily(
        "kafka_consumergroup_current_offset", "The offset that is committed.", labels=_OF_PARTITION
    )
    for group, one in _answering(snapshot):
        labels = [group.group, one.topic, str(one.partition)]
        lag.add_metric(labels, one.lag)
        if one.committed_offset is not None:
            offset.add_metric(labels, one.committed_offset)
    members = GaugeMetricFamily(
        "kafka_consumergroup_members", "Members of the group.", labels=["consumergroup"]
    )
    status = StateSetMetricFamily(
        "newswire_lag_status", "The group's status.", labels=["consumergroup", "hop"]
    )
    for group in snapshot.groups:
        members.add_metric([group.group], group.members)
        status.add_metric([group.group, group.hop or ""], {each: each == group.status for each in STATUSES})
    yield from (lag, offset, members, status)


def _of_topics(snapshot: Snapshot) -> Iterator[Metric]:
    """Once for each partition, however many groups read it."""
    partitions = {(one.topic, one.partition): one for _, one in _answering(snapshot)}
    newest, oldest = (
        GaugeMetricFamily(f"kafka_topic_partition_{name}_offset", text, labels=["topic", "partition"])
        for name, text in (("current", "The log's end."), ("oldest", "The log's start."))
    )
    for (topic, number), one in sorted(partitions.items()):
        newest.add_metric([topic, str(number)], float(one.log_end_offset or 0))
        oldest.add_metric([topic, str(number)], float(one.log_start_offset or 0))
    counts = GaugeMetricFamily("kafka_topic_partitions", "Partitions of the topic.", labels=["topic"])
    places = {(one.topic, one.partition) for group in snapshot.groups for one in group.partitions}
    for topic, count in sorted(Counter(topic for topic, _ in places).items()):
        counts.add_metric([topic], count)
    yield from (newest, oldest, counts)


def _timed(snapshot: Snapshot, cluster: str) -> Iterator[Metric]:
    """What is not known is absent; the exporter that the names are of would have interpolated it."""
    seconds = GaugeMetricFamily(
        "kafka_consumergroup_group_lag_seconds", "How long the next message has waited.", labels=_TIMED
    )
    most = GaugeMetricFamily(
        "kafka_consumergroup_group_max_lag_seconds", "The longest of them.", labels=["cluster_name", "group"]
    )
    for group, one in _answering(snapshot):
        if one.seconds is not None:
            reader = one.reader
            who = [reader.host, reader.consumer, reader.client] if reader else ["", "", ""]
            seconds.add_metric([cluster, group.group, one.topic, str(one.partition), *who], one.seconds)
    for group in snapshot.groups:
        if group.seconds is not None:
            most.add_metric([cluster, group.group], group.seconds)
    yield from (seconds, most)


def _answering(snapshot: Snapshot) -> Iterator[tuple[GroupLag, PartitionLag]]:
    """All partitions but those of which nothing is known: no number of theirs is one."""
    for group in snapshot.groups:
        for one in group.partitions:
            if one.log_end_offset is not None:
                yield group, one
