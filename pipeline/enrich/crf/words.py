"""What the network sees of a word: hashes of its small letters, its beginning, its ending and its shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import ORTH
from spacy.strings import hash_string  # type: ignore[attr-defined]  # a compiled module
from spacy.tokens import Doc

FEATURES = ("lower", "prefix3", "suffix3", "shape", "prefix4", "suffix2")
"""The columns of ``features``: each has an embedding table of its own."""

LONGEST_RUN = 3
"""Characters of one kind in a row that a shape tells apart: ``Xxxx`` is a word of four letters or more."""

LONGEST_SHAPE = 20
CACHED = 50_000
"""Words whose features are remembered, about 9 MB; then all are forgotten."""

REMEMBERED = 10_000
"""Characters whose kind is remembered, the first ones, and shapes whose number is, the last ones."""

_STRAIGHT = str.maketrans("’‘“”„«»", '\'\'"""""')
_ANY_CURLY = re.compile("[’‘“”„«»]")
_LONG_RUN = re.compile(rf"(.)\1{{{LONGEST_RUN},}}", re.DOTALL)
_RUN = r"\1" * LONGEST_RUN
_cache: dict[int, bytes] = {}


def features(text: str) -> tuple[int, ...]:
    """A 64-bit hash for each of ``FEATURES``; a word's capitals show in its shape and beginning alone."""
    lower = text.lower()
    if not lower.isascii() and _ANY_CURLY.search(lower):
        lower = lower.translate(_STRAIGHT)
    initial = text[:1]
    ending = lower[-2:]
    return (
        hash_string("l" + lower),
        hash_string("p" + initial + lower[1:3]),
        hash_string("s" + lower[-3:]),
        _shape_hash(text[:LONGEST_SHAPE].translate(_KINDS)),
        hash_string("q" + lower[:4]),
        hash_string(f"t{ending}^" if initial.isupper() else "t" + ending),
    )


def shape(text: str) -> str:
    """The kinds of a word's characters: ``Xxxx`` for *Paris*, ``XXX`` for *ONU*, ``dd-xxx`` for *11-mal*."""
    return _shortened(text[:LONGEST_SHAPE].translate(_KINDS))


def _shortened(kinds: str) -> str:
    """Kinds with no more than ``LONGEST_RUN`` of one in a row."""
    return _LONG_RUN.sub(_RUN, kinds)


@lru_cache(maxsize=REMEMBERED)
def _shape_hash(kinds: str) -> int:
    """The number of a shape; few words have one that nobody met before."""
    return int(hash_string("h" + _shortened(kinds)))


class _Kinds(dict[int, str]):
    """The kind of each character by its code point, for ``str.translate``; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        kind = _kind(chr(code))
        if len(self) < REMEMBERED:
            self[code] = kind
        return kind


_KINDS = _Kinds()


def _kind(character: str) -> str:
    if character.isupper():
        return "X"
    if character.islower():
        return "x"
    if character.isdigit():
        return "d"
    return "l" if character.isalpha() else character


class Distinct:
    """The distinct words of some texts, with one token or more among them.

    Attributes:
        keys: what spaCy calls each word, the same in every vocabulary.
        which: of each token of all texts, in order, the place of its word in ``keys``.
        ends: of each text, how many tokens there are up to its end.
    """

    def __init__(self, docs: Sequence[Doc]) -> None:
        self._docs = docs
        orths = np.concatenate([doc.to_array([ORTH]).reshape(-1) for doc in docs])
        unique, self._first, which = np.unique(orths, return_index=True, return_inverse=True)
        self.keys: list[int] = unique.tolist()
        self.which: NDArray[np.intp] = which.reshape(-1)
        self.ends: NDArray[np.intp] = np.cumsum([len(doc) for doc in docs])

    def text(self, at: int) -> str:
        """The word at a place of ``keys``."""
        token = int(self._first[at])
        number = int(np.searchsorted(self.ends, token, side="right"))
        doc = self._docs[number]
        return doc[token - int(self.ends[number]) + len(doc)].text


def distinct(docs: Sequence[Doc]) -> tuple[NDArray[np.uint64], Distinct]:
    """The features of the distinct words of some texts, which are remembered, (words, ``len(FEATURES)``)."""
    found = Distinct(docs)
    if len(_cache) > CACHED:
        _cache.clear()
    rows = []
    for at, key in enumerate(found.keys):
        row = _cache.get(key)
        if row is None:
            row = _cache[key] = np.array(features(found.text(at)), dtype=np.uint64).tobytes()
        rows.append(row)
    return np.frombuffer(b"".join(rows), dtype=np.uint64).reshape(len(rows), len(FEATURES)), found
