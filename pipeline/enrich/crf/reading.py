"""A finished network that only reads: a word's vector is worked out when it is first met, then remembered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from pipeline.enrich.crf import words
from pipeline.enrich.crf.dense import Stack, layers
from pipeline.enrich.crf.layers import Floats, Scores
from pipeline.enrich.crf.tables import Tables

REMEMBERED = 20_000
"""Words whose vectors are remembered, some 5 MB at a width of 128; then all are forgotten."""


class Reader:
    """The scores of texts by a network and the tables that it was taught with.

    Attributes:
        tables: the embedding tables.
    """

    def __init__(self, model: Scores, tables: Tables) -> None:
        embedded, rest = model.layers
        (self._mixed,) = layers(embedded.layers[1])
        self._rest = Stack(rest)
        self.tables = tables
        self._places: dict[str, int] = {}
        # In half precision from the first time on, so that a word has one vector always.
        self._vectors = np.zeros((REMEMBERED, tables.rows[0].shape[1]), dtype=np.float16)

    def scores(self, docs: Sequence[Doc]) -> list[Floats]:
        """Scores of each text, (tokens, tags); each has one token or more."""
        return self.of_words([token.text for doc in docs for token in doc], [len(doc) for doc in docs])

    def of_words(self, given: Sequence[str], lengths: Sequence[int]) -> list[Floats]:
        """The same for texts that are words.

        Args:
            given: the words of all texts, in order.
            lengths: of each text, its number of words: one or more.
        """
        vectors, which = self._distinct(given)
        return self._rest(vectors.astype(np.float32), which, lengths)

    def _distinct(self, given: Sequence[str]) -> tuple[NDArray[np.float16], NDArray[np.intp]]:
        """The vectors of the distinct words, and which of them each word has."""
        places = list(map(self._places.get, given))
        if None in places:
            new = list(dict.fromkeys(compress(given, map(_is_new, places))))
            if len(self._places) + len(new) > REMEMBERED:
                self._places.clear()
                new = list(dict.fromkeys(given))
            if len(new) > REMEMBERED:
                numbers = {word: number for number, word in enumerate(new)}
                return self._worked_out(new), np.array([numbers[word] for word in given], dtype=np.intp)
            first = len(self._places)
            self._vectors[first : first + len(new)] = self._worked_out(new)
            self._places.update((word, first + number) for number, word in enumerate(new))
            places = list(map(self._places.get, given))
        which = np.array(places, dtype=np.intp)
        met = np.zeros(len(self._vectors), dtype=bool)
        met[which] = True
        distinct = np.flatnonzero(met)
        return self._vectors[distinct], (np.cumsum(met) - 1)[which]

    def _worked_out(self, new: Sequence[str]) -> NDArray[np.float16]:
        features = np.array([words.features(word) for word in new], dtype=np.uint64)
        return self._mixed(self.tables.vectors(features)).astype(np.float16)


def _is_new(place: int | None) -> bool:
    return place is None
