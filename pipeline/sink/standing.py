"""What the index has of some articles already, written a moment ago included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError, TransportError

from pipeline.sink.templates import writer_of

_MISSING = "index_not_found_exception"


@dataclass(frozen=True, slots=True)
class Standing:
    """A document that is there.

    Attributes:
        index: the index that it is in.
        version: its article's version.
        source: its fields, as far as they were asked for.
    """

    index: str
    version: int
    source: Mapping[str, Any]


Look = Callable[[Collection[str], Sequence[str] | None], Awaitable[dict[str, Standing]]]
"""Tells what stands of some ids, by id: with the fields that are named, or with all of them."""


def standing(client: AsyncElasticsearch, alias: str) -> Look:
    """A way to look, through an alias, at what stands in the index that it writes to.

    An index that is not there has nothing. It raises ``elasticsearch.ApiError`` or ``TransportError`` where
    Elasticsearch does not tell.
    """

    async def look(ids: Collection[str], fields: Sequence[str] | None) -> dict[str, Standing]:
        if not ids:
            return {}
        asked: dict[str, Any] = {} if fields is None else {"source_includes": list(fields)}
        answer = await client.mget(index=await _written(client, alias), ids=list(ids), **asked)
        found: dict[str, Standing] = {}
        for doc in answer["docs"]:
            if (error := doc.get("error")) and error["type"] != _MISSING:
                raise TransportError(f"Elasticsearch does not tell what stands of {doc['_id']}: {error}")
            if doc.get("found"):
                found[doc["_id"]] = Standing(doc["_index"], doc["_version"], doc["_source"])
        return found

    return look


async def _written(client: AsyncElasticsearch, alias: str) -> str:
    """The index that an alias writes to; itself where nobody can say, or it is not there."""
    try:
        behind = (await client.indices.get_alias(name=alias)).body
    except NotFoundError:
        return alias
    writes = {index: content["aliases"][alias].get("is_write_index") for index, content in behind.items()}
    return writer_of(writes) or alias
