"""Pairs quotation marks: what stands between an opening and its closing one, the outermost alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

LONGEST = 5000
"""Code points between two marks that belong together, at most: a quotation of many paragraphs."""

Role = Literal["opens", "closes", "either", "neither"]

# Two apostrophes or two grave accents are what teletypes write for one mark.
_DOUBLE = re.compile(r"''|``|[\"“”„«»]")
_SINGLE = re.compile(r"['‘’\u201a](?!['`])(?<!['`].)(?:(?!\w)|(?<!\w.))")
_ALWAYS: dict[str, Role] = {"«": "opens", "„": "opens", "``": "opens", "»": "closes"}
_MOSTLY: dict[str, Role] = {"“": "opens", "”": "closes"}
_CLOSING = frozenset("»”")
_LINE = re.compile(r"\n\s*")
_LINE_ENDS = frozenset(".!?…:;,\"”»'’")
_SENTENCE_ENDS = frozenset(".!?…")
_BEFORE_OPENING = frozenset("([{<—–-/:=¿¡'’‘\"“«")
_AFTER_CLOSING = frozenset(")]}>—–-/.,;:!?…'’\"”»")


class Quoted(NamedTuple):
    """A stretch in quotation marks: ``start`` to ``end`` with them, ``first`` to ``last`` without."""

    start: int
    first: int
    last: int
    end: int


class _Mark(NamedTuple):
    start: int
    end: int
    role: Role


def quoted(text: str) -> list[Quoted]:
    """The stretches of a text in quotation marks that are in no other one, in order; none is blank.

    The marks are « » “ ” „ " and '' as well as ‘ ’ and ' where they are no apostrophes. A paragraph that
    begins with an opening mark, or with », goes on with what the one before left open.
    """
    double = _pairs(text, [*_doubles(text)])
    single = _singles(text, double)
    return [*_outermost(sorted([*double, *single], key=lambda each: (each.start, -each.end)))]


def _doubles(text: str) -> Iterator[_Mark]:
    for found in _DOUBLE.finditer(text):
        mark, start, end = found[0], found.start(), found.end()
        role = _ALWAYS.get(mark) or _role(text, start, end)
        yield _Mark(start, end, _MOSTLY.get(mark, role) if role == "either" else role)


def _role(text: str, start: int, end: int) -> Role:
    """What the characters beside a mark say of it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    free_before = not before or before.isspace() or before in _BEFORE_OPENING
    free_after = not after or after.isspace() or after in _AFTER_CLOSING
    if free_before == free_after:
        return "either"
    return "opens" if free_before else "closes"


def _pairs(text: str, marks: Sequence[_Mark]) -> list[Quoted]:
    """Opening and closing marks by turns; one that is left open for two paragraphs is dropped."""
    found: list[Quoted] = []
    stack: list[_Mark] = []
    for mark, crossed, begins in _placed(text, marks):
        goes_on = begins and crossed == 1 and len(stack) == 1
        parted = crossed and not goes_on and text[mark.start] not in _CLOSING
        if stack and (parted or mark.start - stack[0].start > LONGEST):
            stack.clear()
        role = mark.role if mark.role != "either" else "closes" if stack else "opens"
        if role == "opens":
            if not stack or not (goes_on or _follows_sentence(text, mark.start)):
                stack.append(mark)
        elif stack and not begins:
            opening = stack.pop()
            found.append(_inside(text, opening.start, opening.end, mark.start, mark.end))
    return [each for each in found if each.first < each.last]


def _placed(text: str, marks: Sequence[_Mark]) -> Iterator[tuple[_Mark, int, bool]]:
    """Each mark, how many paragraphs begin between the one before and it, and whether one begins with it."""
    starts = [*_paragraphs(text)] if marks else []
    passed = 0
    for mark in marks:
        until = bisect_left(starts, mark.start + 1, lo=passed)
        yield mark, until - passed, until > passed and starts[until - 1] == mark.start
        passed = until


def _paragraphs(text: str) -> Iterator[int]:
    """Where paragraphs begin, but the first: behind an empty line, or a line that ends with a mark."""
    for found in _LINE.finditer(text):
        before = text[max(0, found.start() - 8) : found.start()].rstrip()
        if "\n" in found[0][1:] or before[-1:] in _LINE_ENDS:
            yield found.end()


def _follows_sentence(text: str, place: int) -> bool:
    """Whether a sentence ends before a mark, which goes on with an open quotation then and nests in none."""
    return text[max(0, place - 4) : place].rstrip()[-1:] in _SENTENCE_ENDS


def _inside(text: str, start: int, first: int, last: int, end: int) -> Quoted:
    """A quotation without the blanks beside its marks."""
    while first < last and text[first].isspace():
        first += 1
    while first < last and text[last - 1].isspace():
        last -= 1
    return Quoted(start, first, last, end)


def _singles(text: str, double: Sequence[Quoted]) -> list[Quoted]:
    """Single marks outside of double ones: from one before a word to one behind a word in the same line."""
    found: list[Quoted] = []
    opening: _Mark | None = None
    marks = [*_single_marks(text, double)]
    for place, mark in enumerate(marks):
        if mark.role == "opens":
            opening = mark
        elif opening and not _reaches(text, opening.start, mark.start):
            opening = None
        elif opening and not _is_plural(text, opening.start, mark, marks[place + 1 : place + 2]):
            found.append(_inside(text, opening.start, opening.end, mark.start, mark.end))
            opening = None
    return [each for each in found if each.first < each.last]


def _single_marks(text: str, double: Sequence[Quoted]) -> Iterator[_Mark]:
    starts = [each.start for each in double]
    for found in _SINGLE.finditer(text):
        start, role = found.start(), _single_role(text, found.start())
        outer = bisect_left(starts, start + 1) - 1
        if role != "neither" and (outer < 0 or start >= double[outer].end):
            yield _Mark(start, found.end(), role)


def _single_role(text: str, place: int) -> Role:
    """Whether a single mark opens (before a word) or closes (behind one); an apostrophe does neither."""
    mark, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if mark in "‘\u201a":
        return "opens" if after.strip() and not before.isalnum() else "neither"
    if after.strip() and (not before or before.isspace() or before in "([—–-"):
        return "opens" if mark == "'" else "neither"
    return "closes" if before.strip() and not after.isalnum() else "neither"


def _reaches(text: str, start: int, end: int) -> bool:
    """Whether two single marks may belong together."""
    return end - start <= LONGEST and "\n" not in text[start:end]


def _is_plural(text: str, start: int, mark: _Mark, following: Sequence[_Mark]) -> bool:
    """Whether a mark is a plural's possessive: after an s, before a small word, if another one can close."""
    after = text[mark.end : mark.end + 2]
    possessive = text[mark.start - 1] == "s" and after[:1] == " " and after[1:].islower()
    return possessive and any(
        each.role == "closes" and _reaches(text, start, each.start) for each in following
    )


def _outermost(found: Sequence[Quoted]) -> Iterator[Quoted]:
    """Those that begin behind the end of all before them."""
    end = 0
    for each in found:
        if each.start >= end:
            yield each
            end = each.end
