"""Stories: the articles of one, and what stands under the hits of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pipeline.found import Hit, Member
from pipeline.query import visible
from pipeline.search.asking import searched
from pipeline.search.hits import SHOWN, SHOWN_OF_MEMBERS, checked, hit, member
from pipeline.settings import Settings

_UNDER_A_HIT = 5
_NEWEST = [{"@timestamp": "desc"}, {"id": "asc"}]


def story(story_id: str, settings: Settings, *, size: int = 100) -> tuple[Hit, ...]:
    """The articles of a story that may be seen, the newest first; none where there is no such story.

    Args:
        story_id: as a hit has it; an article that is of no story is one of its own.
        settings: where Elasticsearch is, and the alias.
        size: how many at most, 1 to 1,000.

    Raises:
        QueryError: the size is none.
        SearchError: Elasticsearch could not be asked.
    """
    alone = {
        "bool": {"filter": [{"term": {"id": story_id}}], "must_not": [{"exists": {"field": "story_id"}}]}
    }
    either = {"bool": {"should": [{"term": {"story_id": story_id}}, alone], "minimum_should_match": 1}}
    found = searched(
        settings,
        {
            "query": {"bool": {"filter": [visible(), either]}},
            "sort": _NEWEST,
            "size": checked(size),
            "track_total_hits": False,
            "_source": SHOWN,
        },
    )
    return tuple(hit(one) for one in found["hits"]["hits"])


def under(hits: Sequence[Hit], settings: Settings) -> tuple[Hit, ...]:
    """The hits with the other articles of their stories under them.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    found = _members({one.story for one in hits}, settings) if hits else {}
    return tuple(_with(one, *found.get(one.story, (0, ()))) for one in hits)


def _with(lead: Hit, total: int, members: Sequence[Member]) -> Hit:
    others = tuple(one for one in members if one.id != lead.id)[:_UNDER_A_HIT]
    return msgspec.structs.replace(lead, others=max(total - 1, len(others)), members=others)


def _members(stories: set[str], settings: Settings) -> dict[str, tuple[int, list[Member]]]:
    """How many articles of each story may be seen, and the newest of them, one more than are shown."""
    newest = {"top_hits": {"size": _UNDER_A_HIT + 1, "sort": _NEWEST, "_source": SHOWN_OF_MEMBERS}}
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [visible(), {"terms": {"story_id": sorted(stories)}}]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "stories": {"terms": {"field": "story_id", "size": len(stories)}, "aggs": {"newest": newest}}
        },
    }
    aggregations = searched(settings, body).get("aggregations", {"stories": {"buckets": []}})
    return {
        one["key"]: (one["doc_count"], [member(found) for found in one["newest"]["hits"]["hits"]])
        for one in aggregations["stories"]["buckets"]
    }
