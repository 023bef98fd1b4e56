"""The application: which address gives what, and what every answer goes through."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from aiohttp import web

from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.web import api, guard, lagging, live, pages, tail
from pipeline.web.asking import Asking
from pipeline.web.broadcast import Broadcast
from pipeline.web.errors import AbsentError, status_of
from pipeline.web.rooms import FILES, ROOMS, Rooms, static

_MOST_BYTES = 16 * 1024  # of a request's body, which nothing here reads

log = structlog.get_logger(__name__)


def make_app(settings: Settings, ask: Asking | None = None) -> web.Application:
    """The page and the API, to be served.

    Args:
        settings: where Elasticsearch and Kafka are, and the logins.
        ask: how they are asked; by default as many at once, and for as long, as is right for most.

    Raises:
        WebError: the logins are set in part.
    """
    asking = ask or Asking()
    app = web.Application(
        middlewares=[guard.guarded(guard.Login.of(settings)), told], client_max_size=_MOST_BYTES
    )
    followed, sampling = tail.Tail(settings, asking), lagging.Lagging(settings)
    rooms = Rooms(
        settings=settings,
        ask=asking,
        tail=Broadcast(followed.look, every_s=tail.EVERY_S, begin=followed.begin),
        lag=Broadcast(sampling.look, every_s=lagging.EVERY_S),
        sample=sampling.look,
        trails=sampling.trails,
    )
    app[ROOMS] = rooms

    async def end_streams(_: web.Application) -> None:
        await rooms.tail.close()
        await rooms.lag.close()

    async def close(_: web.Application) -> None:
        await sampling.close()
        asking.close()

    app.on_response_prepare.append(guard.harden)
    app.on_shutdown.append(end_streams)
    app.on_cleanup.append(close)
    _route(app)
    return app


def _route(app: web.Application) -> None:
    router = app.router
    router.add_get("/", pages.search)
    router.add_get("/article/{id}", pages.article)
    router.add_get("/live", pages.come_in)
    router.add_get("/live/events", live.articles)
    router.add_get("/lag", pages.lag)
    router.add_get("/lag/events", live.lag)
    for name, handler in (
        ("search", api.search),
        ("facets", api.facets),
        ("suggest", api.suggest),
        ("article/{id}", api.article),
        ("article/{id}/like", api.like),
        ("story/{id}", api.story),
        ("latest", api.latest),
        ("lag", api.lag),
    ):
        router.add_get(f"/api/{name}", handler)
    router.add_get("/static/{name}", _static)
    router.add_get(guard.LIVE, _lives)


@web.middleware
async def told(request: web.Request, handler: guard.Handler) -> web.StreamResponse:
    """Makes an error what its reader can use: a page, or JSON; never a trace."""
    try:
        return await handler(request)
    except NewswireError as error:
        return _said(request, error, status_of(error))
    except web.HTTPNotFound:
        return _said(request, AbsentError("there is no such page here"), HTTPStatus.NOT_FOUND)
    except web.HTTPException as error:
        return _said(request, NewswireError(error.reason), HTTPStatus(error.status))
    except Exception:  # whatever it is, it is for the log and not for who asked
        log.exception("a page could not be made", path=request.path)
        fault = NewswireError("the server has a fault; its log says which")
        return _said(request, fault, HTTPStatus.INTERNAL_SERVER_ERROR)


def _said(request: web.Request, error: NewswireError, status: HTTPStatus) -> web.Response:
    if request.path.startswith("/api/"):
        return api.answer({"error": str(error)}, status)
    return pages.failed(error, status, request.query.get("q", ""))


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    response = web.Response(body=static(name), content_type=FILES[name], charset="utf-8")
    response.enable_compression()
    return response


async def _lives(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")
