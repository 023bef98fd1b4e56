"""A watched folder: each file once it has been written to its end, and again only if it changes."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import watch

from pipeline.feeds.files import FileItem, find, wanted
from pipeline.feeds.memory import Memory
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context
from pipeline.settings import Settings

QUIET_S = 1.0
"""Seconds for which a file must not have changed to count as written to its end."""

RESCAN_S = 60.0
"""Seconds between two looks at the whole folder, for what the system's notices missed or what failed."""

_STEP_MS = 250


class Watch:
    """Goes on until stopped. What was fed is remembered on disk, so a restart neither skips nor repeats."""

    name = "watch"
    total: int | None = None
    atomic = False

    def __init__(
        self, folder: Path, memory: Memory, stop: threading.Event, *, quiet_s: float = QUIET_S
    ) -> None:
        self._folder = folder.resolve()
        self._memory = memory
        self._stop = stop
        self._quiet_s = quiet_s
        self._pending: dict[Path, tuple[tuple[int, int], float]] = {}
        self._reported: set[Unreadable] = set()
        self._scanned = 0.0

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What holds for all of them."""
        return base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The files that are ready, whenever there are some.

        Raises:
            OSError: the folder cannot be watched.
        """
        changes = watch(
            self._folder,
            watch_filter=None,
            debounce=_STEP_MS,
            step=_STEP_MS // 5,
            rust_timeout=_STEP_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        )
        for changed in changes:
            if not self._scanned or time.monotonic() - self._scanned > RESCAN_S:
                # The first look comes after the notices began, so nothing falls between the two.
                troubles = self._look(find(self._folder))
                self._scanned = time.monotonic()
            else:
                paths = {Path(path) for _, path in changed}
                troubles = self._look(found for path in sorted(paths) for found in self._found(path))
            ready = self._ready()
            if troubles or ready:
                yield [*troubles, *ready]

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a file that is settled; one that changed while it was read comes again by itself."""
        if result.settled and isinstance(item, FileItem):
            self._memory.add([item.key])

    def _found(self, path: Path) -> Iterable[FileItem | Unreadable]:
        """What a change may have brought, if it is still there: a file, or a folder moved in as a whole."""
        within = path.relative_to(self._folder).parts
        return find(path) if all(map(wanted, within)) and os.path.lexists(path) else ()

    def _look(self, found: Iterable[FileItem | Unreadable]) -> list[Unreadable]:
        """Take note of new and changed files; the troubles that were not reported yet."""
        troubles = []
        for item in found:
            if isinstance(item, Unreadable):
                if item not in self._reported:
                    self._reported.add(item)
                    troubles.append(item)
            elif item.key not in self._memory:
                self._note(item)
        return troubles

    def _note(self, item: FileItem) -> None:
        state = (item.mtime_ns, item.size)
        if self._pending.get(item.path, (None,))[0] != state:
            lately = item.quiet_for() < self._quiet_s
            since = time.monotonic() - (0 if lately else self._quiet_s)
            self._pending[item.path] = (state, since)

    def _ready(self) -> list[FileItem]:
        """The noted files that have not changed for long enough, in the order of their names."""
        ready = []
        for path in sorted(self._pending):
            state, since = self._pending[path]
            if time.monotonic() - since < self._quiet_s:
                continue
            del self._pending[path]
            for item in find(path):
                if not isinstance(item, FileItem):
                    continue  # It went away; had it become unreadable, the next change or look tells.
                if (item.mtime_ns, item.size) == state:
                    ready.append(item)
                else:
                    self._note(item)
        return ready


def memory_of(folder: Path, source: str, settings: Settings) -> Memory:
    """What was fed from this folder as this source onto this topic.

    Raises:
        AlreadyWatchedError: another process is at it.
        OSError: the file under ``settings.var`` cannot be written.
    """
    what = "\0".join([str(folder.resolve()), source, settings.kafka, settings.topic_raw])
    name = hashlib.sha256(what.encode(errors="surrogateescape")).hexdigest()[:16]
    return Memory(settings.var / "feed" / f"{name}.fed")
