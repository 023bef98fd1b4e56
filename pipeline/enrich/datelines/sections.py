"""Finds the labels that papers set before a story: its section, urgency, genre, version."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.enrich.datelines import tables

_OWN = frozenset(word for words in tables.read("labels.txt").values() for word in words)
_BETWEEN = frozenset(["à", "d'", "de", "du", "des", "en", "et", "ou", "and", "und", "y", "e", "of"])
_BEGINNINGS = _OWN | _BETWEEN
_LONGEST = 40
_MOST = 3

_PLAIN = re.compile(
    rf"(?P<label>[^\W\d_][^\n.:|–—()\[\]]{{1,{_LONGEST}}}?)"
    r"\s*(?P<mark>(?:\.-?|:|-)(?=\s|$)|[|–—]|--|(?=\n|$))[-–—\s]*"
)
_BRACKETED = re.compile(rf"[(\[【](?P<label>[^()\[\]【】\n]{{2,{_LONGEST}}})[)\]】][\s.:–—-]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d{1,4}(?:er?|e|ème|st|nd|rd|th|\.)?")
_BLANK = re.compile(r"[\s\u200e\u200f\ufeff*•]*")


class Label(NamedTuple):
    """A label before a story: where it begins and ends, and where what follows it begins."""

    start: int
    end: int
    after: int


def labels(text: str) -> list[Label]:
    """The labels that a text begins with, ``URGENT -``, ``SPORT.``, ``Football/Ligue 1 –``, three at most."""
    found: list[Label] = []
    at = first_letter(text, 0)
    while len(found) < _MOST:
        match = _BRACKETED.match(text, at) or (_PLAIN.match(text, at) if _may_be_label(text, at) else None)
        if match is None or not _is_label(match["label"]):
            break
        found.append(Label(match.start("label"), match.end("label"), match.end()))
        at = match.end()
    return found


def first_letter(text: str, start: int) -> int:
    """Where a text begins after blanks, bullets and marks of direction."""
    match = _BLANK.match(text, start)
    return match.end() if match else start


def _may_be_label(text: str, at: int) -> bool:
    """Whether a label may begin there; few stories begin with a word that labels begin with."""
    word = _WORD.match(text, at)
    return word is not None and (word[0][0].isdigit() or word[0].casefold() in _BEGINNINGS)


def _is_label(text: str) -> bool:
    """Whether a text is nothing but words that labels are made of, or a sport and what it is about."""
    sport, slash, _ = text.partition("/")
    if slash and sport.strip().casefold() in _OWN:
        return True
    words = _WORD.findall(text.casefold().replace("’", "'"))
    named = [word for word in words if not word[0].isdigit() and word not in _BETWEEN]
    return bool(named) and _OWN.issuperset(named)
