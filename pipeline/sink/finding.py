"""What Elasticsearch is asked to find the stories of a batch: few requests for all its articles."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import AsyncElasticsearch, TransportError

from pipeline.stories.choice import Member
from pipeline.stories.recent import OF_A_STORY
from pipeline.stories.sketch import WINDOW, Sketch, restored, signed

CANDIDATES = 30
"""Articles that are compared with one at most because they share bands, those that share most."""

REPLACERS = 1000
PORTION = 200
"""Searches in one request, which have less than a mebibyte together."""

WRITTEN = 10_000
"""Documents that one search gives at most: no index gives more unless it is told to."""

_MEMBER = ["id", "story_id", "story_text", {"field": "@timestamp", "format": "epoch_millis"}]
_REPLACER = ["id", "story_id", "replaces_id", "replaces.status"]
_LATEST = [{"@timestamp": {"order": "desc", "unmapped_type": "date"}}]
_ANSWERED = ["hits.hits.fields", "status", "error"]
_MISSING = "index_not_found_exception"


@dataclass(frozen=True, slots=True)
class Replacer:
    """An article that takes the place of another.

    Attributes:
        article: its id.
        canceled: the other one is to be withdrawn, not only hidden.
        story: the id of its story; a kill has none.
    """

    article: str
    canceled: bool
    story: str | None


def packed(sketch: Sketch) -> str:
    """The words of a sketch as the index keeps them, where no search of theirs is ever made."""
    return b64encode(f"{sketch.head}\n{sketch.lead}".encode()).decode()


class Finder:
    """Searches for what a batch has to do with; what is not refreshed yet is not found.

    Each method raises ``elasticsearch.ApiError`` or ``TransportError`` where Elasticsearch does not tell all.

    Args:
        client: of Elasticsearch.
        index: tells what to search.
    """

    def __init__(self, client: AsyncElasticsearch, index: Callable[[], str]) -> None:
        self._client = client
        self._index = index

    async def near(
        self, sketches: Sequence[Sketch], ids: Collection[str]
    ) -> tuple[list[list[Member]], dict[str, Replacer]]:
        """Articles that share bands with each of some, and those that take the place of any of some ids."""
        searches = [_search({"terms": {"replaces_id": list(ids)}}, REPLACERS, _REPLACER)]
        searches += [_search(_shares(each), CANDIDATES, _MEMBER) for each in sketches]
        replacers, *found = await self._ask(searches)
        return [_members(hits) for hits in found], _replacers(replacers)

    async def members(self, wanted: Mapping[str, Sequence[datetime]]) -> list[Member]:
        """The articles of some stories, the latest of each, within ``WINDOW`` of some moments.

        Args:
            wanted: the moments, by story.
        """
        searches = [
            _search(
                {"bool": {"filter": [{"term": {"story_id": story}}, _between(min(moments), max(moments))]}},
                OF_A_STORY,
                _MEMBER,
                sort=_LATEST,
            )
            for story, moments in wanted.items()
        ]
        return [member for hits in await self._ask(searches) for member in _members(hits)]

    async def carrying(self, stories: Collection[str], most: int) -> list[str]:
        """The ids of articles that have one of these stories, the latest first."""
        query = {"terms": {"story_id": list(stories)}}
        (hits,) = await self._ask([_search(query, most, ["id"], sort=_LATEST)])
        return [hit["id"][0] for hit in hits]

    async def written(self, since: datetime) -> set[str]:
        """The ids of articles that have been written since then and have a story."""
        query = {
            "bool": {
                "filter": [{"range": {"indexed": {"gte": _said(since)}}}, {"exists": {"field": "story_id"}}]
            }
        }
        (hits,) = await self._ask(
            [_search(query, WRITTEN, ["id"], sort=[{"indexed": {"order": "desc", "unmapped_type": "date"}}])]
        )
        return {hit["id"][0] for hit in hits}

    async def these(self, ids: Collection[str]) -> list[Member]:
        """Some articles as members of their stories, with their bands."""
        if not ids:
            return []
        (hits,) = await self._ask([_search({"ids": {"values": list(ids)}}, len(ids), _MEMBER)])
        return [Member(each.article, each.story, signed(each.sketch)) for each in _members(hits)]

    async def _ask(self, searches: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """The fields of the hits of each search."""
        found: list[list[Any]] = []
        for start in range(0, len(searches), PORTION):
            found += await self._ask_once(searches[start : start + PORTION])
        return found

    async def _ask_once(self, searches: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        # What a shard that is missing does not tell would be taken for what is not there.
        header = {"ignore_unavailable": True, "allow_partial_search_results": False}
        answer = await self._client.msearch(
            index=self._index(),
            searches=[part for search in searches for part in (header, search)],
            filter_path=[f"responses.{name}" for name in _ANSWERED],
        )
        return [_hits(each) for each in answer["responses"]]


def _hits(response: Mapping[str, Any]) -> list[Any]:
    if (error := response.get("error")) and error.get("type") != _MISSING:
        raise TransportError(f"Elasticsearch does not find stories: {response['status']} {error}")
    return [hit["fields"] for hit in response.get("hits", {}).get("hits", ()) if "fields" in hit]


def _search(query: Mapping[str, Any], size: int, fields: Sequence[Any], **more: Any) -> dict[str, Any]:
    """One search; nothing but columns is read, since a document as it is kept is many times as large."""
    return {
        "query": query,
        "size": size,
        "track_total_hits": False,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": list(fields),
        **more,
    }


def _shares(sketch: Sketch) -> dict[str, Any]:
    """What shares a band, within the window; the more bands, the higher it comes.

    The window stands in ``must``, where it is asked for first: segments of other days then look no band up.
    """
    return {
        "bool": {
            "must": [_between(sketch.moment, sketch.moment)],
            "should": [
                {"constant_score": {"filter": {"term": {"story_bands": band}}}} for band in sketch.bands
            ],
            "minimum_should_match": 1,
        }
    }


def _between(first: datetime, last: datetime) -> dict[str, Any]:
    return {"range": {"@timestamp": {"gte": _said(_near(first, -1)), "lte": _said(_near(last, 1))}}}


def _near(moment: datetime, direction: int) -> datetime:
    """The end of the window on one side, as far as the calendar goes."""
    try:
        return moment.astimezone(UTC) + direction * WINDOW
    except OverflowError:
        return moment


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _members(hits: Iterable[Any]) -> list[Member]:
    found = []
    for hit in hits:
        if "story_text" in hit and "story_id" in hit:
            head, _, lead = b64decode(hit["story_text"][0]).decode().partition("\n")
            moment = datetime.fromtimestamp(int(hit["@timestamp"][0]) / 1000, UTC)
            found.append(Member(hit["id"][0], hit["story_id"][0], restored(head, lead, (), moment)))
    return found


def _replacers(hits: Iterable[Any]) -> dict[str, Replacer]:
    """Who takes the place of each; of several who withdraws it, then who has the least id."""
    found: defaultdict[str, list[Replacer]] = defaultdict(list)
    for hit in hits:
        canceled = "canceled" in hit.get("replaces.status", ())
        story = hit.get("story_id", [None])[0]
        found[hit["replaces_id"][0]].append(Replacer(hit["id"][0], canceled, story))
    return {
        replaced: min(each, key=lambda one: (not one.canceled, one.article))
        for replaced, each in found.items()
    }
