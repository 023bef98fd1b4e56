"""Dates as feeds, pages and mails really write them: with every mistake there is, and nothing invented.

The parsers of feedparser are not used: they move what is not in the calendar to another day, read zones that
they do not know as UTC and seconds since 1970 as the year 1699, and fill what is missing from today's date.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from pipeline.formats import prose, times
from pipeline.formats._calendar import FILLERS, MONTHS, WEEKDAYS, plain, zone
from pipeline.formats.shape import Context
from pipeline.formats.sheet import Sheet

LONGEST = 100
"""Characters that a date has at most."""

AHEAD = timedelta(days=2)
"""How far ahead of its receipt copy may be dated without a flag."""

FIRST_YEAR = 1000
"""Years before are the zero of some clock."""

_TIME = re.compile(
    r"(?<![\d:])(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?![\d:])(?: ?([AaPp])\.?[Mm]\b\.?)?"
)
_ZONE = re.compile(
    r"\s*((?:GMT|UTC|UT)?[+-]\d{1,2}(?::?\d{2})?(?!\d)|[^\W\d_]{1,5}(?![^\W\d_]))", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?!\d)T?")
_YEAR_LAST = re.compile(r"(?<![\d:])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d:])")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?([Zz]|[+-]\d{2}:?\d{2})?)?")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|(?<!\d),|,(?!\d)")
_EPOCH = re.compile(r"(\d{10})(?:\.\d+)?|(\d{13})")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_EAST_ASIAN = (("年", "-"), ("년", "-"), ("月", "-"), ("월", "-"), ("日", " "), ("일", " "))
_EAST_ASIAN_CLOCK = re.compile(r"(\d{1,2})\s*[時时点시]\s*(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?")
_DIGITS = 4
"""Digits of a year."""
_MONTHS_A_YEAR = 12


class Found(NamedTuple):
    """A date as the contract writes it, and what a person should know of how it was read."""

    date: str
    flags: list[str]


def put(sheet: Sheet, context: Context, field: str, text: str | None) -> None:
    """``created`` or ``modified`` from a date; one that cannot be read is flagged and left out."""
    value = prose.line(text or "")
    if not value:
        return
    try:
        found = read(value, context)
    except ValueError as error:
        sheet.flag(f"{field}: {error}")
        return
    sheet.put(field, found.date)
    sheet.flag(*(f"{field}: {flag}" for flag in found.flags))


def read(text: str, context: Context) -> Found:
    """The date that a text is: a year, a month, a day, or an instant in UTC, as exact as it is written.

    ISO 8601, RFC 5322 and what resembles them; month names of two dozen languages; day and month by numbers
    where they cannot be mixed up; seconds and milliseconds since 1970. A time without a zone, or with one
    that may be any, is one of the feed's zone, and flagged; so are a date in the future, a wrong day of the
    week and a year of two digits.

    Raises:
        ValueError: it is none, or may be one of several; the message says why.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{text[:20]!r}… is too long for a date")
    reading = _Reading(text, context)
    try:
        found = reading.date()
        first = _first(found)
    except OverflowError as error:
        raise ValueError(f"{text!r} is not in the calendar") from error
    if first.year < FIRST_YEAR or found == "1970-01-01T00:00:00Z":
        raise ValueError(f"{text!r} stands for no date: it is the zero of a clock")
    if first > context.received + AHEAD:
        reading.flags.append(f"{text!r} is in the future")
    return Found(found, reading.flags)


