"""Names to vary the training texts with: places of CLDR, organisations of our list, those of the texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

from pipeline.enrich.identity import alias_lists
from training.entities.corpora import Sentence

SCRIPTS = {
    "ar": ("ARABIC",),
    "hi": ("DEVANAGARI",),
    "ja": ("HIRAGANA", "KATAKANA"),
    "ru": ("CYRILLIC",),
    "zh": ("CJK",),
}
"""Languages that do not write an organisation's English name as it is, and how Unicode's names of the letters
begin that they write it with; in Japanese not Chinese characters alone, as these may be a Chinese name."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names by label, to swap into sentences in the place of others."""

    places: tuple[str, ...]
    organisations: tuple[str, ...]
    people: tuple[str, ...] = ()


def load(language: str, sentences: Sequence[Sentence] = ()) -> Gazetteer:
    """The names for a language: of people as they stand in the training data, of the others beside those too.

    Args:
        language: primary subtag; CLDR must know it.
        sentences: the training data.
    """
    known = {label: _names_in(sentences, label) for label in ("PER", "ORG", "LOC")}
    return Gazetteer(
        (*_places(Locale(language)), *known["LOC"]),
        (*_listed(language), *known["ORG"]),
        tuple(name for name in known["PER"] if " " in name or language in SCRIPTS),
    )


def _names_in(sentences: Sequence[Sentence], label: str) -> list[str]:
    return sorted(
        {one.text[start:end] for one in sentences for start, end, each in one.spans if each == label}
    )


@cache
def _listed(language: str) -> tuple[str, ...]:
    """What the language calls the organisations of our list."""
    return tuple(
        name
        for entry in alias_lists.shipped()
        for own, name in entry.names
        if own == language or (own == alias_lists.EVERY and _in_script(name, language))
    )


def _in_script(name: str, language: str) -> bool:
    """Whether a name of no language is written with letters of this one, or with others beside them."""
    own = SCRIPTS.get(language, ("LATIN",))
    beside = ("CJK", "LATIN") if language in SCRIPTS else ()
    letters = {unicodedata.name(letter, "") for letter in name if letter.isalpha()}
    return any(each.startswith(own) for each in letters) and all(
        each.startswith((*own, *beside)) for each in letters
    )


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
