"""What the headers of the older XML formats have in common: kinds in words, odd dates, notes, names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.article import Kind
from pipeline.formats import prose
from pipeline.formats.sheet import Sheet

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "kill",
        re.compile(
            r"(?:mandatory|bulletin|story)?kill(?:ed|notice)?|delet(?:e|ed|ion)|cancel(?:l?ed|lation)?|withdraw(?:n|al)?"
            r"|annul\w*|retract\w*"
        ),
    ),
    ("correction", re.compile(r"correct(?:ions?|ed|ive|s)?|corr|rectif\w+")),
    ("advisory", re.compile(r"(?:news|editors?)?advisor(?:y|ies)|editorialadvisory")),
    ("alert", re.compile(r"(?:news)?(?:flash|alert)|bulletin|urgent|breaking(?:news)?|snap")),
    (
        "update",
        re.compile(r"updat(?:e|ed|es)|writethru|replac(?:e|ed|es|ement)|newversion|revis(?:ed|ion)|lead"),
    ),
    ("new", re.compile("new|initial|original")),
)
_LETTERS = re.compile(r"[\W\d_]+")
_SIGNS = re.compile(r"[\W_]+")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})(?:[ T]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)
_DIGITS = re.compile("[0-9]{14}")
_NONPUBLIC = re.compile(
    r"\bnpa\b|\bnot? for publication|\bnon?[- _]?pub|\bnot[- _]?public|\bintern(?:al)?\b|\bprivate\b"
    r"|\bconfidential\b|\bnicht zur ver[öo]ffentlichung|\bne pas publier|\bno publicar",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")


def stated(word: str) -> Kind | None:
    """The kind that a header states in one word, of the words that agencies use for it; none for all else."""
    letters = _LETTERS.sub("", word).lower()
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(letters)), None)


def iso(text: str) -> str:
    """A date with dots (the day first, or the year) or of digits alone as ISO 8601; all else as it is."""
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, clock = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day, clock = match.groups()
    elif _DIGITS.fullmatch(text):
        return f"{text[:8]}T{text[8:]}"
    else:
        return text
    hour, _, rest = (clock or "").partition(":")
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{int(hour):02d}:{rest}" if clock else "")


def first_time(sheet: Sheet, field: str, *texts: str) -> None:
    """The first of several times that can be read; those before it that cannot are flagged."""
    for text in texts:
        if text and field not in sheet.fields:
            sheet.time(field, iso(text))


def notes(sheet: Sheet, texts: Iterable[tuple[str, str]]) -> None:
    """Notes to editors, each with its marks: not public where these say so, or its own words."""
    public: list[str] = []
    hidden: list[str] = []
    for text, marks in texts:
        (hidden if _NONPUBLIC.search(marks) or _NONPUBLIC.search(text) else public).append(text)
    sheet.add("ednotes", public)
    sheet.add("ednotes_nonpublic", hidden)


def status(sheet: Sheet, text: str) -> None:
    """A status that is there: an empty one and one without an end hold it back, whatever times it has."""
    value = prose.line(text)
    if not value:
        sheet.hold("the status is empty: held back")
    elif plain(value) in ("withheld", "hold", "onhold"):
        sheet.hold(f"the status is {value!r}: held back until further notice")
    else:
        sheet.status(value)


def plain(name: str) -> str:
    """A name in lower-case letters and digits alone, so that its spellings are one."""
    return _SIGNS.sub("", name).lower()


def snake(name: str) -> str:
    """A header's name in lower snake case: ``NTBUtDato`` becomes ``ntb_ut_dato``."""
    return "_".join(_WORDS.findall(name)).lower()[:60]
