"""What an index has and a generation lacks: found by comparing the two, and written by the sink's own code.

Elasticsearch's ``_reindex`` would lose the text in each article's own language, which is not in ``_source``
(``docs/decisions/0006-index-by-language.md``), and of two texts with one version keep the wrong one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch

from pipeline.sink import names, templates
from pipeline.sink.bulk import Document, Refused
from pipeline.sink.document import restored
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.months import IndicesError
from pipeline.sink.names import Month
from pipeline.sink.waiting import Attempt

PAGE = 1000
PORTION = 100
"""Documents that are read at once at first; afterwards as many as have about ``PORTION_BYTES``."""

PORTION_BYTES = 4 * 1024 * 1024

_HIDING = ({"field": "status"}, {"field": "replaced_by"})

Patiently = Callable[[str], AsyncIterator[Attempt]]
"""Attempts at something, for as long as it takes; is told what."""


@dataclass(frozen=True, slots=True)
class _State:
    """What of a document says which of two is the later.

    Attributes:
        version: of the article.
        received: when this text of it was received, in milliseconds.
        hidden: what another article has done to it since, under the same version: 1 if it was replaced, 2 if
            it was withdrawn, else 0. None of that is ever taken back.
    """

    version: int
    received: int
    hidden: int = 0


class Copier:
    """Brings a generation up to what an index has; the later text of an article stays, in either.

    That is the higher version; of two texts with the same version the one that was received later; of the
    same text that which another article has replaced or withdrawn. Where both are the same in all of that,
    the target keeps its own: it may be enriched by other models. Whatever is away is waited for.

    Args:
        client: of Elasticsearch.
        source: the index to read; it may be written to meanwhile.
        target: the generation to bring up to it.
        sink: writes to the target, each article to its place there.
        patiently: attempts without end at what Elasticsearch is asked.
        month: of the source: what it has goes to the same month; without it, each article to the one in which
            it was received.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        source: str,
        target: str,
        sink: Sink,
        patiently: Patiently,
        *,
        month: Month | None = None,
    ) -> None:
        self._client = client
        self._source = source
        self._target = target
        self._there = names.all_of(target)
        self._sink = sink
        self._patiently = patiently
        self._month = month
        self._seen = -1
        self._portion = PORTION

    async def catch_up(self, told: Callable[[int, int], None] = lambda _compared, _copied: None) -> int:
        """Copy what was written to the source since the last time, at first all; the number of documents.

        When nobody writes to the source, the target has afterwards all that the source has.

        Args:
            told: hears how many documents were compared and copied so far.

        Raises:
            IndicesError: the target's mapping refuses a document, or one of the indices is gone.
        """
        above, self._seen = self._seen, await self._mark()
        compared = copied = 0
        last: str | None = None
        while page := await self._page(above, last):
            last = next(reversed(page))
            needed = await self._needed(page)
            while needed:
                portion, needed = needed[: self._portion], needed[self._portion :]
                copied += await self._carry(portion)
            compared += len(page)
            told(compared, copied)
        await self._refresh(self._there)
        return copied

    async def _mark(self) -> int:
        """The last operation up to which all of the source can be searched now, of its shards the least.

        Elasticsearch numbers the operations of each shard; what is written later has a higher number, so a
        document that a pass over the index missed is found above the mark by the next.
        """
        async for attempt in self._patiently("waiting for Elasticsearch to say how far it is"):
            with attempt:
                stats = await self._client.indices.stats(index=self._source, metric="docs", level="shards")
                shards = stats["indices"][self._source]["shards"].values()
                mark = min(
                    copy["seq_no"]["local_checkpoint"]
                    for copies in shards
                    for copy in copies
                    if copy["routing"]["primary"]
                )
        await self._refresh(self._source)
        await self._refresh(self._there)
        return int(mark)

    async def _refresh(self, index: str) -> None:
        async for attempt in self._patiently("waiting for Elasticsearch to refresh an index"):
            with attempt:
                await self._client.indices.refresh(index=index, ignore_unavailable=index == self._there)

    async def _page(self, above: int, last: str | None) -> dict[str, _State]:
        """The next documents by their ids.

        No snapshot is held for that, which a node that starts anew would lose: what changes behind the page
        is found above the mark.
        """
        query = {"range": {"_seq_no": {"gt": above}}} if above >= 0 else {"match_all": {}}
        after: dict[str, Any] = {} if last is None else {"search_after": [last]}
        return _states(await self._search(self._source, query, sort=[{"id": "asc"}], **after))

    async def _needed(self, page: Mapping[str, _State]) -> list[str]:
        """The documents of a page that the target lacks, or of which it has an earlier text."""
        there = _states(await self._search(self._there, {"ids": {"values": list(page)}}))
        return [each for each, state in page.items() if each not in there or _later(state, there[each])]

    async def _carry(self, ids: Sequence[str]) -> int:
        """Write these documents to the target, as they are in the source now."""
        hits = await self._search(self._source, {"ids": {"values": list(ids)}}, source=True)
        known = templates.languages()
        documents = {
            place: Document(
                hit["_id"],
                hit["_version"],
                self._month.begin if self._month else _received(hit),
                restored(hit["_source"], known),
            )
            for place, hit in enumerate(hits)
        }
        size = len(msgspec.json.encode([each.fields for each in documents.values()])) // max(1, len(hits))
        self._portion = max(1, min(PAGE, PORTION_BYTES // max(1, size)))
        for place, outcome in (await self._sink.write(documents)).items():
            if isinstance(outcome, Refused):
                raise IndicesError(
                    f"{self._target} refuses the article {hits[place]['_id']} of {self._source}:"
                    f" {outcome.reason}; it does not fit the articles that are live"
                )
        return len(hits)

    async def _search(
        self, index: str, query: Mapping[str, Any], *, source: bool = False, **more: Any
    ) -> list[Any]:
        async for attempt in self._patiently("waiting for Elasticsearch to compare two indices"):
            with attempt:
                found = await self._client.search(
                    index=index,
                    query=query,
                    size=PAGE,
                    version=True,
                    source=source,
                    docvalue_fields=[{"field": "received", "format": "epoch_millis"}, *_HIDING],
                    track_total_hits=False,
                    ignore_unavailable=index == self._there,
                    # What a shard that is missing does not tell would be taken for what is not there.
                    allow_partial_search_results=False,
                    **more,
                )
        hits: list[Any] = found["hits"]["hits"]
        return hits


def _states(hits: Sequence[Any]) -> dict[str, _State]:
    return {
        hit["_id"]: _State(hit["_version"], int(hit["fields"]["received"][0]), _hidden(hit["fields"]))
        for hit in hits
    }


def _hidden(fields: Mapping[str, Any]) -> int:
    if "canceled" in fields.get("status", ()):
        return 2
    return 1 if fields.get("replaced_by") else 0


def _received(hit: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(hit["fields"]["received"][0]) / 1000, UTC)


def _later(one: _State, other: _State) -> bool:
    return (one.version, one.received, one.hidden) > (other.version, other.received, other.hidden)
