"""Dates as people write them, as limits that Elasticsearch compares with: ``2024-06``, ``yesterday``, ``2d``.

What is relative stays so: it is counted back from Elasticsearch's clock, at each search. Days are UTC's.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from pipeline.article import moment_of

Limits = dict[str, str]

_AGO = re.compile(r"([0-9]{1,4})(min|h|d|w)")
_UNITS = {"min": "m", "h": "h", "d": "d", "w": "w"}
_DAYS = {"today": ("now/d", "now+1d/d"), "yesterday": ("now-1d/d", "now/d")}


def period(since: str | None = None, until: str | None = None) -> Limits:
    """From the first instant of the one to the last of the other.

    Raises:
        ValueError: one is no date; the message says which and what a date is.
    """
    limits = {"gte": _text(_start(since))} if since else {}
    if until:
        how, end = _end(until)
        limits[how] = _text(end)
    return limits


def span(text: str) -> Limits:
    """All that one date names (``2024-06``, ``today``), or from one to another (``2024..2024-06``, ``2d..``).

    Raises:
        ValueError: it is neither; the message says what to write.
    """
    first, dots, last = text.partition("..")
    if not dots:
        if _AGO.fullmatch(text.lower()):
            raise ValueError(f"'{text}' is a length of time: write {text}.. for what is no older")
        return period(text, text)
    if first and last and _is_over(_end(last), _start(first)):
        raise ValueError(f"'{text}' ends before it begins: write {last}..{first}")
    return period(first, last)


def _start(text: str) -> datetime | str:
    if ago := _AGO.fullmatch(text.lower()):
        return f"now-{ago[1]}{_UNITS[ago[2]]}"
    if day := _DAYS.get(text.lower()):
        return day[0]
    try:
        return moment_of(text)
    except ValueError as error:
        raise ValueError(
            f"'{text}' is no date such as 2024, 2024-06, 2024-06-19, 2024-06-19T12:00:00Z, today, yesterday,"
            " 2d or 3h"
        ) from error


def _end(text: str) -> tuple[str, datetime | str]:
    """How to compare with the end of what the text names: what is exact is included, what is over is not."""
    if day := _DAYS.get(text.lower()):
        return "lt", day[1]
    start = _start(text)
    if isinstance(start, str) or "T" in text:
        return "lte", start
    return "lt", _next(text, start)


def _is_over(end: tuple[str, datetime | str], start: datetime | str) -> bool:
    """Whether the end comes before the start; of what is relative nobody but Elasticsearch knows."""
    how, last = end
    if isinstance(last, str) or isinstance(start, str):
        return False
    return last < start or (how == "lt" and last == start)


def _next(text: str, first: datetime) -> datetime:
    """The instant at which the year, month or day that the text names is over."""
    try:
        match len(text):
            case 4:
                return datetime(first.year + 1, 1, 1, tzinfo=UTC)
            case 7:
                return datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
            case _:
                return first + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' has no end that can be counted") from error


def _text(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else moment.isoformat()
