"""What a run tells while it goes on, and what it has done in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct, field

from pipeline.settings import MIB

SPOOLED = 3
"""The exit code of a run that did all it could, and left messages in the spool."""

Kind = Literal["progress", "item", "rejected", "failed", "unreadable", "feed", "waiting"]


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened in a run, with its counts so far.

    ``message`` is one line for a person; ``problem`` says whether it belongs on standard error. ``feed`` is
    the feed that it is about, if it is about one. ``bytes`` of ``total`` were read, where the total is
    known; ``accepted`` articles are with the broker.
    """

    kind: Kind
    message: str = ""
    feed: str = ""
    bytes: int = 0
    total: int | None = None
    accepted: int = 0

    @property
    def problem(self) -> bool:
        """Whether somebody has to know."""
        return self.kind not in ("progress", "item")


OnEvent: TypeAlias = Callable[[Event], None]


class Waiting(Struct, frozen=True, kw_only=True):
    """What waits in the spool to be sent on: articles and dead letters, as messages.

    ``bytes`` are those of the messages, of which there may be ``limit``; the oldest came ``oldest_seconds``
    ago. Of the messages the broker refused ``refused``, each for a reason of its own.
    """

    messages: int
    bytes: int
    limit: int
    refused: int = 0
    oldest_seconds: float | None = None

    def __str__(self) -> str:
        """How much it is, in words."""
        noun = "message" if self.messages == 1 else "messages"
        return f"{self.messages:,} {noun} ({self.bytes / MIB:,.1f} of {self.limit / MIB:,.0f} MiB)"


class Counts(Struct, kw_only=True):
    """What one feed did, or all of them together.

    ``files`` (or other items) were read to their end, ``accepted`` articles are with the broker or in the
    spool, ``rejected`` pieces were none, ``failed`` articles were not taken, ``unreadable`` files could not
    be read, ``errors`` is how often a feed itself failed, ``bytes`` were read.
    """

    files: int = 0
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    unreadable: int = 0
    errors: int = 0
    bytes: int = 0


class FeedSummary(Counts, kw_only=True):
    """What came from one feed, and how it is.

    ``up`` says whether it is at work: neither at its end, nor failed and not started again yet. It and
    ``errors`` are of the object that feeds, which may stand for several feeds. ``last_article`` is when one
    was accepted.
    """

    up: bool = False
    last_article: datetime | None = None
    last_error: str | None = None


class Summary(Counts, kw_only=True):
    """What a run did, and for how many seconds.

    ``unacknowledged`` articles and dead letters were read and not acknowledged when the run was ``stopped``,
    which it was only if something was left to do. ``spool`` says what was left in the spool, if there is one:
    it is safe, and not with the broker. ``feeds`` says what each feed did, by its name.
    """

    unacknowledged: int = 0
    seconds: float = 0.0
    stopped: bool = False
    spool: Waiting | None = None
    feeds: dict[str, FeedSummary] = field(default_factory=dict)

    def of(self, feed: str) -> FeedSummary:
        """The part of one feed."""
        return self.feeds.setdefault(feed, FeedSummary())

    @property
    def exit_code(self) -> int:
        """0 if all was read and the broker has every piece, 3 if only the spool still holds some, else 1."""
        wrong = self.rejected or self.failed or self.unreadable or self.errors or self.unacknowledged
        if wrong or self.stopped:
            return 1
        return SPOOLED if self.spool and self.spool.messages else 0
