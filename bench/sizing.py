"""How much of everything so many articles a day take: the arithmetic of ``docs/scaling.md``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from pipeline.stories.sketch import WINDOW

DAY_S = 86_400
GB = 10**9
MONTH_DAYS = 30
BATCH_S = 1.0
"""Seconds for which what comes is one batch at the index hop, where it is not full before."""


@dataclass(frozen=True)
class Costs:
    """What an article costs; measured, but where ``docs/scaling.md`` says otherwise.

    Attributes:
        words: of the article.
        models: CPU ms in the model processes.
        feeder: CPU ms in the feeder.
        enrich: CPU ms in the enrich worker's own process.
        index: CPU ms in the index worker's process.
        broker: CPU ms in Kafka, all that is written and read of it together.
        node: CPU ms in Elasticsearch, with what is looked up for it, but for stories.
        asking: CPU ms in Elasticsearch for the stories of a batch, however large it is.
        comparing: CPU ms in Elasticsearch for each article that shares a band with any of a batch.
        sharing: the share of pairs that share a band.
        raw: bytes on the topic of raw articles.
        enriched: bytes on the topic of enriched articles.
        document: bytes in the index.
        entries: documents of Lucene: one, and one for each name.
    """

    words: int = 630
    models: float = 30.0
    feeder: float = 0.8
    enrich: float = 0.7
    index: float = 2.0
    broker: float = 0.8
    node: float = 5.3
    asking: float = 11.0
    comparing: float = 0.014
    sharing: float = 0.0058
    raw: int = 2000
    enriched: int = 2800
    document: int = 17_626
    entries: int = 20


@dataclass(frozen=True)
class Wishes:
    """What one wants, and what one has.

    Attributes:
        articles: a day.
        peak: the busiest seconds of a day, of its mean.
        busy: the share of a core that is to be used at the peak.
        processes: model processes of an enrich worker.
        retention_days: days that articles stay on the topics.
        copies: replicas of the topics.
        months: that are searched.
        replicas: of each shard, beside the first copy.
        shard_gb: the largest that a shard may be.
        node_cores: of a data node.
        node_tb: disk of a data node.
        full: the share of its disk that may be used.
        watchers: groups that read the enriched articles.
    """

    articles: int
    peak: float = 3.0
    busy: float = 0.6
    processes: int = 4
    retention_days: int = 30
    copies: int = 3
    months: int = 12
    replicas: int = 1
    shard_gb: int = 50
    node_cores: int = 16
    node_tb: float = 4.0
    full: float = 0.75
    watchers: int = 2


def plan(wishes: Wishes, costs: Costs) -> dict[str, float]:
    """How much of everything it takes, by name with its unit."""
    mean = wishes.articles / DAY_S
    peak = wishes.peak * mean

    def cores(ms: float) -> float:
        return peak * ms / 1000 / wishes.busy

    enrich = max(2, math.ceil(cores(costs.models) / wishes.processes))
    index = max(2, math.ceil(cores(costs.index)))
    batch = min(500.0, max(1.0, peak / index * BATCH_S))
    near = comparisons(wishes.articles * WINDOW.days, batch, costs.sharing)
    stories = cores(costs.asking / batch + near * costs.comparing)
    writing = cores(costs.node) * (1 + wishes.replicas)
    month = wishes.articles * MONTH_DAYS
    shards = math.ceil(max(month * costs.document / (wishes.shard_gb * GB), month * costs.entries / 2**30))
    store = month * wishes.months * costs.document * (1 + wishes.replicas) / wishes.full
    topics = costs.raw + costs.enriched
    return {
        "articles/s, mean": mean,
        "articles/s, peak": peak,
        "feeder, cores": cores(costs.feeder),
        "model processes, cores": cores(costs.models),
        "enrich workers": enrich,
        "index workers": index,
        "partitions": 2 * max(enrich, index),
        "brokers, cores": cores(costs.broker),
        "brokers, disk TB": wishes.articles * wishes.retention_days * topics * wishes.copies / 1000 / GB,
        "into the brokers, MB/s at peak": peak * topics / 1e6,
        "out of them, MB/s at peak": peak * (costs.raw + wishes.watchers * costs.enriched) / 1e6,
        "between them, MB/s at peak": peak * topics * (wishes.copies - 1) / 1e6,
        "shards a month": shards,
        "shards, with replicas": shards * wishes.months * (1 + wishes.replicas),
        "data nodes, disk TB": store / 1000 / GB,
        "data nodes, cores to write": writing,
        "articles in a batch": batch,
        "articles looked at for one": near,
        "data nodes, cores for stories": stories,
        "data nodes by disk": max(1 + wishes.replicas, math.ceil(store / (wishes.node_tb * 1000 * GB))),
        "data nodes by cores": max(1 + wishes.replicas, math.ceil((writing + stories) / wishes.node_cores)),
    }


def comparisons(near: float, batch: float, sharing: float) -> float:
    """Articles that Elasticsearch looks at for each of a batch: all that share a band with any of it, once.

    Args:
        near: articles within the window.
        batch: articles in a batch.
        sharing: the share of pairs that share a band.
    """
    return near * (1 - math.pow(1 - sharing, batch)) / batch


def table(plans: Mapping[int, Mapping[str, float]]) -> str:
    """A column for each number of articles a day, as Markdown."""
    lines = [
        f"| articles a day | {' | '.join(f'{each:,}' for each in plans)} |",
        f"| --- | {' | '.join(['---:'] * len(plans))} |",
    ]
    names = next(iter(plans.values()))
    lines += [f"| {name} | {' | '.join(_number(each[name]) for each in plans.values())} |" for name in names]
    return "\n".join(lines)


def _number(value: float) -> str:
    """With two digits that say something, but whole where it is ten or more."""
    if value == int(value) or value >= 10:  # noqa: PLR2004 - as the docstring says
        return f"{round(value):,}"
    return f"{value:.2g}"


def main(
    articles: Annotated[str, typer.Option(help="Articles a day, parted by commas.")] = "1e6,1e7,1e8",
    peak: Annotated[float, typer.Option(help="The peak, of the mean.")] = Wishes.peak,
    months: Annotated[int, typer.Option(help="Months that are searched.")] = Wishes.months,
    retention_days: Annotated[int, typer.Option(help="Days on the topics.")] = Wishes.retention_days,
    words: Annotated[int, typer.Option(help="Words of an article; its costs follow.")] = Costs.words,
) -> None:
    """Print the table of ``docs/scaling.md`` for one's own numbers."""
    costs = of_words(words)
    plans = {}
    for each in articles.split(","):
        count = round(float(each))
        wishes = Wishes(count, peak=peak, months=months, retention_days=retention_days)
        plans[count] = plan(wishes, costs)
    print(table(plans))


def of_words(words: int, costs: Costs = Costs()) -> Costs:
    """What a longer or shorter article costs: models and bytes in proportion, all else as it was measured."""
    share = words / costs.words
    return Costs(
        words=words,
        models=costs.models * share,
        raw=round(costs.raw * share),
        enriched=round(costs.enriched * share),
        document=round(costs.document * share),
    )


if __name__ == "__main__":
    typer.run(main)
