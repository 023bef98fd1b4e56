"""Articles on a few events, written by one sink or several, and what the index has of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle, Provenance
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Outcome, Sink
from tests.sink.articles import NOON, article
from tests.stories.articles import BRIDGE, BRIDGE_AGAIN, BRIDGE_AGAIN_BODY, BRIDGE_BODY, VOTE, VOTE_BODY

Answer = TypeVar("Answer")
TEXTS = {
    "bridge": (BRIDGE, BRIDGE_BODY),
    "rewrite": (BRIDGE_AGAIN, BRIDGE_AGAIN_BODY),
    "take": (BRIDGE, f"{BRIDGE_BODY} The mayor promised repairs before Christmas."),
    "vote": (VOTE, VOTE_BODY),
}


def telling(text: str, guid: str | None = None, **fields: Any) -> EnrichedArticle:
    """An English article with one of the texts; any field can be another."""
    headline, body = TEXTS[text]
    usual = {"headline": headline, "body": body, "language": "en", "created": f"{NOON:%Y-%m-%dT%H:%M:%SZ}"}
    return article(guid or text, **(usual | fields))


def came(feed: str, offset: int = 0) -> Provenance:
    """A place in a feed."""
    return Provenance(feed=feed, format="text", location=f"{feed}.txt", offset=offset)


def with_sinks(settings: Settings, number: int, work: Callable[..., Awaitable[Answer]]) -> Answer:
    """What comes of some work with so many sinks that are ready."""

    async def inner() -> Answer:
        sinks = [Sink(settings) for _ in range(number)]
        try:
            for sink in sinks:
                await sink.ready()
            return await work(*sinks)
        finally:
            for sink in sinks:
                await sink.close()

    return asyncio.run(inner())


def wrote(settings: Settings, *batches: Sequence[EnrichedArticle]) -> list[list[Outcome]]:
    """The outcomes of batches that one sink writes one after the other."""

    async def work(sink: Sink) -> list[list[Outcome]]:
        return [await sink.index(batch) for batch in batches]

    return with_sinks(settings, 1, work)


def there(client: Elasticsearch, settings: Settings) -> dict[str, dict[str, Any]]:
    """What the index has, by guid."""
    client.indices.refresh(index=settings.index)
    hits = client.search(index=settings.index, size=10_000)["hits"]["hits"]
    return {hit["_source"]["guid"]: hit["_source"] for hit in hits}


def stories(client: Elasticsearch, settings: Settings) -> dict[str, str | None]:
    """The story of each article, by guid."""
    return {guid: fields.get("story_id") for guid, fields in there(client, settings).items()}
