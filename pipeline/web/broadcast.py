"""One look for all who watch: something is asked again and again, while anybody listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

import msgspec
import structlog
from aiohttp import hdrs, web

from pipeline.errors import NewswireError
from pipeline.web.errors import BusyError

News = TypeVar("News")

MOST_LISTENERS = 200
_BEHIND = 64
_BEAT_S = 15.0
_WRITE_S = 30.0
_RETRY_MS = 2000

log = structlog.get_logger(__name__)


class Trouble(msgspec.Struct, frozen=True):
    """Why nothing is new: what went wrong, for a reader."""

    error: str


class Broadcast(Generic[News]):
    """Gives what is new to each listener, in order.

    One who does not keep up is sent away, and a browser then comes back and asks for what it missed.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[News | None]],
        *,
        every_s: float,
        begin: Callable[[], None] | None = None,
    ) -> None:
        """``look`` gives what is new, or nothing; it is called every ``every_s`` seconds.

        ``begin`` is called before the first look after nobody listened: what came in then is not new.
        """
        self._look = look
        self._every_s = every_s
        self._begin = begin
        self._looked = asyncio.Event()
        self._queues: set[asyncio.Queue[News | Trouble | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Queue[News | Trouble | None]]:
        """A queue of what is new from now on; ``None`` ends it.

        It is there once a look was made: what an earlier question missed, the next look finds.

        Raises:
            BusyError: too many listen already, or the server stops.
        """
        if self._closed or len(self._queues) >= MOST_LISTENERS:
            raise BusyError(f"{len(self._queues)} pages listen already: close one, or try again later")
        queue: asyncio.Queue[News | Trouble | None] = asyncio.Queue(_BEHIND)
        self._queues.add(queue)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        try:
            await self._looked.wait()
            yield queue
        finally:
            self._queues.discard(queue)
            if not self._queues:
                await self._stop()

    async def close(self) -> None:
        """Send all listeners away."""
        self._closed = True
        self._looked.set()
        for queue in list(self._queues):
            _send_away(queue)
        await self._stop()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            self._looked.clear()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        if self._begin is not None:
            self._begin()
        while True:
            try:
                news: News | Trouble | None = await self._look()
            except NewswireError as error:
                news = Trouble(str(error))
            except Exception:  # a fault in one look must not end all others
                log.exception("a look for what is new failed")
                news = Trouble("the server has a fault; its log says which")
            if news is not None:
                for queue in list(self._queues):
                    _put(queue, news)
            self._looked.set()
            await asyncio.sleep(self._every_s)


class Events(web.StreamResponse):
    """An answer of server-sent events; who does not read it is cut off and holds no place for ever."""

    def __init__(self, request: web.Request) -> None:
        super().__init__(headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8"})
        # A proxy before us is to pass on each event as it comes.
        self.headers["X-Accel-Buffering"] = "no"
        self._transport = request.transport

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write it.

        Raises:
            ConnectionResetError: nobody is there any more, or nobody read for 30 s.
        """
        try:
            await asyncio.wait_for(super().write(data), _WRITE_S)
        except TimeoutError:
            # Closing would wait for what was not read.
            if self._transport is not None:
                self._transport.abort()
            raise ConnectionResetError("who listens does not read") from None


async def opened(request: web.Request) -> Events:
    """The beginning of an answer of server-sent events."""
    response = Events(request)
    await response.prepare(request)
    await response.write(f"retry: {_RETRY_MS}\n\n".encode())
    return response


async def send(response: web.StreamResponse, kind: str, value: object, mark: str | None = None) -> None:
    """One event; ``mark`` is what a browser asks with when it comes back."""
    lines = [
        f"event: {kind}",
        f"data: {msgspec.json.encode(value).decode()}",
        *([f"id: {mark}"] if mark else []),
    ]
    await response.write(("\n".join(lines) + "\n\n").encode())


async def heard(
    response: web.StreamResponse, queue: asyncio.Queue[News | Trouble | None]
) -> AsyncIterator[News]:
    """What is new, until the end; between, beats that show that both sides are still there."""
    while True:
        try:
            news = await asyncio.wait_for(queue.get(), _BEAT_S)
        except TimeoutError:
            await response.write(b": beat\n\n")
            continue
        if news is None:
            return
        if isinstance(news, Trouble):
            await send(response, "trouble", news)
        else:
            yield news


def _put(queue: asyncio.Queue[News | Trouble | None], news: News | Trouble) -> None:
    try:
        queue.put_nowait(news)
    except asyncio.QueueFull:
        _send_away(queue)


def _send_away(queue: asyncio.Queue[News | Trouble | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
