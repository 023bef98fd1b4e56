"""What a watched folder has fed already, kept through a kill: an append-only file, forced to disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import msgspec

from pipeline.errors import NewswireError

Key: TypeAlias = tuple[str, int, int]
"""A file's path, when it was last written (ns), and its size in bytes."""


class AlreadyWatchedError(NewswireError):
    """Another process watches the same folder for the same source."""


class Memory:
    """The set of files that were fed. One process at a time holds it."""

    def __init__(self, file: Path) -> None:
        """Reads what is there; a last line that a kill cut off is dropped.

        Raises:
            AlreadyWatchedError: another process holds it.
            OSError: the file cannot be read or written.
        """
        self._path = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = file.with_suffix(".lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise AlreadyWatchedError(f"another process feeds this folder: it holds {file}") from error
        self._file = file.open("a+b")
        self._fed: dict[str, tuple[int, int]] = {}
        self._load()

    def __contains__(self, key: Key) -> bool:
        return self._fed.get(key[0]) == key[1:]

    def __len__(self) -> int:
        return len(self._fed)

    def add(self, keys: Iterable[Key]) -> None:
        """Remember these files; they are on disk when this returns.

        Raises:
            OSError: the disk is full or gone; then nothing of it counts as remembered.
        """
        keys = list(keys)
        if not keys:
            return
        self._file.write(b"".join(_line(key) for key in keys))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._fed.update({path: (mtime, size) for path, mtime, size in keys})

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Drop the files that are gone; a kill meanwhile leaves either the old list or the new one.

        Raises:
            OSError: the disk is full or gone; the old list stays.
        """
        kept = {path: state for path, state in self._fed.items() if not gone(path)}
        if len(kept) == len(self._fed):
            return
        copy = self._path.with_suffix(".new")
        with copy.open("wb") as file:
            file.write(b"".join(_line((path, *state)) for path, state in kept.items()))
            file.flush()
            os.fsync(file.fileno())
        copy.replace(self._path)
        self._file.close()
        self._file = self._path.open("a+b")
        self._fed = kept

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._lock.close()

    def _load(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        for line in content.splitlines():
            # A line that a kill or a full disk cut off: its file is fed again, which harms nobody.
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                path, mtime, size = msgspec.json.decode(line, type=tuple[str, int, int])
                self._fed[path] = (mtime, size)
        if content and not content.endswith(b"\n"):
            self._file.write(b"\n")


def _line(key: Key) -> bytes:
    return msgspec.json.encode(key) + b"\n"
