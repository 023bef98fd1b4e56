"""The queue on disk: records in the order in which they came, each kept until it is removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from pipeline.errors import NewswireError
from pipeline.feeds.report import Waiting

ROW = 64
"""Bytes that a record counts beside its own."""

READ = 4 * 1024 * 1024
"""Bytes that are read at once."""

SLACK = 16 * 1024 * 1024
"""Bytes of the file that may be free, before an empty queue gives them back to the disk."""

_VERSION = 1
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLE = """
CREATE TABLE record (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    taken REAL NOT NULL,
    refused TEXT,
    data BLOB NOT NULL
)
"""

_OLDEST = "SELECT taken FROM record ORDER BY number LIMIT 1"


class SpoolError(NewswireError):
    """The spool cannot be used; says why and what to do. Nothing is taken then."""


class SpoolBusyError(SpoolError):
    """Another process has it."""


class SpoolDamagedError(SpoolError):
    """Its file is broken."""


class SpoolFullError(SpoolError):
    """It holds as much as it may."""


class Record(NamedTuple):
    """A record and its place in the queue."""

    number: int
    data: bytes

    @property
    def size(self) -> int:
        """Bytes that it counts."""
        return len(self.data) + ROW


class Store:
    """A queue of at most ``limit`` bytes, which one process has at a time; used by any of its threads.

    What ``append`` took outlives a kill and a loss of power. A removal may be undone by either: then the
    record is there once more. ``SQLite`` keeps it, by one connection.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Opens the queue, or makes a new one.

        Raises:
            SpoolBusyError: another process has it.
            SpoolDamagedError: its file is broken.
            SpoolError: it cannot be read or written.
        """
        self.folder = folder
        self.limit = limit
        self._file = folder / "spool.db"
        self._lock = _locked(folder)
        self._using = threading.Lock()
        self._changed = threading.Condition()
        self._table: sqlite3.Connection | None = None
        self._gone: set[int] = set()
        self._last = self._count = self._bytes = self._refused = 0
        self._oldest = 0.0
        try:
            with self._open(check=True) as table:
                table.execute("UPDATE record SET refused = NULL WHERE refused IS NOT NULL")
            self._refused = 0
            _sync(folder)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; what is in it stays."""
        self._close()
        self._lock.close()

    def waiting(self) -> Waiting:
        """What is in it. Waits for no disk; the age of the oldest record may be that of one just removed."""
        with self._changed:
            messages, size, refused, oldest = self._count, self._bytes, self._refused, self._oldest
        return Waiting(
            messages=messages,
            bytes=size,
            limit=self.limit,
            refused=refused,
            oldest_seconds=max(0.0, time.time() - oldest) if messages else None,
        )

    @property
    def left(self) -> int:
        """Records that are to be sent; those that were refused are not."""
        return self._count - self._refused

    def fits(self, size: int, beside: int = 0) -> bool:
        """Whether there is room for so many bytes beside others; an empty queue takes any record."""
        held = self._bytes + beside
        return not held or held + size <= self.limit

    def append(self, records: Sequence[bytes]) -> None:
        """Keep these in this order, all or none; they are on the disk when this returns.

        Raises:
            SpoolDamagedError: the file is broken.
            SpoolError: the disk is full, or does not work.
        """
        now = time.time()
        with self._open() as table:
            rows = [(len(data) + ROW, now, data) for data in records]
            table.executemany("INSERT INTO record (size, taken, data) VALUES (?, ?, ?)", rows)
            (last,) = table.execute("SELECT max(number) FROM record").fetchone()
        with self._changed:
            self._last = last
            self._oldest = self._oldest if self._count else now
            self._count += len(rows)
            self._bytes += sum(size for size, _, _ in rows)
            self._changed.notify_all()

    def after(self, number: int) -> list[Record]:
        """The records behind this one that are to be sent, at most about ``READ`` bytes of them.

        Raises:
            SpoolError: they cannot be read.
        """
        found: list[Record] = []
        size = 0
        query = "SELECT number, data FROM record WHERE number > ? AND refused IS NULL ORDER BY number"
        with (
            self._using,
            self._telling(),
            contextlib.closing(self._connected().execute(query, (number,))) as rows,
        ):
            while size < READ and (row := rows.fetchone()):
                found.append(Record(*row))
                size += found[-1].size
        gone = self._gone
        return [record for record in found if record.number not in gone]

    def wait(self, number: int, seconds: float) -> None:
        """Wait for a record behind this one, at most so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._last > number, seconds)

    def remove(self, record: Record) -> None:
        """Forget a record; the next ``tidy`` clears it from the disk. Waits for no disk."""
        with self._changed:
            if record.number not in self._gone:
                self._gone.add(record.number)
                self._count -= 1
                self._bytes -= record.size

    def refuse(self, record: Record, reason: str) -> None:
        """Keep a record, and give it no more before the queue is opened anew.

        Raises:
            SpoolError: it cannot be written.
        """
        with self._open() as table:
            table.execute("UPDATE record SET refused = ? WHERE number = ?", (reason, record.number))
        with self._changed:
            self._refused += 1

    def tidy(self) -> None:
        """Clear what was removed from the disk, and give back what is free. It forces nothing to the disk.

        Raises:
            SpoolError: it cannot be written.
        """
        gone = list(self._gone)
        if not gone:
            return
        with self._open(durable=False) as table:
            table.executemany("DELETE FROM record WHERE number = ?", [(number,) for number in gone])
            oldest = table.execute(_OLDEST).fetchone()
        with self._changed:
            self._gone.difference_update(gone)
            self._oldest = oldest[0] if oldest else time.time()
        if not self._count:
            self._shrink()

    def _shrink(self) -> None:
        """Give the file's free pages back to the disk, where they are many."""
        with self._using, self._telling():
            table = self._connected()
            (free,), (page,) = (
                table.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_size")
            )
            if free * page > SLACK:
                table.executescript("PRAGMA incremental_vacuum")  # execute() would free but one page
                table.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _open(self, *, durable: bool = True, check: bool = False) -> Iterator[sqlite3.Connection]:
        """The table, in a transaction; after a failure it is opened anew."""
        with self._using, self._telling():
            table = self._connected(check=check)
            # The commit of what is not durable is forced to the disk with the next one that is.
            table.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            table.execute("BEGIN IMMEDIATE")
            try:
                yield table
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    table.execute("ROLLBACK")
                raise
            table.execute("COMMIT")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What SQLite says, as an error that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            self._close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                raise SpoolDamagedError(
                    f"the spool {self._file} is damaged: {error}; move it away (with {self._file.name}-wal) "
                    "and start again; what can be read of it is sent copy that nobody else may have: "
                    f"`sqlite3 {self._file.name} .recover` gets it out"
                ) from error
            raise SpoolError(
                f"the spool {self._file} cannot be used: {error}; make room on its disk, or see whether it "
                "can be written; nothing is taken meanwhile"
            ) from error

    def _connected(self, *, check: bool = False) -> sqlite3.Connection:
        """The connection; a new one counts what is there."""
        if self._table is not None:
            return self._table
        table = sqlite3.connect(self._file, timeout=10, isolation_level=None, check_same_thread=False)
        self._table = table
        table.execute("PRAGMA auto_vacuum = INCREMENTAL")
        table.execute("PRAGMA journal_mode = WAL").fetchall()
        table.execute("PRAGMA synchronous = FULL")
        (version,) = table.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise SpoolError(
                f"the spool {self._file} is of a newer Newswire (version {version}): run that one"
            )
        if not version:
            table.executescript(f"BEGIN; {_TABLE}; PRAGMA user_version = {_VERSION}; COMMIT")
        if check:
            (found,) = table.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                damage = sqlite3.DatabaseError(found)
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage
        self._count_all(table)
        return table

    def _count_all(self, table: sqlite3.Connection) -> None:
        """Count what is there, without what was removed; a disk that is full does not hinder that."""
        query = "SELECT count(*), total(size), count(refused), max(number) FROM record"
        with self._changed:
            count, size, refused, last = table.execute(query).fetchone()
            for number in self._gone:
                of_it = "SELECT size FROM record WHERE number = ?"
                for (its_size,) in table.execute(of_it, (number,)).fetchall():
                    count, size = count - 1, size - its_size
            oldest = table.execute(_OLDEST).fetchone()
            self._count, self._bytes, self._refused, self._last = count, int(size), refused, last or 0
            self._oldest = oldest[0] if oldest else 0.0

    def _close(self) -> None:
        if self._table is not None:
            with contextlib.suppress(sqlite3.Error):
                self._table.close()
            self._table = None


def _locked(folder: Path) -> BinaryIO:
    """The folder's lock, held until it is closed.

    Raises:
        SpoolBusyError: another process has it.
        SpoolError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "spool.lock").open("wb")
    except OSError as error:
        raise SpoolError(f"the spool {folder} cannot be used: {error.strerror or error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SpoolBusyError(
            f"another process has the spool {folder}; end it, or give each a folder of its own"
        ) from error
    return lock


def _sync(folder: Path) -> None:
    """Force to the disk that there is this folder, and what files are in it."""
    for each in (folder, folder.parent):
        with contextlib.suppress(PermissionError):  # one that may not be listed was there before
            descriptor = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            except OSError as error:
                raise SpoolError(f"the spool {folder} cannot be used: {error.strerror or error}") from error
            finally:
                os.close(descriptor)
