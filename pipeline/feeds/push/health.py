"""How a push server is: whether the broker takes messages, and what its requests came to, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from pipeline.feeds.shape import Result

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Health:
    """What is known from the requests so far.

    Attributes:
        state: ``ok``, or ``refused`` where the last one was not taken.
        last: when an article was taken.
    """

    def __init__(self, feed: str, waiting: Callable[[], int]) -> None:
        self.state = "ok"
        self.last: datetime | None = None
        self._registry = CollectorRegistry()
        labels = ["feed"]
        self._requests = Counter(
            "newswire_push_requests",
            "Requests that were answered, by the status of the answer.",
            ["feed", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "newswire_push_request_seconds",
            "Seconds from a request's head to its answer.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        ).labels(feed)
        gauge = Gauge("newswire_push_waiting", "Requests that wait in line.", labels, registry=self._registry)
        gauge.labels(feed).set_function(waiting)
        self._feed = feed

    def note(self, result: Result) -> None:
        """What became of a request's copy."""
        if result.failed:
            self.state = "refused"
        elif result.accepted:
            self.state = "ok"
            self.last = datetime.now(UTC)

    def answered(self, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(self._feed, str(status)).inc()
        self._seconds.observe(seconds)

    def metrics(self) -> bytes:
        """All of it, and the process's own metrics, in Prometheus' text format."""
        return generate_latest(self._registry) + generate_latest()
