"""The one shape of a folder on another machine: what is in it, its files' bytes, moving them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from urllib.parse import quote

from pipeline.feeds.shape import StoppedReadingError

MOST_NAMES = 100_000
"""Names that one folder may hold; past that, listing it every minute helps nobody."""

TOO_MANY = f"more than {MOST_NAMES:,} names in its folder; move the old ones elsewhere"

TIMEOUT_S = 30.0
"""Seconds without a byte after which the server counts as gone."""

CHUNK = 64 * 1024


class ServerError(ConnectionError):
    """Nothing goes on with this server; the message stands by itself: where, what failed, what to do."""


class CopyError(OSError):
    """One file could not be copied as it was listed; the message stands by itself."""


@dataclass(frozen=True)
class Entry:
    """A regular file as it was listed. Names are bytes: what a server calls a file need not be text."""

    name: bytes
    size: int
    mtime: int

    @property
    def key(self) -> str:
        """The name, fit for a URL and to be remembered."""
        return quote(self.name)

    @property
    def state(self) -> str:
        """What tells this state of the file from any other."""
        return f"{self.mtime} {self.size}"


class Server(Protocol):
    """A connection to one folder.

    What breaks it is raised as a ``ServerError``, or a ``PermissionError`` while connecting; any other
    ``OSError`` concerns one file.
    """

    folder: str
    """The folder's absolute path, fit for a URL."""

    def entries(self) -> list[Entry]:
        """The regular files in the folder."""
        ...

    def read(self, entry: Entry, into: BinaryIO) -> None:
        """Copy a file's bytes; they are as many as were listed, or an error is raised."""
        ...

    def move(self, name: bytes, folder: bytes) -> None:
        """Move a file into a folder beneath, made where it is missing, over nothing that is there."""
        ...

    def alive(self) -> bool:
        """Whether it still answers."""
        ...

    def close(self) -> None:
        """Leave; never raises."""
        ...


class Copy:
    """Counts what is copied, against what was listed, and ends when stopped."""

    def __init__(self, entry: Entry, into: BinaryIO, stop: threading.Event) -> None:
        self._entry = entry
        self._into = into
        self._stop = stop
        self._count = 0

    def add(self, data: bytes) -> None:
        """Take more bytes.

        Raises:
            CopyError: there are more than were listed, or the disk is full.
            StoppedReadingError: stopped.
        """
        if self._stop.is_set():
            raise StoppedReadingError
        self._count += len(data)
        if self._count > self._entry.size:
            raise CopyError(f"it grew past its {self._entry.size:,} bytes while it was read; it comes again")
        try:
            self._into.write(data)
        except OSError as error:
            raise CopyError(f"it cannot be held here: {error.strerror or error}") from error

    def done(self) -> None:
        """See that all came.

        Raises:
            CopyError: it is shorter than listed: cut on its way, or being written anew.
        """
        if self._count != self._entry.size:
            raise CopyError(
                f"only {self._count:,} of its {self._entry.size:,} bytes came: the transfer was cut, or the "
                "file is being written; it comes again"
            )


def free(target: bytes, there: Callable[[bytes], bool]) -> bytes:
    """The path, or, where something is there already, with the first number behind it that is free."""
    number, path = 0, target
    while there(path):
        number += 1
        path = b"%s.%d" % (target, number)
    return path
