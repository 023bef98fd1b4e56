"""Where the articles of a batch stand already, and where the others are to stand.

All versions of an article are written to one index, the month in which its first one was received: only
within an index does Elasticsearch compare versions (``docs/decisions/0022-monthly-indices.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import AsyncElasticsearch, TransportError

from pipeline.sink.bulk import Document
from pipeline.sink.months import Months
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


class Places:
    """Finds the places of articles in the generation of a sink.

    Three ways, for each has a gap: a search finds what is older than the last refresh; a direct look at the
    months in which it most likely is finds what others wrote a moment ago; and what this sink itself has
    placed it knows.

    Args:
        client: of Elasticsearch.
        months: the generation.
        fields: of what is there, to be told with it.
    """

    def __init__(self, client: AsyncElasticsearch, months: Months, fields: Sequence[str] = ()) -> None:
        self._client = client
        self._months = months
        self._fields: Any = list(fields) or False
        self._placed: dict[str, str] = {}
        self._generation: str | None = None

    async def find(self, documents: Iterable[Document]) -> dict[str, Standing]:
        """What is there of these, by id; makes the months that the others need.

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
        found: dict[str, Standing] = {}
        for some in _portions((each for each in homes if each not in self._placed), ASKED):
            found |= await self._search(some)
        new = {
            each: months for each, months in homes.items() if each not in found and each not in self._placed
        }
        await self._months.make({months[0] for months in new.values()})
        if {self._months.index(month) for months in new.values() for month in months} - self._months.open:
            # Another sink may have made it since we looked.
            self._months.doubt()
            await self._months.look()
        self._placed |= {each: self._months.index(months[0]) for each, months in new.items()}
        for wanted in _portions(self._candidates(homes, found, new), ASKED):
            found |= await self._get(wanted)
        self._placed |= {each: standing.index for each, standing in found.items()}
        return found

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

    def _candidates(
        self, homes: Iterable[str], found: Mapping[str, Standing], new: Mapping[str, Sequence[Month]]
    ) -> Iterator[tuple[str, str]]:
        """Where to look for what the search has not found: article and index."""
        for each in homes:
            if each in found:
                continue
            yield each, self._placed[each]
            for month in new.get(each, ())[1:]:
                if (earlier := self._months.index(month)) in self._months.open:
                    yield each, earlier

    async def _search(self, ids: Sequence[str]) -> dict[str, Standing]:
        answer = await self._client.search(
            index=self._months.searched,
            query={"ids": {"values": ids}},
            size=2 * len(ids),
            version=True,
            source=self._fields,
            track_total_hits=False,
            ignore_unavailable=True,
            # What a shard that is missing does not tell would be taken for what is not there.
            allow_partial_search_results=False,
            filter_path=["hits.hits._id", "hits.hits._index", "hits.hits._version", "hits.hits._source"],
        )
        return _best(answer.body.get("hits", {}).get("hits", ()))

    async def _get(self, wanted: Sequence[tuple[str, str]]) -> dict[str, Standing]:
        answer = await self._client.mget(
            docs=[{"_index": index, "_id": each} for each, index in wanted],
            source=bool(self._fields),
            source_includes=self._fields or None,
            filter_path=[
                f"docs.{name}" for name in ("_id", "_index", "_version", "_source", "found", "error")
            ],
        )
        docs = answer.body["docs"]
        if faults := [
            doc["error"] for doc in docs if doc.get("error", {}).get("type", _NO_INDEX) != _NO_INDEX
        ]:
            raise TransportError(f"{len(faults)} articles cannot be looked for: {faults[0]}")
        return _best(doc for doc in docs if doc.get("found"))


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
