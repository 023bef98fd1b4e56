"""Names of indices: the generations of an alias, the months of a generation, the entrance of each index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

OLDEST_YEARS = 10
"""Articles that say they are older have the month that is so many years ago: no date makes more indices."""

_DIGITS = 6
_DECEMBER = 12


class Month(NamedTuple):
    """A month of UTC; the earlier one is the smaller."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}.{self.number:02}"

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year, self.number - 1) if self.number > 1 else Month(self.year - 1, _DECEMBER)

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        december = self.number == _DECEMBER
        return Month(self.year + december, 1 if december else self.number + 1).begin


class Name(NamedTuple):
    """What the name of an index says; the index of an earlier version has no month."""

    generation: str
    month: Month | None


def month_of(received: datetime, now: datetime) -> Month:
    """The month in which an article stands that was received then, if none of its versions is there yet.

    Args:
        received: as the message says it, which may be anything; aware of its time zone.
        now: likewise; a month to come is this one.
    """
    oldest = Month(now.year - OLDEST_YEARS, now.month)
    if received < oldest.begin:
        return oldest
    moment = min(received, now).astimezone(UTC)
    return Month(moment.year, moment.month)


def read(alias: str, name: str) -> Name | None:
    """What the name of an index of the alias's own says: not that of ``news-fr-000001`` for ``news``."""
    pattern = rf"({re.escape(alias)}-[0-9]{{{_DIGITS},}})(?:-([12][0-9]{{3}})\.(0[1-9]|1[0-2]))?"
    matched = re.fullmatch(pattern, name)
    if not matched:
        return None
    month = Month(int(matched[2]), int(matched[3])) if matched[2] else None
    return Name(matched[1], month)


def number_of(generation: str) -> int:
    """The number of a generation: 2 for ``news-000002``."""
    return int(generation.rpartition("-")[2])


def generation(alias: str, number: int) -> str:
    """The name of a generation: ``news-000002``."""
    return f"{alias}-{number:0{_DIGITS}}"


def index(generation: str, month: Month) -> str:
    """The name of a month's index: ``news-000002-2024.06``."""
    return f"{generation}-{month}"


def entrance(index: str) -> str:
    """An alias for one index alone, by which it is written to.

    A write to it never makes an index, should that one be gone; and an index of the live generation has it
    only while no switch holds writes.
    """
    return f"{index}-entrance"


def all_of(generation: str) -> str:
    """All indices of a generation, as Elasticsearch takes them for a search."""
    return f"{generation},{generation}-*"


def live_of(alias: str, behind: Mapping[str, bool | None]) -> str | None:
    """Of the indices behind an alias, with what each says of being written to, the generation that is live.

    There is one as a rule. Where somebody has put another beside it, it is the one that says so; else none.
    """
    known = {name: found.generation for name in behind if (found := read(alias, name))}
    generations = set(known.values())
    if len(generations) > 1:
        generations = {each for name, each in known.items() if behind[name]}
    return generations.pop() if len(generations) == 1 else None
