"""What stands on the topic of dead letters, letter by letter, in a table that need not fit into memory.

A letter may stand on the topic several times, since delivery is at least once. It is open until a mark behind
it, in the same partition, says that it was retried; a copy behind the mark opens it again.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType, msgpack

from pipeline.article import DeadLetter, Stage
from pipeline.dead.letters import came_from_topic, identity
from pipeline.errors import NewswireError

MOST_TOLD = 10
"""Messages that are no letters, of which the reason is kept."""

MOST_SAID = 300
"""Characters of an error that a list shows."""

_SCHEMA = """
CREATE TABLE copies (
  id TEXT, partition INTEGER, offset INTEGER, retried INTEGER, failed INTEGER, stage TEXT, rest BLOB,
  PRIMARY KEY (id, partition)
) WITHOUT ROWID;
-- One row a letter: SQLite takes all columns from the row with the least `retried`, so from one that is open.
CREATE VIEW letters AS
  SELECT id, partition, offset, min(retried) AS retried, failed, stage, rest FROM copies GROUP BY id;
"""
_COLUMNS = "id, partition, offset, retried, failed, stage, rest"
_OPEN = 0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_000  # the year 9999: whoever wrote the message also chose its time


class NoSuchLetterError(NewswireError):
    """What was given names no letter, or several."""


class Entry(Struct, frozen=True, kw_only=True):
    """A letter as a list shows it.

    ``origin`` is the place it came from: topic, partition and offset, or a feed's location. ``size`` counts
    the bytes of the original value. ``partition`` and ``offset`` are its own on the topic of dead letters.
    """

    id: str
    stage: Stage
    failed: datetime
    attempts: int
    error_type: str
    error_message: str
    origin: str
    size: int
    partition: int
    offset: int
    retried: datetime | UnsetType = UNSET


class Counts(Struct, frozen=True, kw_only=True):
    """How many letters there are: open, by the stage at which they failed, and retried."""

    open: int
    stages: dict[str, int]
    retried: int


class Which(NamedTuple):
    """Which letters are meant: of one stage or all, since then, only open ones or those retried, too."""

    stage: Stage | None = None
    since: datetime | None = None
    retried: bool = False

    def where(self) -> tuple[str, list[object]]:
        """As a condition of the table's and its values."""
        terms: list[tuple[str, object]] = []
        if not self.retried:
            terms.append(("retried = ?", _OPEN))
        if self.stage is not None:
            terms.append(("stage = ?", self.stage))
        if self.since is not None:
            terms.append(("failed >= ?", _micros(self.since)))
        return " AND ".join(["1", *(term for term, _ in terms)]), [value for _, value in terms]


class _Rest(Struct, array_like=True):
    attempts: int
    error_type: str
    error_message: str
    origin: str
    size: int


