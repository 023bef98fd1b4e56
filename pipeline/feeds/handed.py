"""What the threads of a run hand over: the pieces that were read, what was met, each item's tally."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, structs

from pipeline import formats, producer
from pipeline.feeds.shape import Item, Result, Unreadable

if TYPE_CHECKING:
    from pipeline.feeds.lane import Lane

REASONS = 10
"""Faults of one item that are told to its feed."""


class Tally:
    """What is known of one item: pieces on their way, and what became of the others."""

    def __init__(self, lane: Lane, item: Item, feed: str) -> None:
        self.lane = lane
        self.item = item
        self.feed = feed
        self.result = Result(accepted=0, rejected=0, failed=0)
        self.pending = 0
        self.read = False
        self.lost = False

    def settle(self, *, accepted: int = 0, failure: str = "", lost: bool = False) -> None:
        """One of its pieces is done with, or was not taken for a reason; a lost one never will be."""
        with self.lane.changed:
            self.pending -= 1
            self.lost = self.lost or lost
            self.result = structs.replace(
                self.result,
                accepted=self.result.accepted + accepted,
                failed=self.result.failed + bool(failure),
                failure=self.result.failure or failure,
            )
            self.lane.changed.notify_all()

    def reject(self, rejected: formats.Rejected, *, deferred: bool = False) -> None:
        """Note a piece that is no article."""
        with self.lane.changed:
            self.result = structs.replace(
                self.result,
                rejected=self.result.rejected + (not deferred),
                reasons=(*self.result.reasons, f"byte {rejected.offset}: {rejected.reason}")[:REASONS],
                truncated=self.result.truncated or rejected.kind == "truncated",
                deferred=deferred,
            )


class Parcel(Struct, frozen=True):
    """A piece on its way to the broker or the spool.

    ``took`` is called once when the feed may hand over another, ``done`` once when it is known what became of
    this one. A ``patient`` one waits for room in a spool that is full; its sender cannot be told.
    """

    message: producer.Message
    patient: bool
    took: Callable[[], None]
    done: producer.Done

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        message = self.message
        headers = sum(len(name) + len(value) for name, value in message.headers)
        return len(message.value) + len(message.key or b"") + headers


class Started(Struct, frozen=True):
    """The feed is at work."""

    lane: Lane


class Send(Struct, frozen=True):
    """A piece to be sent: an article, or what is none and becomes a dead letter."""

    tally: Tally
    outcome: formats.Outcome


class Refused(Struct, frozen=True):
    """A piece that is no article and becomes no dead letter: its sender is told, or its rest is awaited."""

    tally: Tally
    rejected: formats.Rejected
    deferred: bool = False


class Read(Struct, frozen=True):
    """So many more bytes were read."""

    feed: str
    size: int


class Done(Struct, frozen=True):
    """An item was read to its end, settled and acknowledged."""

    tally: Tally


class Trouble(Struct, frozen=True):
    """Something that cannot be read."""

    feed: str
    what: Unreadable


class Broken(Struct, frozen=True):
    """The feed itself failed; it starts once more after so many seconds, or not at all."""

    lane: Lane
    error: Exception
    delay: float | None


class Ended(Struct, frozen=True):
    """The feed is at its end, or was stopped with something left to read."""

    lane: Lane
    stopped: bool


class Said(Struct, frozen=True):
    """What the courier or the spool waits for, or what the broker refused of what was in the spool."""

    kind: Literal["waiting", "failed"]
    message: str


class Failed(Struct, frozen=True):
    """The courier or the spool has ended by itself."""

    error: Exception


FromFeed: TypeAlias = Started | Send | Refused | Read | Done | Trouble | Broken | Ended
"""What comes from a feed's thread."""

Message: TypeAlias = FromFeed | Said | Failed
