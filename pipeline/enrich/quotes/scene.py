"""A body as the search for speakers sees it: quotations covered, sentences apart, names in their places."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.article import Entity
from pipeline.enrich.quotes.marks import Quoted
from pipeline.enrich.quotes.words import Words

FAR = 400
"""Code points of a sentence that are looked at on either side of a quotation."""

COVER = "\N{FULL BLOCK}"
"""What stands in the place of a quotation."""

STOPS = frozenset(".!?…")
"""What a sentence ends with."""

_BEGINNINGS = STOPS | {"", ":", "\n", COVER}
# Begins with a set of characters, which the engine finds fast.
_SENTENCE_END = re.compile(rf"[.!?…\n](?:(?<=\n)\s*|[\"”’»)\]]*\s+(?=[A-ZÀ-ÞŒ0-9\"“«‘—–\[(]|{COVER}))")
_ABBREVIATED = frozenset(
    (
        *("m", "mm", "mme", "mlle", "mgr", "me", "mr", "mrs", "ms", "dr", "prof", "st", "ste", "sen", "rep"),
        *("gov", "gen", "lt", "col", "sgt", "capt", "rev", "hon", "jr", "sr", "vs"),
    )
)
_LETTERS = re.compile(r"\w+$")
_CAPITAL = r"[A-ZÀ-ÞŒ][\w.’'-]*"
_PARTICLE = r"(?:de|du|van|von|al|bin|ben|el|la|le|der|den|dos|da|d’|d')[ \u00a0]?"
_CAPITALS = re.compile(rf"{_CAPITAL}(?:[ \u00a0](?:{_PARTICLE})?{_CAPITAL}){{0,5}}")


class Token(NamedTuple):
    """A word of the covered text: in small letters, and where it stands."""

    text: str
    start: int
    end: int


class Name(NamedTuple):
    """A name outside of all quotations: where it stands, its label, and the fullest form of it."""

    start: int
    end: int
    label: str
    full: str


class Scene:
    """What is asked of a body while speakers are looked for, each answer in bounded time.

    Args:
        body: the text.
        found: its stretches in quotation marks, in order.
        words: the words of its language.
        entities: its names; without any, words with capitals are taken for names of persons.
    """

    def __init__(self, body: str, found: Sequence[Quoted], words: Words, entities: Iterable[Entity]) -> None:
        self.body = body
        self.words = words
        self.text = _covered(body, found)
        self.names = sorted(_names(self.text, entities)) or [*_capitals(self.text, words)]
        self._starts = [each.start for each in self.names]
        self._bounds = [*_bounds(self.text)]

    def sentence_start(self, place: int) -> int:
        """Where the sentence that a place is in begins, or ``FAR`` before it."""
        index = bisect_right(self._bounds, place)
        return max(self._bounds[index - 1] if index else 0, place - FAR)

    def sentence_end(self, place: int) -> int:
        """Where the sentence that a place is in ends, or ``FAR`` behind it."""
        index = bisect_right(self._bounds, place)
        return min(self._bounds[index] if index < len(self._bounds) else len(self.text), place + FAR)

    def tokens(self, start: int, end: int) -> list[Token]:
        """The words of a stretch."""
        found = self.words.word.finditer(self.text, start, end)
        return [Token(each[0].lower().replace("’", "'"), *each.span()) for each in found]

    def names_in(self, start: int, end: int) -> list[Name]:
        """The names that begin within a stretch."""
        first = bisect_left(self._starts, start)
        return self.names[first : bisect_left(self._starts, end, lo=first)]

    def name_over(self, start: int, end: int) -> Name | None:
        """The name that a stretch has a part in, the first of several."""
        first = max(0, bisect_right(self._starts, start) - 1)
        for each in self.names[first : first + 3]:
            if each.start < end and start < each.end:
                return each
        return None

    def owns(self, name: Name) -> bool:
        """Whether a name is that of the owner of what follows: Gucci's website."""
        return self.text[name.end : name.end + 2] in {"'s", "’s", "' ", "’ "}

    def lead(self, place: int) -> str:
        """The character before a place and the blanks there; none at the start."""
        return self.text[max(0, place - 3) : place].rstrip()[-1:]

    def begins(self, place: int) -> bool:
        """Whether a quotation at a place begins a sentence, or follows a colon or another one at once."""
        before = self.text[max(0, place - 3) : place].rstrip(" \u00a0\u202f")[-1:]
        return before in _BEGINNINGS or self.sentence_start(place) == place

    def is_name(self, start: int, end: int) -> bool:
        """Whether a stretch is a name and nothing else."""
        name = self.name_over(start, end)
        return name is not None and (name.start, name.end) == (start, end)


def _covered(body: str, found: Sequence[Quoted]) -> str:
    """A text of the same length with blocks for quotations, and a point where one ends a sentence."""
    pieces: list[str] = []
    done = 0
    for each in found:
        following = body[each.end : each.end + 3].lstrip()
        ends = body[each.last - 1] == "." and not following[:1].islower() and following[:1] not in {",", "("}
        length = each.end - each.start
        pieces += [body[done : each.start], COVER * (length - ends), "." * ends]
        done = each.end
    pieces.append(body[done:])
    return "".join(pieces)


def _bounds(text: str) -> Iterator[int]:
    """Where sentences begin, but the first."""
    for found in _SENTENCE_END.finditer(text):
        start = found.start()
        if text[start] == "." and found[0][1:2].isspace():
            word = _LETTERS.search(text, max(0, start - 5), start)
            if word and (word[0].lower() in _ABBREVIATED or (len(word[0]) == 1 and word[0].isupper())):
                continue
        yield found.end()


def _names(text: str, entities: Iterable[Entity]) -> Iterator[Name]:
    """The mentions of entities that no quotation has a part in."""
    for entity in entities:
        for each in entity.mentions:
            if each.end <= len(text) and COVER not in text[each.start : each.end]:
                yield Name(each.start, each.end, entity.label, entity.text)


def _capitals(text: str, words: Words) -> Iterator[Name]:
    """Runs of words with capitals, but a single one that begins a sentence."""
    small_words = words.links | words.articles | words.prepositions
    for found in _CAPITALS.finditer(text):
        first, _, rest = found[0].partition(" ")
        small = first.lower() in small_words
        name = (rest if small else found[0]).rstrip(".'’-")
        start = found.start() + (len(first) + 1) * small
        begins = text[max(0, start - 2) : start].strip()[-1:] in _BEGINNINGS
        if name and (" " in name or not begins):
            yield Name(start, start + len(name), "PER", name)
