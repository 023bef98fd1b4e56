"""The network: words to vectors, vectors to a score for each tag; architectures for spaCy's configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    clone,
    concatenate,
    expand_window,
    residual,
    with_array,
)

from pipeline.enrich.crf import chain as field
from pipeline.enrich.crf import words

Floats = NDArray[np.float32]
Scores = Model[list[Doc], list[Floats]]
Rows = Model[Any, Any]
Backward = Callable[[list[Floats]], list[Doc]]

FIXED = "fixed"
"""Attribute of the layer of words: whether its embedding tables stay as they are."""

HIDDEN_WORD = 1
"""What stands for a word's small letters where training hides them."""


@registry.architectures("newswire.EntityScores.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def entity_scores(width: int, depth: int, rows: Sequence[int], hidden: float, seed: int = 0) -> Scores:
    """Texts to scores, (tokens, tags) for each.

    Args:
        width: of the vector of a word.
        depth: layers that mix a word with its neighbours, one to the left and one to the right each.
        rows: of the embedding tables, as many as ``words.FEATURES``; their sum times ``width`` is the size.
        hidden: share of the distinct words of a batch whose small letters are hidden in training, so that
            a name is known by its form and its company too.
        seed: of that chance.
    """
    mixed: Rows = chain(expand_window(window_size=1), _maxout(width, width * 3))
    rest: Any = chain(
        with_array(clone(residual(mixed), depth), pad=depth),
        with_array(Linear(nO=field.COUNT, nI=width)),
    )
    return Model(
        "entity_scores",
        _through,
        layers=[_embedded(width, rows, hidden, seed), rest],
        params={"steps": None},
        init=_started,
    )


def _started(model: Scores, X: list[Doc] | None = None, Y: Any = None) -> None:  # noqa: ARG001, N803 - thinc's signature
    _ready(model)
    steps: Any = np.zeros((field.COUNT, field.COUNT), dtype=np.float32)
    model.set_param("steps", steps)


def _through(model: Scores, docs: list[Doc], is_train: bool) -> tuple[list[Floats], Backward]:
    embedded, rest = model.layers
    vectors, back = embedded(docs, is_train)
    scores, further = rest(vectors, is_train)
    return scores, lambda gradients: back(further(gradients))


def _embedded(width: int, rows: Sequence[int], hidden: float, seed: int) -> Scores:
    """Each distinct word of a batch as a vector, given to all tokens that are this word."""
    if len(rows) != len(words.FEATURES):
        raise ValueError(f"{len(rows)} tables for the {len(words.FEATURES)} features {words.FEATURES}")
    tables: list[Any] = [HashEmbed(width, number, column=at, seed=at) for at, number in enumerate(rows)]
    chance = np.random.default_rng(seed)

    def forward(model: Scores, docs: list[Doc], is_train: bool) -> tuple[list[Floats], Backward]:
        looked_up, mixed = model.layers
        features, found = words.distinct(docs)
        if is_train and hidden:
            features = features.copy()
            features[chance.random(len(features)) < hidden, 0] = HIDDEN_WORD
        rows, back = looked_up(features, is_train)
        vectors, further = mixed(rows, is_train)

        def backward(gradients: list[Floats]) -> list[Doc]:
            given = further(_summed(np.concatenate(gradients), found.which, len(features)))
            if not model.attrs[FIXED]:
                back(given)
            return []

        return np.split(vectors[found.which], found.ends[:-1]), backward

    return Model(
        "distinct_words",
        forward,
        layers=[concatenate(*tables), _maxout(width, width * len(rows))],
        init=_ready,
        attrs={FIXED: False},
    )


def fix_tables(model: Scores, *, fixed: bool) -> None:
    """Says whether the embedding tables stay as they are whatever is learnt."""
    model.layers[0].attrs[FIXED] = fixed


def tables(model: Scores) -> list[Floats]:
    """The embedding tables, in the order of ``words.FEATURES``."""
    return [np.asarray(node.get_param("E")) for node in _table_nodes(model)]


def set_tables(model: Scores, given: Sequence[Floats]) -> None:
    """Puts other tables in their place."""
    for node, table in zip(_table_nodes(model), given, strict=True):
        rows: Any = table
        node.set_param("E", rows)


def _table_nodes(model: Scores) -> list[Model[Any, Any]]:
    return [node for node in model.walk(order="dfs_pre") if "E" in node.param_names]


def _maxout(width: int, wide: int) -> Rows:
    """The best of three linear layers, normalised; with the node that training sets a rate of dropout for."""
    return Maxout(nO=width, nI=wide, nP=3, normalize=True, dropout=0.0)


def _ready(model: Scores, X: list[Doc] | None = None, Y: Any = None) -> None:  # noqa: ARG001, N803 - thinc's signature
    for layer in model.layers:
        layer.initialize()


def _summed(rows: Floats, which: NDArray[np.intp], count: int) -> Floats:
    """The sum of the rows of each of ``count`` words."""
    order = np.argsort(which, kind="stable")
    ordered = which[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sums = np.zeros((count, rows.shape[1]), dtype=np.float32)
    sums[ordered[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return sums


def cast(model: Model[Any, Any], kind: type[np.floating[Any]]) -> None:
    """Gives all weights of a network another precision; it computes in single precision alone."""
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                weights: Any = np.asarray(node.get_param(name)).astype(kind)
                node.set_param(name, weights)
