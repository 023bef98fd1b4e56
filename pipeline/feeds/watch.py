"""A watched folder: each file once it has been written to its end, and again only if it changes."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from watchfiles import watch

from pipeline.feeds.files import FileItem, find, wanted
from pipeline.feeds.memory import Memory, Verdict
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.feeds.shelves import Shelves
from pipeline.formats import Context, Rejected
from pipeline.settings import Settings

QUIET_S = 1.0
"""Seconds for which a file must not have changed to count as written to its end."""

PATIENCE_S = 60.0
"""Seconds without a change after which a file whose end is missing counts as cut off for good."""

RESCAN_S = 60.0
"""Seconds between two looks at the whole folder, for what the system's notices missed or what failed."""

BATCH = 100
"""Files that are given at once."""

_STEP_MS = 250


class Watch:
    """Goes on until stopped. What was fed is remembered on disk, so a restart neither skips nor repeats.

    With ``shelves``, what was fed is moved there. Folders ``without`` are passed over. With ``once`` it ends
    when all that is there was fed.
    """

    name = "watch"
    total: int | None = None
    atomic = False

    def __init__(
        self,
        folder: Path,
        memory: Memory,
        stop: threading.Event,
        *,
        quiet_s: float = QUIET_S,
        patience_s: float = PATIENCE_S,
        shelves: Shelves | None = None,
        without: Collection[Path] = (),
        once: bool = False,
    ) -> None:
        self._folder = folder.resolve()
        self._memory = memory
        self._stop = stop
        self._quiet_s = quiet_s
        self._patience_s = patience_s
        self._shelves = shelves
        self._without = set(without)
        self._once = once
        self._pending: dict[Path, tuple[tuple[int, int], float]] = {}
        self._unfinished: dict[Path, tuple[tuple[int, int], float]] = {}
        self._reported: set[Unreadable] = set()
        self._troubles: list[Unreadable] = []
        self._scanned = 0.0

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What holds for all of them."""
        return base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The files that are ready, whenever there are some, a bounded number at once.

        Raises:
            OSError: the folder cannot be watched.
        """
        for changed in self._changes():
            if not self._scanned or time.monotonic() - self._scanned > RESCAN_S:
                # The first look comes after the notices began, so nothing falls between the two.
                self._look(find(self._folder, self._without))
                self._scanned = time.monotonic()
            else:
                self._look(found for path in sorted(changed) for found in self._found(path))
            for ready in self._ready():
                yield [*self._told(), *ready]
            if troubles := self._told():
                yield troubles

    def defers(self, item: Item, rejected: Rejected) -> bool:
        """Whether to wait for the end of a file that was changed lately."""
        if rejected.kind != "truncated" or not isinstance(item, FileItem):
            return False
        state, end = self._unfinished.get(item.path, (None, 0.0))
        if state != item.state:
            end = time.monotonic() + min(self._patience_s, self._patience_s - item.quiet_for())
            self._unfinished[item.path] = (item.state, end)
        return time.monotonic() < end

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a file that is settled; one that changed while it was read comes again by itself."""
        if not isinstance(item, FileItem):
            return
        if result.deferred:
            _, end = self._unfinished[item.path]
            self._pending[item.path] = (item.state, end - self._quiet_s)
            return
        self._unfinished.pop(item.path, None)
        if result.settled:
            verdict = _verdict(result) if self._shelves and result.rejected else None
            self._memory.add([item.key], verdict)
            self._put_away(item, verdict)

    def _changes(self) -> Iterator[set[Path]]:
        """The paths that changed, every now and then; what is there is looked at with the first."""
        if self._once:
            while not self._stop.is_set():
                yield set()
                if not self._pending:
                    return
                self._stop.wait(_STEP_MS / 1000)
            return
        for changed in watch(
            self._folder,
            watch_filter=None,
            debounce=_STEP_MS,
            step=_STEP_MS // 5,
            rust_timeout=_STEP_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            yield {Path(path) for _, path in changed}

    def _found(self, path: Path) -> Iterable[FileItem | Unreadable]:
        """What a change may have brought, if it is still there: a file, or a folder moved in as a whole."""
        within = path.relative_to(self._folder).parts
        passed = not all(map(wanted, within)) or not self._without.isdisjoint([path, *path.parents])
        return () if passed or not os.path.lexists(path) else find(path, self._without)

    def _look(self, found: Iterable[FileItem | Unreadable]) -> None:
        """Take note of new and changed files, and of troubles."""
        for item in found:
            if isinstance(item, Unreadable):
                self._report(item)
            elif item.key not in self._memory:
                self._note(item)
            elif self._shelves:
                self._put_away(item, self._memory.verdict(item.key))

    def _report(self, trouble: Unreadable) -> None:
        """Tell a trouble, each but once."""
        if trouble not in self._reported:
            self._reported.add(trouble)
            self._troubles.append(trouble)

    def _told(self) -> list[Unreadable]:
        troubles, self._troubles = self._troubles, []
        return troubles

    def _note(self, item: FileItem) -> None:
        if self._pending.get(item.path, (None,))[0] != item.state:
            lately = item.quiet_for() < self._quiet_s
            since = time.monotonic() - (0 if lately else self._quiet_s)
            self._pending[item.path] = (item.state, since)

    def _ready(self) -> Iterator[list[FileItem]]:
        """The noted files that have not changed for long enough, in the order of their names."""
        ready: list[FileItem] = []
        for path in sorted(self._pending):
            state, since = self._pending[path]
            if time.monotonic() - since < self._quiet_s:
                continue
            del self._pending[path]
            for item in find(path):
                if not isinstance(item, FileItem):
                    continue  # It went away; had it become unreadable, the next change or look tells.
                if item.state == state:
                    ready.append(item)
                else:
                    self._note(item)
            if len(ready) == BATCH:
                yield ready
                ready = []
        if ready:
            yield ready

    def _put_away(self, item: FileItem, verdict: Verdict | None) -> None:
        """Move a file that was fed, if they are to be moved; where that fails, the next look tries again."""
        if not self._shelves:
            return
        try:
            if self._shelves.put_away(item, verdict):
                self._memory.drop(item.location)
        except OSError as error:
            what = f"was fed, but cannot be moved to {self._shelves.shelf(verdict)}"
            self._report(Unreadable(location=item.location, reason=error.strerror or str(error), what=what))


def _verdict(result: Result) -> Verdict:
    return Verdict(
        when=datetime.now(UTC), accepted=result.accepted, rejected=result.rejected, reasons=result.reasons
    )


def memory_of(folder: Path, source: str, settings: Settings) -> Memory:
    """What was fed from this folder as this source onto this topic; files that are gone are forgotten.

    Raises:
        AlreadyWatchedError: another process is at it.
        OSError: the file under ``settings.var`` cannot be written.
    """
    what = "\0".join([str(folder.resolve()), source, settings.kafka, settings.topic_raw])
    name = hashlib.sha256(what.encode(errors="surrogateescape")).hexdigest()[:16]
    memory = Memory(settings.var / "feed" / f"{name}.fed")
    memory.forget(_gone)
    return memory


def _gone(location: str) -> bool:
    """Whether a file is no more; one whose name cannot be shown as it is cannot be looked for."""
    return "\ufffd" not in location and not os.path.lexists(location)
