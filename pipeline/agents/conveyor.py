"""Batches are worked on side by side; what comes of them is delivered and acked in the order they came.

Faust 0.15.3 can commit past a message that is still in work when messages behind it are acked first
(its issue #606), so within a partition no event may be acked before all events ahead of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar


class Ackable(Protocol):
    """What the conveyor needs of a Faust event."""

    def ack(self) -> bool:
        """Say that the event's outcome is confirmed."""
        ...


Event = TypeVar("Event", bound=Ackable)
Done = TypeVar("Done")


class Conveyor(Generic[Event, Done]):
    """At most ``width`` batches are under way; acks follow delivery, strictly in order.

    Use as an async context manager around the loop that puts batches. When it is left, or when working or
    delivering raises, whatever is under way is dropped unacked, so that it will be read again.

    Args:
        work: from a batch to its results; several batches at once.
        deliver: makes a batch's results durable; one batch at a time, in order.
        width: how many batches may be under way, in work and waiting for delivery together.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Event]], Coroutine[None, None, Done]],
        deliver: Callable[[Sequence[Event], Done], Awaitable[None]],
        width: int,
    ) -> None:
        self._work = work
        self._deliver = deliver
        self._places = asyncio.Semaphore(width)
        self._line: asyncio.Queue[tuple[Sequence[Event], asyncio.Task[Done]]] = asyncio.Queue()
        self._carrier: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._carrier = asyncio.create_task(self._carry())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._carrier is not None
        tasks: list[asyncio.Task[Done] | asyncio.Task[None]] = [self._carrier]
        while not self._line.empty():
            tasks.append(self._line.get_nowait()[1])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def put(self, batch: Sequence[Event]) -> None:
        """Start work on a batch; waits while the conveyor is full.

        Raises:
            Exception: what an earlier batch's work or delivery raised.
        """
        assert self._carrier is not None
        place = asyncio.create_task(self._places.acquire())
        await asyncio.wait([place, self._carrier], return_when=asyncio.FIRST_COMPLETED)
        if self._carrier.done():
            place.cancel()
            self._carrier.result()
        self._line.put_nowait((batch, asyncio.create_task(self._work(batch))))

    async def _carry(self) -> None:
        while True:
            batch, task = await self._line.get()
            try:
                done = await task
                await self._deliver(batch, done)
            except BaseException:
                task.cancel()
                raise
            for event in batch:
                event.ack()
            self._places.release()
