"""The plain arithmetic gives what the layers give that were taught."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import fix_random_seed

from pipeline.enrich.crf import chain, dense, layers
from pipeline.enrich.crf.dense import Floats, Stack
from pipeline.enrich.crf.layers import Rows, Scores

from .small import ROWS

WIDTH, DEPTH = 8, 3


def network() -> Scores:
    """Fresh weights are all the same where layers are normalised: here each has its own."""
    fix_random_seed(4)
    model: Scores = layers.entity_scores(WIDTH, DEPTH, ROWS, 0.0)
    model.initialize()
    chance = np.random.default_rng(4)
    for node in model.walk():
        for name in {"b", "G", "W"} & set(node.param_names):
            shape = np.asarray(node.get_param(name)).shape
            weights: Any = chance.normal(size=shape).astype(np.float32)
            node.set_param(name, weights)
    return model


WORDS, REST = network().layers
MIXED: Rows = WORDS.layers[1]
STACK = Stack(REST)


def rows(*lengths: int, wide: int = WIDTH, seed: int = 0) -> list[Floats]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(length, wide)).astype(np.float32) for length in lengths]


def same(found: Sequence[Floats], wanted: Sequence[Floats]) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_a_layer_gives_what_the_one_that_was_taught_gives() -> None:
    (given_rows,) = rows(5, wide=WIDTH * len(ROWS))
    (layer,) = dense.layers(MIXED)
    same([layer(given_rows)], [MIXED.predict(given_rows)])


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.integers(0, 100))
def test_a_stack_gives_what_those_that_were_taught_give(lengths: list[int], seed: int) -> None:
    texts = rows(*lengths, seed=seed)
    found = STACK(texts)
    assert [one.shape for one in found] == [(length, chain.COUNT) for length in lengths]
    same(found, REST.predict(texts))


def test_a_stack_has_all_layers() -> None:
    """What is more than ``DEPTH`` words away is not heard of, what is as near as that is."""
    near, far = rows(DEPTH + 2), rows(DEPTH + 2)
    near[0][DEPTH] += 1
    far[0][DEPTH + 1] += 1
    (plain,), (changed,), (same_first,) = STACK(rows(DEPTH + 2)), STACK(near), STACK(far)
    assert not np.allclose(plain[0], changed[0])
    np.testing.assert_array_equal(plain[0], same_first[0])


@pytest.mark.parametrize("other", [1, 2, 9])
def test_a_text_hears_nothing_of_its_neighbours(other: int) -> None:
    (alone,) = STACK(rows(4))
    between = STACK([*rows(other, seed=1), *rows(4), *rows(other, seed=2)])[1]
    np.testing.assert_allclose(alone, between, rtol=1e-4, atol=1e-5)


def test_what_is_given_stays_as_it_was() -> None:
    texts = rows(3, 4)
    STACK(texts)
    dense.layers(REST)[0](wide := rows(2, wide=3 * WIDTH)[0])
    np.testing.assert_array_equal(wide, rows(2, wide=3 * WIDTH)[0])
    for one, other in zip(texts, rows(3, 4), strict=True):
        np.testing.assert_array_equal(one, other)
