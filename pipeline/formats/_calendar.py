"""The words that dates are written with: months and days of the week by language, zones by name.

They stand in ``calendar.json``, in small letters without accents. Sources: Unicode CLDR 47 for the names; for
the zones RFC 5322, 4.3 and usage. Names that stand for several months or zones (listopad, IST) are left out.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct


class _Words(Struct, frozen=True):
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    fillers: str
    zones: dict[str, float]
    seasonal_zones: dict[str, str]


_words = msgspec.json.decode(
    resources.files("pipeline.formats").joinpath("calendar.json").read_bytes(), type=_Words
)

MONTHS = {name: number for number, names in enumerate(_words.months, 1) for name in names.split()}
"""The number of a month by its plain name."""

WEEKDAYS: dict[str, frozenset[int]] = {
    name: frozenset(number for number, names in enumerate(_words.weekdays) if name in names.split())
    for every in _words.weekdays
    for name in every.split()
}
"""The days of the week that a plain name stands for, Monday zero: ``so`` is two of them."""

FILLERS = frozenset(_words.fillers.split())
"""What stands between the parts of a date and says nothing: ``de``, ``of``, ``Uhr``."""

_ZONES: dict[str, tzinfo] = {name: timezone(timedelta(hours=hours)) for name, hours in _words.zones.items()}
# Read once: nothing is opened while copy is parsed.
_ZONES |= {name: ZoneInfo(place) for name, place in _words.seasonal_zones.items()}
_OFFSET = re.compile(r"(?:gmt|utc|ut)?([+-])(\d{1,2})(?::?(\d{2}))?")
_WIDEST = timedelta(hours=15)
_DOTLESS_I = "\u0131"


@lru_cache(maxsize=1024)
def plain(word: str) -> str:
    """A word in small letters without accents, as the tables have it."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace(_DOTLESS_I, "i"))
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def zone(name: str) -> tzinfo | None:
    """The zone of a name or an offset (``CET``, ``+0200``, ``GMT+2``); none where it may be several.

    An offset east of Greenwich is positive, ``-0000`` is UTC.
    """
    name = name.lower()
    if match := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-offset if match[1] == "-" else offset) if offset < _WIDEST else None
    return _ZONES.get(name)
