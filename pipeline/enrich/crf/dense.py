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


class Layer:
    """The best of some linear layers, normalised.

    Args:
        best: its node ``maxout``, with weights.
        normalised: its node ``layernorm``.
    """

    def __init__(self, best: Node, normalised: Node) -> None:
        weights = _weights(best, "W")
        self.width, self.pieces, wide = weights.shape
        self._weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(wide, -1))
        self._bias = _weights(best, "b").T.reshape(-1)
        self._scale = _weights(normalised, "G")
        self._shift = _weights(normalised, "b")

    def __call__(self, rows: Floats) -> Floats:
        """(rows, wide) to (rows, ``width``)."""
        pieces = rows @ self._weights
        pieces += self._bias
        best: Floats = pieces.reshape(len(rows), self.pieces, self.width).max(axis=1)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / self.width
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
        self._layers = layers(model)
        (linear,) = _named(model, "linear")
        self._weights = np.ascontiguousarray(_weights(linear, "W").T)
        self._bias = _weights(linear, "b")

    def __call__(self, texts: Sequence[Floats]) -> list[Floats]:
        """Vectors of the words of each text, (tokens, width), to their scores, (tokens, tags)."""
        # No word hears of another text through so many empty rows between the two.
        gap = len(self._layers)
        starts = np.cumsum([gap, *(len(text) + gap for text in texts)])
        rows = np.zeros((starts[-1], texts[0].shape[1]), dtype=np.float32)
        for start, text in zip(starts, texts, strict=False):
            rows[start : start + len(text)] = text
        for layer in self._layers:
            rows += layer(_with_neighbours(rows))
        scores = rows @ self._weights + self._bias
        return [scores[start : start + len(text)] for start, text in zip(starts, texts, strict=False)]


def _with_neighbours(rows: Floats) -> Floats:
    """The row before, the row itself and the one after, side by side."""
    count, width = rows.shape
    found = np.zeros((count, 3 * width), dtype=np.float32)
    found[1:, :width] = rows[:-1]
    found[:, width : 2 * width] = rows
    found[:-1, 2 * width :] = rows[1:]
    return found


def layers(model: Node) -> list[Layer]:
    """All layers within a node, the lowest first."""
    return [Layer(*pair) for pair in zip(_named(model, "maxout"), _named(model, "layernorm"), strict=True)]


def _named(model: Node, name: str) -> list[Node]:
    return [node for node in model.walk() if node.name == name]


def _weights(node: Node, name: str) -> Floats:
    weights: Any = node.get_param(name)
    return np.asarray(weights, dtype=np.float32)
