"""The loss, its gradients and the best sequence are those of all sequences looked at one by one."""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.crf import chain, viterbi
from pipeline.enrich.crf.chain import COUNT, LABELS, PLACE, TAGS, Bools, Doubles, Floats

WELL_FORMED = re.compile("(?:O |{})*".format("|".join(f"S-{x} |B-{x} (?:I-{x} )*E-{x} " for x in LABELS)))
LENGTHS = st.lists(st.integers(1, 4), min_size=1, max_size=3)
SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.sampled_from([0.1, 1.0, 5.0])
few = settings(max_examples=40, deadline=None)


@cache
def sequences(length: int) -> tuple[tuple[int, ...], ...]:
    """All well-formed sequences of so many tags."""
    if length == 0:
        return ((),)
    found = [(PLACE["O"], *rest) for rest in sequences(length - 1)]
    for label in LABELS:
        for size in range(1, length + 1):
            name = tuple(PLACE[tag] for tag in named(label, size))
            found += [(*name, *rest) for rest in sequences(length - size)]
    return tuple(found)


def named(label: str, size: int) -> list[str]:
    """The tags of a name of so many tokens."""
    if size == 1:
        return [f"S-{label}"]
    return [f"B-{label}", *[f"I-{label}"] * (size - 2), f"E-{label}"]


class Drawn:
    """Random texts: scores, steps, and tags that are right, some of them open."""

    def __init__(self, lengths: Sequence[int], seed: int, scale: float) -> None:
        chance = np.random.default_rng(seed)
        self.scores = [(chance.normal(size=(n, COUNT)) * scale).astype(np.float32) for n in lengths]
        self.steps = (chance.normal(size=(COUNT, COUNT)) * min(scale, 2)).astype(np.float32)
        self.right = [right(sequences(n)[chance.integers(len(sequences(n)))]) for n in lengths]
        for one in self.right:
            one[chance.random(len(one)) < 0.3] = True
            one[(chance.random(len(one)) < 0.2)[:, None] & np.array([tag == "O" for tag in TAGS])] = True


def right(tags: Sequence[int]) -> Bools:
    marks = np.zeros((len(tags), COUNT), dtype=bool)
    marks[np.arange(len(tags)), list(tags)] = True
    return marks


def weights(scores: Floats, steps: Floats) -> Iterator[tuple[tuple[int, ...], float]]:
    """Each sequence and the sum of its scores and steps."""
    table, moves = scores.astype(np.float64).tolist(), steps.astype(np.float64).tolist()
    for tags in sequences(len(scores)):
        total = sum(table[at][tag] for at, tag in enumerate(tags))
        yield tags, total + sum(moves[a][b] for a, b in itertools.pairwise(tags))


def expected(
    scores: Floats, steps: Floats, allowed: Bools
) -> tuple[float, Doubles, dict[tuple[int, int], float]]:
    """Log of the sum over the sequences that are allowed; how likely each tag is; the steps expected."""
    given_weights = [
        (tags, weight)
        for tags, weight in weights(scores, steps)
        if all(allowed[at, tag] for at, tag in enumerate(tags))
    ]
    log = float(np.logaddexp.reduce([weight for _, weight in given_weights]))
    tag_shares, step_shares = np.zeros(scores.shape), dict[tuple[int, int], float]()
    for tags, weight in given_weights:
        share = float(np.exp(weight - log))
        for at, tag in enumerate(tags):
            tag_shares[at, tag] += share
        for step in itertools.pairwise(tags):
            step_shares[step] = step_shares.get(step, 0.0) + share
    return log, tag_shares, step_shares


@given(LENGTHS, SEEDS, SCALES)
@few
def test_loss_and_gradients_are_those_of_all_sequences(lengths: list[int], seed: int, scale: float) -> None:
    drawn = Drawn(lengths, seed, scale)
    got = chain.gradients(drawn.scores, drawn.right, drawn.steps)
    loss, steps = 0.0, np.zeros((COUNT, COUNT))
    for number, one in enumerate(drawn.scores):
        log, tags, moves = expected(one, drawn.steps, np.ones_like(drawn.right[number]))
        log_right, tags_right, moves_right = expected(one, drawn.steps, drawn.right[number])
        loss += log - log_right
        np.testing.assert_allclose(got.scores[number], (tags - tags_right) / len(lengths), atol=2e-5)
        for step, share in moves.items():
            steps[step] += share
        for step, share in moves_right.items():
            steps[step] -= share
    assert got.loss == pytest.approx(loss, rel=1e-4, abs=1e-4)
    np.testing.assert_allclose(got.steps, steps / len(lengths), atol=2e-5)


