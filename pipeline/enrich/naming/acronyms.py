"""Finds the acronyms that an article explains: ``Rassemblement national (RN)``, or the other way round."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.enrich.mentions import Mention

_BRACKET = re.compile(r"\([ \u00a0\"“«'‘]{0,3}([^()\n\"”»]{2,150})")
_BEFORE_BRACKET = re.compile(r"(?:['’]s)?[ \u00a0\"”»'’]{0,3}$")
_LONGEST_BEFORE = 5
_LETTERS = r"(?<![\w-])([^\W\d_](?:[.&-]?[^\W\d_]){1,9})"
_ACRONYM_FIRST = re.compile(rf"{_LETTERS}(?=\.?\s*(?:[,;’']|$))")
_ACRONYM_LAST = re.compile(rf"{_LETTERS}\.?$")
_LONGEST_ACRONYM = 22
_WORD = re.compile(r"[^\W_]+")
# What stands for an acronym lies within one sentence and one pair of marks, and is not endless.
_BORDER = re.compile(r"[.!?;:,\n()\[\]“”«»\"]")
_FURTHEST = 160
_MOST_WORDS = 14

_SMALL_WORDS = """
    a an aan au aux and auf bei d da das de dei del della delle dem den der des di die do dos du e el em en et
    for för für het i im in l la las le les los na nad no o of on og och over para per por pour s su sur the
    to und unter van voor y в и на о по
"""  # noqa: RUF001 - Russian words
_SMALL = frozenset(_SMALL_WORDS.split())
_LETTERS_A_WORD = 3
"""So many letters of an acronym allow one word without a letter of its own."""

_INITIALS = 3
"""Letters of the shortest acronym that may stand for a person; ``Paul Simon (PS)`` is of a party."""


class Link(NamedTuple):
    """An acronym and what it stands for: ``(start, end)`` of each, in code points of the text."""

    acronym: tuple[int, int]
    expansion: tuple[int, int]


def links(text: str, mentions: Sequence[Mention]) -> Iterator[Link]:
    """The acronyms that a text explains in brackets, in the order of the text.

    Args:
        text: the article.
        mentions: the names in it, in order, none within another. A pair counts only if one of the two is
            among them; what the acronym stands for may also end with one.
    """
    starts = {mention.start: mention for mention in mentions}
    ends = {mention.end: mention for mention in mentions}
    for bracket in _BRACKET.finditer(text):
        before = _BEFORE_BRACKET.search(text, max(0, bracket.start() - _LONGEST_BEFORE), bracket.start())
        end = before.start() if before else bracket.start()
        inside = bracket.span(1)
        link = _explained_before(text, end, inside, starts, ends) or _explained_inside(
            text, end, inside, starts, ends
        )
        if link:
            yield link


Places = dict[int, Mention]


def _explained_before(
    text: str, end: int, inside: tuple[int, int], starts: Places, ends: Places
) -> Link | None:
    """``Rassemblement national (RN)``: the acronym in brackets, what it stands for before them."""
    found = _ACRONYM_FIRST.match(text, *inside)
    if found is None or not _looks_like_one(found[1]):
        return None
    name = ends.get(end)
    if name and name.label == "PER" and len(found[1]) < _INITIALS:
        return None
    acronym = _whole(found.span(1), starts)
    if name and _stands_for(found[1], text[name.start : name.end], name.label):
        return Link(acronym, (name.start, name.end))
    if name or acronym[0] in starts:
        start = _where_expansion_starts(text, end, found[1])
        if start is not None and not (name and name.start < start):
            return Link(acronym, (start, end))
    return None


def _explained_inside(
    text: str, end: int, inside: tuple[int, int], starts: Places, ends: Places
) -> Link | None:
    """``RN (Rassemblement national)``: the acronym before the brackets, what it stands for in them."""
    found = _ACRONYM_LAST.search(text, max(0, end - _LONGEST_ACRONYM), end)
    if found is None or not found[1].isupper():
        return None
    name = starts.get(inside[0])
    acronym = _whole(found.span(1), starts)
    if name and name.end <= inside[1] and _stands_for(found[1], text[name.start : name.end], name.label):
        return Link(acronym, (name.start, name.end))
    border = _BORDER.search(text, *inside)
    stop = len(text[inside[0] : border.start() if border else inside[1]].rstrip()) + inside[0]
    known = acronym[0] in starts or stop in ends
    if known and text[inside[0]].isupper() and _fits(found[1], _WORD.findall(text, inside[0], stop)):
        return Link(acronym, (inside[0], stop))
    return None


def _whole(acronym: tuple[int, int], starts: Places) -> tuple[int, int]:
    """An acronym's place, with the last point of ``U.N.`` if the name there has it."""
    name = starts.get(acronym[0])
    return (name.start, name.end) if name and name.end == acronym[1] + 1 else acronym


def _looks_like_one(word: str) -> bool:
    """Whether a word may be an acronym: two capitals, ``MWe``, or one and more to come, ``Unesco``."""
    return sum(map(str.isupper, word)) > 1 or (word[0].isupper() and len(word) > 2)  # noqa: PLR2004 - "Le" is none


def _stands_for(acronym: str, name: str, label: str) -> bool:
    """Whether a name is what an acronym stands for; of an organisation, any of its letters count, in order.

    ``Bundesnachrichtendienst (BND)``, ``Deutscher Wetterdienst (DWD)``.
    """
    words = _WORD.findall(name)
    while words and _plain(words[0]) in _SMALL:
        words.pop(0)
    if _fits(acronym, words):
        return True
    letters = iter(_plain("".join(words)))
    wanted = _plain(acronym)
    first = words and _plain(words[0])[:1] == wanted[:1]
    return bool(
        first
        and label == "ORG"
        and acronym.isupper()
        and len(name) > len(acronym)
        and all(x in letters for x in wanted)
    )


def _where_expansion_starts(text: str, end: int, acronym: str) -> int | None:
    """Where the words begin that stand right before a place and whose initials are those of an acronym."""
    furthest = max(0, end - _FURTHEST)
    borders = [border.end() for border in _BORDER.finditer(text, furthest, end)]
    words = list(_WORD.finditer(text, borders[-1] if borders else furthest, end))[-_MOST_WORDS:]
    for place in range(len(words) - 1, -1, -1):
        if words[place][0][0].isupper() and _fits(acronym, [word[0] for word in words[place:]]):
            return words[place].start()
    return None


def _fits(acronym: str, words: Sequence[str]) -> bool:
    """Whether the letters of an acronym are initials of the words, in order, and few words go without."""
    letters = _plain(acronym)
    if not words or _plain(words[0])[:1] != letters[:1]:
        return False
    used = left_out = 0
    for word in map(_plain, words[: _MOST_WORDS + 1]):
        if used < len(letters) and word[:1] == letters[used]:
            used += 1
        elif word not in _SMALL:
            left_out += 1
    return used == len(letters) and left_out <= len(letters) // _LETTERS_A_WORD


def _plain(word: str) -> str:
    """The letters of a word, small and without accents."""
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKD", word.casefold())))
