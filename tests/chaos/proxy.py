"""An Elasticsearch that is too busy for half of the bulk requests and cuts every tenth connection."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from pydantic import HttpUrl

CUT_EVERY = 10
BUSY = 0.5

_START_S = 10.0
_PASSED = ("accept", "content-type")
_RETURNED = ("content-type", "x-elastic-product")
_REFUSAL = {
    "error": {"type": "es_rejected_execution_exception", "reason": "the queue is full"},
    "status": 429,
}


class BusyProxy:
    """Stands before a real Elasticsearch for the length of a ``with`` block.

    Each request has a connection of its own. Of those that are cut, every other one is cut before
    Elasticsearch hears of the request, and every other one when it has done what was asked.

    Args:
        upstream: the real one.
        seed: decides which requests are refused.

    Attributes:
        seen: how many requests were ``passed``, ``refused`` and ``cut``.
    """

    def __init__(self, upstream: HttpUrl, seed: int = 1) -> None:
        self.seen: Counter[str] = Counter()
        self.port = 0
        self._upstream = str(upstream).rstrip("/")
        self._chooser = random.Random(seed)
        self._connections = 0
        self._up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="proxy")

    @property
    def url(self) -> HttpUrl:
        """Where it is."""
        return HttpUrl(f"http://127.0.0.1:{self.port}")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(_START_S), "the proxy did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        async with aiohttp.ClientSession() as self._client:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            self._up.set()
            await self._leave.wait()
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        self._connections += 1
        turn, rest = divmod(self._connections, CUT_EVERY)
        body = await request.read()
        if rest == 0 and turn % 2:
            return self._cut(request)
        if request.path.endswith("/_bulk") and self._chooser.random() < BUSY:
            answer = self._refuse()
        else:
            answer = await self._pass(request, body)
        if rest == 0:
            return self._cut(request)
        answer.force_close()
        return answer

    def _refuse(self) -> web.Response:
        self.seen["refused"] += 1
        return web.json_response(_REFUSAL, status=429, headers={"x-elastic-product": "Elasticsearch"})

    def _cut(self, request: web.Request) -> web.Response:
        self.seen["cut"] += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # nobody is there to read it

    async def _pass(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
        async with self._client.request(
            request.method, f"{self._upstream}{request.raw_path}", data=body, headers=headers
        ) as answer:
            self.seen["passed"] += 1
            kept = {name: answer.headers[name] for name in _RETURNED if name in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)
