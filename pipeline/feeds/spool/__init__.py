"""The spool: what comes once and waits for nobody is kept on disk until the broker has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.feeds.handed import Message, Parcel
from pipeline.feeds.report import Waiting
from pipeline.feeds.shape import Way
from pipeline.feeds.spool.forward import Forwarder
from pipeline.feeds.spool.store import (
    SpoolBusyError,
    SpoolDamagedError,
    SpoolError,
    SpoolFullError,
    Store,
)
from pipeline.feeds.spool.writer import Writer
from pipeline.settings import MIB, Settings

__all__ = [
    "MAX_MIB",
    "Spool",
    "SpoolBusyError",
    "SpoolDamagedError",
    "SpoolError",
    "SpoolFullError",
    "Store",
    "opened",
]

MAX_MIB = 1024
"""MiB of messages that a spool may hold by default."""


@contextmanager
def opened(folder: Path | None, max_mib: int = MAX_MIB) -> Iterator[Store | None]:
    """The spool in a folder meanwhile, for this process alone; none where no folder is named.

    Raises:
        SpoolError: it cannot be had; says what to do.
    """
    if folder is None:
        yield None
        return
    with Store(folder.expanduser(), max_mib * MIB) as store:
        yield store


class Spool:
    """Takes parcels as a courier does; each is done when it is on the disk, and sent on from there.

    What its threads have to say goes to ``post``.
    """

    def __init__(self, store: Store, settings: Settings, post: Callable[[Message], None]) -> None:
        self._store = store
        self._writer = Writer(store, post)
        self._forwarder = Forwarder(store, settings, post)
        self.put: Callable[[Parcel], None] = self._writer.put
        self.way: Callable[[], Way] = self._writer.way
        self.waiting: Callable[[], Waiting] = store.waiting

    def start(self) -> None:
        """Begin to write and to send."""
        self._writer.start()
        self._forwarder.start()

    @property
    def idle(self) -> bool:
        """Whether all is sent that can be."""
        return not self._store.left

    def stop(self) -> None:
        """Wait for room no more; what fits is still taken, and sent."""
        self._writer.stop()

    def leave(self) -> None:
        """Write what is left, send what the broker takes at once, and end."""
        self._writer.leave()
        self._forwarder.leave()
