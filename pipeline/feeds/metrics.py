"""What each feed has done and how it is, for Prometheus: read from a run's counts when it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import Collector

from pipeline.errors import NewswireError
from pipeline.feeds.report import FeedSummary, Summary, Waiting

HOST = "127.0.0.1"


class MetricsError(NewswireError):
    """The metrics cannot be served."""


class FeedMetrics(Collector):
    """The counts of a run as Prometheus' metrics, each with the label ``feed``; what waits in the spool."""

    def __init__(
        self,
        summary: Summary,
        clock: Callable[[], float] = time.time,
        waiting: Callable[[], Waiting | None] = lambda: None,
    ) -> None:
        self._summary = summary
        self._clock = clock
        self._waiting = waiting

    def collect(self) -> Iterator[Metric]:
        """All metrics as they are now."""
        # Another thread counts meanwhile; a list of what is there is made in one step.
        feeds = list(self._summary.feeds.items())
        yield _counter(
            "articles",
            "Articles that the broker acknowledged, or the spool.",
            feeds,
            lambda one: one.accepted,
        )
        yield _counter(
            "items", "Files, messages and documents read to their end.", feeds, lambda one: one.files
        )
        yield _counter("bytes", "Bytes read.", feeds, lambda one: one.bytes)
        yield _errors(feeds)
        yield _gauge("up", "Whether the feed is at work.", {name: float(one.up) for name, one in feeds})
        last = {name: one.last_article.timestamp() for name, one in feeds if one.last_article}
        yield _gauge("last_article_timestamp_seconds", "When the last article was acknowledged.", last)
        now = self._clock()
        since = {name: max(0.0, now - moment) for name, moment in last.items()}
        yield _gauge("since_last_article_seconds", "Seconds since the last article.", since)
        spool = self._waiting()
        if spool:
            yield from _of_spool(spool)


@contextmanager
def served(
    summary: Summary,
    port: int,
    host: str = HOST,
    waiting: Callable[[], Waiting | None] = lambda: None,
) -> Iterator[int | None]:
    """Serve the metrics under ``/metrics`` of this port meanwhile, if it is not 0; gives the port.

    Raises:
        MetricsError: the port cannot be had.
    """
    if not port:
        yield None
        return
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(FeedMetrics(summary, waiting=waiting))
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        reason = error.strerror or error
        raise MetricsError(f"metrics cannot be served at {host}:{port}: {reason}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of_spool(spool: Waiting) -> Iterator[Metric]:
    name = "newswire_feed_spool"
    yield GaugeMetricFamily(f"{name}_messages", "Messages that wait in the spool.", spool.messages)
    yield GaugeMetricFamily(f"{name}_bytes", "Bytes of the messages that wait in the spool.", spool.bytes)
    yield GaugeMetricFamily(f"{name}_limit_bytes", "Bytes that may wait in the spool.", spool.limit)
    text = "Messages in the spool that the broker refused; they are sent once more at the next start."
    yield GaugeMetricFamily(f"{name}_refused_messages", text, spool.refused)
    text = "Seconds for which the oldest message has waited in the spool; 0 where none does."
    yield GaugeMetricFamily(f"{name}_oldest_seconds", text, spool.oldest_seconds or 0.0)


def _counter(
    name: str, text: str, feeds: list[tuple[str, FeedSummary]], of: Callable[[FeedSummary], int]
) -> Metric:
    metric = CounterMetricFamily(f"newswire_feed_{name}", text, labels=["feed"])
    for feed, counts in feeds:
        metric.add_metric([feed], of(counts))
    return metric


def _errors(feeds: list[tuple[str, FeedSummary]]) -> Metric:
    text = (
        "What went wrong: pieces that were no articles (rejected), that the broker did not take (failed), "
        "files that could not be read (unreadable), breakdowns of the feed itself (feed)."
    )
    metric = CounterMetricFamily("newswire_feed_errors", text, labels=["feed", "kind"])
    for feed, counts in feeds:
        kinds = {
            "rejected": counts.rejected,
            "failed": counts.failed,
            "unreadable": counts.unreadable,
            "feed": counts.errors,
        }
        for kind, count in kinds.items():
            metric.add_metric([feed, kind], count)
    return metric


def _gauge(name: str, text: str, values: dict[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"newswire_feed_{name}", text, labels=["feed"])
    for feed, value in values.items():
        metric.add_metric([feed], value)
    return metric
