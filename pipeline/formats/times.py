"""Dates and times as feeds write them, kept as exact as they were given."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIMED = re.compile(
    r"([0-9]{4}-?[0-9]{2}-?[0-9]{2})[Tt ]([0-9]{2}:?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]+)?)?)"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def partial(text: str) -> str:
    """A year, a month or a day (``2024``, ``2024-06``, ``2024-06-19``), checked against the calendar.

    Raises:
        ValueError: it is written otherwise, or there is no such day; the message says which.
    """
    match = _PARTIAL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a date like 2024-06 or 2024-06-19")
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{text!r} is not in the calendar: {error}") from error
    return text


def instant(text: str, *, zone_needed: bool = False, zone: tzinfo = UTC) -> datetime:
    """A point in time from ISO 8601, basic or extended, in UTC.

    Without a zone of its own it is read as of ``zone``, unless one is needed.

    Raises:
        ValueError: it is no such time, or it lacks the zone; the message says which.
    """
    match = _TIMED.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a time like 2024-06-19T10:15:00Z")
    day, clock, offset = match.groups()
    if offset is None and zone_needed:
        raise ValueError(f"{text!r} has no time zone: write 2024-06-19T10:15:00+02:00")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock.replace(',', '.')}{(offset or '').upper()}")
        return (moment if offset else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a time: {error}") from error


def exact(text: str, zone: tzinfo = UTC) -> str:
    """A partial date as it is, or a time as an instant in UTC that ends in Z, as for ``instant``.

    Raises:
        ValueError: it is neither; the message says why.
    """
    if ":" not in text and "T" not in text.upper():
        return partial(text)
    return written(instant(text, zone=zone))


def zoned(text: str) -> bool:
    """Whether a time says its zone."""
    match = _TIMED.fullmatch(text)
    return bool(match and match[3])


def written(moment: datetime) -> str:
    """An instant as the contract writes it: in UTC, ending in Z, to the microsecond where there are any."""
    moment = moment.astimezone(UTC)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}{fraction}Z"
