"""The one shape of all feeds: batches of items to read, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from pipeline.feeds.report import Waiting
from pipeline.formats import Context, Outcome, Rejected


class StoppedReadingError(Exception):
    """The feed was stopped while it waited for bytes: what was read of the item is no whole item."""


class Unreadable(Struct, frozen=True, kw_only=True):
    """Something that a feed was to read and cannot: where it is, and why not, for a person.

    ``feed`` is the name of the feed, where one object stands for several; ``what`` says it otherwise where
    the trouble is another one.
    """

    location: str
    reason: str
    feed: str | None = None
    what: str = "cannot be read"


class Result(Struct, frozen=True, kw_only=True):
    """What became of an item.

    ``accepted`` articles are with the broker or in the spool, ``rejected`` pieces are none and were reported,
    ``failed`` ones were not taken, the first of them for this ``failure``: the item has to come again. So it
    has when it changed while it was read. ``reasons`` say, for a person, what was wrong with the first
    rejected ones and where. ``truncated``: what was wrong is that the end is missing, so that the whole may
    come yet. ``deferred``: the feed waits for it, so nothing was rejected yet.
    """

    accepted: int
    rejected: int
    failed: int
    failure: str = ""
    reasons: tuple[str, ...] = ()
    truncated: bool = False
    deferred: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done for the item."""
        return not self.failed and not self.deferred


class Item(Protocol):
    """One file, message or answer that may hold several articles."""

    @property
    def location(self) -> str:
        """A file's path or a URL, as the article's provenance names it."""
        ...

    def open(self) -> BinaryIO:
        """Its bytes, to be read once and closed.

        Raises:
            OSError: it cannot be read.
        """
        ...


class Feed(Protocol):
    """Where copy comes from. After each batch the reader settles all of it before it asks for the next.

    All of a feed, its items too, is used in one thread, so it may wait; others go on meanwhile. When
    ``batches`` raises, it is asked for once more after a while. When it is stopped it ends.
    """

    name: str
    total: int | None
    """Bytes that there are to read, where that is known."""
    atomic: bool
    """Whether an item of which a piece is rejected gives nothing at all, no dead letter either: its sender is
    told, and can mend it."""

    def context(self, item: Item, base: Context) -> Context:
        """What holds for an item: ``base``, with what the feed knows better (source, language, …)."""
        ...

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """What there is to read now; a feed that goes on waits here for more."""
        ...

    def acknowledge(self, item: Item, result: Result) -> None:
        """Take note of what became of an item; called once for each that was read to its end."""
        ...


@runtime_checkable
class Selective(Protocol):
    """A feed that looks at what its items hold before it is sent, and may leave out what was sent before."""

    def wanted(self, item: Item, outcome: Outcome) -> bool:
        """Whether to send an article, or a rejected piece's dead letter; asked once for each, in order.

        What is not wanted counts as neither accepted nor rejected. Of an atomic feed's item that has a
        rejected piece, nothing is asked.
        """
        ...


@runtime_checkable
class Deferring(Protocol):
    """A feed that can wait for the rest of an item."""

    def defers(self, item: Item, rejected: Rejected) -> bool:
        """Whether the item, of which this piece was rejected, is to come again before that counts."""
        ...


@runtime_checkable
class Fleeting(Protocol):
    """A feed whose copy comes once and waits for nobody: it goes through the spool, if there is one."""

    fleeting: Literal[True]


class Way(Struct, frozen=True, kw_only=True):
    """How it stands with what takes a feed's copy: the broker, or the spool.

    ``state`` is ``ok``, ``waiting`` (the broker never answered yet), ``full`` or ``broken`` (the spool).
    ``why`` says, for a sender, why nothing is taken unless it is ``ok``. ``spool`` is what waits there, if
    there is one.
    """

    state: Literal["ok", "waiting", "full", "broken"] = "ok"
    why: str = ""
    spool: Waiting | None = None


Ask: TypeAlias = Callable[[], Way]
"""How it stands now; from any thread."""


@runtime_checkable
class Asking(Protocol):
    """A feed that tells its senders when nothing can be taken."""

    def ask(self, way: Ask) -> None:
        """Be told how to find out; before the feed is read."""
        ...


@runtime_checkable
class Several(Protocol):
    """One object that stands for several feeds; its items' contexts say which of them they are from."""

    names: Sequence[str]
