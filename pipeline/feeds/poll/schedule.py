"""When to ask a server again: as often as configured, less often where it says so or does not answer."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 3600.0
"""Seconds to which errors, and hints of the server, may lengthen the time between two requests."""

DAY_S = 86_400.0
"""Seconds for which a server may ask to be left alone (Retry-After)."""

_JITTER = 0.05
_DOUBLINGS = 20
_HEAD = 64 * 1024
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)
_TTL = re.compile(rb"<ttl>\s*([0-9]{1,6})\s*</ttl>")
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*</")
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency>\s*([0-9]{1,6})\s*</")
_PERIODS = {
    b"hourly": 3600.0,
    b"daily": DAY_S,
    b"weekly": 7 * DAY_S,
    b"monthly": 30 * DAY_S,
    b"yearly": 365 * DAY_S,
}


def spread(every: float, urls: int, each_s: float) -> float:
    """Seconds to wait before the first request, by chance, so that many URLs do not start all at once."""
    return random.uniform(0, min(every, each_s * urls))


def regular(every: float, hint: float) -> float:
    """Seconds until the next request after one that went well: never less than ``every``."""
    seconds = max(every, min(hint, LONGEST_S))
    return seconds * random.uniform(1, 1 + _JITTER)


def back_off(every: float, failures: int, retry_after: float | None = None) -> float:
    """Seconds until the next try after so many failures in a row.

    They double from ``every`` up to an hour (or to ``every``, where that is longer), spread by chance. What
    the server itself asks for (``retry_after``) comes first.
    """
    if retry_after is not None:
        return max(every, retry_after) * random.uniform(1, 1 + _JITTER)
    longest = max(every, LONGEST_S)
    seconds = min(longest, every * 2 ** min(max(0, failures - 1), _DOUBLINGS))
    return float(max(every, seconds * random.uniform(0.5, 1)))


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3); a day at most."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(DAY_S, float(value[:12]))
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(DAY_S, max(0.0, (date - now).total_seconds()))


def hint(headers: Mapping[str, str], body: bytes) -> float:
    """The seconds for which an answer says that nothing new is to be expected; 0 where it says nothing.

    Cache-Control (RFC 9111), and within a feed RSS 2.0's ``ttl`` (minutes) and the Syndication module's
    ``updatePeriod`` and ``updateFrequency``.
    """
    age = _MAX_AGE.search(headers.get("Cache-Control", "")[:1000])
    head = body[:_HEAD]
    ttl = _TTL.search(head)
    period = _PERIOD.search(head)
    frequency = _FREQUENCY.search(head)
    return max(
        float(age[1]) if age else 0.0,
        float(ttl[1]) * 60 if ttl else 0.0,
        _PERIODS[period[1]] / max(1, int(frequency[1]) if frequency else 1) if period else 0.0,
    )
