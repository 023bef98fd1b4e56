"""In what order hits come: how well they answer and how new they are, or by time alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipeline.found import Sort
from pipeline.search.cursors import Place

Query = dict[str, Any]

# Decision 23 has what they were chosen by: the weight of what is of this hour beside what is old, and days
# after which half of it is left.
_FRESH = ((0.4, "2d"), (0.3, "60d"))

_BY_TIME = {"newest": "desc", "oldest": "asc"}


def ranked(query: Query, sort: Sort, now: datetime) -> Query:
    """The query with scores that say how good a hit is: how well it answers, more if it is new.

    Args:
        query: what hits must answer.
        sort: only ``relevance`` has scores.
        now: from when on age is counted.
    """
    if sort != "relevance":
        return query
    fresh = [
        {"exp": {"@timestamp": {"origin": now.isoformat(), "scale": half, "decay": 0.5}}, "weight": weight}
        for weight, half in _FRESH
    ]
    return {
        "function_score": {
            "query": query,
            "functions": [{"weight": 1.0}, *fresh],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def order(sort: Sort) -> list[Any]:
    """What to sort by; no two hits are equal, so a page goes on exactly where another ended."""
    if sort == "relevance":
        return ["_score", {"@timestamp": "desc"}, {"id": "asc"}]
    return [{"@timestamp": _BY_TIME[sort]}, {"id": "asc"}]


def values(place: Place) -> list[Any]:
    """Where a page ended, in the terms of its order."""
    return [*([] if place.score is None else [place.score]), place.moment, place.id]
