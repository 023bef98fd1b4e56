"""The index hop: enriched articles in, documents in Elasticsearch, acked once it has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faust.types import EventT

from pipeline import article
from pipeline.agents.hop import Hop
from pipeline.agents.outlet import DeadLetterOffice
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Refused, Sink

WIDTH = 2
"""Batches in work: while the sink writes one, the next is made ready.

The sink writes them one after the other: of two texts with the same version, the later must be written last.
"""


def hop(settings: Settings, sink: Sink) -> Hop:
    """The hop that consumes enriched articles and indexes them through a sink that is ready."""
    made = Hop("index", settings.topic_enriched, settings)
    office = DeadLetterOffice(made.app, settings)

    async def work(events: Sequence[EventT[Any]]) -> list[Failure | None]:
        read = [_read(event.message.value or b"") for event in events]
        articles = {place: each for place, each in enumerate(read) if isinstance(each, EnrichedArticle)}
        failures = [each if isinstance(each, Failure) else None for each in read]
        for place, outcome in zip(articles, await sink.index(list(articles.values())), strict=True):
            if isinstance(outcome, Refused):
                failures[place] = Failure("index", outcome.type, outcome.reason)
        return failures

    async def deliver(events: Sequence[EventT[Any]], failures: list[Failure | None]) -> None:
        await office.send(
            [(event, failure) for event, failure in zip(events, failures, strict=True) if failure is not None]
        )

    made.run(work, deliver, batch=settings.index_batch, width=WIDTH)
    return made


def _read(value: bytes) -> EnrichedArticle | Failure:
    try:
        return article.decode_enriched(value)
    except InvalidArticleError as error:
        return Failure("validate", type(error).__name__, str(error))
