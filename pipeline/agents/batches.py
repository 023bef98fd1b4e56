"""Batches of what comes, bounded in number and bytes, so that neither memory nor the wait grows."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Batches(Generic[Item]):
    """Collects items into batches: full, or as full as they became in so many seconds.

    While nobody takes a batch, no more than one is collected, and the source is read no further.

    Args:
        most: items in a batch at most.
        most_bytes: bytes after which a batch is full; the item that reaches them belongs to it.
        linger_s: tells for each batch how many seconds its first item waits at most for others.
        size: an item's bytes.
    """

    def __init__(
        self, most: int, most_bytes: int, linger_s: Callable[[], float], size: Callable[[Item], int]
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._linger_s = linger_s
        self._size = size
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._first = asyncio.Event()
        self._full = asyncio.Event()
        self._room = asyncio.Event()

    async def of(self, source: AsyncIterable[Item], stop: asyncio.Event) -> AsyncGenerator[list[Item], None]:
        """Batches until the source ends or ``stop`` is set.

        Raises:
            Exception: what the source raised, once the batches before it are taken.
        """
        reading = asyncio.create_task(self._read(source))
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self._either(self._first, reading, stopping, None)
                await self._either(self._full, reading, stopping, self._linger_s())
                if stop.is_set():
                    return
                if self._waiting:
                    yield self._take()
                elif reading.done():
                    reading.result()
                    return
        finally:
            await _end(reading, stopping)

    async def _read(self, source: AsyncIterable[Item]) -> None:
        async for item in source:
            self._waiting.append(item)
            self._bytes += self._size(item)
            self._first.set()
            if len(self._waiting) >= self._most or self._bytes >= self._most_bytes:
                self._room.clear()
                self._full.set()
                await self._room.wait()

    async def _either(
        self,
        event: asyncio.Event,
        reading: asyncio.Task[None],
        stopping: asyncio.Task[bool],
        timeout_s: float | None,
    ) -> None:
        """Wait for an event, but no longer than the source lasts, until told to stop, or so many seconds."""
        if event.is_set() or reading.done():
            return
        waiting = asyncio.create_task(event.wait())
        try:
            await asyncio.wait(
                [waiting, reading, stopping], timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waiting.cancel()

    def _take(self) -> list[Item]:
        batch = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._first.clear()
        self._full.clear()
        self._room.set()
        return batch


async def _end(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
