"""Names to vary the training texts with: territories and cities from CLDR, organisations from our lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

ORGANISATIONS = Path(__file__).parent / "organisations"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names by label, to swap into sentences in the place of others."""

    places: tuple[str, ...]
    organisations: tuple[str, ...]
    people: tuple[str, ...] = ()


def load(language: str, people: Sequence[str] = ()) -> Gazetteer:
    """The names for a language.

    Args:
        language: primary subtag; CLDR and ``organisations/`` must know it.
        people: names of people, from the training data itself.
    """
    listed = (ORGANISATIONS / f"{language}.txt").read_text("utf-8").splitlines()
    organisations = tuple(name for line in listed if (name := line.strip()) and not name.startswith("#"))
    return Gazetteer(tuple(_places(Locale(language))), organisations, tuple(people))


def _places(locale: Locale) -> list[str]:
    """Countries twice as often as the cities that CLDR names time zones after."""
    countries = [
        name.replace("’", "'")
        for code, name in sorted(locale.territories.items())
        if len(code) == 2 and "(" not in name and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}  # noqa: PLR2004 - ISO 3166 has two letters
    ]
    cities = [
        zone["city"]
        for name, zone in sorted(locale.time_zones.items())
        if "city" in zone and not name.startswith(("Etc/", "Antarctica/"))
    ]
    return countries * 2 + cities
