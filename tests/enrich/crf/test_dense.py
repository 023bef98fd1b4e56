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


def scored(texts: Sequence[Floats]) -> list[Floats]:
    """Each token a word of its own."""
    vectors = np.concatenate(texts)
    return STACK(vectors, np.arange(len(vectors)), list(map(len, texts)))


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
    found = scored(texts)
    assert [one.shape for one in found] == [(length, chain.COUNT) for length in lengths]
    same(found, REST.predict(texts))


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.integers(0, 100), st.integers(1, 4))
def test_a_word_has_one_vector_wherever_it_stands(lengths: list[int], seed: int, words: int) -> None:
    (vectors,) = rows(words, seed=seed)
    which = np.random.default_rng(seed).integers(words, size=sum(lengths))
    texts = np.split(vectors[which], np.cumsum(lengths)[:-1])
    same(STACK(vectors, which, lengths), REST.predict(texts))


@given(st.integers(1, 6), st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 100))
def test_rows_go_through_a_layer_in_blocks_of_any_size(thirds: int, lengths: list[int], seed: int) -> None:
    texts = rows(*lengths, seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "BLOCK", 3 * thirds)
        found = scored(texts)
    same(found, REST.predict(texts))


def test_a_stack_has_all_layers() -> None:
    """What is more than ``DEPTH`` words away is not heard of, what is as near as that is."""
    near, far = rows(DEPTH + 2), rows(DEPTH + 2)
    near[0][DEPTH] += 1
    far[0][DEPTH + 1] += 1
    (plain,), (changed,), (same_first,) = scored(rows(DEPTH + 2)), scored(near), scored(far)
    assert not np.allclose(plain[0], changed[0])
    np.testing.assert_array_equal(plain[0], same_first[0])


@pytest.mark.parametrize("other", [1, 2, 9])
def test_a_text_hears_nothing_of_its_neighbours(other: int) -> None:
    (alone,) = scored(rows(4))
    between = scored([*rows(other, seed=1), *rows(4), *rows(other, seed=2)])[1]
    np.testing.assert_allclose(alone, between, rtol=1e-4, atol=1e-5)


def test_what_is_given_stays_as_it_was() -> None:
    texts = rows(3, 4)
    scored(texts)
    dense.layers(REST)[0](wide := rows(2, wide=3 * WIDTH)[0])
    np.testing.assert_array_equal(wide, rows(2, wide=3 * WIDTH)[0])
    for one, other in zip(texts, rows(3, 4), strict=True):
        np.testing.assert_array_equal(one, other)