@given(LENGTHS, SEEDS)
@few
def test_gradients_are_the_slope_of_the_loss(lengths: list[int], seed: int) -> None:
    drawn = Drawn(lengths, seed, 1.0)
    got = chain.gradients(drawn.scores, drawn.right, drawn.steps)
    chance = np.random.default_rng(seed)
    for _ in range(5):
        text = int(chance.integers(len(lengths)))
        token, tag, other = (int(chance.integers(n)) for n in (lengths[text], COUNT, COUNT))
        slopes = [
            slope(drawn, drawn.scores[text], (token, tag)),
            slope(drawn, drawn.steps, (tag, other)),
        ]
        assert slopes == pytest.approx([got.scores[text][token, tag], got.steps[tag, other]], abs=2e-3)


def slope(drawn: Drawn, changed: Floats, place: tuple[int, int], size: float = 0.02) -> float:
    """How the mean loss changes with one number."""
    before, losses = changed[place], []
    for shift in (size, -size):
        changed[place] = before + shift
        losses.append(chain.gradients(drawn.scores, drawn.right, drawn.steps).loss)
    changed[place] = before
    return (losses[0] - losses[1]) / (2 * size * len(drawn.scores))


@given(LENGTHS, SEEDS, SCALES)
@few
def test_the_best_sequence_is_the_best_of_all(lengths: list[int], seed: int, scale: float) -> None:
    drawn = Drawn(lengths, seed, scale)
    for one, tags in zip(drawn.scores, viterbi.best(drawn.scores, drawn.steps), strict=True):
        known = dict(weights(one, drawn.steps))
        assert known[tuple(tags.tolist())] == pytest.approx(max(known.values()), abs=1e-4)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), SEEDS, st.sampled_from([0.0, 1.0, 1000.0]))
@few
def test_what_is_no_sequence_never_comes_out(lengths: list[int], seed: int, scale: float) -> None:
    chance = np.random.default_rng(seed)
    scores = [(chance.normal(size=(n, COUNT)) * scale).astype(np.float32) for n in lengths]
    steps = (chance.normal(size=(COUNT, COUNT)) * 10).astype(np.float32)
    got = viterbi.best(scores, steps)
    assert [len(tags) for tags in got] == lengths
    for tags in got:
        assert WELL_FORMED.fullmatch("".join(f"{TAGS[tag]} " for tag in tags))


@given(st.lists(st.integers(1, 4), min_size=2, max_size=6), SEEDS)
@few
def test_the_company_of_longer_texts_changes_nothing(lengths: list[int], seed: int) -> None:
    drawn = Drawn(lengths, seed, 2.0)
    together = chain.gradients(drawn.scores, drawn.right, drawn.steps)
    alone = [
        chain.gradients([one], [marks], drawn.steps)
        for one, marks in zip(drawn.scores, drawn.right, strict=True)
    ]
    assert together.loss == pytest.approx(sum(each.loss for each in alone), rel=1e-4, abs=1e-4)
    np.testing.assert_allclose(
        together.steps, sum(each.steps for each in alone) / np.float32(len(lengths)), atol=1e-5
    )
    for number, each in enumerate(alone):
        np.testing.assert_allclose(together.scores[number], each.scores[0] / len(lengths), atol=1e-5)
    best = viterbi.best(drawn.scores, drawn.steps)
    for tags, one in zip(best, drawn.scores, strict=True):
        assert tags.tolist() == viterbi.best([one], drawn.steps)[0].tolist()


@given(LENGTHS, SEEDS, SCALES)
@few
def test_where_nothing_is_known_nothing_is_learnt(lengths: list[int], seed: int, scale: float) -> None:
    drawn = Drawn(lengths, seed, scale)
    got = chain.gradients(drawn.scores, [np.ones_like(one) for one in drawn.right], drawn.steps)
    assert got.loss == 0
    assert not any(one.any() for one in (*got.scores, got.steps))


