"""What the tests of indices and switches need: articles in an index, an index beside the live one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from pipeline.sink import indices
from pipeline.sink.elasticsearch import Outcome, Sink
from tests.sink.articles import article


def many(number: int, **fields: Any) -> list[EnrichedArticle]:
    """Articles g0, g1, … with a body each."""
    return [article(f"g{place}", body=f"Le corps {place}.", **fields) for place in range(number)]


def indexed(settings: Settings, articles: Sequence[EnrichedArticle]) -> list[Outcome]:
    """Write to the live index, as a worker does."""

    async def main() -> list[Outcome]:
        sink = Sink(settings)
        try:
            await sink.ready()
            return await sink.index(articles)
        finally:
            await sink.close()

    return asyncio.run(main())


def added(settings: Settings, *, finished: bool = True) -> str:
    """An index beside the live one, as a replay leaves it."""

    async def main() -> str:
        async with indices.client_for(settings) as client:
            plan = {"id": uuid.uuid4().hex}
            name = await indices.add(client, settings.index, plan)
            if finished:
                await indices.finish(client, name, plan)
            return name

    return asyncio.run(main())


def written(settings: Settings, index: str, articles: Sequence[EnrichedArticle]) -> None:
    """Write to an index that is not live, as a replay does."""

    async def main() -> None:
        async with indices.client_for(settings) as client:
            await client.indices.put_alias(index=index, name=indices.entrance(index), is_write_index=True)
            sink = Sink(settings, alias=indices.entrance(index), prepare=indices.check_entrance)
            await sink.index(articles)
            await sink.close()

    asyncio.run(main())


def contents(client: Elasticsearch, index: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Version and fields of each document by its id."""
    client.indices.refresh(index=index)
    hits = client.search(index=index, size=10_000, version=True)["hits"]["hits"]
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}
