"""The services' log files, read from the end and followed while they are written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

POLL_S = 0.3
# More than a line of these logs is long, but for stack traces.
BYTES_PER_LINE = 512


def tail(file: Path, lines: int) -> list[str]:
    """The last lines of a text file, at most as many; none where there is no file."""
    if not file.is_file():
        return []
    with file.open("rb") as stream:
        size = file.stat().st_size
        begin = max(0, size - BYTES_PER_LINE * lines)
        stream.seek(begin)
        found = stream.read().decode(errors="replace").splitlines()
    # The first one is a piece of a line where reading began within the file.
    return found[1 if begin and len(found) > 1 else 0 :][-lines:]


def follow(files: Sequence[Path], until: Callable[[], bool] = lambda: False) -> Iterator[tuple[Path, str]]:
    """The lines that are written to the files from now on, with the file that each is in.

    A file that does not exist yet is awaited; one that is replaced or emptied is read from its start.

    Args:
        files: the files.
        until: asked at each round; ends the iteration when true.
    """
    followers = [_Follower(file) for file in files]
    while True:
        last = until()
        for one in followers:
            for line in one.lines():
                yield one.file, line
        if last:
            return
        time.sleep(POLL_S)


class _Follower:
    """Where the reading of one file stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.offset = file.stat().st_size if file.exists() else 0
        self.inode = file.stat().st_ino if file.exists() else 0

    def lines(self) -> list[str]:
        """The whole lines written since the last time."""
        try:
            with self.file.open("rb") as stream:
                entry = self.file.stat()
                if entry.st_ino != self.inode or entry.st_size < self.offset:
                    self.inode, self.offset = entry.st_ino, 0
                stream.seek(self.offset)
                written = stream.read()
        except FileNotFoundError:
            return []
        whole = written[: written.rfind(b"\n") + 1]
        self.offset += len(whole)
        return whole.decode(errors="replace").splitlines()