@given(LENGTHS, SEEDS, SCALES)
@few
def test_a_loss_is_never_less_than_nothing(lengths: list[int], seed: int, scale: float) -> None:
    drawn = Drawn(lengths, seed, scale)
    assert chain.gradients(drawn.scores, drawn.right, drawn.steps).loss > -1e-4


def test_an_unmarked_token_is_told_by_its_neighbours() -> None:
    """What comes before the end of a name of two tokens is its beginning."""
    marks = right([0, PLACE["E-PER"]])
    marks[0] = True
    got = chain.gradients([np.zeros((2, COUNT), np.float32)], [marks], np.zeros((COUNT, COUNT), np.float32))
    assert got.scores[0].argmin(axis=1).tolist() == [PLACE["B-PER"], PLACE["E-PER"]]


def test_an_unmarked_token_alone_may_be_what_it_seems() -> None:
    marks = right([PLACE["O"]] * 3)
    marks[1, PLACE["S-MISC"]] = True
    scores = np.zeros((3, COUNT), np.float32)
    scores[1, PLACE["S-MISC"]] = 9
    got = chain.gradients([scores], [marks], np.zeros((COUNT, COUNT), np.float32))
    assert abs(got.scores[0][1, PLACE["S-MISC"]]) < 0.01
    marks[1, PLACE["S-MISC"]] = False
    assert chain.gradients([scores], [marks], got.steps * 0).scores[0][1, PLACE["S-MISC"]] > 0.9


def test_going_down_the_slope_leads_to_what_is_right() -> None:
    drawn = Drawn([4, 2, 3], 5, 1.0)
    wanted = [sequences(n)[7] for n in (4, 2, 3)]
    marks = [right(tags) for tags in wanted]
    losses = []
    for _ in range(40):
        got = chain.gradients(drawn.scores, marks, drawn.steps)
        losses.append(got.loss)
        drawn.scores = [one - 3 * change for one, change in zip(drawn.scores, got.scores, strict=True)]
        drawn.steps -= got.steps
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 10
    assert [tuple(tags.tolist()) for tags in viterbi.best(drawn.scores, drawn.steps)] == wanted


@pytest.mark.parametrize("scale", [1.0, 30.0, 300.0, 3000.0])
def test_long_texts_and_extreme_scores_stay_finite(scale: float) -> None:
    """A model that is certain and wrong is told so, not broken."""
    chance = np.random.default_rng(3)
    scores = [(chance.normal(size=(n, COUNT)) * scale).astype(np.float32) for n in (2000, 3)]
    marks = [right([PLACE["O"]] * n) for n in (2000, 3)]
    got = chain.gradients(scores, marks, np.zeros((COUNT, COUNT), np.float32))
    assert np.isfinite(got.loss)
    assert np.isfinite(got.steps).all()
    for one, mark in zip(got.scores, marks, strict=True):
        assert np.isfinite(one).all()
        assert (one[mark] <= 1e-6).all()
        assert (np.abs(one) <= 0.5 + 1e-6).all()
        np.testing.assert_allclose(one.sum(axis=1), 0, atol=1e-5)


def test_there_are_seventeen_tags_and_nobody_ends_what_has_not_begun() -> None:
    assert len(TAGS) == 17
    assert TAGS[0] == "O"
    assert [TAGS[at] for at in np.flatnonzero(chain.ALLOWED[PLACE["B-PER"]])] == ["I-PER", "E-PER"]
    assert {TAGS[at][0] for at in np.flatnonzero(chain.ALLOWED[PLACE["E-PER"]])} == {"O", "B", "S"}
    assert {TAGS[at][0] for at in np.flatnonzero(chain.FIRST)} == {"O", "B", "S"}
    assert {TAGS[at][0] for at in np.flatnonzero(chain.LAST)} == {"O", "E", "S"}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from(LABELS)), max_size=8))
def test_names_are_read_from_the_tags_that_they_are_written_as(
    given_names: list[tuple[int, int, str]],
) -> None:
    tags: list[str] = []
    wanted = []
    for gap, size, label in given_names:
        tags += ["O"] * gap
        wanted.append((len(tags), len(tags) + size, label))
        tags += named(label, size)
    assert list(chain.names(np.array([PLACE[tag] for tag in tags], dtype=np.intp))) == wanted
