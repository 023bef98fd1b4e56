"""Where the files of a watched folder go when they were fed: ``done``, or ``failed`` with the reason."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import count
from pathlib import Path

from pipeline import durable
from pipeline.feeds.files import FileItem
from pipeline.feeds.memory import Verdict

REASON = ".reason.txt"
"""What the name of a file ends with that says why the file beside it failed."""


class Shelves:
    """Moves files out of a folder. No file is ever overwritten, and none removed that is nowhere else."""

    def __init__(self, folder: Path, done: Path, failed: Path, feed: str) -> None:
        self.done = done
        self.failed = failed
        self._folder = folder
        self._feed = feed
        self._numbers: dict[Path, int] = {}

    def prepare(self) -> None:
        """Make both folders.

        Raises:
            OSError: one cannot be made.
        """
        for shelf in (self.done, self.failed):
            shelf.mkdir(parents=True, exist_ok=True)

    def shelf(self, verdict: Verdict | None) -> Path:
        """Where a file goes of which this was wrong, or nothing."""
        return self.failed if verdict else self.done

    def put_away(self, item: FileItem, verdict: Verdict | None) -> bool:
        """Move a file, under a number if its name is taken; false if it is another than the one that was fed.

        Raises:
            OSError: it cannot be moved; it stays where it is.
        """
        try:
            status = item.path.stat()
        except FileNotFoundError:
            return True
        if (status.st_mtime_ns, status.st_size) != (item.mtime_ns, item.size):
            return False
        target = self.shelf(verdict) / item.path.relative_to(self._folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        for number in count(self._numbers.get(target, 0)):
            free = target.with_name(f"{target.stem}-{number}{target.suffix}") if number else target
            if self._put(item, free, verdict):
                if number:
                    self._numbers[target] = number + 1
                return True
        raise AssertionError("numbers do not end")

    def _put(self, item: FileItem, target: Path, verdict: Verdict | None) -> bool:
        """Move a file to just this name; false if it is taken."""
        if not verdict:
            return _move(item.path, target)
        reason = target.with_name(target.name + REASON)
        if os.path.lexists(target) and not _same(item.path, target):
            return False
        try:
            with reason.open("x", encoding="utf-8", errors="replace") as file:
                file.write(self._told(item, verdict))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            return False
        if not _move(item.path, target):
            reason.unlink()
            return False
        return True

    def _told(self, item: FileItem, verdict: Verdict) -> str:
        """What an editor needs to know of a file that failed."""
        lines = [
            f"{item.location} was not taken as a whole.",
            "",
            f"when      {verdict.when.isoformat(timespec='seconds')}",
            f"feed      {self._feed}",
            f"accepted  {verdict.accepted} articles, which are on their way",
            f"rejected  {verdict.rejected} pieces, which are kept as dead letters",
            "",
            *(f"- {reason}" for reason in verdict.reasons),
            *(["- …"] if verdict.rejected > len(verdict.reasons) else []),
            "",
            f"What to do: mend the file and move it back to {item.path.parent}.",
            "What was accepted before is known by its id, so it becomes no second document.",
        ]
        return "\n".join(lines) + "\n"


def _move(source: Path, target: Path) -> bool:
    """Move a file to a name that is free; false if it is not.

    A hard link is made first, since a rename would overwrite what came there meanwhile.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not _same(source, target):  # else a kill came between the two steps
            return False
    except OSError as error:
        if error.errno == errno.EXDEV:
            return _copy(source, target)
        if os.path.lexists(target):
            return False
        source.replace(target)  # a file system without hard links
        return True
    source.unlink()
    return True


def _copy(source: Path, target: Path) -> bool:
    """Move a file to another file system: it is on the disk there before it goes here."""
    if os.path.lexists(target):
        return False
    part = target.with_name(f".{target.name}.part")
    before = source.stat()
    with source.open("rb") as old, part.open("wb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())
    shutil.copystat(source, part)
    if not _move(part, target):
        part.unlink()
        return False
    durable.sync(target.parent)
    after = source.stat()
    if (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size):
        source.unlink()
    return True


def _same(source: Path, target: Path) -> bool:
    return os.path.samestat(source.lstat(), target.lstat())
