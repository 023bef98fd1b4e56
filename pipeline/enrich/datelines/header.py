"""Reads what stands before the agency or the dash of a dateline: places, their countries, a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.enrich.datelines.agencies import is_agency
from pipeline.enrich.datelines.dateline import Known
from pipeline.enrich.mentions import Mention

LONGEST = 90
"""Longest header, in code points."""

_LONGEST_PLACE = 40
_LONGEST_OF_DATE = 12
_LONGEST_ACRONYM = 4
_MOST_WORDS = 6

_PLACES_END = re.compile(r"\s*[,،(\[]|\.\s+(?=\d)|\s[-–—]\s|\s+(?:في\s+)?(?=\d)|$")
_PART = re.compile(r"[^,،()\[\]–—]+")
_AND = re.compile(r"\s*/\s*|\s+(?:&|and|et|und|y|e|och|og|ja|ve|и)\s+", re.IGNORECASE)
_NAME = re.compile(r"['’]?[^\W\d_][\w .'’/-]*")
_PREFIX = re.compile(r"['’]\w-|\w['’]")
_CASED = re.compile(r"[A-Za-zÀ-ɏͰ-ԯ]")
_FIGURES = re.compile(r"(?=[^\d\n]*\d)[\w\s./ºª'’-]+")
_RIVERS = frozenset({"main", "oder", "saale", "m.", "o.", "neckar", "ruhr", "donau"})
_ARTICLES = """
a à aan al am an and bij bin d' da de del den der des di die do dos du el em en es et het i im in l' la las
le les los lès na nad of ob on op os pri sous sur the u und upon
"""
_SMALL = frozenset(_ARTICLES.split())
"""Words within a place's name that are written small."""


class Header(NamedTuple):
    """Places, those of them that the story was filed from by name, and what speaks for a dateline.

    ``capitals``: all names stand in capitals. ``dated``: a date follows them. ``qualified``: a country or a
    state does, which does not stand in capitals.
    """

    places: tuple[Mention, ...]
    names: tuple[str, ...]
    capitals: bool
    dated: bool
    qualified: bool

    def known(self, known: Known) -> bool:
        """Whether all places that the story was filed from are known."""
        return all(map(known, self.names))

    def shouted(self) -> bool:
        """Whether the names stand in capitals and are no acronyms."""
        return self.capitals and all(len(name) > _LONGEST_ACRONYM for name in self.names)


def read(text: str, start: int, end: int) -> Header | None:
    """The header that a piece of text is.

    Args:
        text: any text.
        start: where the piece begins, in code points.
        end: where it ends.

    Returns:
        The header; none where the piece holds anything but places and a date, or more than ``LONGEST``.
    """
    if not start < end <= start + LONGEST:
        return None
    cut = _PLACES_END.search(text, start, end)
    first = cut.start() if cut else end
    places = tuple(_places(text, start, first))
    behind = _behind(text, first, end) if places else None
    if behind is None:
        return None
    qualifiers, dated = behind
    names = tuple(text[place.start : place.end] for place in places)
    return Header(
        places=(*places, *(each for each in qualifiers if _is_spelt_out(text, each))),
        names=names,
        capitals=all(map(str.isupper, names)),
        dated=dated,
        qualified=any(not text[each.start : each.end].isupper() for each in qualifiers),
    )


def _behind(text: str, start: int, end: int) -> tuple[list[Mention], bool] | None:
    """The countries or states behind a place, and whether a date follows; none where anything else does."""
    qualifiers: list[Mention] = []
    dated = False
    for part in _PART.finditer(text, start, end):
        words = part[0].strip(" .")
        single = " " not in words  # a day of the week, or the rest of a date
        if _is_date(words) or (dated and single):
            dated = True
        elif not dated and _is_place(words):
            at = text.index(words, part.start())
            qualifiers.append(Mention(at, at + len(words), "LOC"))
        elif not single:
            return None
    return qualifiers, dated


def _places(text: str, start: int, end: int) -> Iterator[Mention]:
    """The places of ``PARIS/LONDRES`` or ``Sydney and Kuala Lumpur``; nothing if one of them is none."""
    bounds = [each.span() for each in _AND.finditer(text, start, end)]
    if len(bounds) == 1 and text[bounds[0][1] : end].strip().casefold() in _RIVERS:
        bounds = []  # Frankfurt/Main is one
    starts = [start, *(after for _, after in bounds)]
    ends = [*(before for before, _ in bounds), end]
    names = [text[first:last].rstrip() for first, last in zip(starts, ends, strict=True)]
    if all(map(_is_place, names)):
        for first, name in zip(starts, names, strict=True):
            yield Mention(first, first + len(name), "LOC")


def _is_place(text: str) -> bool:
    """Whether a text is written as a place's name is."""
    words = text.split()
    if len(text) > _LONGEST_PLACE or len(words) > _MOST_WORDS or not _NAME.fullmatch(text) or is_agency(text):
        return False
    capital = [_is_capital(word) for word in words]
    own = [word for word, one in zip(words, capital, strict=True) if one and word.casefold() not in _SMALL]
    return (
        bool(own)
        and capital[0]
        and all(one or word in _SMALL for word, one in zip(words, capital, strict=True))
    )


def _is_capital(word: str) -> bool:
    """Whether a word begins with a capital, as do ``d'Ivoire`` and ``'s-Graven``; or has none."""
    prefix = _PREFIX.match(word)
    stem = word[prefix.end() :] if prefix else word
    return stem[:1].isupper() or not _CASED.match(stem)


def _is_date(text: str) -> bool:
    """Whether a text is written as a date is: a figure and few words, none of them long."""
    words = text.split()
    return (
        len(words) <= _MOST_WORDS
        and all(len(word) <= _LONGEST_OF_DATE for word in words)
        and _FIGURES.fullmatch(text) is not None
    )


def _is_spelt_out(text: str, mention: Mention) -> bool:
    """Whether a name is more than ``Fla.``, ``NY`` or ``D.C.``, which say little by themselves."""
    return mention.end - mention.start > _LONGEST_ACRONYM and text[mention.end : mention.end + 1] != "."
