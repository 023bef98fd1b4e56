"""Hits page by page, one a story, without any state.

Elasticsearch cannot go on after a hit and collapse stories at the same time. So bare hits are paged by their
sort values. From the first hit on, the first of each story is its best. After a place, a second request says
for the stories among them which article of each is its best; what is not its story's best is passed over, for
it stands, or has stood, under the best. So the cost of a page does not grow with its depth.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.found import Sort
from pipeline.query import QueryError
from pipeline.search import ranking
from pipeline.search.asking import searched
from pipeline.search.cursors import Place, instant, read
from pipeline.settings import Settings

# Stories above it are counted by estimate.
_COUNTED_EXACTLY = 3000
# Each round leaves out all stories that it has met, so only stories of very many hits need another.
_MOST_ROUNDS = 20
_SPARE = 10

_COUNTING = {
    "stories": {"cardinality": {"field": "story_id", "precision_threshold": _COUNTED_EXACTLY}},
    "alone": {"missing": {"field": "story_id"}},
}


class Bare(NamedTuple):
    """A hit of which only its place is known; no story where it has none."""

    place: Place
    story: str | None


class Question(NamedTuple):
    """What is asked on every page of a search.

    Attributes:
        query: what hits must answer.
        asked: the digest of what was asked.
        now: the time of the first page, in milliseconds.
    """

    settings: Settings
    query: dict[str, Any]
    sort: Sort
    asked: str
    now: int

    def answered(self, limits: dict[str, list[Any]], **body: Any) -> Mapping[str, Any]:
        """The answer to a search in this order, within more limits of a ``bool``."""
        within = {"bool": {"must": [self.query], **limits}}
        # Scores are comparable between months, and the same for each page.
        how = "dfs_query_then_fetch" if self.sort == "relevance" else "query_then_fetch"
        return searched(
            self.settings,
            {
                "query": ranking.ranked(within, self.sort, instant(self.now)),
                "sort": ranking.order(self.sort),
                **body,
            },
            search_type=how,
            preference=f"page-{self.now}",
        )


class Paging:
    """The hits after a place, from the best to the last.

    Args:
        question: what is asked.
        after: where the page before ended.
        size: how many hits are wanted.
        collapse: one hit a story; else every article is a hit.

    Attributes:
        total: how many articles answer.
        stories: how many stories they are; ``None`` where every article is a hit.
        took_ms: how long Elasticsearch took so far, in milliseconds.
        stopped: where to go on if ``hits`` ended before the last hit.
    """

    def __init__(self, question: Question, after: Place | None, size: int, *, collapse: bool) -> None:
        self._question = question
        self._after = after
        self._collapse = collapse
        self._chunk = 2 * size + _SPARE if collapse else size + 1
        self.took_ms = 0
        self.stopped: Place | None = None
        counting = {"aggs": _COUNTING} if collapse else {}
        self._first = self._bare(after, (), track_total_hits=True, **counting)
        self.total: int = self._first["hits"]["total"]["value"]
        self.stories = _stories(self._first["aggregations"]) if collapse else None

    def hits(self) -> Iterator[Bare]:
        """Bare hits, as far as they are wanted; asks for more when it must."""
        answer, met = self._first, set[str]()
        for _ in range(_MOST_ROUNDS):
            bare = [self._one(found) for found in answer["hits"]["hits"]]
            if not self._collapse:
                yield from bare
                return
            stories = {one.story for one in bare if one.story}
            best = self._best(stories) if self._after else _first_of_each(bare)
            yield from (one for one in bare if not one.story or best.get(one.story) == one.place.id)
            if len(bare) < self._chunk:
                return
            met |= stories
            answer = self._bare(bare[-1].place, met, track_total_hits=False)
        self.stopped = bare[-1].place

    def _bare(self, after: Place | None, met: Collection[str], **body: Any) -> Mapping[str, Any]:
        """A number of bare hits after a place, without those of stories that were met."""
        paging = {"search_after": ranking.values(after)} if after else {}
        return self._answered(
            {"must_not": [{"terms": {"story_id": sorted(met)}}]} if met else {},
            size=self._chunk,
            _source=False,
            docvalue_fields=["story_id"],
            **paging,
            **body,
        )

    def _best(self, stories: Collection[str]) -> dict[str, str]:
        """Which article of each story comes first."""
        if not stories:
            return {}
        answer = self._answered(
            {"filter": [{"terms": {"story_id": sorted(stories)}}]},
            size=len(stories),
            _source=False,
            track_total_hits=False,
            collapse={"field": "story_id"},
        )
        return {found["fields"]["story_id"][0]: found["_id"] for found in answer["hits"]["hits"]}

    def _answered(self, limits: dict[str, list[Any]], **body: Any) -> Mapping[str, Any]:
        answer = self._question.answered(limits, **body)
        self.took_ms += answer["took"]
        return answer

    def _one(self, found: Mapping[str, Any]) -> Bare:
        *score, moment, article = found["sort"]
        asked, now = self._question.asked, self._question.now
        place = Place(asked=asked, now=now, moment=moment, id=article, score=score[0] if score else None)
        return Bare(place, found.get("fields", {}).get("story_id", [None])[0])


def _first_of_each(bare: Iterable[Bare]) -> dict[str, str]:
    """Which article of each story comes first, of what is seen from the first hit on.

    Nobody is asked: what has become searchable meanwhile may be better, and is not among these.
    """
    best: dict[str, str] = {}
    for one in bare:
        if one.story:
            best.setdefault(one.story, one.place.id)
    return best


def place_of(after: str | None, asked: str, sort: Sort) -> Place | None:
    """Where the page before ended.

    Raises:
        QueryError: this is no place, or one in another list of hits.
    """
    if after is None:
        return None
    place = read(after, Place)
    if place.asked != asked or (place.score is None) == (sort == "relevance"):
        raise QueryError(
            "after: this place belongs to another query, other filters or another order: leave it out to"
            " begin with the first hit"
        )
    return place


def _stories(counts: Mapping[str, Any]) -> int:
    """How many stories there are; an article without one is a story of its own."""
    return int(counts["stories"]["value"] + counts["alone"]["doc_count"])
