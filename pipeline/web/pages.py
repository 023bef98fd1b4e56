"""The pages that people read: search, article, what comes in, how far behind it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from pipeline import search as searching
from pipeline.errors import NewswireError
from pipeline.search import Bucket, Facets, Hit, QueryError
from pipeline.web import articles, body, charts, live, refining, view
from pipeline.web.params import Asked, asked
from pipeline.web.rooms import ROOMS, page

_SIMILAR = 5
_VALUES = 8
_SORTS = ("relevance", "newest", "oldest")
# The name of each facet, the field that a click asks for, and its heading.
_FACETS = (
    ("topics", "topic", "Topics"),
    ("people", "person", "People"),
    ("organizations", "organization", "Organizations"),
    ("places", "place", "Places"),
    ("countries", "country", "Countries"),
    ("language", "language", "Languages"),
    ("source", "source", "Sources"),
    ("feed", "feed", "Feeds"),
)


async def search(request: web.Request) -> web.Response:
    """The search page; without words, what is newest."""
    rooms = request.app[ROOMS]
    wanted = asked(request.query)
    # An error in what was typed is said before anything is asked.
    conditions = refining.parts(wanted.words)
    found, facets = await asyncio.gather(
        rooms.ask(
            searching.search,
            wanted.words,
            rooms.settings,
            wanted.filters,
            size=wanted.size,
            sort=wanted.sort,
            after=wanted.after,
        ),
        rooms.ask(searching.facets, wanted.words, rooms.settings, wanted.filters, size=_VALUES),
    )
    return page(
        "search.html",
        here="search",
        query=wanted.words,
        sort=wanted.sort,
        sorts=[(sort, _link(wanted, sort=sort)) for sort in _SORTS if wanted.words or sort != "relevance"],
        parts=[(part.text, view.link("/", q=part.without, sort=_kept(wanted))) for part in conditions],
        found=found,
        first=view.link("/", q=wanted.words, sort=_kept(wanted)) if wanted.after else None,
        following=_link(wanted, after=found.after) if found.after else None,
        facets=_groups(wanted, facets),
        timeline=_timeline(wanted, facets),
        dots=charts.dots(facets.map),
        land=charts.land() if facets.map else "",
        map_says=_map_says(facets),
    )


async def article(request: web.Request) -> web.Response:
    """One article, with its story and what is like it."""
    rooms = request.app[ROOMS]
    document = await rooms.ask(articles.find, request.match_info["id"], rooms.settings, datetime.now(UTC))
    story_id = document.get("story_id") or document["id"]
    story, similar = await asyncio.gather(
        rooms.ask(searching.story, story_id, rooms.settings),
        rooms.ask(articles.similar, document, rooms.settings, size=_SIMILAR),
    )
    return page(
        "article.html",
        here="article",
        query="",
        article=document,
        blocks=body.blocks(document),
        names=articles.names(document),
        story=_with(document, story),
        similar=similar.hits,
    )


async def come_in(request: web.Request) -> web.Response:
    """What came in last, and a list that goes on by itself where there is a script."""
    rooms = request.app[ROOMS]
    last = await rooms.ask(searching.latest, rooms.settings)
    return page(
        "live.html",
        here="live",
        query="",
        lines=[live.line(hit) for hit in reversed(last.hits)],
        after=last.after,
    )


async def lag(request: web.Request) -> web.Response:
    """How far behind each hop is."""
    table = await live.sampled(request.app[ROOMS])
    return page("lag.html", here="lag", query="", table=table)


def failed(error: NewswireError, status: int, query: str) -> web.Response:
    """What went wrong, for a reader, with the search box to go on from."""
    heading = {
        HTTPStatus.BAD_REQUEST: "That is no query",
        HTTPStatus.NOT_FOUND: "Not found",
        HTTPStatus.GONE: "Killed",
        HTTPStatus.SERVICE_UNAVAILABLE: "Not available now",
    }.get(HTTPStatus(status), "Something went wrong")
    place = isinstance(error, QueryError) and error.position is not None
    return page(
        "error.html",
        status=status,
        here="error",
        query=query,
        heading=heading,
        message=str(error),
        exact=place,
    )


def _link(wanted: Asked, **changed: object) -> str:
    """The address of the same search but for what changed; another sort begins at its first page."""
    size = wanted.size if wanted.size != Asked().size else None
    return view.link("/", **{"q": wanted.words, "sort": _kept(wanted), "size": size, **changed})


def _kept(wanted: Asked) -> str | None:
    """The sort, where it is not the usual one."""
    return wanted.sort if wanted.sort != ("relevance" if wanted.words else "newest") else None


def _groups(wanted: Asked, facets: Facets) -> list[dict[str, Any]]:
    """The facets that have a value, each value with the search that asks for it or no more."""
    found = []
    for name, field, heading in _FACETS:
        buckets: Sequence[Bucket] = getattr(facets, name)
        values = [_value(wanted, field, bucket) for bucket in buckets]
        if values:
            found.append({"name": name, "heading": heading, "values": values})
    return found


def _value(wanted: Asked, field: str, bucket: Bucket) -> dict[str, Any]:
    name = view.language_name(bucket.value) if field == "language" else bucket.name
    try:
        chosen = refining.asks(wanted.words, field, bucket.value)
        change = refining.widened if chosen else refining.narrowed
        href = view.link("/", q=change(wanted.words, field, bucket.value), sort=_kept(wanted))
    except QueryError:  # a name of signs alone, say: it is shown and cannot be asked for
        return {"name": name, "count": bucket.count, "chosen": False, "href": None}
    return {"name": name, "count": bucket.count, "chosen": chosen, "href": href}


def _timeline(wanted: Asked, facets: Facets) -> dict[str, Any] | None:
    """The bars, each with the search for its time; none where there is but one."""
    bars = charts.bars(facets.timeline)
    if len(bars) < 2:  # noqa: PLR2004 - one bar says nothing
        return None
    form = "%-d %B %Y, %H:%M" if facets.interval.endswith(("s", "m", "h")) else "%-d %B %Y"
    return {
        "width": charts.width(bars),
        "first": f"{bars[0].start:{form}}",
        "last": f"{bars[-1].start:{form}}",
        "bars": [
            (
                bar,
                view.link("/", q=refining.within(wanted.words, bar.start, bar.end), sort=_kept(wanted)),
                f"from {bar.start:{form}}: {bar.count:,} article{'' if bar.count == 1 else 's'}",
            )
            for bar in bars
        ],
    }


def _map_says(facets: Facets) -> str:
    """What the map shows, in words."""
    most = ", ".join(f"{place.name} ({place.count:,})" for place in facets.places[:5])
    spots = len(facets.map)
    where = f"{spots:,} place{'' if spots == 1 else 's'} on a map of the world"
    return f"{where}; most often named: {most}" if most else where


def _with(document: articles.Document, story: Sequence[Hit]) -> Sequence[Hit]:
    """The story's articles, if there are others than this one."""
    return story if any(hit.id != document["id"] for hit in story) else ()
