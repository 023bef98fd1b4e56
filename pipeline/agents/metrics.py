"""The worker's metrics for Prometheus: what became of articles, how long it took, and what is in work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

import pipeline
from pipeline.agents.outcomes import Fate, Settled
from pipeline.article import Stage

Name = Literal["enrich", "index", "watch"]

OTHER = "other"
LETTERS: tuple[str, ...] = (*get_args(Stage), OTHER)
"""The stages that a dead letter may name; whatever else one says counts as ``other``."""

FATES: Mapping[Name, tuple[Fate, ...]] = {
    "enrich": ("done", "dead"),
    "index": ("done", "dead", "stale"),
    "watch": ("done",),
}
"""What may become of an article at each hop."""

SEARCHABLE = "searchable"

GIVES: Mapping[Name, tuple[str, ...]] = {
    "enrich": ("enriched",),
    "index": ("indexed", SEARCHABLE),
    "watch": (),
}
"""The instants that an article has from a hop: first the one that the hop itself tells of."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# What is replayed or retried was received days ago: it has buckets of its own, beyond those that matter.
_AWAY = (
    *(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
    *(_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 30 * _DAY),
)
_WORK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 1000)


class HopMetrics:
    """What one hop tells (a ``Report``): its metrics, labelled ``stage``; all are there from the start."""

    def __init__(self, metrics: Metrics, name: Name) -> None:
        self._articles = {fate: metrics.articles.labels(name, fate) for fate in FATES[name]}
        self._letters = metrics.letters
        self._sizes = metrics.sizes.labels(name)
        self._work = metrics.work.labels(name)
        self._held = metrics.held.labels(name)
        given = [metrics.hops.labels(instant) for instant in GIVES[name]]
        self._away = given[0] if given else None

    def held(self, articles: int) -> None:
        """So many articles are taken and not acked now."""
        self._held.set(articles)

    def batch(self, articles: int, seconds: float) -> None:
        """A batch of so many articles is done, and was in work for so many seconds."""
        self._sizes.observe(articles)
        self._work.observe(seconds)

    def acked(self, settled: Settled) -> None:
        """An article is acked."""
        self._articles[settled.fate].inc()
        if settled.fate == "dead":
            self._letters[settled.letter if settled.letter in self._letters else OTHER].inc()
        if settled.seconds is not None and self._away is not None:
            self._away.observe(max(0.0, settled.seconds))


class Metrics:
    """All metrics of one worker, in a registry of their own.

    Attributes:
        registry: what is to be served; others may add to it.
    """

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        Info("newswire_worker", "Which worker this is.", registry=registry).info(
            {"version": pipeline.__version__}
        )
        self.articles = Counter(
            "newswire_articles",
            "Articles that were acked, by what became of them.",
            ["stage", "outcome"],
            registry=registry,
        )
        letters = Counter(
            "newswire_dead_letters",
            "Dead letters that were written, by the stage that they name.",
            ["stage"],
            registry=registry,
        )
        self.letters = {stage: letters.labels(stage) for stage in LETTERS}
        self.sizes = Histogram(
            "newswire_batch_articles", "Articles in a batch.", ["stage"], buckets=_SIZES, registry=registry
        )
        self.work = Histogram(
            "newswire_batch_seconds",
            "Seconds that a batch was in work, waiting for services too.",
            ["stage"],
            buckets=_WORK,
            registry=registry,
        )
        self.held = Gauge(
            "newswire_in_flight", "Articles that are taken and not acked yet.", ["stage"], registry=registry
        )
        self.hops = Histogram(
            "newswire_hop_seconds",
            "Seconds of an article from the hop before to this one; to searchable of a sample.",
            ["hop"],
            buckets=_AWAY,
            registry=registry,
        )
        self._total = Histogram(
            "newswire_total_seconds",
            "Seconds of an article from received to searchable, of a sample.",
            buckets=_AWAY,
            registry=registry,
        )
        self._waiting = Gauge(
            "newswire_waiting", "Whether a service is waited for.", ["service"], registry=registry
        )

    def hop(self, name: Name) -> HopMetrics:
        """The metrics of one hop."""
        return HopMetrics(self, name)

    def searchable(self, since_indexed_s: float, since_received_s: float) -> None:
        """An article of the sample can be found."""
        self.hops.labels(SEARCHABLE).observe(max(0.0, since_indexed_s))
        self._total.observe(max(0.0, since_received_s))

    def waits(self, service: Literal["kafka", "elasticsearch"], waiting: Callable[[], bool]) -> None:
        """Read whether a service is waited for from here."""
        self._waiting.labels(service).set_function(waiting)

    def models(self, processes: Callable[[], int], seconds: Callable[[], float]) -> None:
        """Read how many model processes there are, and their CPU seconds, from here."""
        Gauge("newswire_model_processes", "Model processes that live.", registry=self.registry).set_function(
            processes
        )
        text = "CPU seconds of all model processes that there were."
        self.registry.register(_Read("newswire_model_seconds", text, seconds))

    def retries(self, count: Callable[[], int]) -> None:
        """Read how many rounds had to be repeated from here."""
        text = "Rounds that were repeated because Elasticsearch did not take documents."
        self.registry.register(_Read("newswire_bulk_retries", text, count))


class _Read(Collector):
    """A counter that somebody else counts."""

    def __init__(self, name: str, text: str, count: Callable[[], float]) -> None:
        self._name = name
        self._text = text
        self._count = count

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(self._name, self._text, self._count())
