"""Standard input: one item, read as it comes."""

from __future__ import annotations

import io
import os
import select
import stat
import threading
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Literal, cast

from pipeline.feeds.config import FeedConfig
from pipeline.feeds.shape import Item, Result, StoppedReadingError, Unreadable
from pipeline.formats import Context

_LOOK_S = 0.25


class StdinConfig(FeedConfig, frozen=True):
    """Standard input as ``feeds.toml`` names it."""

    type: Literal["stdin"] = "stdin"


class StandardInput:
    """What comes in on a file descriptor until it ends; a stop ends the wait for more."""

    atomic = False
    fleeting: Literal[True] = True
    location = "stdin"

    def __init__(
        self, stop: threading.Event, descriptor: int = 0, *, config: StdinConfig | None = None
    ) -> None:
        self.name = config.name if config else "stdin"
        self._config = config
        self._stop = stop
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        self.total: int | None = status.st_size if stat.S_ISREG(status.st_mode) else None

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the configuration says, if there is one."""
        return self._config.context(base) if self._config else base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The one item that it is."""
        yield [self]

    def acknowledge(self, item: Item, result: Result) -> None:
        """Nothing to remember: it does not come again."""

    def open(self) -> BinaryIO:
        """Its bytes; closing leaves the descriptor open.

        Reading raises ``StoppedReadingError`` once stopped.
        """
        return cast("BinaryIO", io.BufferedReader(_Waiting(self._descriptor, self._stop)))


class _Waiting(io.RawIOBase):
    """Reads a descriptor, and looks for a stop while nothing comes."""

    def __init__(self, descriptor: int, stop: threading.Event) -> None:
        self._descriptor = descriptor
        self._stop = stop

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the one buffer that is ever given
        while not self._stop.is_set():
            ready, _, _ = select.select([self._descriptor], [], [], _LOOK_S)
            if ready:
                data = os.read(self._descriptor, len(buffer))
                buffer[: len(data)] = data
                return len(data)
        raise StoppedReadingError
