"""The metrics of the feeds, as Prometheus reads them."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from pipeline.feeds.metrics import FeedMetrics, MetricsError, served
from pipeline.feeds.report import Summary, Waiting
from pipeline.local.ports import free_port

LAST = datetime(2024, 6, 19, 10, 15, tzinfo=UTC)


@pytest.fixture
def summary() -> Summary:
    made = Summary()
    afp = made.of("afp")
    afp.files, afp.accepted, afp.rejected, afp.failed = 3, 7, 2, 1
    afp.unreadable, afp.errors, afp.bytes, afp.up = 4, 5, 1234, True
    afp.last_article = LAST
    made.of("dpa")
    return made


def values(summary: Summary, now: float = 0) -> Any:
    registry = CollectorRegistry()
    registry.register(FeedMetrics(summary, lambda: now))
    return lambda name, **labels: registry.get_sample_value(f"newswire_feed_{name}", labels)


def test_each_count_has_its_metric(summary: Summary) -> None:
    value = values(summary)
    assert value("articles_total", feed="afp") == 7
    assert value("items_total", feed="afp") == 3
    assert value("bytes_total", feed="afp") == 1234
    kinds = {"rejected": 2, "failed": 1, "unreadable": 4, "feed": 5}
    for kind, count in kinds.items():
        assert value("errors_total", feed="afp", kind=kind) == count
        assert value("errors_total", feed="dpa", kind=kind) == 0
    assert (value("up", feed="afp"), value("up", feed="dpa")) == (1, 0)


def test_the_seconds_since_the_last_article_are_those_at_the_scrape(summary: Summary) -> None:
    value = values(summary, LAST.timestamp() + 90.5)
    assert value("last_article_timestamp_seconds", feed="afp") == LAST.timestamp()
    assert value("since_last_article_seconds", feed="afp") == 90.5


def test_a_clock_that_was_set_back_gives_no_negative_seconds(summary: Summary) -> None:
    assert values(summary, LAST.timestamp() - 5)("since_last_article_seconds", feed="afp") == 0


def test_where_no_article_came_yet_nothing_is_said_of_the_last(summary: Summary) -> None:
    value = values(summary)
    assert value("articles_total", feed="dpa") == 0
    assert value("last_article_timestamp_seconds", feed="dpa") is None
    assert value("since_last_article_seconds", feed="dpa") is None


def test_what_waits_in_the_spool_is_told_where_there_is_one(summary: Summary) -> None:
    assert values(summary)("spool_messages") is None
    registry = CollectorRegistry()
    waiting = Waiting(messages=3, bytes=500, limit=1000, refused=1, oldest_seconds=2.5)
    registry.register(FeedMetrics(summary, waiting=lambda: waiting))
    known = {
        name: registry.get_sample_value(f"newswire_feed_spool_{name}")
        for name in ("messages", "bytes", "limit_bytes", "refused_messages", "oldest_seconds")
    }
    assert list(known.values()) == [3, 500, 1000, 1, 2.5]
    waiting = Waiting(messages=0, bytes=0, limit=1000)
    assert registry.get_sample_value("newswire_feed_spool_oldest_seconds") == 0


def test_they_are_served_while_the_run_goes_on(summary: Summary) -> None:
    port = free_port("127.0.0.1")
    with served(summary, port) as at:
        assert at == port
        for count in (7, 8):
            summary.of("afp").accepted = count
            text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            families = {one.name: one for one in text_string_to_metric_families(text)}
            samples = families["newswire_feed_articles"].samples
            assert {one.labels["feed"]: one.value for one in samples} == {"afp": count, "dpa": 0}
            assert "process_resident_memory_bytes" in families
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_without_a_port_nothing_is_served(summary: Summary) -> None:
    with served(summary, 0) as at:
        assert at is None


def test_a_port_that_is_taken_is_said(summary: Summary) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(MetricsError, match=f"at 127.0.0.1:{port}: Address already in use"),
            served(summary, port),
        ):
            pass
