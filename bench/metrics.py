"""What the worker's metrics cost for each article and each scrape: CPU time of what is done for them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import get_args

from msgspec import structs
from prometheus_client import generate_latest

from bench import corpus
from pipeline import article
from pipeline.agents import enrich
from pipeline.agents.metrics import HopMetrics, Metrics, Name
from pipeline.agents.outcomes import DONE, Settled
from pipeline.article import EnrichedArticle
from pipeline.sink.bulk import Document
from pipeline.sink.document import said
from pipeline.sink.searchable import indexed_at

TIMES = 20_000
ROUNDS = 7
BATCH = 32


def cost_us(done: Callable[[], object], times: int = TIMES) -> float:
    """CPU microseconds of doing something once: of several rounds the median."""

    def once() -> float:
        began = time.process_time()
        for _ in range(times):
            done()
        return (time.process_time() - began) / times * 1e6

    return statistics.median(once() for _ in range(ROUNDS))


def articles_us(times: int = TIMES) -> dict[Name, float]:
    """By hop: what is done for an article, in batches of ``BATCH``."""
    metrics = Metrics()
    [raw] = corpus.articles(1, "bench")
    now = datetime.now(UTC)
    value = article.encode(EnrichedArticle(**structs.asdict(raw), enriched=now))
    written = Document(raw.id, raw.version, raw.received, {"indexed": said(now)})
    settled: dict[Name, Callable[[], Settled]] = {
        "enrich": lambda: enrich._settled(value),  # noqa: SLF001 - this is what is measured
        "index": lambda: Settled(seconds=(indexed_at(written) - now).total_seconds()),
        "watch": lambda: DONE,
    }
    found: dict[Name, float] = {}
    for name in get_args(Name):
        report, settle = metrics.hop(name), settled[name]

        def batch(report: HopMetrics = report, settle: Callable[[], Settled] = settle) -> None:
            report.held(BATCH)
            report.batch(BATCH, 0.5)
            for _ in range(BATCH):
                partial(report.acked, settle())()
            report.held(0)

        found[name] = cost_us(batch, max(1, times // BATCH)) / BATCH
    return found


def scrape_us(times: int = 50) -> float:
    """What one answer of ``/metrics`` costs, of all three hops, without the lag."""
    metrics = Metrics()
    for name in get_args(Name):
        metrics.hop(name)
    return cost_us(lambda: generate_latest(metrics.registry), times)


def main() -> None:
    """Print a table."""
    print("| what | CPU µs |\n| --- | --- |")
    for name, cost in articles_us().items():
        print(f"| an article at {name} | {cost:.1f} |")
    print(f"| a scrape | {scrape_us():.0f} |")


if __name__ == "__main__":
    main()
