"""What goes on by itself: articles as they become searchable, and the lag, as server-sent events."""

from __future__ import annotations

from contextlib import suppress

from aiohttp import web

from pipeline.errors import NewswireError
from pipeline.search import QueryError
from pipeline.web import broadcast
from pipeline.web.lagging import Table, table
from pipeline.web.rooms import ROOMS, Rooms
from pipeline.web.tail import Tail, line

__all__ = ["articles", "lag", "line", "sampled"]


async def articles(request: web.Request) -> web.StreamResponse:
    """An event ``article`` for each that becomes searchable, from where the page was made or left off."""
    rooms = request.app[ROOMS]
    mark = request.headers.get("Last-Event-ID") or request.query.get("after")
    async with rooms.tail.listening() as queue:
        response = await broadcast.opened(request)
        seen: set[tuple[str, int]] = set()
        with suppress(ConnectionResetError):
            await _catch_up(rooms, response, mark, seen)
            async for news in broadcast.heard(response, queue):
                for hit in news.hits:
                    if (hit.id, hit.version) not in seen:
                        await broadcast.send(response, "article", line(hit))
                seen.clear()
                await broadcast.send(response, "mark", {}, news.after)
    return response


async def _catch_up(
    rooms: Rooms, response: web.StreamResponse, mark: str | None, seen: set[tuple[str, int]]
) -> None:
    """What came in between the mark and now; a mark that is none is passed over."""
    if not mark:
        return
    try:
        async for news in Tail(rooms.settings, rooms.ask).since(mark):
            for hit in news.hits:
                seen.add((hit.id, hit.version))
                await broadcast.send(response, "article", line(hit))
            await broadcast.send(response, "mark", {}, news.after)
    except QueryError:
        return
    except NewswireError as error:
        await broadcast.send(response, "trouble", broadcast.Trouble(str(error)))


async def lag(request: web.Request) -> web.StreamResponse:
    """An event ``lag`` every two seconds."""
    rooms = request.app[ROOMS]
    async with rooms.lag.listening() as queue:
        response = await broadcast.opened(request)
        with suppress(ConnectionResetError):
            async for news in broadcast.heard(response, queue):
                await broadcast.send(response, "lag", table(news, rooms.trails))
    return response


async def sampled(rooms: Rooms) -> Table:
    """How far behind everything is now.

    Raises:
        NewswireError: Kafka could not be asked.
    """
    return table(await rooms.sample(), rooms.trails)
