"""Old months deleted: whole ones, of every generation, and never the one that it is now."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, months, names, waiting
from pipeline.sink.indices import IndicesError, listed
from pipeline.sink.months import Months
from pipeline.sink.names import Month

_AGE = re.compile(r"([0-9]{1,6}) ?(d|w|mo|y)")
_MONTHS = {"mo": 1, "y": 12}
_DAYS = {"d": 1, "w": 7}

log = structlog.get_logger(__name__)


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """A month that is old enough to be deleted.

    Attributes:
        index: its name.
        generation: that it belongs to.
        month: ``2024.06``.
        live: searches find what is in it.
        documents: how many there are in it, tombstones of kills included.
        bytes: its size on disk.
    """

    index: str
    generation: str
    month: str
    live: bool
    documents: int
    bytes: int


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a prune has found.

    Attributes:
        before: months that ended then or earlier are old.
        old: those, the oldest first.
        undated: indices that hold articles of any month; they are left alone.
    """

    before: datetime
    old: tuple[Old, ...] = ()
    undated: tuple[str, ...] = ()


def cutoff(age: str, now: datetime) -> datetime:
    """The moment that was so long ago.

    Args:
        age: a number and a unit: ``90d``, ``12w``, ``6mo``, ``1y``.
        now: aware of its time zone.

    Raises:
        IndicesError: it is no such age, or longer ago than there is a calendar for.
    """
    matched = _AGE.fullmatch(age.strip().lower())
    if not matched:
        raise IndicesError(f"'{age}' is no age such as 90d, 12w, 6mo or 1y")
    number, unit = int(matched[1]), matched[2]
    now = now.astimezone(UTC)
    try:
        if unit in _DAYS:
            return now - timedelta(days=number * _DAYS[unit])
        year, month = divmod(now.year * 12 + now.month - 1 - number * _MONTHS[unit], 12)
        begin = Month(year, month + 1)
        # The 31st of a month that has 30 days is its last one.
        return min(begin.begin + timedelta(days=now.day - 1), begin.end - timedelta(days=1)).replace(
            hour=now.hour, minute=now.minute, second=now.second, microsecond=now.microsecond
        )
    except (ValueError, OverflowError) as error:
        raise IndicesError(f"'{age}' is longer ago than there is a calendar for") from error


async def find(client: AsyncElasticsearch, alias: str, age: str, now: datetime) -> Findings:
    """The months of all generations of an alias that ended so long ago.

    Those of a replay that is not finished are left alone: it would be lost with any of them.

    Raises:
        IndicesError: as ``cutoff``.
    """
    before = cutoff(age, now)
    this = names.month_of(now, now)
    old: list[tuple[Month, Old]] = []
    undated: list[str] = []
    for generation in await listed(client, alias):
        if generation.unfinished:
            continue
        for index in generation.indices:
            read = names.read(alias, index.name)
            if read is None or read.month is None:
                undated.append(index.name)
            elif read.month < this and read.month.end <= before:
                found = Old(
                    index=index.name,
                    generation=generation.name,
                    month=str(read.month),
                    live=index.searched,
                    documents=index.documents,
                    bytes=index.bytes,
                )
                old.append((read.month, found))
    in_order = sorted(old, key=lambda each: (each[0], each[1].index))
    return Findings(before=before, old=tuple(each for _, each in in_order), undated=tuple(undated))


async def delete(client: AsyncElasticsearch, settings: Settings, findings: Findings) -> int:
    """Delete what was found, the oldest first, and say each in the log; what is gone already is left out.

    The alias goes with the last index that it stands for: so the live generation gets the month that it is
    now first. Elasticsearch is waited for.

    Returns:
        How many indices were deleted.
    """
    deleted = 0
    async for attempt in _patiently(settings, "waiting for Elasticsearch to make this month"):
        with attempt:
            if any(each.live for each in findings.old):
                await _keep_alias(client, settings)
    for each in findings.old:
        if await _deleted(client, settings, each.index):
            deleted += 1
            log.info("index was deleted", index=each.index, documents=each.documents)
    return deleted


async def _deleted(client: AsyncElasticsearch, settings: Settings, index: str) -> bool:
    """Delete an index; false if somebody else had done so before."""
    asked = False
    async for attempt in _patiently(settings, "waiting for Elasticsearch to delete an index"):
        with attempt:
            try:
                await client.indices.delete(index=index)
            except NotFoundError:
                # Where we have asked before, the answer was lost, as a rule.
                return asked
            except (ApiError, TransportError):
                asked = True
                raise
    return True


async def _keep_alias(client: AsyncElasticsearch, settings: Settings) -> None:
    live = Months(client, settings)
    await live.look()
    try:
        await live.make([months.this_month()])
    except months.HeldError as error:
        raise IndicesError(f"nothing was deleted: {error}") from error


def _patiently(settings: Settings, what: str) -> AsyncIterator[waiting.Attempt]:
    return waiting.patiently(what, connection.address(settings), on=waiting.nobody_answers)
