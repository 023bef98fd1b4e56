"""The same as JSON, for programs; docs/web.md says what each address takes and gives."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from aiohttp import web

from pipeline import search as searching
from pipeline.search import Suggestion
from pipeline.settings import Settings
from pipeline.web import articles, params
from pipeline.web.rooms import ROOMS

_MARKERS = ("**", "**")
_MOST_WORDS = 3


async def search(request: web.Request) -> web.Response:
    """Hits."""
    rooms = request.app[ROOMS]
    wanted = params.asked(request.query, filtered=True)
    found = await rooms.ask(
        searching.search,
        wanted.words,
        rooms.settings,
        wanted.filters,
        size=wanted.size,
        sort=wanted.sort,
        after=wanted.after,
        collapse=request.query.get("collapse") != "no",
        markers=_MARKERS,
    )
    return answer(found)


async def facets(request: web.Request) -> web.Response:
    """What the articles that answer have in common."""
    rooms = request.app[ROOMS]
    wanted = params.asked(request.query, filtered=True)
    return answer(
        await rooms.ask(
            searching.facets, wanted.words, rooms.settings, wanted.filters, size=params.size(request.query)
        )
    )


async def suggest(request: web.Request) -> web.Response:
    """Names that go on as the end of what was typed begins, and how many characters each replaces."""
    rooms = request.app[ROOMS]
    found, replaces = await rooms.ask(suggested, request.query.get("q", ""), rooms.settings)
    return answer({"replaces": replaces, "suggestions": found})


async def article(request: web.Request) -> web.Response:
    """One article whole."""
    rooms = request.app[ROOMS]
    document = await rooms.ask(articles.find, request.match_info["id"], rooms.settings, datetime.now(UTC))
    return answer(document)


async def like(request: web.Request) -> web.Response:
    """What is like an article."""
    rooms = request.app[ROOMS]
    size = params.size(request.query)
    document = await rooms.ask(articles.find, request.match_info["id"], rooms.settings, datetime.now(UTC))
    return answer(await rooms.ask(articles.similar, document, rooms.settings, size=size))


async def story(request: web.Request) -> web.Response:
    """The articles of a story."""
    rooms = request.app[ROOMS]
    found = await rooms.ask(searching.story, request.match_info["id"], rooms.settings)
    return answer({"hits": found})


async def latest(request: web.Request) -> web.Response:
    """What was indexed since."""
    rooms = request.app[ROOMS]
    after = request.query.get("after") or None
    size = params.size(request.query)
    return answer(await rooms.ask(searching.latest, rooms.settings, after=after, size=size))


async def lag(request: web.Request) -> web.Response:
    """How far behind each hop is."""
    return answer(await request.app[ROOMS].sample())


def answer(value: object, status: int = 200) -> web.Response:
    """A value as JSON."""
    response = web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json", charset="utf-8"
    )
    response.enable_compression()
    return response


def suggested(typed: str, settings: Settings) -> tuple[tuple[Suggestion, ...], int]:
    """What the end of a query may go on to be: its last three words if a name begins so, else two, else one.

    Returns:
        The names, and how many characters at the end of ``typed`` each takes the place of.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    for start in _starts(typed):
        if found := searching.suggest(typed[start:], settings):
            return found, len(typed) - start
    return (), 0


def _starts(typed: str) -> list[int]:
    """Where the last words begin, three first; what a field, a quotation or a group has is no word."""
    starts: list[int] = []
    at = len(typed)
    while len(starts) < _MOST_WORDS:
        before = typed[:at].rstrip()
        if not before or (not starts and len(before) < len(typed)):
            break
        begin = max(before.rfind(sign) for sign in " \t\n(|-") + 1
        word = before[begin:]
        if not word or any(sign in word for sign in ':")') or word == "OR":
            break
        starts.append(begin)
        at = begin
        if typed[begin - 1 : begin] not in {" ", "\t", "\n"}:
            break
    return starts[::-1]
