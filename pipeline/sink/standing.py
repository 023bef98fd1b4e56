"""Where the articles of a batch stand already, and where the others are to stand.

All versions of an article are written to one index, the month in which its first one was received: only
within an index does Elasticsearch compare versions (``docs/decisions/0022-monthly-indices.md``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import AsyncElasticsearch, TransportError

from pipeline.sink.bulk import Document
from pipeline.sink.months import Months, this_month
from pipeline.sink.names import Month, month_of

ASKED = 1000
"""Ids in one request; a search takes no more than 10,000."""

NEAR = timedelta(days=2)
"""Of what was received so soon after the begin of a month, an earlier version may have been written a moment
ago, by another sink, to the month before."""

REMEMBERED = 50_000
"""Articles whose place is kept in mind until a search finds them: many more than are written in a second."""

_NO_INDEX = "index_not_found_exception"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of an article.

    Attributes:
        index: the index that has it.
        version: the version that is there.
        source: the fields of it that were asked for, as far as it has them.
    """

    index: str
    version: int
    source: Mapping[str, Any]


Look = Callable[[Collection[str], Sequence[str] | None], Awaitable[dict[str, Standing]]]
"""Tells what stands of some ids, by id: with the fields that are named, or with all of them."""


class Places:
    """Finds the places of articles in the generation of a sink.

    Three ways, for each has a gap: a search finds what is older than the last refresh; a direct look at the
    months in which it most likely is finds what others wrote a moment ago; and what this sink itself has
    placed it knows.

    Args:
        client: of Elasticsearch.
        months: the generation.
    """

    def __init__(self, client: AsyncElasticsearch, months: Months) -> None:
        self._client = client
        self._months = months
        self._placed: dict[str, str] = {}
        self._generation: str | None = None

    async def place(self, documents: Iterable[Document]) -> None:
        """Find the place of each of these, and make the months of those that are new.

        Raises:
            elasticsearch.ApiError: Elasticsearch refused.
            elasticsearch.TransportError: it did not answer, or not for all of it.
            months.HeldError: a month is needed, and cannot be made now.
        """
        now = datetime.now(UTC)
        homes: dict[str, list[Month]] = {}
        for each in documents:
            homes.setdefault(each.id, _homes(each.received, now))
        self._forget(homes)
        unknown = [each for each in homes if each not in self._placed]
        found = await self._search(unknown)
        new = {each: homes[each] for each in unknown if each not in found}
        await self._months.make({months[0] for months in new.values()})
        if {self._months.index(month) for months in new.values() for month in months} - self._months.open:
            # Another sink may have made it since we looked.
            self._months.doubt()
            await self._months.look()
        found |= {each: self._months.index(months[0]) for each, months in new.items()}
        earlier = [
            (each, index)
            for each, months in new.items()
            for index in map(self._months.index, months[1:])
            if index in self._months.open
        ]
        found |= {each: one.index for each, one in (await self._get(earlier, ())).items()}
        self._placed |= found

    async def look(self, ids: Collection[str], fields: Sequence[str] | None) -> dict[str, Standing]:
        """What stands of some articles now, what was written a moment ago included; by id.

        Of those that have not been placed and that no search finds, the latest two months are asked.

        Args:
            ids: of the articles.
            fields: of what stands, to be told with it; all of them by default.

        Raises:
            elasticsearch.ApiError: Elasticsearch refused.
            elasticsearch.TransportError: it did not answer, or not for all of it.
        """
        self._forget(ids)
        found = await self._search([each for each in ids if each not in self._placed])
        known = found | {each: self._placed[each] for each in ids if each in self._placed}
        month = this_month()
        latest = [
            index for index in map(self._months.index, (month, month.before)) if index in self._months.open
        ]
        wanted = list(known.items())
        wanted += [(each, index) for each in ids if each not in known for index in latest]
        standing = await self._get(wanted, fields)
        self._placed |= {each: one.index for each, one in standing.items()}
        return standing

    def index(self, article: str) -> str:
        """The index that an article is to be written to; it was among those that were found or placed."""
        return self._placed[article]

    def _forget(self, ids: Iterable[str]) -> None:
        """What stood in another generation, or in a month that was deleted, stands there no more."""
        if self._generation != self._months.generation:
            self._placed.clear()
            self._generation = self._months.generation
        for each in ids:
            index = self._placed.pop(each, None)
            if index is not None and index in self._months.open:
                self._placed[each] = index
        for each in list(islice(self._placed, max(0, len(self._placed) - REMEMBERED))):
            del self._placed[each]

    async def _search(self, ids: Sequence[str]) -> dict[str, str]:
        """The index of each of these that a search finds."""
        found: dict[str, Standing] = {}
        for some in _portions(ids, ASKED):
            answer = await self._client.search(
                index=self._months.searched,
                query={"ids": {"values": some}},
                size=2 * len(some),
                version=True,
                source=False,
                track_total_hits=False,
                ignore_unavailable=True,
                # What a shard that is missing does not tell would be taken for what is not there.
                allow_partial_search_results=False,
                filter_path=["hits.hits._id", "hits.hits._index", "hits.hits._version"],
            )
            found |= _best(answer.body.get("hits", {}).get("hits", ()))
        return {each: standing.index for each, standing in found.items()}

    async def _get(
        self, wanted: Iterable[tuple[str, str]], fields: Sequence[str] | None
    ) -> dict[str, Standing]:
        """What stands at places: article and index."""
        found: dict[str, Standing] = {}
        for some in _portions(wanted, ASKED):
            answer = await self._client.mget(
                docs=[{"_index": index, "_id": each} for each, index in some],
                source=fields is None or bool(fields),
                source_includes=list(fields) if fields else None,
                filter_path=[
                    f"docs.{name}" for name in ("_id", "_index", "_version", "_source", "found", "error")
                ],
            )
            docs = answer.body["docs"]
            faults = [
                doc["error"] for doc in docs if doc.get("error", {}).get("type", _NO_INDEX) != _NO_INDEX
            ]
            if faults:
                raise TransportError(f"{len(faults)} articles cannot be looked for: {faults[0]}")
            for doc in docs:
                known = found.get(doc["_id"])
                if doc.get("found") and (known is None or known.version < doc["_version"]):
                    found[doc["_id"]] = Standing(doc["_index"], doc["_version"], doc.get("_source", {}))
        return found


def _homes(received: datetime, now: datetime) -> list[Month]:
    """The month of an article, and the one before where that is near."""
    month = month_of(received, now)
    return [month, month.before] if received < month.begin + NEAR else [month]


def _best(hits: Iterable[Mapping[str, Any]]) -> dict[str, Standing]:
    """By id; should an article stand twice, which two workers can bring about, the higher version."""
    best: dict[str, Standing] = {}
    for hit in hits:
        standing = Standing(hit["_index"], hit["_version"], hit.get("_source", {}))
        known = best.get(hit["_id"])
        if known is None or (known.version, known.index) < (standing.version, standing.index):
            best[hit["_id"]] = standing
    return best


def _portions(items: Iterable[Item], most: int) -> Iterator[list[Item]]:
    remaining = iter(items)
    while portion := list(islice(remaining, most)):
        yield portion
