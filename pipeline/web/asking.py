"""Asking what blocks, from a server that must not: in threads, so many at once, each for so long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from pipeline.web.errors import BusyError

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Asking:
    """Runs calls that block; each holds its thread until it is done, whoever still waits for it."""

    def __init__(
        self, *, threads: int = 8, queue: int = 32, limit_s: float = 15.0, whom: str = "Elasticsearch"
    ) -> None:
        """``threads`` calls of ``whom`` at once, ``queue`` more that wait; ``limit_s`` from first to last."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="asking")
        self._most = threads + queue
        self._limit_s = limit_s
        self._whom = whom
        self._open = 0

    async def __call__(
        self, question: Callable[Asked, Answer], *args: Asked.args, **named: Asked.kwargs
    ) -> Answer:
        """The answer.

        Raises:
            BusyError: too many are waiting already, or it took too long.
            Exception: what the call raised.
        """
        if self._open >= self._most:
            raise BusyError("too many questions at once: try again in a moment")
        self._open += 1
        # Over when the thread is, not when nobody waits any more: a slow Elasticsearch gathers no threads.
        running = self._pool.submit(partial(question, *args, **named))
        loop = asyncio.get_running_loop()
        running.add_done_callback(lambda _: _tell(loop, self._done))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(running), self._limit_s)
        except TimeoutError as error:
            raise BusyError(
                f"{self._whom} gave no answer within {self._limit_s:g} s: it is busy or hangs; try again"
                " in a moment, and see `newswire status`"
            ) from error

    def close(self) -> None:
        """Start nothing more; what runs ends by its own limit."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _done(self) -> None:
        self._open -= 1


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)
