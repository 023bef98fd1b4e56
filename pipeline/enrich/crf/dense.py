"""The network above the words as plain arithmetic, for reading alone.

It gives what the layers of ``layers.py`` give, in half of their time: numpy's matrix product is faster than
the one that thinc has, and the three pieces of a layer lie apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

Floats = NDArray[np.float32]
Node = Model[Any, Any]

TINY = np.float32(1e-8)
"""What thinc adds to a variance before it divides by its root."""


BLOCK = 1536
"""Rows that go through a layer at once: a multiple of three; what it works out for them stays in a cache."""


class Layer:
    """The best of some linear layers, normalised.

    Args:
        best: its node ``maxout``, with weights.
        normalised: its node ``layernorm``.
    """

    def __init__(self, best: Node, normalised: Node) -> None:
        weights = _weights(best, "W")
        self.width, self.pieces, wide = weights.shape
        self.weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(wide, -1))
        self.bias = _weights(best, "b").T.reshape(-1)
        self._scale = _weights(normalised, "G")
        self._shift = _weights(normalised, "b")

    def __call__(self, rows: Floats) -> Floats:
        """(rows, wide) to (rows, ``width``)."""
        pieces = rows @ self.weights
        pieces += self.bias
        return self.normalised(pieces)

    def normalised(self, pieces: Floats) -> Floats:
        """What the linear layers gave, side by side, to the best of it."""
        width = self.width
        best = np.maximum(pieces[:, :width], pieces[:, width : 2 * width])
        for start in range(2 * width, pieces.shape[1], width):
            np.maximum(best, pieces[:, start : start + width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / width
        best *= (1 / np.sqrt(variance + TINY))[:, None]
        best *= self._scale
        best += self._shift
        return best


class Stack:
    """Layers that each mix a word with its two neighbours, and a linear one.

    Args:
        model: of ``layers.entity_scores``, what comes after the vectors of words.
    """

    def __init__(self, model: Node) -> None:
        self._first, *self._others = layers(model)
        (linear,) = _named(model, "linear")
        self._weights = np.ascontiguousarray(_weights(linear, "W").T)
        self._bias = _weights(linear, "b")

    def __call__(self, vectors: Floats, which: NDArray[np.intp], lengths: Sequence[int]) -> list[Floats]:
        """The words of some texts to their scores, for each text (tokens, tags).

        Args:
            vectors: of the distinct words, (words, width).
            which: of each token of all texts, in order, its word.
            lengths: of each text, how many tokens it has.
        """
        # No word hears of another text through so many empty rows between the two.
        gap = 1 + len(self._others)
        ends = np.cumsum([length + gap for length in lengths])
        count = int(ends[-1]) + gap
        words = np.full(count + 2, len(vectors), dtype=np.intp)
        words[
            np.arange(1 + gap, 1 + gap + len(which)) + gap * np.repeat(np.arange(len(lengths)), lengths)
        ] = which
        rows = self._mixed_first(vectors, words)
        for layer in self._others:
            rows = _mixed(layer, rows, count)
        scores = rows[1 : count + 1] @ self._weights
        scores += self._bias
        return [scores[end - length : end] for end, length in zip(ends.tolist(), lengths, strict=True)]

    def _mixed_first(self, vectors: Floats, words: NDArray[np.intp]) -> Floats:
        """The rows of the words after the first layer, which is linear in each of the three words.

        What it makes of a word, as the one before, the one itself and the one after, is worked out once.
        """
        layer, width = self._first, vectors.shape[1]
        vectors = np.concatenate([vectors, np.zeros((1, width), dtype=np.float32)])
        before, itself, after = (
            vectors @ layer.weights[at : at + width] for at in range(0, 3 * width, width)
        )
        itself += layer.bias
        count = len(words) - 2
        rows = _empty(count, width)
        for start in range(1, count + 1, BLOCK):
            end = min(start + BLOCK, count + 1)
            pieces = itself[words[start:end]]
            pieces += before[words[start - 1 : end - 1]]
            pieces += after[words[start + 1 : end + 1]]
            np.add(vectors[words[start:end]], layer.normalised(pieces), out=rows[start:end])
        return rows


def _empty(count: int, width: int) -> Floats:
    """So many rows between two empty ones, and more behind for ``_mixed`` to read in vain."""
    return np.zeros((count + 4, width), dtype=np.float32)


def _mixed(layer: Layer, rows: Floats, count: int) -> Floats:
    """So many rows after a layer that mixes each with its two neighbours.

    Three rows that follow one another lie in memory as the layer wants them, so nothing is copied: it
    goes over every third row, three times.
    """
    width = rows.shape[1]
    new = _empty(count, width)
    for start in range(1, count + 1, BLOCK):
        thirds = -(-min(BLOCK, count + 1 - start) // 3)
        for first in range(start, start + 3):
            threes = rows[first - 1 : first - 1 + 3 * thirds].reshape(thirds, 3 * width)
            here = slice(first, first + 3 * thirds, 3)
            np.add(rows[here], layer(threes), out=new[here])
    new[count + 1 :] = 0
    return new


def layers(model: Node) -> list[Layer]:
    """All layers within a node, the lowest first."""
    return [Layer(*pair) for pair in zip(_named(model, "maxout"), _named(model, "layernorm"), strict=True)]


def _named(model: Node, name: str) -> list[Node]:
    return [node for node in model.walk() if node.name == name]


def _weights(node: Node, name: str) -> Floats:
    weights: Any = node.get_param(name)
    return np.asarray(weights, dtype=np.float32)
