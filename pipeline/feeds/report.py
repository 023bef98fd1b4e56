"""What a run tells while it goes on, and what it has done in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

Kind = Literal["progress", "item", "rejected", "failed", "unreadable", "waiting"]


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened in a run, with its counts so far.

    ``message`` is one line for a person; ``problem`` says whether it belongs on standard error. ``bytes``
    of ``total`` were read, where the total is known; ``accepted`` articles are with the broker.
    """

    kind: Kind
    message: str = ""
    bytes: int = 0
    total: int | None = None
    accepted: int = 0

    @property
    def problem(self) -> bool:
        """Whether somebody has to know."""
        return self.kind not in ("progress", "item")


OnEvent: TypeAlias = Callable[[Event], None]


class Summary(Struct, kw_only=True):
    """What a run did: files (or other items) read to their end, articles, bytes read, seconds.

    ``rejected`` pieces were no articles, ``failed`` articles the broker refused, ``unreadable`` files could
    not be read, ``unacknowledged`` messages were on their way when the run was ``stopped``, which it was
    only if something was left to read.
    """

    files: int = 0
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    unreadable: int = 0
    unacknowledged: int = 0
    bytes: int = 0
    seconds: float = 0.0
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """0 if all was read and every piece accepted, else 1."""
        wrong = self.rejected or self.failed or self.unreadable or self.unacknowledged or self.stopped
        return int(bool(wrong))
