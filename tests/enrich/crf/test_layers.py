"""The network gives each word of each text its scores, learns, and hides words in training alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab
from thinc.api import Adam, fix_random_seed

from pipeline.enrich.crf import chain, viterbi
from pipeline.enrich.crf.layers import Scores, cast, entity_scores

from .small import ROWS

TEXT = ["Ada", "met", "Ada", "in", "Oslo", ",", "Oslo", "met", "nobody"]
TWINS = ["Pari-one-xyz", "Pari-two-xyz"]
"""Words that differ in their small letters alone: beginnings, endings and shapes are the same."""


def network(
    width: int = 8, depth: int = 1, hidden: float = 0.0, rows: Sequence[int] = ROWS, seed: int = 0
) -> Scores:
    fix_random_seed(2)
    model: Scores = entity_scores(width, depth, rows, hidden, seed)
    model.initialize()
    return model


def docs(*texts: Sequence[str]) -> list[Doc]:
    vocab = Vocab()
    return [Doc(vocab, words=list(text)) for text in texts]


NETWORK = network()


@given(st.lists(st.lists(st.sampled_from([*TEXT, "ONU", "東京", "\n"]), min_size=1), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_every_token_has_a_score_for_each_tag(texts: list[list[str]]) -> None:
    got = NETWORK.predict(docs(*texts))
    assert [one.shape for one in got] == [(len(text), chain.COUNT) for text in texts]
    for one in got:
        assert one.dtype == np.float32
        assert np.isfinite(one).all()


def test_a_word_has_one_vector_wherever_it_stands() -> None:
    """Without layers that mix it with its neighbours its scores are the same too."""
    [got] = network(depth=0).predict(docs(TEXT))
    np.testing.assert_array_equal(got[0], got[2])
    np.testing.assert_array_equal(got[4], got[6])
    assert not np.allclose(got[0], got[4])


def test_a_word_is_told_by_its_neighbours() -> None:
    one, other = network(depth=1).predict(docs(["in", "Oslo", "today"], ["of", "Oslo", "today"]))
    assert not np.allclose(one[1], other[1])
    np.testing.assert_allclose(one[2], other[2], atol=1e-6)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_text_is_read_by_itself_whatever_stands_beside_it(depth: int) -> None:
    model = network(depth=depth)
    texts = docs(TEXT, ["Oslo"], TEXT[::-1], ["Ada", "met"])
    for together, text in zip(model.predict(texts), texts, strict=True):
        np.testing.assert_allclose(together, model.predict([text])[0], atol=1e-5)


def test_as_many_tables_as_features() -> None:
    with pytest.raises(ValueError, match="5 tables for the 6 features"):
        network(rows=[10] * 5)


def test_the_configuration_knows_it_by_its_name() -> None:
    assert registry.architectures.get("newswire.EntityScores.v1") is entity_scores


def test_the_tables_and_the_width_make_the_size() -> None:
    tables = [node.get_param("E") for node in NETWORK.walk() if node.has_param("E")]
    assert [table.shape for table in tables] == [(rows, 8) for rows in ROWS]


def test_no_step_is_preferred_at_the_start() -> None:
    steps = NETWORK.get_param("steps")
    assert steps.shape == (chain.COUNT, chain.COUNT)
    assert not np.asarray(steps).any()


def test_it_learns() -> None:
    model, optimiser = network(width=16), Adam(0.01)
    texts = docs(TEXT, TEXT[::-1])
    wanted = []
    for doc in texts:
        marks = np.zeros((len(doc), chain.COUNT), dtype=bool)
        for token in doc:
            tag = {"Ada": "S-PER", "Oslo": "S-LOC"}.get(token.text, "O")
            marks[token.i, chain.PLACE[tag]] = True
        wanted.append(marks)
    losses = []
    for _ in range(40):
        scores, back = model.begin_update(texts)
        found = chain.gradients(scores, wanted, np.zeros((chain.COUNT, chain.COUNT), np.float32))
        back(found.scores)
        model.finish_update(optimiser)
        losses.append(found.loss)
    assert losses[-1] < losses[0] / 20
    [tags, _] = viterbi.best(model.predict(texts), np.zeros((chain.COUNT, chain.COUNT), np.float32))
    assert [chain.TAGS[tag] for tag in tags[:5]] == ["S-PER", "O", "S-PER", "O", "S-LOC"]


def test_the_gradients_of_a_word_that_stands_there_often_are_summed() -> None:
    """Each gradient is the slope of the sum of the scores, weighted at random, by that weight."""
    model = network()
    texts = docs(TEXT, ["Oslo", "Ada"])
    chance = np.random.default_rng(0)
    shares = [chance.normal(size=(len(doc), chain.COUNT)).astype(np.float32) for doc in texts]
    _, back = model.begin_update(texts)
    back(shares)
    taught = [(node, name) for node in model.walk() for name in node.param_names if node.has_grad(name)]
    for node, name in taught:
        weights: Any = node.get_param(name)
        gradients = np.asarray(node.get_grad(name))
        steepest = np.argsort(-np.abs(gradients).ravel())[:3]
        for place in [np.unravel_index(at, gradients.shape) for at in steepest]:
            got = slope(model, texts, shares, weights, place)
            assert got == pytest.approx(gradients[place], rel=0.03, abs=0.02), (node.name, name)


def slope(
    model: Scores, texts: list[Doc], shares: list[NDArray[np.float32]], weights: Any, place: Any
) -> float:
    """How the weighted sum of the scores changes with one weight of the network."""
    size, before, sums = 2e-3, float(weights[place]), []
    for shift in (size, -size):
        weights[place] = before + shift
        scores = model.predict(texts)
        sums.append(
            sum(
                float((one.astype(np.float64) * share).sum())
                for one, share in zip(scores, shares, strict=True)
            )
        )
    weights[place] = before
    return (sums[0] - sums[1]) / (2 * size)


def test_every_weight_is_taught() -> None:
    model = network(depth=2)
    scores, back = model.begin_update(docs(TEXT))
    back(scores)
    untaught = {
        (node.name, name) for node in model.walk() for name in node.param_names if not node.has_grad(name)
    }
    assert untaught == {("entity_scores", "steps")}  # the component teaches these


def test_words_are_hidden_in_training_alone() -> None:
    model = network(depth=0, hidden=1.0)
    [seen] = model.predict(docs(TWINS))
    assert not np.allclose(seen[0], seen[1])
    [in_training], _ = model.begin_update(docs(TWINS))
    np.testing.assert_array_equal(in_training[0], in_training[1])
    [again] = model.predict(docs(TWINS))
    np.testing.assert_array_equal(again, seen)


def test_nothing_is_hidden_where_none_shall_be() -> None:
    model = network(depth=0)
    in_training, _ = model.begin_update(docs(TEXT))
    np.testing.assert_array_equal(in_training[0], model.predict(docs(TEXT))[0])


def test_so_many_words_are_hidden_others_each_time() -> None:
    text = docs([f"word{number}" for number in range(400)])
    model = network(depth=0, hidden=0.25)
    [seen] = model.predict(text)
    rounds = [model.begin_update(text)[0][0] for _ in range(2)]
    hidden = [~np.isclose(one, seen).all(axis=1) for one in rounds]
    assert [one.mean() for one in hidden] == pytest.approx([0.25, 0.25], abs=0.08)
    assert (hidden[0] != hidden[1]).any()


def test_the_seed_decides_which_words_are_hidden() -> None:
    one, same, other = (network(hidden=0.5, seed=seed).begin_update(docs(TEXT))[0][0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)


def test_a_word_is_hidden_wherever_it_stands() -> None:
    [got], _ = network(depth=0, hidden=0.5, seed=1).begin_update(docs(TEXT * 3))
    np.testing.assert_array_equal(got[:9], got[9:18])
    np.testing.assert_array_equal(got[:9], got[18:])


def test_stored_weights_give_the_same_scores() -> None:
    copy = entity_scores(8, 1, ROWS, 0.0).from_bytes(NETWORK.to_bytes())
    np.testing.assert_array_equal(copy.predict(docs(TEXT))[0], NETWORK.predict(docs(TEXT))[0])
    np.testing.assert_array_equal(copy.get_param("steps"), NETWORK.get_param("steps"))


def test_weights_are_cast_and_cast_back() -> None:
    model = network(depth=2)
    before = model.predict(docs(TEXT))[0]
    cast(model, np.float16)
    assert {np.asarray(node.get_param("E")).dtype for node in model.walk() if node.has_param("E")} == {
        np.dtype(np.float16)
    }
    cast(model, np.float32)
    np.testing.assert_allclose(model.predict(docs(TEXT))[0], before, atol=0.05)
