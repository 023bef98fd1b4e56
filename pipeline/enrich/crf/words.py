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


def distinct(docs: Sequence[Doc]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """The features of the distinct words of some texts, and which of them each token is.

    A word is looked at once, however often it stands there.

    Args:
        docs: tokenised texts, with one token or more among them.

    Returns:
        Features, (distinct words, ``len(FEATURES)``); and for each token, in order, its row of these.
    """
    keys = np.concatenate([doc.to_array([ORTH]).reshape(-1) for doc in docs])
    unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    if len(_cache) > CACHED:
        _cache.clear()
    starts = np.cumsum([0, *map(len, docs)])
    rows = []
    for key, place in zip(unique.tolist(), first.tolist(), strict=True):
        row = _cache.get(key)
        if row is None:
            number = int(np.searchsorted(starts, place, side="right")) - 1
            word = docs[number][place - int(starts[number])].text
            row = _cache[key] = np.array(features(word), dtype=np.uint64).tobytes()
        rows.append(row)
    found = np.frombuffer(b"".join(rows), dtype=np.uint64).reshape(len(rows), len(FEATURES))
    return found, inverse.reshape(-1)
