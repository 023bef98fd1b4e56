"""What was taken from each polled URL, kept through a kill: a database in one file for all of them."""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.settings import Settings

KEEP_S = 30 * 86_400.0
"""Seconds for which an item that left its feed is remembered, and a URL that is not polled any more."""

Print: TypeAlias = tuple[str, str]
"""An article's id and a digest of what it says."""

FAULT = ""
"""The id of what is no article but a fault; a fault that is gone is forgotten at once."""

_TABLES = """
CREATE TABLE IF NOT EXISTS places (
    place TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL, digest TEXT NOT NULL,
    reading TEXT NOT NULL, moved TEXT NOT NULL, told TEXT NOT NULL, failures INTEGER NOT NULL,
    due REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
    place TEXT NOT NULL, id TEXT NOT NULL, print TEXT NOT NULL, gone REAL,
    PRIMARY KEY (place, id, print)
) WITHOUT ROWID;
"""
_PATIENCE_S = 10.0


class State(Struct, frozen=True, kw_only=True):
    """Where polling a URL stands.

    ``etag`` and ``modified`` are the validators of the document that was fed last, ``digest`` is that of its
    bytes, ``reading`` says how it was read. ``moved`` is where the URL has moved for good, ``told`` the
    trouble that somebody was told of. ``failures`` counts those in a row, ``due`` is when to ask again, in
    seconds since 1970.
    """

    etag: str = ""
    modified: str = ""
    digest: str = ""
    reading: str = ""
    moved: str = ""
    told: str = ""
    failures: int = 0
    due: float = 0.0


class Polled:
    """The memory of all polled URLs; to be used while it is held, from any thread.

    What a call wrote outlives the process, all of it or nothing; when the whole machine fails, the last
    seconds may be lost, and what was sent in them is sent once more. Each call may raise OSError: the file
    cannot be read or written; says what to do.
    """

    def __init__(self, file: Path) -> None:
        """Touches nothing yet."""
        self._file = file
        self._table: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it, no other process polls.

        Raises:
            AlreadyWatchedError: another one does.
            OSError: the file cannot be read or written.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyWatchedError(
                    f"another process polls onto this topic: it holds {self._file}; end it, or this one"
                ) from error
            with self._told():
                self._table = self._connected()
            try:
                yield
            finally:
                with self._lock:
                    self._table.close()
                    self._table = None

    def states(self) -> dict[str, State]:
        """Where each URL stands."""
        fields = State.__struct_fields__
        with self._open() as table:
            rows = table.execute(f"SELECT place, {', '.join(fields)} FROM places").fetchall()  # noqa: S608 - our own names
        return {place: State(**dict(zip(fields, values, strict=True))) for place, *values in rows}

    def note(self, place: str, state: State) -> None:
        """Remember where a URL stands."""
        with self._open() as table:
            _note(table, place, state)

    def sent(self, place: str) -> frozenset[Print]:
        """The items of a URL that are with the broker."""
        with self._open() as table:
            return frozenset(
                table.execute("SELECT id, print FROM items WHERE place = ?", (place,)).fetchall()
            )

    def settle(self, place: str, state: State, prints: Collection[Print], now: float) -> None:
        """Remember that a document with these items is with the broker; what left long ago is forgotten."""
        with self._open() as table:
            _note(table, place, state)
            table.execute("UPDATE items SET gone = ? WHERE place = ? AND gone IS NULL", (now, place))
            table.executemany(
                "DELETE FROM items WHERE place = ? AND id = ?",
                {(place, one) for one, _ in (*prints, (FAULT, ""))},
            )
            table.executemany(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?, NULL)", [(place, *one) for one in prints]
            )
            table.execute("DELETE FROM items WHERE place = ? AND gone < ?", (place, now - KEEP_S))

    def forget(self, places: Collection[str], now: float) -> None:
        """Drop the URLs that are not among these and have not been for long."""
        with self._open() as table:
            rows = table.execute("SELECT place FROM places WHERE due < ?", (now - KEEP_S,)).fetchall()
            old = [row for row in rows if row[0] not in places]
            table.executemany("DELETE FROM places WHERE place = ?", old)
            table.executemany("DELETE FROM items WHERE place = ?", old)

    def _connected(self) -> sqlite3.Connection:
        table = sqlite3.connect(self._file, timeout=_PATIENCE_S, check_same_thread=False)
        # A commit waits for no disk so, and still outlives a kill.
        table.execute("PRAGMA journal_mode = WAL")
        table.execute("PRAGMA synchronous = NORMAL")
        table.executescript(_TABLES)
        return table

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database, in one transaction."""
        with self._lock, self._told():
            if self._table is None:
                raise OSError(f"{self._file} is not held any more")
            with self._table:
                yield self._table

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database has to complain of, in words."""
        try:
            yield
        except sqlite3.Error as error:
            raise OSError(
                f"what was polled cannot be remembered in {self._file}: {error}; make room on the disk, or, "
                "if the file is damaged, remove it: then what the feeds still hold is fed once more"
            ) from error


def _note(table: sqlite3.Connection, place: str, state: State) -> None:
    values = [getattr(state, field) for field in State.__struct_fields__]
    table.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (place, *values))


def polled_of(settings: Settings) -> Polled:
    """What was polled onto this topic; the file lies under ``settings.var``."""
    what = f"poll\0{settings.kafka}\0{settings.topic_raw}"
    name = hashlib.sha256(what.encode(errors="surrogateescape")).hexdigest()[:16]
    return Polled(settings.var / "feed" / f"poll-{name}.sqlite")
