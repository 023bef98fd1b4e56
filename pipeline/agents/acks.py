"""Acks in order: an event is acked when its outcome and those of all events before it are confirmed.

Faust 0.15.3 can commit past a message that is still in work when messages behind it are acked first (its
issue #606). With acks in order, an acked offset says that everything before it in its partition is done, so
that whatever Faust makes of the acks, a commit never steps over an article.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Place(Protocol):
    """Where an event stands: partition and offset, and the generation of the group in which it was read."""

    @property
    def topic(self) -> str:
        """The topic's name."""
        ...

    @property
    def partition(self) -> int:
        """The partition's number."""
        ...

    @property
    def offset(self) -> int:
        """The place in the partition."""
        ...

    @property
    def generation_id(self) -> int | None:
        """The number of the group's last rebalance when it was read."""
        ...


class Ackable(Protocol):
    """What is needed of a Faust event."""

    @property
    def message(self) -> Place:
        """The message that it is of."""
        ...

    def ack(self) -> bool:
        """Say that the outcome is confirmed."""
        ...


Event = TypeVar("Event", bound=Ackable)


class Ticket(Generic[Event]):
    """An event's place in the line of its partition."""

    __slots__ = ("acked", "confirmed", "event", "line", "size")

    def __init__(self, event: Event, size: int, line: deque[Ticket[Event]]) -> None:
        self.event = event
        self.size = size
        self.line = line
        self.confirmed = False
        self.acked: Callable[[], None] = _nobody_asks


def _nobody_asks() -> None:
    """What is done when an event is acked."""


class Acks(Generic[Event]):
    """Holds back each ack until it is due.

    Each partition has a line for each generation of the group: after a rebalance the partition is read again
    from what was committed, and what was read before is a line of its own, which goes on by itself. Its acks
    are true, but no longer counted.

    Attributes:
        held: how many events were taken and are not acked yet.
        held_bytes: their size, in bytes.
    """

    def __init__(self) -> None:
        self.held = 0
        self.held_bytes = 0
        self._lines: dict[tuple[str, int, int | None], deque[Ticket[Event]]] = {}

    def take(self, event: Event, size: int) -> Ticket[Event]:
        """Put an event of so many bytes in line; in the order in which its partition was read.

        An offset that does not lie behind the one before it means that the partition is read anew: a new
        line begins.
        """
        place = event.message
        key = (place.topic, place.partition, place.generation_id)
        line = self._lines.get(key)
        if line is None or (line and line[-1].event.message.offset >= place.offset):
            line = self._lines[key] = deque()
        ticket = Ticket(event, size, line)
        line.append(ticket)
        self.held += 1
        self.held_bytes += size
        return ticket

    def confirm(self, ticket: Ticket[Event], acked: Callable[[], None] = _nobody_asks) -> None:
        """An event's outcome is confirmed: ack it, and those behind it, as far as they are due.

        Args:
            ticket: the event's.
            acked: is called once the event is acked, which may be when another one is confirmed.
        """
        ticket.confirmed = True
        ticket.acked = acked
        line = ticket.line
        while line and line[0].confirmed:
            first = line.popleft()
            first.event.ack()
            self.held -= 1
            self.held_bytes -= first.size
            first.acked()
        if not line:
            self._drop(ticket)

    def _drop(self, ticket: Ticket[Event]) -> None:
        """Forget a line that is empty, unless another has taken its place."""
        place = ticket.event.message
        key = (place.topic, place.partition, place.generation_id)
        if self._lines.get(key) is ticket.line:
            del self._lines[key]
