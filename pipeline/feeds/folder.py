"""A folder as ``feeds.toml`` names it: watched, and cleared of what was fed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.feeds.config import FeedConfig
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.feeds.shelves import Shelves
from pipeline.feeds.watch import PATIENCE_S, QUIET_S, Watch, memory_of
from pipeline.formats import Context, Rejected
from pipeline.settings import Settings


class FolderConfig(FeedConfig, frozen=True):
    """A folder. ``done`` and ``failed`` are folders in it, or anywhere if they are absolute paths.

    Neither is read. With ``move = false`` files stay where they are; with ``watch = false`` the feed ends
    when all that is there was fed. A file is read when it has not changed for ``quiet`` seconds; one whose
    end is missing is waited for until it has not changed for ``patience`` seconds.
    """

    type: Literal["folder"] = "folder"
    path: Path
    move: bool = True
    done: Path = Path("done")
    failed: Path = Path("failed")
    watch: bool = True
    quiet: float = Field(default=QUIET_S, ge=0, le=3600)
    patience: float = Field(default=PATIENCE_S, ge=0, le=86400)

    @model_validator(mode="after")
    def _apart(self) -> FolderConfig:
        folder = self.folder
        for name, shelf in (("done", self.shelf(self.done)), ("failed", self.shelf(self.failed))):
            if folder.is_relative_to(shelf):
                raise ValueError(f"{name} must be another folder than the watched one, and not above it")
        if self.shelf(self.done) == self.shelf(self.failed):
            raise ValueError("done and failed must be two folders")
        return self

    @property
    def folder(self) -> Path:
        """The folder, absolute and without links."""
        return self.path.expanduser().resolve()

    def shelf(self, name: Path) -> Path:
        """Where ``done`` or ``failed`` is."""
        return (self.folder / name.expanduser()).resolve()


class Folder:
    """A watched folder. It need not be there yet: it is told, and tried again after a while."""

    total: int | None = None
    atomic = False

    def __init__(self, config: FolderConfig, settings: Settings, stop: threading.Event) -> None:
        self.name = config.name
        self._config = config
        self._settings = settings
        self._stop = stop
        self._watch: Watch | None = None

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the configuration says."""
        return self._config.context(base)

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The files that are ready, whenever there are some.

        Raises:
            AlreadyWatchedError: another process feeds the folder.
            OSError: it is not there, cannot be watched, or ``done`` and ``failed`` cannot be made.
        """
        config = self._config
        folder = config.folder
        if not folder.is_dir():
            raise NotADirectoryError(f"there is no folder {folder}")
        shelves = None
        if config.move:
            shelves = Shelves(folder, config.shelf(config.done), config.shelf(config.failed), config.name)
            shelves.prepare()
        memory = memory_of(folder, config.source_name, self._settings)
        try:
            self._watch = Watch(
                folder,
                memory,
                self._stop,
                quiet_s=config.quiet,
                patience_s=config.patience,
                shelves=shelves,
                without=(config.shelf(config.done), config.shelf(config.failed)),
                once=not config.watch,
            )
            yield from self._watch.batches()
        finally:
            memory.close()

    def defers(self, item: Item, rejected: Rejected) -> bool:
        """Whether to wait for the end of a file that was changed lately."""
        return self._watch is not None and self._watch.defers(item, rejected)

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a file that is settled, and move it."""
        if self._watch:
            self._watch.acknowledge(item, result)
