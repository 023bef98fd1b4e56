"""Finds where a role stands for the person whom the article introduced by it: ``le dirigeant``."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.enrich.naming.role_grammars import GRAMMARS, Grammar

_LOOKED_BACK = 40
_LONGEST_GAP = 80
"""Code points between a role and the name that it introduces."""

_IDLE = re.compile(r"\s?(?:[.,;:!?)»”\"’']|$)|\s*\n")
_SMALL = re.compile(r"\s[^\W\d_A-ZÀ-Þ]")


class Person(NamedTuple):
    """A place where a person is named, and a number that is the same for all names of that person."""

    start: int
    end: int
    who: int


class _Use(NamedTuple):
    """A role in the text, with the adjective beside it, and what it is of."""

    noun: str
    quality: str
    complement: str
    start: int
    end: int
    bare: bool


def referring(
    text: str, people: Sequence[Person], names: Sequence[tuple[int, int]], language: str
) -> list[Person]:
    """Where a role alone stands for somebody, its article left out: ``dirigeant``, ``Russian president``.

    Somebody must have been introduced by the role before, right beside a name, and nobody else in the whole
    article; a role that is of something (``le président du club``) or belongs to another name counts for
    neither. Languages without a grammar have none.

    Args:
        text: the article.
        people: the names of people in it, in order.
        names: where names of any kind stand, in order, none within another.
        language: primary subtag.
    """
    grammar = GRAMMARS.get(language)
    if grammar is None or not people:
        return []
    reading = _Reading(text, people, grammar)
    for use in _uses(text, names, grammar):
        reading.take(use)
    return list(reading.resolved())


class _Reading:
    """What the uses of roles in an article, one after the other, tell of its people."""

    def __init__(self, text: str, people: Sequence[Person], grammar: Grammar) -> None:
        self._text = text
        self._people = people
        self._grammar = grammar
        self._starts = [person.start for person in people]
        self._ends = [person.end for person in people]
        self._introduced: dict[tuple[str, str], dict[int, int]] = {}
        self._described: dict[str, set[str]] = {}
        self._unexplained: dict[str, set[str]] = {}
        self._open: list[_Use] = []

    def take(self, use: _Use) -> None:
        who = self._named_after(use) or self._named_before(use)
        descriptions = {use.quality, use.complement} - {""}
        if who is None:
            self._unexplained.setdefault(use.noun, set()).update(descriptions)
            if use.bare:
                self._open.append(use)
            return
        self._described.setdefault(use.noun, set()).update(descriptions)
        for quality in {use.quality, ""}:
            self._introduced.setdefault((use.noun, quality), {}).setdefault(who.who, use.start)

    def resolved(self) -> Iterator[Person]:
        """The roles that mean somebody."""
        last = 0
        for use in self._open:
            introduced = self._introduced.get((use.noun, use.quality), {})
            strangers = self._unexplained.get(use.noun, set()) - self._described.get(use.noun, set())
            if len(introduced) == 1 and (use.quality or not strangers):
                [(who, since)] = introduced.items()
                if since < use.start and last <= use.start:
                    last = use.end
                    yield Person(use.start, use.end, who)

    def _named_after(self, use: _Use) -> Person | None:
        """``le président russe Vladimir Poutine``, ``the president of Russia, Vladimir Putin``."""
        place = bisect_left(self._starts, use.end)
        if place == len(self._people) or self._starts[place] - use.end > _LONGEST_GAP:
            return None
        between = self._text[use.end : self._starts[place]]
        if self._grammar.before_name.fullmatch(between) and not self._grammar.verb.search(between):
            return self._people[place]
        return None

    def _named_before(self, use: _Use) -> Person | None:
        """``Vladimir Poutine, le président russe``."""
        place = bisect_right(self._ends, use.start) - 1
        if place < 0 or use.start - self._ends[place] > _LONGEST_GAP:
            return None
        if self._grammar.after_name.fullmatch(self._text, self._ends[place], use.start):
            return self._people[place]
        return None


def _uses(text: str, names: Sequence[tuple[int, int]], grammar: Grammar) -> Iterator[_Use]:
    """The roles in a text that are no part of a name."""
    starts = [start for start, _ in names]
    for noun in grammar.noun.finditer(text):
        start, end = noun.span()
        place = bisect_right(starts, start)
        passed = names[place - 1][1] if place else 0
        before = max(0, start - _LOOKED_BACK)
        if passed > start or grammar.other.search(text, before, start):
            continue
        next_name = starts[place] if place < len(starts) else len(text)
        quality = grammar.quality_before.search(text, before, start) or grammar.quality_after.match(text, end)
        if quality and quality.end() > next_name:  # Macron ends like an adjective
            quality = None
        first = min(start, quality.start(1)) if quality else start
        end = max(end, quality.end(1)) if quality else end
        complement = grammar.complement.match(text, end)
        definite = grammar.article.search(text, max(0, first - _LOOKED_BACK), first) is not None
        idle = _IDLE.match(text, end) or (_SMALL if quality else grammar.after_role).match(text, end)
        yield _Use(
            noun=grammar.ending.sub("", " ".join(noun[0].casefold().split())),
            quality=quality[1].casefold() if quality else "",
            complement=" ".join(complement[0].casefold().split()) if complement else "",
            start=first if first >= passed else start,
            end=end,
            bare=definite and not complement and idle is not None,
        )
