"""What the headers of the older XML formats have in common: kinds in words, odd dates, notes, names."""

from __future__ import annotations

import re

from pipeline.article import Kind
from pipeline.formats.sheet import Sheet

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "kill",
        re.compile(
            r"kill(?:ed)?|delet(?:e|ed|ion)|cancel(?:l?ed|lation)?|withdraw(?:n|al)?"
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
    plain = _LETTERS.sub("", word).lower()
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(plain)), None)


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
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{clock:0>5}" if clock else "")


def first_time(sheet: Sheet, field: str, *texts: str) -> None:
    """The first of several times that can be read; those before it that cannot are flagged."""
    for text in texts:
        if text and field not in sheet.fields:
            sheet.time(field, iso(text))


def note(sheet: Sheet, text: str, *marks: str) -> None:
    """A note to editors: not public where its marks say so, or its own words."""
    hidden = any(map(_NONPUBLIC.search, (*marks, text)))
    sheet.add("ednotes_nonpublic" if hidden else "ednotes", [text])


def hold_if_withheld(sheet: Sheet, status: str) -> None:
    """Withheld without an end is held back, whatever times stand beside it."""
    if status.strip().lower() in ("withheld", "hold", "onhold"):
        sheet.hold(f"the status is {status!r}: held back until further notice")
    else:
        sheet.status(status)


def snake(name: str) -> str:
    """A header's name in lower snake case: ``NTBUtDato`` becomes ``ntb_ut_dato``."""
    return "_".join(_WORDS.findall(name)).lower()[:60]
