"""What a run tells while it goes on, and what it has done in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct, field

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


class Counts(Struct, kw_only=True):
    """What one feed did, or all of them together.

    ``files`` (or other items) were read to their end, ``accepted`` articles are with the broker, ``rejected``
    pieces were none, ``failed`` articles the broker refused, ``unreadable`` files could not be read,
    ``errors`` is how often a feed itself failed, ``bytes`` were read.
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
    ``errors`` are of the object that feeds, which may stand for several feeds. ``last_article`` is when the
    broker acknowledged one.
    """

    up: bool = False
    last_article: datetime | None = None
    last_error: str | None = None


class Summary(Counts, kw_only=True):
    """What a run did, and for how many seconds.

    ``unacknowledged`` messages were on their way when the run was ``stopped``, which it was only if something
    was left to read. ``feeds`` says what each feed did, by its name.
    """

    unacknowledged: int = 0
    seconds: float = 0.0
    stopped: bool = False
    feeds: dict[str, FeedSummary] = field(default_factory=dict)

    def of(self, feed: str) -> FeedSummary:
        """The part of one feed."""
        return self.feeds.setdefault(feed, FeedSummary())

    @property
    def exit_code(self) -> int:
        """0 if all was read and every piece accepted, else 1."""
        wrong = self.rejected or self.failed or self.unreadable or self.errors or self.unacknowledged
        return int(bool(wrong or self.stopped))
