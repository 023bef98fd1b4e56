"""Hashed words: rows that the models which ship would make of the same texts, weighted by rarity."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.enrich import topics
from pipeline.enrich.topics import BUCKETS, NARROWER_BUCKETS, Classifier, Level
from training.topics import hashed

WORDS = ["le", "match", "de", "football", "gagné", "joueurs", "loi", "votée", "députés", "2024", "film"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=6)
MATRICES = st.lists(st.lists(st.integers(-3, 3), min_size=32, max_size=32), max_size=5)
FEW = settings(max_examples=30, deadline=None)


def bucket(word: str) -> int:
    """The bucket of a word that is too short for a stem."""
    [found], _ = topics.features([word])
    return int(found)


def level(buckets: int) -> Level:
    """Three topics, whatever their weights."""
    weights = np.random.default_rng(3).integers(-127, 128, (buckets, 3)).astype(np.int8)
    scale = np.array([0.01, 0.02, 0.03], np.float32)
    return Level(("a", "b", "c"), weights, scale, np.array([-0.5, 0, 0.5], np.float32))


def sums(one: Level, rows: csr_matrix) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (rows @ one.weights.astype(np.float32)) * one.scale + one.bias
    return found


TOP, NARROWER = level(BUCKETS), level(NARROWER_BUCKETS)


def test_what_is_in_every_text_weighs_one_and_what_is_in_none_the_most() -> None:
    found = hashed.rarity(["le film", "le match", "le but"])
    assert found[bucket("le")] == 1
    assert found[bucket("film")] == pytest.approx(1 + np.log(4 / 2), abs=0.001)
    assert found[bucket("loi")] == found.max() == pytest.approx(1 + np.log(4), abs=0.001)


def test_a_word_counts_once_a_text() -> None:
    often, once = (hashed.rarity([text, "un"]) for text in ("le le le le", "le"))
    assert often[bucket("le")] == once[bucket("le")]


def test_without_texts_every_bucket_weighs_one() -> None:
    found = hashed.rarity([])
    assert found.shape == (BUCKETS,)
    assert set(found.tolist()) == {1.0}


@FEW
@given(TEXTS)
def test_the_fewer_texts_a_word_is_in_the_more_it_weighs(texts: list[str]) -> None:
    found = hashed.rarity(iter(texts))
    places = {word: sum(word in text.split() for text in texts) for word in ("le", "de", "loi", "film")}
    for one, ones in places.items():
        for other, others in places.items():
            assert (found[bucket(one)] > found[bucket(other)]) == (ones < others)
    assert found.dtype == np.float16
    assert 1 <= found.min() <= found.max() <= np.float16(1 + np.log(1 + len(texts)))


@FEW
@given(TEXTS)
def test_a_row_has_the_length_one_or_nothing_in_it(texts: list[str]) -> None:
    found = hashed.rows(texts, hashed.rarity(texts))
    assert found.shape == (len(texts), BUCKETS)
    assert found.dtype == np.float32
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1))).ravel()
    assert lengths == pytest.approx([1.0 if text else 0.0 for text in texts], abs=1e-5)


@FEW
@given(TEXTS)
def test_a_text_scores_as_it_does_in_the_model_that_ships(texts: list[str]) -> None:
    weights = hashed.rarity(texts)
    model = Classifier("x_topics 0", ("x",), weights, TOP, NARROWER)
    rows = hashed.rows(texts, weights)
    for one, matrix in ((TOP, rows), (NARROWER, hashed.folded(rows, NARROWER_BUCKETS))):
        shipped = [one.scores(*model.vector(topics.words_in(text))) for text in texts]
        assert 1 / (1 + np.exp(-sums(one, matrix))) == pytest.approx(np.array(shipped), abs=1e-5)


def test_a_row_is_the_same_whatever_other_texts_are_beside_it() -> None:
    weights = hashed.rarity(["le match", "la loi"])
    alone, beside = hashed.rows(["la loi"], weights), hashed.rows(["", "la loi", "le match"], weights)
    assert (alone != beside[1]).nnz == 0
    assert (alone != beside[2]).nnz > 0


def test_case_and_punctuation_do_not_count() -> None:
    weights = hashed.rarity([])
    one, other = hashed.rows(["Le match !", "le… MATCH"], weights)
    assert (one != other).nnz == 0


def dense(given: list[list[int]]) -> NDArray[np.float32]:
    return np.array(given, np.float32).reshape(len(given), 32)


@FEW
@given(MATRICES, st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_buckets_that_fall_together_add_up(given: list[list[int]], buckets: int) -> None:
    found = hashed.folded(csr_matrix(dense(given)), buckets)
    expected = dense(given).reshape(len(given), 32 // buckets, buckets).sum(axis=1)
    assert found.shape == (len(given), buckets)
    assert np.array_equal(found.toarray(), expected)
    assert all(len(set(row.indices)) == row.nnz for row in found)


@FEW
@given(MATRICES)
def test_what_is_folded_stays_as_it_was(given: list[list[int]]) -> None:
    matrix = csr_matrix(dense(given))
    hashed.folded(matrix, 4)
    assert np.array_equal(matrix.toarray(), dense(given))


def test_rows_can_be_folded_twice() -> None:
    texts = [" ".join(WORDS), "le match de football", ""]
    rows = hashed.rows(texts, hashed.rarity(texts))
    once = hashed.folded(rows, 16)
    again = hashed.folded(hashed.folded(rows, 64), 16)
    assert again.toarray() == pytest.approx(once.toarray(), abs=1e-6)
