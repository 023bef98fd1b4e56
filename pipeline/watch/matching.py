"""Articles held against watches: they stand in an index of their own, and each watch searches it.

The embedded Elasticsearch has no percolator (decision 24). The index has the fields and analyzers of the live
one, and the queries are those of a search, so a watch finds what a search would find.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, TransportError
from msgspec import Struct

from pipeline.query import visible
from pipeline.query.fields import Query
from pipeline.search.hits import highlight
from pipeline.sink import templates
from pipeline.sink.bulk import Refused, Trouble, judge, portions
from pipeline.sink.waiting import Attempt
from pipeline.watch.store import put_template

PORTION = 50
"""Watches that are asked at once what they found; that they found anything is asked of all at once."""

MARKS = ("**", "**")

# Names are nested documents, of which no query asks here; the rest is not searched at all.
_UNNEEDED = ("entities", "entities_rest", "topics_detail", "key_sentences", "media", "models", "tables")
_BAD, _NOT_FOUND = 400, 404
# A request that is refused as a whole, or is too large: its halves may not be.
_HALVED = {_BAD, 413}
_SAID_CHARACTERS = 500
_OLD = "now-1h"
_DIGITS = 12
_GONE = "the articles are gone from the index"
_SHOWN, _WATCHES = "shown", "watches"
_HEADER = {"allow_partial_search_results": False}

Patiently = Callable[[str], AsyncIterator[Attempt]]
"""Attempts at something, for as long as it takes; is told what."""

log = structlog.get_logger(__name__)


class AgainError(Exception):
    """Elasticsearch did not do now what it may do when it is asked again."""


class Search(Struct, frozen=True):
    """What one watch asks for: its name, and its query."""

    name: str
    query: Query


class Match(Struct, frozen=True):
    """A watch found an article: the watch's name, the article's place in the batch, what matched in it."""

    watch: str
    place: int
    highlights: tuple[str, ...] = ()


class Matcher:
    """Holds batches of documents against watches; one batch at a time.

    Args:
        client: of Elasticsearch.
        alias: whose articles they are.
        patiently: attempts without end at what Elasticsearch is asked.
    """

    def __init__(self, client: AsyncElasticsearch, alias: str, patiently: Patiently) -> None:
        self._client = client
        self._alias = alias
        self._patiently = patiently
        self._me = uuid.uuid4().hex
        self._batches = itertools.count()
        self._refused: dict[str, Search] = {}
        self._places = 0
        self.index = f"watched-{alias}-{_digest()}"

    async def ensure(self) -> None:
        """See to it that the index is there, and that what a killed worker left in it is not."""
        await templates.ensure_templates(self._client, self._alias)
        await put_template(self._client, "watched", self._alias, f"watched-{self._alias}-*")
        try:
            await self._client.indices.create(index=self.index)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        else:
            log.info("index was created", index=self.index)
        await self._client.delete_by_query(
            index=self.index, query={"range": {"indexed": {"lt": _OLD}}}, conflicts="proceed"
        )

    async def tidy(self) -> None:
        """Delete the indices that were made for other fields and analyzers: articles may stand in them."""
        pattern = f"watched-{self._alias}-"
        found = await self._client.indices.get(index=f"{pattern}*", filter_path="*.settings.index.uuid")
        others = [
            name
            for name in found.body
            if re.fullmatch(re.escape(pattern) + f"[0-9a-f]{{{_DIGITS}}}", name) and name != self.index
        ]
        for name in others:
            await self._client.indices.delete(index=name, ignore_unavailable=True)
            log.info("an index of an earlier version was deleted", index=name)

    async def matches(
        self, documents: Sequence[Mapping[str, Any]], searches: Sequence[Search]
    ) -> AsyncIterator[list[Match]]:
        """What each watch finds, some watches at a time; waits for Elasticsearch for as long as it takes.

        Args:
            documents: as ``pipeline.sink.document.document`` makes them; one that Elasticsearch refuses is
                not found, nor would it be in the live index.
            searches: what the watches ask for; one that Elasticsearch refuses finds nothing, and the log says
                so.
        """
        batch = f"{self._me}-{next(self._batches)}"
        bodies = [
            {name: value for name, value in document.items() if name not in _UNNEEDED} | {"batch": batch}
            for document in documents
        ]
        async for attempt in self._patiently("waiting for Elasticsearch to hold articles against watches"):
            with attempt:
                taken = await self._put(batch, bodies)
                counts = await self._count(
                    batch, [one for one in searches if not self._is_refused(one)], taken
                )
        finding = [one for one in searches if counts.get(one.name)]
        stems = _stems(documents)
        for start in range(0, len(finding), PORTION):
            some = finding[start : start + PORTION]
            there, here = True, counts
            async for attempt in self._patiently("waiting for Elasticsearch to say what watches found"):
                with attempt:
                    # After a failure they are written and counted anew: the index may be another one by
                    # then, and an article may have left the time that a watch looks back on.
                    if not there:
                        taken = await self._put(batch, bodies)
                        asked = [one for one in some if not self._is_refused(one)]
                        here = await self._count(batch, asked, taken)
                    there = False
                    found = await self._mark(batch, [one for one in some if here.get(one.name)], here, stems)
            yield found
        await self._forget()

    async def _put(self, batch: str, bodies: Sequence[Mapping[str, Any]]) -> int:
        """Write the documents, in the places of the batch before; how many of them Elasticsearch took."""
        self._places = max(self._places, len(bodies))
        operations = {
            place: b"\n".join(
                (
                    msgspec.json.encode({"index": {"_id": f"{self._me}-{place}"}}),
                    msgspec.json.encode(body),
                    b"",
                )
            )
            for place, body in enumerate(bodies)
        }
        taken = 0
        for places in portions(operations):
            taken += await self._send([operations[place] for place in places])
        log.debug("a batch is held against the watches", batch=batch, articles=taken)
        return taken

    async def _send(self, operations: Sequence[bytes]) -> int:
        """One request; where it is refused as a whole, its halves, down to the one that is at fault."""
        try:
            response = await self._client.bulk(
                operations=operations,  # type: ignore[arg-type]  # lines that are encoded pass as they are
                index=self.index,
                refresh=True,
                timeout="30s",
                include_source_on_error=False,
                filter_path=["items.*.status", "items.*.error"],
            )
        except ApiError as error:
            if error.status_code not in _HALVED:
                raise
            if len(operations) > 1:
                half = len(operations) // 2
                return await self._send(operations[:half]) + await self._send(operations[half:])
            log.warning("an article cannot be held against the watches", reason=str(error)[:_SAID_CHARACTERS])
            return 0
        outcomes = [judge(item) for item in response["items"]]
        for outcome in outcomes:
            if isinstance(outcome, Trouble):
                if outcome.status == _NOT_FOUND:
                    await self._make_anew()
                raise AgainError(str(outcome))
            if isinstance(outcome, Refused):
                log.warning("an article cannot be held against the watches", reason=outcome.reason)
        return sum(not isinstance(outcome, Refused) for outcome in outcomes)

    async def _make_anew(self) -> None:
        """The index is gone; whatever keeps it from being made, such as too many shards, may pass."""
        try:
            await self.ensure()
        except ApiError as error:
            raise AgainError(str(error)[:_SAID_CHARACTERS]) from error

    async def _forget(self) -> None:
        """Delete the articles; what cannot be deleted now is overwritten by the next batch."""
        operations = [{"delete": {"_id": f"{self._me}-{place}"}} for place in range(self._places)]
        try:
            await self._client.bulk(operations=operations, index=self.index, filter_path="errors")
        except (ApiError, TransportError) as error:
            log.debug("articles stay in the index until the next batch", index=self.index, reason=str(error))
        else:
            self._places = 0

    async def _mark(
        self,
        batch: str,
        searches: Sequence[Search],
        counts: Mapping[str, int],
        stems: Sequence[str],
        *,
        marked: bool = True,
    ) -> list[Match]:
        """Where each of these watches found something, and what; what cannot be marked is found without."""
        parts: list[dict[str, Any]] = []
        for one in searches:
            body = _body(one, _of(batch), counts[one.name], stems)
            parts += [_HEADER, body if marked else {**body, "highlight": {"fields": {}}}]
        answers = await self._asked(parts) if parts else []
        found: list[Match] = []
        refused: list[tuple[Search, str]] = []
        for one, answer in zip(searches, answers, strict=True):
            if answer.get("status") == _BAD:
                refused.append((one, _trouble(answer)))
            elif "error" in answer or len(answer["hits"]["hits"]) < counts[one.name]:
                raise AgainError(_trouble(answer) or _GONE)
            else:
                found += [_match(one.name, hit) for hit in answer["hits"]["hits"]]
        if refused and marked:
            return found + await self._mark(batch, [one for one, _ in refused], counts, stems, marked=False)
        for one, reason in refused:
            self._refuse(one, reason)
        return found

    async def _asked(self, parts: Sequence[dict[str, Any]]) -> list[Any]:
        """The answers to several searches; a request that is refused as a whole is asked in halves."""
        try:
            answer = await self._client.msearch(index=self.index, searches=parts)
        except ApiError as error:
            if error.status_code not in _HALVED:
                raise
            if len(parts) == len(("header", "body")):
                return [{"status": _BAD, "error": str(error)}]
            half = len(parts) // 4 * 2
            return await self._asked(parts[:half]) + await self._asked(parts[half:])
        answers: list[Any] = answer["responses"]
        return answers

    async def _count(self, batch: str, searches: Sequence[Search], taken: int) -> dict[str, int]:
        """How many articles each watch finds; where Elasticsearch refuses the whole request, in halves."""
        if not searches:
            return {}
        filters = {one.name: _bare(one.query) for one in searches}
        try:
            answer = await self._client.search(
                index=self.index,
                query=_of(batch),
                size=0,
                track_total_hits=True,
                request_cache=False,
                allow_partial_search_results=False,
                aggs={_SHOWN: {"filter": visible(), "aggs": {_WATCHES: {"filters": {"filters": filters}}}}},
            )
        except ApiError as error:
            if error.status_code not in _HALVED:
                raise
            if len(searches) > 1:
                half = len(searches) // 2
                first = await self._count(batch, searches[:half], taken)
                return first | await self._count(batch, searches[half:], taken)
            self._refuse(searches[0], str(error)[:_SAID_CHARACTERS])
            return {}
        if answer["hits"]["total"]["value"] != taken:
            raise AgainError(_GONE)
        buckets = answer["aggregations"][_SHOWN][_WATCHES]["buckets"]
        return {name: int(bucket["doc_count"]) for name, bucket in buckets.items()}

    def _is_refused(self, search: Search) -> bool:
        return self._refused.get(search.name) == search

    def _refuse(self, search: Search, reason: str) -> None:
        """Ask for a watch no more, until it is another one."""
        self._refused[search.name] = search
        log.error(
            "a watch finds nothing, for Elasticsearch refuses its query: write it otherwise",
            watch=search.name,
            reason=reason,
        )


def _bare(query: Query) -> Query:
    """What decides whether an article is found: nothing that ranks, and that it is visible is asked once."""
    parts = query["bool"]
    shown = visible()
    kept = {name: part for name, part in parts.items() if name != "should"}
    return {"bool": {**kept, "filter": [each for each in parts["filter"] if each != shown]}}


def _of(batch: str) -> Query:
    return {"term": {"batch": batch}}


def _stems(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields of stems that any of the documents has: to look into all there are takes far longer."""
    return sorted({name for document in documents for name in document if name.startswith("text_")})


def _body(one: Search, mine: Query, size: int, stems: Sequence[str]) -> dict[str, Any]:
    marks = highlight(MARKS, None)
    for field in marks["fields"].values():
        if field.pop("matched_fields", None) and stems:
            field["matched_fields"] = stems
    return {
        "query": {"bool": {"must": [one.query], "filter": [mine]}},
        "size": size,
        "_source": False,
        "track_total_hits": False,
        "highlight": marks,
    }


def _trouble(answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    if not error:
        return ""
    causes = error.get("root_cause") or [error] if isinstance(error, dict) else [{"reason": error}]
    return str(causes[0].get("reason") or causes[0].get("type"))[:_SAID_CHARACTERS]


def _match(watch: str, hit: Mapping[str, Any]) -> Match:
    marked = hit.get("highlight", {})
    passages = marked.get("body") or marked.get("headline") or itertools.chain(*marked.values())
    return Match(watch=watch, place=int(hit["_id"].rpartition("-")[2]), highlights=tuple(passages))


def _digest() -> str:
    """What changes with the fields and analyzers: an index made with others is another one."""
    parts = msgspec.json.encode(templates.components(), order="deterministic")
    return hashlib.sha256(parts).hexdigest()[:_DIGITS]
