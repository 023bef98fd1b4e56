"""Knows the news agencies by the names that copy gives them, in ``agencies.txt``."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.enrich.datelines import tables

_ALEF = str.maketrans("أإآٱ", "اااا", "ـ")  # noqa: RUF001 - the alef without marks
_PARTS = re.compile(r"\s*[/,;+&|–]\s*|\s+(?:and|et|und|y|e|och|og|en|и)\s+")
_HYPHEN = re.compile("-")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 60


class Place(NamedTuple):
    """Where an agency's name stands in a text: offsets in code points, ``end`` excluded."""

    start: int
    end: int


def _folded(name: str) -> str:
    """A name without what differs from one paper to the next: case, blanks, points and hyphens."""
    return "".join(filter(str.isalnum, name.translate(_ALEF).casefold()))


_NAMES = tables.read("agencies.txt")[""]
_KNOWN = frozenset(map(_folded, _NAMES))

IDEOGRAPHIC = tuple(sorted(filter(_IDEOGRAPH.search, _NAMES), key=len, reverse=True))
"""The names that stand in text without blanks, the longest first."""


def is_agency(name: str) -> bool:
    """Whether a text is the name of one agency, however it is spelt: ``Afp``, ``A.F.P.``, ``أ ف ب``."""
    return len(name) <= _LONGEST and _folded(name) in _KNOWN


def are_agencies(names: str) -> bool:
    """Whether a text is the names of agencies and nothing more: ``AFP``, ``dpa/Reuters``, ``AP and AFP``."""
    if len(names) > _LONGEST:
        return False
    return any(all(map(is_agency, parts)) for parts in ([names], _PARTS.split(names), _HYPHEN.split(names)))


def first_in(text: str, start: int, end: int) -> Place | None:
    """The first agency that a credit such as ``AFP``, ``dpa/lby`` or ``Reuters Health`` names.

    Args:
        text: any text.
        start: where the credit begins, in code points.
        end: where it ends; credits of more than 60 code points name none.
    """
    if end - start > _LONGEST:
        return None
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if is_agency(text[start:end]):
        return Place(start, end)
    for parting in (_PARTS, _HYPHEN):  # "Agence France-Presse/Reuters", then "ANSA-AFP"
        begin = start
        for cut in [*parting.finditer(text, start, end), None]:
            stop = cut.start() if cut else end
            for last in (stop, text.find(" ", begin, stop)):
                if last > begin and is_agency(text[begin:last]):
                    return Place(begin, last)
            begin = cut.end() if cut else end
    return None
