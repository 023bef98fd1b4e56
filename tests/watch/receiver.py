"""A real webhook receiver: an aiohttp server that keeps what is posted and answers as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self

from aiohttp import web

Answer = tuple[int, Mapping[str, str]]


class Post(NamedTuple):
    """What was posted."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Listens on a port of this machine; use it as an async context manager.

    Attributes:
        posts: what was posted, in order.
        answers: one for each post to come, 204 when none is left.
        silent: while true, posts are kept and not answered.
    """

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answers: deque[Answer] = deque()
        self.silent = False
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _take(self, request: web.Request) -> web.Response:
        self.posts.append(Post(request.path, dict(request.headers), await request.read()))
        while self.silent:  # noqa: ASYNC110 - a test may change its mind
            await asyncio.sleep(0.05)
        status, headers = self.answers.popleft() if self.answers else (204, {})
        return web.Response(status=status, headers=headers)


async def until(condition: Callable[[], bool], what: str, within_s: float = 60) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {within_s:g} s: {what}") from None
