"""The HTTP side of push: takes requests within bounds, and answers each with what became of its copy."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from http import HTTPStatus

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST

from pipeline.feeds import _body
from pipeline.feeds.push.exchange import AGAIN, answer_of, body_of, format_of, too_large
from pipeline.feeds.push.guard import Guard
from pipeline.feeds.push.health import Health
from pipeline.feeds.push.posts import Line, Post
from pipeline.feeds.push.problem import ProblemError, of_http, unavailable
from pipeline.feeds.shape import Ask, Result

HEALTH = "/health"
"""The one path that is open to all: a load balancer has no token."""

HELD = 4
"""Times ``max_bytes`` that all requests may hold together, and never less than 64 MiB."""

_LEAST_HELD = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_IDLE_S = 30.0
_LINGER_S = 2.0
_LOOK_S = 0.05
_LONGEST_PATH = 200
_NOTHING = "nothing of it was taken"

log = structlog.get_logger(__name__)

# aiohttp logs a traceback for whatever is no HTTP; whoever sends that is told, nobody else cares.
_quiet = logging.getLogger("pipeline.feeds.push.aiohttp")
_quiet.setLevel(logging.CRITICAL)
_quiet.propagate = False


class Bounds(Struct, frozen=True, kw_only=True):
    """What a request may take: bytes (unpacked), seconds to be sent, seconds to wait for the broker."""

    max_bytes: int
    body_s: float
    wait_s: float


class Intake:
    """A server in a thread of its own."""

    def __init__(
        self,
        bounds: Bounds,
        guard: Guard,
        line: Line,
        health: Health,
        stop: threading.Event,
        *,
        way: Ask,
    ) -> None:
        self._bounds = bounds
        self._way = way
        self._guard = guard
        self._most_held = max(_LEAST_HELD, HELD * bounds.max_bytes)
        self._line = line
        self._health = health
        self._held = 0
        self._stop = stop
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen; the port, which the system chooses where it is 0.

        Raises:
            OSError: it cannot be listened on.
        """
        ready: Future[int] = Future()

        def serve() -> None:
            try:
                asyncio.run(self._serve(host, port, tls, ready))
            except BaseException as error:
                if not ready.done():
                    ready.set_exception(error)
                else:
                    log.exception("the push server failed")

        self._thread = threading.Thread(target=serve, name="push", daemon=True)
        self._thread.start()
        return ready.result()

    @property
    def _closing(self) -> bool:
        return self._stop.is_set() or self._ended.is_set()

    def end(self, seconds: float) -> None:
        """Answer what is settled, and end within so many seconds."""
        self._ended.set()
        if self._thread:
            self._thread.join(seconds)

    async def _serve(self, host: str, port: int, tls: ssl.SSLContext | None, ready: Future[int]) -> None:
        app = web.Application(middlewares=[self._answering])
        app.router.add_post("/articles", self._articles)
        app.router.add_get(HEALTH, self._tell_health)
        app.router.add_get("/metrics", self._tell_metrics)
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=_quiet,
            auto_decompress=False,
            keepalive_timeout=_IDLE_S,
            lingering_time=_LINGER_S,
            shutdown_timeout=_LINGER_S,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, ssl_context=tls)
            await site.start()
            ready.set_result(runner.addresses[0][1])
            while not self._closing:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(_LOOK_S)
            await site.stop()
            self._line.end()
            while not self._ended.is_set():  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(_LOOK_S)
        finally:
            await runner.cleanup()

    @web.middleware
    async def _answering(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every answer passes here: an error becomes a problem document, and never tells how we work."""
        start = time.monotonic()
        try:
            if request.path != HEALTH:
                self._guard.admit(request)
            response = await handler(request)
        except ProblemError as refusal:
            response = refusal.response()
        except web.HTTPException as error:
            response = of_http(error).response()
        except (web.RequestPayloadError, ConnectionError) as error:
            problem = ProblemError(
                HTTPStatus.BAD_REQUEST, "broken-body", f"the body cannot be read: {error}"[:300]
            )
            response = problem.response()
        except Exception:
            log.exception("a request failed", method=request.method)
            detail = f"this is our fault; the copy {AGAIN}"
            response = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail).response()
        response.headers["Server"] = "Newswire"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.status >= HTTPStatus.BAD_REQUEST or self._closing:
            response.force_close()
        seconds = time.monotonic() - start
        self._health.answered(response.status, seconds)
        log.debug(
            "request",
            method=request.method,
            path=request.path[:_LONGEST_PATH],
            status=response.status,
            client=request.remote,
            seconds=round(seconds, 4),
        )
        return response

    async def _articles(self, request: web.Request) -> web.Response:
        """``POST /articles``: 202 once all its articles are with the broker, or in the spool."""
        self._can_take()
        name = format_of(request)
        body = body_of(request, self._bounds.max_bytes)
        try:
            post = Post(request.remote or "unknown", await self._read(request, body), name)
            return answer_of(post, await self._settled(post))
        finally:
            self._held -= body.size

    def _can_take(self) -> None:
        if self._closing:
            raise unavailable(f"the process is stopping; {_NOTHING}")
        why = self._way().why
        if why:
            raise unavailable(f"{why}; {_NOTHING}")
        if self._line.stuck_s > self._bounds.wait_s:
            raise unavailable(f"the broker does not answer; {_NOTHING}")

    async def _read(self, request: web.Request, body: _body.Body) -> bytes:
        """The body, unpacked.

        Raises:
            ProblemError: it cannot be used.
        """
        try:
            async with asyncio.timeout(self._bounds.body_s):
                async for chunk in request.content.iter_chunked(_CHUNK):
                    before = body.size
                    try:
                        body.feed(chunk)
                    finally:
                        self._held += body.size - before
                    if self._held > self._most_held:
                        raise unavailable(f"too much is on its way; {_NOTHING}", 1)
            data = body.whole()
        except TimeoutError as error:
            detail = f"the body did not come within {self._bounds.body_s:g} s"
            raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "body-too-slow", detail) from error
        except _body.TooLargeError as error:
            raise too_large(self._bounds.max_bytes) from error
        except _body.BodyError as error:
            raise ProblemError(HTTPStatus.BAD_REQUEST, "broken-body", str(error)) from error
        if not data.strip():
            raise ProblemError(HTTPStatus.BAD_REQUEST, "empty-body", "the body is empty; send the copy in it")
        return data

    async def _settled(self, post: Post) -> Result:
        """What became of a request's copy.

        Raises:
            ProblemError: it is not known, or not sent at all.
        """
        if not self._line.join(post):
            raise unavailable(f"too many requests wait; {_NOTHING}", 1)
        try:
            result = await post.answer(self._bounds.wait_s)
            why = "the process is stopping"
        except TimeoutError:
            self._line.leave(post)
            result, why = None, f"the broker did not answer within {self._bounds.wait_s:g} s"
        if result is None:
            raise unavailable(f"{why}; {'the copy ' + AGAIN if post.taken else _NOTHING}")
        return result

    async def _tell_health(self, _: web.Request) -> web.Response:
        """``GET /health``: whether what is sent is taken, and what waits in the spool, if there is one."""
        way = self._way()
        stuck = self._line.stuck_s > self._bounds.wait_s
        reached = self._health.state if way.state == "ok" else way.state
        state = "stopping" if self._closing else "waiting" if stuck else reached
        health: dict[str, object] = {
            "status": state,
            "waiting": len(self._line),
            "last_article": self._health.last,
        }
        if way.spool:
            health["spool"] = way.spool
        status = HTTPStatus.OK if state == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
        return web.Response(status=status, body=msgspec.json.encode(health), content_type="application/json")

    async def _tell_metrics(self, _: web.Request) -> web.Response:
        """``GET /metrics``: its own and those of the process, as Prometheus reads them."""
        return web.Response(body=self._health.metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})
