"""The index hop: enriched articles in, documents in Elasticsearch, acked once it has them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from faust.types import EventT

from pipeline import article
from pipeline.agents.hop import Hop
from pipeline.agents.outcomes import Report, Settled
from pipeline.agents.outlet import DeadLetterOffice
from pipeline.agents.pace import Pace
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError
from pipeline.settings import Settings
from pipeline.sink.bulk import Document
from pipeline.sink.elasticsearch import Outcome, Refused, Sink, Stale
from pipeline.sink.searchable import indexed_at

Written = Callable[[Sequence[Document]], None]

WIDTH = 2
"""Batches in work: while the sink writes one, the next is made ready.

The sink writes them one after the other: of two texts with the same version, the later must be written last.
"""


def hop(
    settings: Settings, sink: Sink, report: Report | None = None, written: Written = lambda _: None
) -> Hop:
    """The hop that consumes enriched articles and indexes them through a sink that is ready.

    Args:
        settings: where the services are.
        sink: takes the articles.
        report: where it tells of its work.
        written: hears of documents as soon as Elasticsearch has them; must not wait.
    """
    made = Hop("index", settings.topic_enriched, settings, report)
    office = DeadLetterOffice(made.app, settings)
    pace = Pace(settings.linger_s)

    async def work(events: Sequence[EventT[Any]]) -> list[Failure | Settled]:
        read = [_read(event.message.value or b"") for event in events]
        articles = [each for each in read if isinstance(each, EnrichedArticle)]
        at: dict[str, datetime] = {}

        def hear(documents: Sequence[Document]) -> None:
            at.update((each.id, indexed_at(each)) for each in documents)
            written(documents)

        began = time.monotonic()
        outcomes = iter(await sink.index(articles, hear))
        pace.took(time.monotonic() - began)
        return [
            each if isinstance(each, Failure) else _settled(each, next(outcomes), at.get(each.id))
            for each in read
        ]

    async def deliver(events: Sequence[EventT[Any]], settled: list[Failure | Settled]) -> list[Settled]:
        await office.send(
            [(event, each) for event, each in zip(events, settled, strict=True) if isinstance(each, Failure)]
        )
        return [Settled("dead", each.stage) if isinstance(each, Failure) else each for each in settled]

    made.run(work, deliver, batch=settings.index_batch, width=WIDTH, linger_s=pace.linger_s)
    return made


def _read(value: bytes) -> EnrichedArticle | Failure:
    try:
        return article.decode_enriched(value)
    except InvalidArticleError as error:
        return Failure("validate", type(error).__name__, str(error))


def _settled(each: EnrichedArticle, outcome: Outcome, indexed: datetime | None) -> Failure | Settled:
    if isinstance(outcome, Refused):
        return Failure("index", outcome.type, outcome.reason)
    if isinstance(outcome, Stale):
        return Settled("stale")
    return Settled(seconds=(indexed - each.enriched).total_seconds() if indexed else None)
