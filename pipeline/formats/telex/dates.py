"""The day and time that end a telex: months in the languages of Europe, years left out, zones by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

# A line each language, its months in order, spellings of one parted by a stroke. Of two languages in which
# one abbreviation means two months, the first one counts.
_NAMES = """
january february march april may june july august september october november december
januar|jänner februar|feber märz|maerz april mai juni|juno juli|julei august september oktober november \
dezember
janvier février mars avril mai juin juillet août|aout septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart|mrt april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti|august september oktober november desember
stycznia|styczeń lutego|luty marca|marzec kwietnia|kwiecień maja|maj czerwca|czerwiec lipca|lipiec \
sierpnia|sierpień września|wrzesień października|październik listopada|listopad grudnia|grudzień
ledna|leden února|únor března|březen dubna|duben května|květen června|červen|čvn července|červenec|čvc \
srpna|srpen září října|říjen listopadu prosince|prosinec
januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
január február március április május június július augusztus szeptember október november december
ocak şubat mart nisan mayis haziran temmuz ağustos eylül ekim kasim aralik
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
января|январь февраля|февраль марта апреля мая|май июня|июнь июля|июль августа сентября октября ноября декабря
"""
_SHORTEST = 3
_ZONES = {
    **dict.fromkeys(("GMT", "UTC", "UT", "Z", "WET", "WEZ"), 0),
    **dict.fromkeys(("MEZ", "CET", "BST", "WEST"), 60),
    **dict.fromkeys(("MESZ", "CEST", "EET", "OEZ"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **dict.fromkeys(("ADT",), -180),
    **dict.fromkeys(("AST", "EDT"), -240),
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    **dict.fromkeys(("PST", "AKDT"), -480),
    **dict.fromkeys(("AKST",), -540),
    **dict.fromkeys(("HST",), -600),
}
_GROUP = re.compile(
    r"\s*(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})"
    r"(?P<before>[ \t]*[^\W\d_]+\.?|[ \t]*[+-]\d{4})??[ \t]+(?P<month>[^\W\d_]+)\.?"
    r"(?:[ \t]+(?P<year>\d{4}|\d{2})(?!\d))?(?:[ \t]*(?P<after>[^\W\d_]{1,5}))?"
)
_ZONED = re.compile(_GROUP.pattern.replace("??", ""))
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")


class Sent(NamedTuple):
    """When a message was sent: as ISO 8601, as it was written, and what a person is to know of it."""

    time: str
    written: str
    flags: tuple[str, ...]


def group(text: str, received: datetime) -> Sent | None:
    """The date-time group ``DDHHMM MMM YY`` that a text starts with, or none; the day may not exist.

    Source: IPTC 7901, section 6.2. Without a year it is of the year that brings it nearest to reception.
    """
    match = _GROUP.match(text)
    if match and match["month"].upper() in _ZONES:
        match = _ZONED.match(text)
    number = month(match["month"]) if match else None
    if not match or number is None:
        return None
    flags: list[str] = []
    if match["year"]:
        year = full_year(match["year"], received)
    else:
        year = nearest_year(number, int(match["day"]), received)
        flags.append(f"the date {match[0].strip()!r} tells no year: read as {year}")
    known = zone((match["before"] or "").strip(" \t.") or match["after"] or "")
    written = match[0] if match["after"] and known else match[0][: match.end("year") - match.start()]
    time = f"{year:04}-{number:02}-{match['day']}T{match['hour']}:{match['minute']}{known or ''}"
    return Sent(time, " ".join((written if match["year"] else match[0]).split()), tuple(flags))


def month(name: str) -> int | None:
    """The month that a name or its beginning means, whatever its capitals, accents and dots."""
    return _months().get(_plain(name))


def zone(name: str) -> str | None:
    """The offset (``+02:00``) of a zone by its name or as ``+0200``; none for what is no zone known here."""
    if match := _OFFSET.fullmatch(name):
        return f"{match[1]}{match[2]}:{match[3]}"
    minutes = _ZONES.get(name.upper())
    if minutes is None:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def full_year(digits: str, received: datetime) -> int:
    """A year of four digits as it is, of two in the century that brings it nearest to reception."""
    if len(digits) != 2:  # noqa: PLR2004 - a year without its century
        return int(digits)
    century = received.year // 100 * 100
    return min(
        (century + int(digits) + shift for shift in (-100, 0, 100)),
        key=lambda year: abs(year - received.year),
    )


def nearest_year(number: int, day: int, received: datetime) -> int:
    """The year in which a day of the calendar is nearest to reception."""

    def distance(year: int) -> timedelta:
        try:
            return abs(datetime(year, number, day, tzinfo=UTC) - received)
        except ValueError:
            return timedelta.max

    return min((received.year + shift for shift in (0, -1, 1)), key=distance)


def _plain(name: str) -> str:
    """A name without accents, dots and capitals."""
    small = name.casefold().replace("\u0131", "i")
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if letter.isalnum())


@cache
def _months() -> dict[str, int]:
    """Every name and every beginning of it of three letters or more that means one month only."""
    found: dict[str, int] = {}
    for language in _NAMES.strip().splitlines():
        own: dict[str, set[int]] = {}
        for number, names in enumerate(language.split(), 1):
            for name in map(_plain, names.split("|")):
                for end in range(min(_SHORTEST, len(name)), len(name) + 1):
                    own.setdefault(name[:end], set()).add(number)
                own[name] = {number}
        for name, numbers in own.items():
            _add(found, name, numbers)
    return found


def _add(found: dict[str, int], name: str, numbers: Iterable[int]) -> None:
    if len(known := set(numbers)) == 1:
        found.setdefault(name, known.pop())
