"""Finds the names that an article is known to hold at the places where nobody saw them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from pipeline.article import Label
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.person_names import after_title

LONGEST = 100
"""Code points of the longest name that is looked for."""

_LEAST_SHARE = 0.5
"""A single word that was seen as a name at fewer of its places than this is left alone at the others."""

_SHORTEST_IN_CAPITALS = 5
"""Characters of the shortest name that counts as such when it is written IN CAPITALS."""

_WORD = re.compile(r"\w+")
_WORDS = re.compile(r"(\w+)")
_SENTENCE_ENDS = frozenset(".!?:…\n")
_OPENING = frozenset("\"“„«'‘(—–- \t\u00a0\u202f")
_MOST_OPENING = 8
# Before and after a name's part of something longer: an address, a handle, a compound, initials.
_GLUED_BEFORE = frozenset("-‐‑@/_.#")  # noqa: RUF001 - hyphens as written
_GLUED_AFTER = frozenset("@_")
_GLUED_BETWEEN = frozenset("-‐‑/.")  # noqa: RUF001 - as above
_ELIDED = frozenset("DL")
_BLANKS = frozenset(" \u00a0\u202f")


class Known(NamedTuple):
    """What a name means, and at how many places it was seen: at none, if it is a form of another name.

    ``vouched`` are forms of a full name and explained acronyms, names however seldom they were seen.
    ``case`` is a genitive or the like, which the noun that it belongs to may follow: ``Putins Rede``.
    """

    label: Label
    seen: int
    vouched: bool = False
    case: bool = False


class _Shown(NamedTuple):
    """The name that a text shows, and what follows its last letter: the point of ``Inc.``."""

    name: str
    tail: str


def missed(
    text: str, mentions: Sequence[Mention], names: Mapping[str, Known], language: str
) -> list[Mention]:
    """Where names stand that no mention covers; mentions within them are for the caller to drop.

    Args:
        text: the article.
        mentions: what was seen, in order, none within another.
        names: those to look for, with single blanks between their words.
        language: primary subtag.

    Returns:
        Mentions in order, none within another.
    """
    found = list(_Reader(text, mentions, names, language).unseen())
    times = Counter(name for _, name in found)
    return [mention for mention, name in found if _is_credible(name, names[name], times[name])]


def _is_credible(name: str, known: Known, unseen: int) -> bool:
    """Whether a word that was not seen as a name at so many places is one there."""
    return known.vouched or " " in name or known.seen >= _LEAST_SHARE * (known.seen + unseen)


class _Reader:
    """One reading of a text, word by word."""

    def __init__(
        self, text: str, mentions: Sequence[Mention], names: Mapping[str, Known], language: str
    ) -> None:
        self._text = text
        self._mentions = mentions
        self._names = names
        self._language = language
        pieces = _WORDS.split(text)
        ends = list(accumulate(map(len, pieces)))
        self._written = pieces[1::2]
        self._words = list(zip(ends[0::2], ends[1::2], strict=False))
        self._shown, self._lengths = _index(names)

    @cached_property
    def _small(self) -> set[str]:
        """The words of the text that are written in small letters somewhere."""
        return {word for word in self._written if word.islower()}

    def unseen(self) -> Iterator[tuple[Mention, str]]:
        """Each place with the name that stands there."""
        following = passed = 0
        for number in [place for place, word in enumerate(self._written) if word in self._lengths]:
            if number < following:
                continue
            start = self._words[number][0]
            for length in self._lengths[self._written[number]]:
                found = self._at(number, length)
                if found is None:
                    continue
                while passed < len(self._mentions) and self._mentions[passed].end <= start:
                    passed += 1
                if not self._is_covered(passed, found[0]) and self._stands_alone(number, length, *found):
                    yield found
                    following = number + length
                break

    def _at(self, number: int, length: int) -> tuple[Mention, str] | None:
        """The name that so many words make up, if it is one."""
        if number + length > len(self._words):
            return None
        start, end = self._words[number][0], self._words[number + length - 1][1]
        if end - start > LONGEST:
            return None
        shown = self._shown.get(" ".join(self._text[start:end].split()))
        if shown is None:
            return None
        if self._text.startswith(shown.tail, end):
            end += len(shown.tail)
        elif shown.tail != ".":
            return None
        return Mention(start, end, self._names[shown.name].label), shown.name

    def _is_covered(self, place: int, new: Mention) -> bool:
        """Whether the mention at a place, the first that does not end before the new one, covers it."""
        if place == len(self._mentions):
            return False
        return self._mentions[place].start <= new.start and new.end <= self._mentions[place].end

    def _stands_alone(self, number: int, length: int, place: Mention, name: str) -> bool:
        """Whether words are a name of their own, no part of a longer one and no common word."""
        start, end, _ = place
        if self._is_glued(start, end):
            return False
        titled = after_title(self._text, start, self._language)
        before = self._beside(number - 1, self._words[number - 1][1], start) if number else ""
        last = number + length
        after = self._beside(last, end, self._words[last][0]) if last < len(self._words) else ""
        word = self._text[start:end]
        if _goes_on(word, after) and not self._names[name].case:
            return False
        if _goes_on(word, before) and not titled and not self._starts_sentence(self._words[number - 1][0]):
            return False
        if titled or length > 1 or word.lower() not in self._small:
            return True
        in_capitals = word.isupper() and (before.isupper() or after.isupper())
        return bool(self._names[name].seen) and not in_capitals and not self._starts_sentence(start)

    def _is_glued(self, start: int, end: int) -> bool:
        text = self._text
        before, after = text[start - 1 : start], text[end : end + 1]
        if (before and before in _GLUED_BEFORE) or (after and after in _GLUED_AFTER):
            return True
        if after and unicodedata.category(after).startswith("M"):  # an accent on the last letter
            return True
        if after and after in _GLUED_BETWEEN and text[end + 1 : end + 2].isalnum():
            return True
        if before not in {"'", "’"}:
            return False
        # O'Brien and L'Oréal are names, and L'Oslo d'hier is not, nor is L'ONU.
        letter = text[max(0, start - 2) : start - 1]
        elided = letter in _ELIDED and (text[start:end].isupper() or self._starts_sentence(start - 2))
        return letter.isupper() and not elided

    def _beside(self, number: int, start: int, end: int) -> str:
        """The word there, if nothing but a blank is in between."""
        if end - start != 1 or self._text[start] not in _BLANKS:
            return ""
        return self._text[slice(*self._words[number])]

    def _starts_sentence(self, start: int) -> bool:
        place = start
        while place and start - place < _MOST_OPENING and self._text[place - 1] in _OPENING:
            place -= 1
        return not place or self._text[place - 1] in _SENTENCE_ENDS


def _goes_on(word: str, beside: str) -> bool:
    """Whether the word beside a name may belong to it: it has a capital, and is not just all IN CAPITALS."""
    return beside[:1].isupper() and not (word.isupper() and beside.isupper())


def _index(names: Mapping[str, Known]) -> tuple[dict[str, _Shown], dict[str, list[int]]]:
    """What a text may show of each name up to its last letter, and how many words follow which first one."""
    shown: dict[str, _Shown] = {}
    lengths: dict[str, set[int]] = {}
    for name in names:
        if len(name) > LONGEST:
            continue
        for way in (name, name.upper()) if len(name) >= _SHORTEST_IN_CAPITALS else (name,):
            words = list(_WORD.finditer(way))
            end = words[-1].end() if words else 0
            if end > 1 and not words[0].start():
                shown.setdefault(way[:end], _Shown(name, way[end:]))
                lengths.setdefault(words[0][0], set()).add(len(words))
    return shown, {first: sorted(counts, reverse=True) for first, counts in lengths.items()}