class _Reading:
    """One text on its way to a date, and what was odd about it."""

    def __init__(self, text: str, context: Context) -> None:
        self.flags: list[str] = []
        self._text = text
        self._context = context

    def date(self) -> str:
        """The date.

        Raises:
            ValueError: it is none that can be read.
        """
        if match := _EPOCH.fullmatch(self._text):
            return self._since_1970(match)
        if match := _BASIC.fullmatch(self._text):
            year, month, day, hour, minute, second, offset = match.groups()
            on = self._day(int(year), int(month), int(day))
            clock = (int(hour), int(minute), int(second or 0), 0) if hour else None
            return self._instant(on, clock, offset) if clock else on
        return self._written()

    def _since_1970(self, match: re.Match[str]) -> str:
        seconds = int(match[1]) if match[1] else int(match[2]) / 1000
        self.flags.append(f"{self._text!r} is read as the time since 1970")
        return times.written(datetime.fromtimestamp(seconds, UTC))

    def _written(self) -> str:
        """A date by numbers or by words, and a time anywhere outside of it."""
        text = _east_asian(_ASIDE.sub(" ", self._text))
        numbers = _YEAR_FIRST.search(text) or _YEAR_LAST.search(text)
        rest = f"{text[: numbers.start()]} {text[numbers.end() :]}" if numbers else text
        clock, offset = None, None
        if timed := _TIME.search(rest):
            clock = _clock(timed)
            offset, end = _zone_at(rest, timed.end())
            rest = f"{rest[: timed.start()]} {rest[end:]}"
        day = self._by_numbers(numbers, rest) if numbers else self._by_words(rest)
        return self._instant(day, clock, offset) if clock else day

    def _by_numbers(self, match: re.Match[str], rest: str) -> str:
        """2024-06-19, 2024/6/19; 19.06.2024, 19/06/24; beside them only a weekday and small words."""
        for word in _WORD.findall(rest):
            if plain(word) not in WEEKDAYS and plain(word) not in FILLERS:
                raise ValueError(f"{self._text!r} is not a date: {word!r} is no part of one")
        if match.re is _YEAR_FIRST:
            year, month, day = int(match[1]), int(match[3]), int(match[4] or 1)
            found = self._day(year, month, day)
            return found if match[4] else found[:7]
        first, second, whole = int(match[1]), int(match[3]), self._year(match[4])
        if match[2] == "." or first > _MONTHS_A_YEAR or first == second:
            return self._day(whole, second, first)
        if second > _MONTHS_A_YEAR:
            return self._day(whole, first, second)
        raise ValueError(f"{self._text!r} may be two dates: nothing says which number is the month")

    def _by_words(self, text: str) -> str:
        """Wed, 19 Jun 2024; June 19th, 2024; 19. Juni 2024; juin 2024; 2024."""
        months: list[str] = []
        numbers: list[str] = []
        days: list[str] = []
        for word in _WORD.findall(text):
            name = plain(word)
            if word.isdecimal():
                numbers.append(word)
            elif name in MONTHS:
                months.append(name)
            elif name in WEEKDAYS:
                days.append(name)
            elif name not in FILLERS:
                raise ValueError(f"{self._text!r} is not a date: {word!r} is no part of one")
        if len(months) > 1:  # "mar. 12 juin": the first is Tuesday as much as it is March.
            days += [name for name in months if name in WEEKDAYS]
            months = [name for name in months if name not in WEEKDAYS]
        if not months and len(numbers) == 1 and len(numbers[0]) == _DIGITS:
            return self._day(int(numbers[0]), 1, 1)[:_DIGITS]
        if len(months) != 1 or not 1 <= len(numbers) <= 2:  # noqa: PLR2004 - a day and a year
            raise ValueError(f"{self._text!r} is not a date that can be read")
        return self._named(MONTHS[months[0]], numbers, days)

    def _named(self, month: int, numbers: list[str], days: list[str]) -> str:
        """A day of a month; the year is the number that no day is, else the last."""
        if len(numbers) == 1 and len(numbers[0]) < _DIGITS:
            raise ValueError(f"{self._text!r} does not say the year")
        year = self._year(numbers.pop(0 if len(numbers[0]) > 2 else -1))  # noqa: PLR2004 - digits of a day
        if not numbers:
            return self._day(year, month, 1)[:7]
        found = self._day(year, month, int(numbers[0]))
        if days and not any(date.fromisoformat(found).weekday() in WEEKDAYS[name] for name in days):
            self.flags.append(f"{self._text!r} names the wrong day of the week")
        return found

    def _year(self, text: str) -> int:
        """Two digits are 1950 to 2049, three are years since 1900 (RFC 5322, 4.3)."""
        if len(text) >= _DIGITS:
            return int(text)
        self.flags.append(f"{self._text!r} has a year of {len(text)} digits")
        return int(text) + (2000 if len(text) <= 2 and int(text) < 50 else 1900)  # noqa: PLR2004 - as it says there

    def _day(self, year: int, month: int, day: int) -> str:
        try:
            return date(year, month, day).isoformat()
        except ValueError as error:
            raise ValueError(f"{self._text!r} is not in the calendar: {error}") from error

    def _instant(self, day: str, clock: tuple[int, int, int, int], offset: str | None) -> str:
        """24:00 is the next day's first minute, a leap second the first of the next minute."""
        hour, minute, second, micro = clock
        late = timedelta(hours=hour == 24 and minute == 0, seconds=second == 60)  # noqa: PLR2004 - as it says
        try:
            moment = datetime.fromisoformat(day).replace(
                hour=hour - int(late >= timedelta(hours=1)),
                minute=minute,
                second=min(second, 59) if late else second,
                microsecond=micro,
                tzinfo=self._zone(offset),
            )
        except ValueError as error:
            raise ValueError(f"{self._text!r} is not a time: {error}") from error
        return times.written(moment + late)

    def _zone(self, name: str | None) -> tzinfo:
        known = zone(name) if name else None
        if known is None:
            why = "a time zone that may be any" if name else "no time zone"
            self.flags.append(f"{self._text!r} has {why}: read as {self._context.zone or 'UTC'}")
        return known or self._context.timezone


def _clock(timed: re.Match[str]) -> tuple[int, int, int, int]:
    """Hour, minute, second and microsecond."""
    hour = int(timed[1])
    if half := (timed[5] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(timed[2]), int(timed[3] or 0), int((timed[4] or "").ljust(6, "0")[:6])


def _zone_at(text: str, start: int) -> tuple[str | None, int]:
    """The zone that stands after a time, and where it ends; a month, a weekday or a small word is none."""
    match = _ZONE.match(text, start)
    if not match or (
        zone(match[1]) is None and plain(match[1]) in (MONTHS.keys() | WEEKDAYS.keys() | FILLERS)
    ):
        return None, start
    return match[1], match.end()


def _east_asian(text: str) -> str:
    """Chinese, Japanese and Korean dates by their numbers alone."""
    if text.isascii():
        return text
    text = _EAST_ASIAN_CLOCK.sub(lambda each: f" {each[1]}:{each[2]:0>2}:{each[3] or '0':0>2}", text)
    for sign, mark in _EAST_ASIAN:
        text = re.sub(rf"(\d)\s*{sign}\s*", rf"\1{mark}", text)
    return text.strip(" -")


def _first(found: str) -> datetime:
    """The first instant that a date may mean."""
    full = found if "T" in found else f"{found}-01-01"[:10]
    return datetime.fromisoformat(full).replace(tzinfo=UTC)
