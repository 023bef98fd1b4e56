"""What a hop tells of its work: of each article when it is acked, of each batch when it is done."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Fate = Literal["done", "dead", "stale"]


class Settled(NamedTuple):
    """What became of one article at a hop.

    Attributes:
        fate: ``done``; ``dead`` if it went to the dead letters; ``stale`` if it is older than what is there.
        letter: the stage that its dead letter names.
        seconds: how long it took from the instant that the hop before gave it to the one that this hop gave
            it; ``None`` if this hop gave it none.
    """

    fate: Fate = "done"
    letter: str = ""
    seconds: float | None = None


DONE = Settled()


class Report(Protocol):
    """Where a hop tells it."""

    def held(self, articles: int) -> None:
        """So many articles are taken and not acked now."""
        ...

    def batch(self, articles: int, seconds: float) -> None:
        """A batch of so many articles is done, and was in work for so many seconds."""
        ...

    def acked(self, settled: Settled) -> None:
        """An article is acked: what became of it is confirmed, and of all before it in its partition."""
        ...


class Untold:
    """A report that nobody reads."""

    def held(self, articles: int) -> None:
        """Nothing."""

    def batch(self, articles: int, seconds: float) -> None:
        """Nothing."""

    def acked(self, settled: Settled) -> None:
        """Nothing."""
