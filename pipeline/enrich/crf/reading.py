"""A finished network that only reads: a word's vector is worked out when it is first met, then remembered."""

from __future__ import annotations

from collections.abc import Sequence

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
        self._places: dict[int, int] = {}
        # In half precision from the first time on, so that a word has one vector always.
        self._vectors = np.zeros((REMEMBERED, tables.rows[0].shape[1]), dtype=np.float16)

    def scores(self, docs: Sequence[Doc]) -> list[Floats]:
        """Scores of each text, (tokens, tags); each has one token or more."""
        distinct = words.Distinct(docs)
        vectors = self._vectors_of(distinct)[distinct.which].astype(np.float32)
        return self._rest(np.split(vectors, distinct.ends[:-1]))

    def _vectors_of(self, distinct: words.Distinct) -> NDArray[np.float16]:
        new = [at for at, key in enumerate(distinct.keys) if key not in self._places]
        if len(self._places) + len(new) > REMEMBERED:
            self._places.clear()
            new = list(range(len(distinct.keys)))
        if len(new) > REMEMBERED:
            return self._worked_out(distinct, new)
        if new:
            first = len(self._places)
            self._vectors[first : first + len(new)] = self._worked_out(distinct, new)
            self._places.update((distinct.keys[at], first + number) for number, at in enumerate(new))
        return self._vectors[[self._places[key] for key in distinct.keys]]

    def _worked_out(self, distinct: words.Distinct, which: Sequence[int]) -> NDArray[np.float16]:
        features = np.array([words.features(distinct.text(at)) for at in which], dtype=np.uint64)
        return self._mixed(self.tables.vectors(features)).astype(np.float16)
