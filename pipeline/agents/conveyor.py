"""Batches side by side: each is worked on, delivered as soon as it is done, and acked when it is its turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from pipeline.agents.acks import Acks, Place, Ticket
from pipeline.agents.outcomes import DONE, Report, Settled, Untold


class Message(Place, Protocol):
    """What the conveyor needs of an event's message beside its place."""

    @property
    def key(self) -> bytes | None:
        """The article's id: what has the same key is delivered in the order in which it was read."""
        ...

    @property
    def value(self) -> bytes | None:
        """Its bytes."""
        ...


class Carried(Protocol):
    """What the conveyor needs of a Faust event."""

    @property
    def message(self) -> Message:
        """The message that it is of."""
        ...

    def ack(self) -> bool:
        """Say that the outcome is confirmed."""
        ...


Event = TypeVar("Event", bound=Carried)
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may be under way: batches not delivered yet, and articles and bytes not acked yet."""

    batches: int
    articles: int
    size: int


class Conveyor(Generic[Event, Done]):
    """Batches may finish out of order; acks never are.

    A batch waits before its delivery for those that came before it and hold another version of an article of
    its own, so that the versions of an article stay in order. A batch that is slow, or that waits for a
    service, holds back the acks behind it, and once the bounds are reached whatever would come next.

    Use as an async context manager around the loop that puts batches. When it is left, it waits until all is
    delivered and acked. When the loop, working or delivering raises, whatever is under way is dropped
    unacked, the loop is interrupted, and the error comes out; what was dropped will be read again.

    Args:
        work: from a batch to its results; several batches at once.
        deliver: makes a batch's results durable, several batches at once, and says what became of each event;
            nothing if each is done.
        bounds: how much may be under way; one batch may always.
        report: where batches and acks are told.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Event]], Awaitable[Done]],
        deliver: Callable[[Sequence[Event], Done], Awaitable[Sequence[Settled] | None]],
        bounds: Bounds,
        report: Report | None = None,
    ) -> None:
        self._work = work
        self._deliver = deliver
        self._bounds = bounds
        self._report = report or Untold()
        self._acks: Acks[Event] = Acks()
        self._under_way: dict[asyncio.Task[None], frozenset[bytes]] = {}
        self._changed = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._tasks.__aexit__(kind, error, trace)
        except BaseExceptionGroup as problems:
            raise problems.exceptions[0] from None

    async def put(self, batch: Sequence[Event]) -> None:
        """Start work on a batch; waits while as much is under way as may be."""
        size = sum(map(size_of, batch))
        while not self._has_room(len(batch), size):
            self._changed.clear()
            await self._changed.wait()
        keys = frozenset(event.message.key for event in batch if event.message.key is not None)
        ahead = [task for task, others in self._under_way.items() if not keys.isdisjoint(others)]
        tickets = [self._acks.take(event, size_of(event)) for event in batch]
        self._report.held(self._acks.held)
        task = self._tasks.create_task(self._carry(batch, ahead, tickets))
        self._under_way[task] = keys
        task.add_done_callback(self._arrived)

    def _has_room(self, articles: int, size: int) -> bool:
        if not self._acks.held:
            return True
        bounds = self._bounds
        return (
            len(self._under_way) < bounds.batches
            and self._acks.held + articles <= bounds.articles
            and self._acks.held_bytes + size <= bounds.size
        )

    async def _carry(
        self, batch: Sequence[Event], ahead: Sequence[asyncio.Task[None]], tickets: Sequence[Ticket[Event]]
    ) -> None:
        began = time.monotonic()
        done = await self._work(batch)
        if ahead:
            await asyncio.wait(ahead)
        settled = await self._deliver(batch, done) or [DONE] * len(batch)
        self._report.batch(len(batch), time.monotonic() - began)
        for ticket, each in zip(tickets, settled, strict=True):
            self._acks.confirm(ticket, partial(self._report.acked, each))
        self._report.held(self._acks.held)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._changed.set()


def size_of(event: Carried) -> int:
    """The bytes of an event's value."""
    return len(event.message.value or b"")
