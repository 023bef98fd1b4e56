"""The one shape of all feeds: batches of items to read, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from msgspec import Struct

from pipeline.formats import Context


class StoppedReadingError(Exception):
    """The feed was stopped while it waited for bytes: what was read of the item is no whole item."""


class Unreadable(Struct, frozen=True, kw_only=True):
    """Something that a feed was to read and cannot: where it is, and why not, for a person."""

    location: str
    reason: str


class Result(Struct, frozen=True, kw_only=True):
    """What became of an item.

    ``accepted`` articles are with the broker, ``rejected`` pieces are none and were reported, ``failed``
    ones the broker did not take: the item has to come again. So it has when it changed while it was read.
    ``reasons`` say, for a person, what was wrong with the first of them. ``truncated``: what was wrong is
    that the end is missing, so that the whole may come yet.
    """

    accepted: int
    rejected: int
    failed: int
    reasons: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done for the item."""
        return not self.failed


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
    """Where copy comes from. After each batch the reader settles all of it before it asks for the next."""

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