class Register:
    """A table in a temporary file of SQLite's own, which goes with the register.

    Attributes:
        strangers: how many messages are no letters.
        told: where the first of these stand, and why they are none.
    """

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.executescript(_SCHEMA)
        self.strangers = 0
        self.told: list[str] = []

    def close(self) -> None:
        """Forget everything."""
        self._table.close()

    def add(self, letter: DeadLetter, partition: int, offset: int) -> None:
        """A copy of a letter stands there; it is open. Call in the order of offsets."""
        rest = _Rest(
            letter.attempts,
            letter.error_type,
            letter.error_message[:MOST_SAID],
            origin(letter),
            len(letter.value) if letter.omitted is UNSET else letter.omitted,
        )
        self._table.execute(
            "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                identity(letter),
                partition,
                offset,
                _OPEN,
                _micros(letter.failed),
                letter.stage,
                msgpack.encode(rest),
            ),
        )

    def mark(self, letter: str, partition: int, retried_ms: int) -> None:
        """A mark stands in that partition, behind all that was added of it: the letter was retried."""
        self._table.execute(
            "UPDATE copies SET retried = ? WHERE id = ? AND partition = ?",
            (min(max(1, retried_ms), _LAST_MS), letter, partition),
        )

    def stranger(self, place: str, reason: str) -> None:
        """A message that is no letter stands there."""
        self.strangers += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(f"{place}: {reason}")

    def counts(self) -> Counts:
        """How many letters there are."""
        rows = self._all("SELECT stage, count(*) FROM letters WHERE retried = ? GROUP BY stage", [_OPEN])
        ((retried,),) = self._all("SELECT count(*) FROM letters WHERE retried > ?", [_OPEN])
        stages = dict(sorted(rows))
        return Counts(open=sum(stages.values()), stages=stages, retried=retried)

    def count(self, which: Which) -> int:
        """How many are meant."""
        where, values = which.where()
        ((count,),) = self._all(f"SELECT count(*) FROM letters WHERE {where}", values)  # noqa: S608 - our own terms
        return int(count)

    def newest(self, which: Which, most: int) -> list[Entry]:
        """Those that failed last, the last of them first."""
        where, values = which.where()
        order = "ORDER BY failed DESC, partition, offset DESC LIMIT ?"
        return list(map(_entry, self._select(f"WHERE {where} {order}", [*values, most])))

    def in_place(self, which: Which, partition: int) -> Iterator[Entry]:
        """Those whose copy stands in one partition, in the order of offsets."""
        where, values = which.where()
        rows = self._select(f"WHERE {where} AND partition = ? ORDER BY offset", [*values, partition])
        yield from map(_entry, rows)

    def open_copies(self, letter: str) -> list[int]:
        """The partitions in which a copy of a letter is open."""
        return [
            partition
            for (partition,) in self._all(
                "SELECT partition FROM copies WHERE id = ? AND retried = ? ORDER BY partition",
                [letter, _OPEN],
            )
        ]

    def find(self, prefix: str) -> Entry:
        """The letter whose identity begins so.

        Raises:
            NoSuchLetterError: there is none, or there are several.
        """
        if not re.fullmatch("[0-9a-f]{1,16}", prefix):
            raise NoSuchLetterError(
                f"'{prefix}' is no id of a dead letter: it takes up to 16 digits of 0-9 and a-f, as "
                "`newswire dead list` prints them"
            )
        found = list(map(_entry, self._select("WHERE id >= ? AND id < ? LIMIT 2", [prefix, prefix + "g"])))
        if not found:
            raise NoSuchLetterError(
                f"there is no dead letter {prefix}; `newswire dead list --all` prints the ids"
            )
        if len(found) > 1:
            raise NoSuchLetterError(f"several dead letters begin with {prefix}: give more digits of the id")
        return found[0]

    def _select(self, rest: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        rows = self._table.execute(f"SELECT {_COLUMNS} FROM letters {rest}", values)  # noqa: S608 - our own terms
        for row in rows:  # noqa: UP028 - `yield from` would close the rows, which fails once the register is closed
            yield row

    def _all(self, query: str, values: Iterable[object]) -> list[tuple[Any, ...]]:
        return self._table.execute(query, list(values)).fetchall()


def origin(letter: DeadLetter) -> str:
    """Where a letter came from, for a person."""
    if came_from_topic(letter):
        return f"{letter.topic}/{letter.partition}/{letter.offset}"
    return letter.location or "unknown"


def _entry(row: tuple[Any, ...]) -> Entry:
    identity, partition, offset, retried_ms, failed, stage, rest = row
    more = msgpack.decode(rest, type=_Rest)
    return Entry(
        id=identity,
        stage=stage,
        failed=_instant(failed),
        attempts=more.attempts,
        error_type=more.error_type,
        error_message=more.error_message,
        origin=more.origin,
        size=more.size,
        partition=partition,
        offset=offset,
        retried=_instant(retried_ms * 1000) if retried_ms != _OPEN else UNSET,
    )


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
