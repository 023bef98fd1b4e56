"""What a feed from elsewhere has dealt with, kept through a kill: a small table on disk."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.settings import Settings

_PATIENCE_S = 10.0


class Ledger:
    """Keys and values as text. What ``put`` and ``drop`` did is on disk when they return.

    Each call opens the file and closes it again, so any thread may use it, also after the feed has ended.
    """

    def __init__(self, file: Path) -> None:
        """Touches nothing yet."""
        self._file = file

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it, no other process, and no other feed, deals with the same.

        Raises:
            AlreadyWatchedError: another one does.
            OSError: the folder cannot be written.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyWatchedError(
                    f"another process reads this feed: it holds {self._file}; end it, or this one"
                ) from error
            yield

    def all(self) -> dict[str, str]:
        """Everything that is remembered.

        Raises:
            OSError: the file cannot be read; says what to do.
        """
        with self._open() as table:
            return dict(table.execute("SELECT key, value FROM ledger").fetchall())

    def put(self, values: Mapping[str, str], drop: Iterable[str] = ()) -> None:
        """Remember these and forget the others, all or nothing.

        Raises:
            OSError: the disk is full or gone; then nothing of it is remembered.
        """
        with self._open() as table:
            table.executemany("DELETE FROM ledger WHERE key = ?", [(key,) for key in drop])
            table.executemany("INSERT OR REPLACE INTO ledger VALUES (?, ?)", list(values.items()))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The table, in a transaction."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._file, timeout=_PATIENCE_S)) as table:
                table.execute("PRAGMA synchronous = FULL")
                table.execute("CREATE TABLE IF NOT EXISTS ledger (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
                with table:
                    yield table
        except sqlite3.Error as error:
            raise OSError(
                f"what was fed cannot be remembered in {self._file}: {error}; make room on the disk, or, if "
                "the file is damaged, remove it: then what the feed still offers is fed once more"
            ) from error


def ledger_of(kind: str, place: Iterable[str], source: str, settings: Settings) -> Ledger:
    """What was fed from this place as this source onto this topic; the file lies under ``settings.var``."""
    what = "\0".join([kind, *place, source, settings.kafka, settings.topic_raw])
    name = hashlib.sha256(what.encode(errors="surrogateescape")).hexdigest()[:16]
    return Ledger(settings.var / "feed" / f"{kind}-{name}.ledger")
