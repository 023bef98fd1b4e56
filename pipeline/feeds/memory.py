"""What a watched folder has fed already, kept through a kill: an append-only file, forced to disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import msgspec

from pipeline.errors import NewswireError

Key: TypeAlias = tuple[str, int, int]
"""A file's path, when it was last written (ns), and its size in bytes."""

STALE = 1000
"""Lines that say nothing any more, beyond as many as say something, after which the file is written anew."""

_GONE = (-1, -1)


class AlreadyWatchedError(NewswireError):
    """Another process watches the same folder for the same source."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong with a file that was fed: when, how many of its pieces were taken, and why not all."""

    when: datetime
    accepted: int
    rejected: int
    reasons: tuple[str, ...]


class _Line(msgspec.Struct, array_like=True, frozen=True):
    path: str
    mtime: int
    size: int
    verdict: Verdict | None = None


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
        self._verdicts: dict[str, Verdict] = {}
        self._lines = 0
        self._load()

    def __contains__(self, key: Key) -> bool:
        return self._fed.get(key[0]) == key[1:]

    def __len__(self) -> int:
        return len(self._fed)

    def verdict(self, key: Key) -> Verdict | None:
        """What was wrong with a file that is remembered, if anything was."""
        return self._verdicts.get(key[0]) if key in self else None

    def add(self, keys: Iterable[Key], verdict: Verdict | None = None) -> None:
        """Remember these files; they are on disk when this returns.

        Raises:
            OSError: the disk is full or gone; then nothing of it counts as remembered.
        """
        keys = list(keys)
        if not keys:
            return
        self._write([_line(key, verdict) for key in keys])
        os.fsync(self._file.fileno())
        for path, mtime, size in keys:
            self._remember(path, (mtime, size), verdict)

    def drop(self, path: str) -> None:
        """Forget a file that was moved away, so that it may come back.

        Raises:
            OSError: the disk is full or gone.
        """
        self._write([_line((path, *_GONE), None)])
        self._remember(path, _GONE, None)
        if self._lines > 2 * len(self._fed) + STALE:
            self._rewrite()

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Drop the files that are gone; a kill meanwhile leaves either the old list or the new one.

        When all are gone none is dropped: their disk may not be mounted, and would be fed anew later.

        Raises:
            OSError: the disk is full or gone; the old list stays there.
        """
        lost = [path for path in self._fed if gone(path)]
        if lost and len(lost) < len(self._fed):
            for path in lost:
                self._remember(path, _GONE, None)
            self._rewrite()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._lock.close()

    def _remember(self, path: str, state: tuple[int, int], verdict: Verdict | None) -> None:
        self._fed.pop(path, None)
        self._verdicts.pop(path, None)
        if state != _GONE:
            self._fed[path] = state
            if verdict:
                self._verdicts[path] = verdict

    def _write(self, lines: list[bytes]) -> None:
        self._file.write(b"".join(lines))
        self._file.flush()
        self._lines += len(lines)

    def _rewrite(self) -> None:
        copy = self._path.with_suffix(".new")
        with copy.open("wb") as file:
            for path, state in self._fed.items():
                file.write(_line((path, *state), self._verdicts.get(path)))
            file.flush()
            os.fsync(file.fileno())
        copy.replace(self._path)
        self._file.close()
        self._file = self._path.open("a+b")
        self._lines = len(self._fed)

    def _load(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        for line in content.splitlines():
            self._lines += 1
            # A line that a kill or a full disk cut off: its file is fed again, which harms nobody.
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                read = msgspec.json.decode(line, type=_Line)
                self._remember(read.path, (read.mtime, read.size), read.verdict)
        if content and not content.endswith(b"\n"):
            self._file.write(b"\n")


def _line(key: Key, verdict: Verdict | None) -> bytes:
    return msgspec.json.encode((*key, verdict) if verdict else key) + b"\n"
