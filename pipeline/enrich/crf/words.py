"""What the network sees of a word: hashes of its small letters, its beginning, its ending and its shape."""

from __future__ import annotations

from collections.abc import Sequence

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

_QUOTES = str.maketrans("’‘“”„«»", '\'\'"""""')
_cache: dict[int, bytes] = {}


def features(text: str) -> tuple[int, ...]:
    """A 64-bit hash for each of ``FEATURES``; a word's capitals show in its shape and beginning alone."""
    lower = text.lower().translate(_QUOTES)
    initial = text[:1]
    return (
        hash_string(f"l{lower}"),
        hash_string(f"p{initial}{lower[1:3]}"),
        hash_string(f"s{lower[-3:]}"),
        hash_string(f"h{shape(text)}"),
        hash_string(f"q{lower[:4]}"),
        hash_string(f"t{lower[-2:]}{'^' if initial.isupper() else ''}"),
    )


def shape(text: str) -> str:
    """The kinds of a word's characters: ``Xxxx`` for *Paris*, ``XXX`` for *ONU*, ``dd-xxx`` for *11-mal*."""
    kinds: list[str] = []
    last, run = "", 0
    for character in text[:LONGEST_SHAPE]:
        kind = _kind(character)
        run = run + 1 if kind == last else 1
        last = kind
        if run <= LONGEST_RUN:
            kinds.append(kind)
    return "".join(kinds)


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
