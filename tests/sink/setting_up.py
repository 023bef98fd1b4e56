"""What the tests of indices and switches need: articles that are live, a generation beside the live one."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Sequence
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from pipeline.sink import indices, months, names, templates
from pipeline.sink.elasticsearch import Outcome, Sink
from pipeline.sink.names import Month
from tests.sink.articles import article

JUNE = Month(2024, 6)
"""The month in which articles made by hand are received."""


def many(number: int, **fields: Any) -> list[EnrichedArticle]:
    """Articles g0, g1, … with a body each."""
    return [article(f"g{place}", body=f"Le corps {place}.", **fields) for place in range(number)]


def indexed(settings: Settings, articles: Sequence[EnrichedArticle]) -> list[Outcome]:
    """Write to what is live, as a worker does."""

    async def main() -> list[Outcome]:
        sink = Sink(settings)
        try:
            await sink.ready()
            return await sink.index(articles)
        finally:
            await sink.close()

    return asyncio.run(main())


def added(settings: Settings, *, finished: bool = True) -> str:
    """A generation beside the live one, as a replay leaves it."""

    async def main() -> str:
        async with indices.client_for(settings) as client:
            plan = {"id": uuid.uuid4().hex}
            name = await indices.add(client, settings, plan)
            if finished:
                await indices.finish(client, settings.index, name, plan)
            return name

    return asyncio.run(main())


def written(settings: Settings, generation: str, articles: Sequence[EnrichedArticle]) -> None:
    """Write to a generation that is not live, as a replay does."""

    async def main() -> None:
        async with indices.client_for(settings) as client:
            for index in await client.indices.get_alias(
                index=names.all_of(generation), ignore_unavailable=True
            ):
                await client.indices.put_alias(index=index, name=names.entrance(index))
            sink = Sink(settings, generation=generation)
            await sink.index(articles)
            await sink.close()

    asyncio.run(main())


def contents(client: Elasticsearch, index: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Version and fields of each document, by its id, of an index, an alias or a generation; each is once."""
    hits = found(client, index)
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def places(client: Elasticsearch, index: str) -> dict[str, str]:
    """The index of each document, likewise."""
    return {hit["_id"]: hit["_index"] for hit in found(client, index)}


def found(client: Elasticsearch, index: str) -> list[Any]:
    """All documents as a search finds them."""
    all_of = names.all_of(index) if re.search("-[0-9]{6}$", index) else index
    client.indices.refresh(index=all_of, ignore_unavailable=True)
    hits: list[Any] = client.search(index=all_of, size=10_000, version=True, ignore_unavailable=True)["hits"][
        "hits"
    ]
    return hits


def month_of(index: str) -> str:
    """The index of the month in which articles made by hand are received."""
    return names.index(index, JUNE)


def this_month_of(index: str) -> str:
    """The index of the month that it is now, the first that each generation has."""
    return names.index(index, months.this_month())


def undated(client: Elasticsearch, own: Settings, /, **fields: Any) -> str:
    """The live index as an earlier version made it: without a month and without an entrance."""

    async def put_templates() -> None:
        async with indices.client_for(own) as one:
            await templates.ensure_templates(one, own.index)

    if "mappings" not in fields:
        asyncio.run(put_templates())
    name = f"{own.index}-000001"
    client.indices.create(index=name, aliases={own.index: {"is_write_index": True}}, **fields)
    return name


def strange(client: Elasticsearch, own: Settings) -> str:
    """An index that a person put behind the alias: of the same fields, and of another name."""
    live = client.indices.get(index=this_month_of(f"{own.index}-000001"))
    ((_, content),) = live.body.items()
    name = f"old-{own.index}"
    client.indices.create(
        index=name,
        settings={"analysis": content["settings"]["index"]["analysis"]},
        mappings=content["mappings"],
        aliases={own.index: {}},
    )
    return name
