"""What the articles that answer a query have in common: their languages, names, topics, times and places."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from pipeline import media_topics
from pipeline.found import Bucket, Facets, Moment, Spot
from pipeline.query import Filters, QueryError, parse
from pipeline.search.asking import searched
from pipeline.search.cursors import instant
from pipeline.search.hits import UNFILTERED
from pipeline.search.names import built
from pipeline.settings import Settings

MOST_BUCKETS = 100
# Each month counts its own most frequent values: so many that none of the first is missed in one.
_OF_EACH_MONTH = 1000
_MOMENTS = 60
_SPOTS = 500
# Squares of 39 km at the equator; each is shown at its middle.
_ZOOM = 10

_FIELDS = {
    **{name: name for name in ("language", "source", "feed", "topics", "people", "organizations", "places")},
    "countries": "countries",
}


def facets(words: str, settings: Settings, filters: Filters = UNFILTERED, *, size: int = 10) -> Facets:
    """What the articles have in common that ``search`` finds with the same words and filters.

    Args:
        words: a query as ``pipeline.query`` reads it; may be empty where a filter is given.
        settings: where Elasticsearch is, and the alias.
        filters: what every article must be besides.
        size: how many values of each facet at most, 1 to 100.

    Raises:
        QueryError: what is asked is no query; says what is wrong and where.
        SearchError: Elasticsearch could not be asked.
    """
    if not 1 <= size <= MOST_BUCKETS:
        raise QueryError(f"size: {size} is not from 1 to {MOST_BUCKETS}")
    aggregations: dict[str, Any] = {
        name: {"terms": {"field": field, "size": size, "shard_size": _OF_EACH_MONTH}}
        for name, field in _FIELDS.items()
    }
    aggregations["timeline"] = {"auto_date_histogram": {"field": "@timestamp", "buckets": _MOMENTS}}
    aggregations["map"] = {"geotile_grid": {"field": "points", "precision": _ZOOM, "size": _SPOTS}}
    answer = searched(
        settings,
        {
            "query": built(parse(words), filters, settings).query,
            "size": 0,
            "track_total_hits": True,
            "aggs": aggregations,
        },
    )
    found = answer["aggregations"]
    return Facets(
        total=answer["hits"]["total"]["value"],
        took_ms=answer["took"],
        timeline=tuple(_moment(one) for one in found["timeline"]["buckets"]),
        interval=found["timeline"]["interval"],
        map=tuple(_spot(one) for one in found["map"]["buckets"]),
        **{name: _buckets(found[name], _NAMED.get(name, str)) for name in _FIELDS},
    )


def _buckets(found: Mapping[str, Any], named: Callable[[str], str]) -> tuple[Bucket, ...]:
    return tuple(Bucket(one["key"], named(one["key"]), one["doc_count"]) for one in found["buckets"])


def _moment(found: Mapping[str, Any]) -> Moment:
    return Moment(_within_calendar(found["key"]), found["doc_count"])


def _within_calendar(milliseconds: int) -> datetime:
    """The moment, or the first that there is: an interval of a century may begin before the year 1."""
    try:
        return instant(milliseconds)
    except (ValueError, OverflowError):
        return instant(-62_135_596_800_000)


def _spot(found: Mapping[str, Any]) -> Spot:
    """The middle of a square of the map, in degrees."""
    zoom, across, down = map(int, found["key"].split("/"))
    squares = 2**zoom
    north = math.atan(math.sinh(math.pi * (1 - 2 * (down + 0.5) / squares)))
    return Spot(
        round(math.degrees(north), 2), round((across + 0.5) / squares * 360 - 180, 2), found["doc_count"]
    )


def _topic(qcode: str) -> str:
    """A Media Topic's name; of what is none, the qcode."""
    return next((topic.name for topic in media_topics.lineage(qcode)), qcode)


def _country(code: str) -> str:
    """A country's name in English; of what is none, the code."""
    return _countries().get(code, code)


@cache
def _countries() -> Mapping[str, str]:
    from pipeline.enrich.identity.places_table import read  # noqa: PLC0415 - only facets need the gazetteer

    table = read()
    places = (table.place(number) for number in range(len(table)))
    return {place.country: place.name for place in places if place.id == f"iso:{place.country}"}


_NAMED = {"topics": _topic, "countries": _country}
