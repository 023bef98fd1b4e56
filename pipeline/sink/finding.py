"""What Elasticsearch is asked to find the stories of a batch: few requests for all its articles."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from elasticsearch import AsyncElasticsearch, TransportError

from pipeline.errors import NewswireError
from pipeline.sink.bulk import curable
from pipeline.sink.document import said
from pipeline.sink.nearest import between, nearest, search
from pipeline.stories.choice import Member
from pipeline.stories.recent import OF_A_STORY
from pipeline.stories.sketch import WINDOW, Sketch, codes, restored, terms

CANDIDATES = 10
"""Articles that are compared with one at most because they share bands, those that share most."""

REPLACERS = 1000
PORTION = 200
"""Searches in one request, which have less than a mebibyte together."""

SKETCHES = 1000
"""Articles that one search is made for: no search takes more than 65,536 terms unless it is told to."""

STORIES = 100
"""Stories whose articles one search finds."""

WRITTEN = 10_000
"""Documents that one search gives at most: no index gives more unless it is told to."""

_MEMBER = ["id", "story_id", "story_text", {"field": "@timestamp", "format": "epoch_millis"}]
_REPLACER = ["id", "story_id", "replaces_id", "replaces.status"]
_LATEST = [{"@timestamp": {"order": "desc", "unmapped_type": "date"}}]
_ANSWERED = ["hits.hits.fields", "aggregations", "status", "error"]
_SAID_CHARACTERS = 500
_PARTS = 3  # of what is kept of an article: codes of bands, headline, lead
_MISSING = "index_not_found_exception"

log = structlog.get_logger(__name__)


class FindingError(NewswireError):
    """Elasticsearch refuses a search that is needed; the message says why and what to look at."""


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
    """What the index keeps of a sketch in a column; bands are in it again, for they are counted there."""
    return b64encode(f"{codes(sketch.bands)}\n{sketch.head}\n{sketch.lead}".encode()).decode()


class Finder:
    """Searches for what a batch has to do with; what is not refreshed yet is not found.

    Each method raises ``elasticsearch.ApiError`` or ``TransportError`` where Elasticsearch does not tell all
    now, and ``FindingError`` where it never will. But a search for what an article may be alike to, ``near``
    and ``members``, finds nothing then, which is logged: the article founds a story.

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
        """Articles, without bands, that share some with each, and those that take the place of any id."""
        portions = [sketches[start : start + SKETCHES] for start in range(0, len(sketches), SKETCHES)]
        replacers, *answers = await self._answers(
            [
                _search({"terms": {"replaces_id": list(ids)}}, REPLACERS, _REPLACER),
                *(search(portion, CANDIDATES) for portion in portions),
            ]
        )
        found = [
            _known(one, banded=False)
            for portion, answer in zip(portions, answers, strict=True)
            for one in nearest(_allowed(answer), len(portion), CANDIDATES)
        ]
        return found, _replacers(_hits(_needed(replacers)))

    async def members(self, wanted: Mapping[str, Sequence[datetime]]) -> list[Member]:
        """The articles of some stories, the latest of each, within ``WINDOW`` of some moments; without bands.

        Args:
            wanted: the moments, by story.
        """
        stories = list(wanted)
        parts = [stories[start : start + STORIES] for start in range(0, len(stories), STORIES)]
        found: list[Member] = []
        crowded: list[str] = []
        answers = await self._answers([_of_stories({each: wanted[each] for each in part}) for part in parts])
        for part, answer in zip(parts, answers, strict=True):
            hits = _hits(_allowed(answer))
            if len(hits) < OF_A_STORY * len(part) or len(part) == 1:
                found += _latest(hits, wanted)
            else:  # some of these stories may hide others
                crowded += part
        answers = await self._answers([_of_stories({each: wanted[each]}) for each in crowded])
        return found + [member for each in answers for member in _latest(_hits(_allowed(each)), wanted)]

    async def carrying(self, stories: Collection[str], most: int) -> list[str]:
        """The ids of articles that have one of these stories, the latest first."""
        query = {"terms": {"story_id": list(stories)}}
        (hits,) = await self._ask([_search(query, most, ["id"], sort=_LATEST)])
        return [hit["id"][0] for hit in hits]

    async def written(self, since: datetime) -> set[str]:
        """The ids of articles that have been written since then and have a story."""
        query = {
            "bool": {
                "filter": [{"range": {"indexed": {"gte": said(since)}}}, {"exists": {"field": "story_id"}}]
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
        return _members(hits, banded=True)

    async def _ask(self, searches: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """The fields of the hits of each search."""
        return [_hits(_needed(each)) for each in await self._answers(searches)]

    async def _answers(self, searches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(searches), PORTION):
            found += await self._ask_once(searches[start : start + PORTION])
        return found

    async def _ask_once(self, searches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        # What a shard that is missing does not tell would be taken for what is not there.
        # An answer without hits would be kept for whoever asks the same again, which nobody does.
        header = {
            "ignore_unavailable": True,
            "allow_partial_search_results": False,
            "request_cache": False,
        }
        answer = await self._client.msearch(
            index=self._index(),
            searches=[part for search in searches for part in (header, search)],
            filter_path=[f"responses.{name}" for name in _ANSWERED],
        )
        for each in answer["responses"]:
            if (error := _error(each)) and curable(int(each["status"])):
                raise TransportError(f"Elasticsearch does not find stories: {each['status']} {error}")
        return list(answer["responses"])


def _error(answer: Mapping[str, Any]) -> Any:
    """What went wrong with one search of several; that no index is there yet is none."""
    error = answer.get("error")
    return None if error and error.get("type") == _MISSING else error


def _allowed(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer that can be done without: where it never comes, it is empty, and that is logged."""
    if error := _error(answer):
        log.error("articles are not compared", status=answer["status"], error=str(error)[:_SAID_CHARACTERS])
        return {}
    return answer


def _needed(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer that nothing can be written rightly without."""
    if error := _error(answer):
        raise FindingError(
            "Elasticsearch refuses to search for what the articles have to do with others:"
            f" {answer['status']} {str(error)[:_SAID_CHARACTERS]}; see that the index has the mapping of this"
            " version (`newswire index list`), and Elasticsearch's log for the rest"
        )
    return answer


def _hits(response: Mapping[str, Any]) -> list[Any]:
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


def _of_stories(wanted: Mapping[str, Sequence[datetime]]) -> dict[str, Any]:
    """A search for the articles of some stories, the latest first, as many as all of them are compared by."""
    moments = [each for one in wanted.values() for each in one]
    query = {
        "bool": {
            "filter": [{"terms": {"story_id": list(wanted)}}, between(min(moments), max(moments))],
        }
    }
    return _search(query, OF_A_STORY * len(wanted), _MEMBER, sort=_LATEST)


def _latest(hits: Iterable[Any], wanted: Mapping[str, Sequence[datetime]]) -> list[Member]:
    """Those of the hits, which come the latest first, that a story is compared by."""
    counted: Counter[str] = Counter()
    kept = []
    for hit in hits:
        story = hit["story_id"][0]
        moment = _moment(int(hit["@timestamp"][0]))
        too_old, too_new = min(wanted[story]) - moment > WINDOW, moment - max(wanted[story]) > WINDOW
        if not too_old and not too_new and counted[story] < OF_A_STORY:
            counted[story] += 1
            kept.append(hit)
    return _members(kept, banded=False)


def _members(hits: Iterable[Any], *, banded: bool) -> list[Member]:
    found = (hit for hit in hits if "story_text" in hit and "story_id" in hit)
    return _known(map(_kept, found), banded=banded)


def _kept(hit: Mapping[str, Any]) -> tuple[str, str, int, str]:
    kept = b64decode(hit["story_text"][0]).decode()
    return hit["id"][0], hit["story_id"][0], int(hit["@timestamp"][0]), kept


def _known(found: Iterable[tuple[str, str, int, str]], *, banded: bool) -> list[Member]:
    """Articles from what is kept of each; what an earlier scheme kept is passed over.

    Args:
        found: id, story, moment in ms, and what is kept.
        banded: with their bands, which nobody needs who only compares them.
    """
    members = []
    for article, story, ms, kept in found:
        parts = kept.split("\n")
        if len(parts) == _PARTS:
            made = restored(parts[1], parts[2], terms(parts[0]) if banded else (), _moment(ms))
            members.append(Member(article, story, made))
    return members


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


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
