"""Files and folders: each regular file once, in the order of their names."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".swp", "~")


class FileItem:
    """A file as it was when it was found: its path, its size in bytes, and when it was last written."""

    def __init__(self, path: Path, status: os.stat_result) -> None:
        self.path = path
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns

    @property
    def location(self) -> str:
        """The absolute path; what in a name is not UTF-8 shows as U+FFFD."""
        return os.fsencode(self.path.absolute()).decode(errors="replace")

    @property
    def state(self) -> tuple[int, int]:
        """When it was last written, and its size."""
        return (self.mtime_ns, self.size)

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells this state of the file from any other."""
        return (self.location, *self.state)

    def open(self) -> BinaryIO:
        """The file's bytes.

        Raises:
            OSError: it cannot be opened, or is no regular file any more.
        """
        # Without O_NONBLOCK a pipe that took the file's place would hold us for ever.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("it is no regular file any more")
        return os.fdopen(descriptor, "rb")

    def quiet_for(self) -> float:
        """Seconds since the file was last written; negative where its clock is ahead of ours."""
        return time.time() - self.mtime_ns / 1e9


class Files:
    """The files that are named, and those in the folders that are named."""

    name = "files"
    atomic = False

    def __init__(self, paths: Iterable[Path]) -> None:
        self._found = [found for path in paths for found in find(path)]
        self.total: int | None = sum(item.size for item in self._found if isinstance(item, FileItem))

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What holds for all of them."""
        return base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """All of them at once."""
        yield self._found

    def acknowledge(self, item: Item, result: Result) -> None:
        """Nothing to remember: who names a file again wants it fed again."""


def find(path: Path, without: Collection[Path] = ()) -> Iterator[FileItem | Unreadable]:
    """The file itself, or the regular files in a folder and the folders below it, sorted by name.

    The folders ``without`` are passed over, so are hidden and unfinished files (``.name``, ``name.part``, …)
    in folders, sockets, pipes and devices. Links to files are followed, links to folders are not, so there
    is no loop.
    """
    try:
        status = path.stat()
    except OSError as error:
        yield _unreadable(path, error)
        return
    if stat.S_ISREG(status.st_mode):
        yield _readable(path, status)
    elif stat.S_ISDIR(status.st_mode):
        yield from _within(path, without)
    else:
        yield Unreadable(location=str(path), reason="neither a file nor a folder")


def wanted(name: str) -> bool:
    """Whether a file or folder of this name in a folder is to be read: neither hidden nor unfinished."""
    return not name.startswith(".") and not name.lower().endswith(_UNFINISHED)


def _within(folder: Path, without: Collection[Path]) -> Iterator[FileItem | Unreadable]:
    errors: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if wanted(name) and Path(parent, name) not in without)
        for name in sorted(filter(wanted, names)):
            path = Path(parent, name)
            try:
                status = path.stat()
            except OSError as error:
                yield _unreadable(path, error)
            else:
                if stat.S_ISREG(status.st_mode):
                    yield _readable(path, status)
    for trouble in errors:
        yield _unreadable(Path(os.fsdecode(trouble.filename)), trouble)


def _readable(path: Path, status: os.stat_result) -> FileItem | Unreadable:
    if os.access(path, os.R_OK):
        return FileItem(path, status)
    return _unreadable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def _unreadable(path: Path, error: OSError) -> Unreadable:
    location = os.fsencode(path).decode(errors="replace")
    return Unreadable(location=location, reason=error.strerror or str(error))
