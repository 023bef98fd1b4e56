"""A web server of a test's own, in a thread: it answers as it is told and remembers what it was asked."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page(body: bytes | str, status: int = 200, **headers: str) -> Handler:
    """Always the same answer."""
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=data, headers=named)

    return answer


def redirect(to: str, status: int = 302) -> Handler:
    """A redirect."""
    return page(b"", status, Location=to)


def raw(data: bytes) -> Handler:
    """These bytes as they are, and the end of the connection."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert isinstance(request.transport, asyncio.Transport)
        request.transport.write(data)
        request.transport.close()
        await asyncio.sleep(0.2)
        return web.Response()

    return answer


class Feedlike:
    """A document that changes, with the validators of a careful server."""

    def __init__(self, body: str, *, etag: bool = True, modified: bool = False) -> None:
        self.body = body
        self.etag = etag
        self.modified = modified
        self.version = 1
        self.unchanged = 0

    def change(self, body: str) -> None:
        """The document is another one from now on."""
        self.body = body
        self.version += 1

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        etag = '"' + hashlib.sha256(self.body.encode()).hexdigest()[:8] + '"'
        date = f"Wed, 19 Jun 2024 12:00:{self.version:02} GMT"
        headers = {"ETag": etag} if self.etag else {}
        headers |= {"Last-Modified": date} if self.modified else {}
        known = request.headers
        if (self.etag and known.get("If-None-Match") == etag) or (
            self.modified and known.get("If-Modified-Since") == date
        ):
            self.unchanged += 1
            return web.Response(status=304, headers=headers)
        return web.Response(body=self.body.encode(), headers=headers)


class Web:
    """Answers on a free port of this machine.

    Attributes:
        pages: what answers at each path; others are not found.
        asked: each request, as its path and its headers.
        most: requests that were answered at the same time, at most.
    """

    def __init__(self, host: str = "127.0.0.1", tls: Path | None = None) -> None:
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
        if self._tls and tls:
            self._tls.load_cert_chain(tls)
        self.pages: dict[str, Handler] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.most = 0
        self._now = 0
        self._host = host
        self._port = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._ready: Future[int] = Future()

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return f"http{'s' if self._tls else ''}://{self._host}:{self._port}{path}"

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked == path for asked, _ in self.asked)

    def __enter__(self) -> Self:
        self._thread.start()
        self._port = self._ready.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        transports: set[asyncio.Transport | None] = set()

        async def answer(request: web.Request) -> web.StreamResponse:
            transports.add(request.transport)
            self.asked.append((request.path, dict(request.headers)))
            self._now += 1
            self.most = max(self.most, self._now)
            try:
                handler = self.pages.get(request.path)
                return await handler(request) if handler else web.Response(status=404)
            finally:
                self._now -= 1

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, self._host, 0, ssl_context=self._tls)
        await site.start()
        self._ready.set_result(runner.addresses[0][1])
        while not self._ending.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.02)
        await runner.cleanup()
        for transport in transports:  # some hold what nobody wanted to read
            if transport:
                transport.abort()
        await asyncio.sleep(0)
