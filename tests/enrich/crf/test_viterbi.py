"""Texts read in pieces have the tags that they have when they are read from end to end."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.crf import viterbi
from pipeline.enrich.crf.chain import ALLOWED, COUNT, FIRST, LAST, PLACE, TAGS, Floats

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = st.lists(st.one_of(st.integers(1, 30), st.integers(100, 500)), min_size=1, max_size=5)
NO_STEPS = np.zeros((COUNT, COUNT), np.float32)
LONG = viterbi.LENGTH * 5
few = settings(max_examples=30, deadline=None)


def slowly(scores: Floats, steps: Floats) -> list[int]:
    """The best sequence, token by token."""
    now = np.where(FIRST, scores[0].astype(np.float64), -np.inf)
    came = []
    for one in scores[1:]:
        ways = np.where(ALLOWED, now[:, None] + steps, -np.inf)
        came.append(ways.argmax(axis=0))
        now = ways.max(axis=0) + one
    tags = [int(np.where(LAST, now, -np.inf).argmax())]
    for before in reversed(came):
        tags.append(int(before[tags[-1]]))
    return tags[::-1]


def drawn(lengths: Sequence[int], seed: int) -> tuple[list[Floats], Floats]:
    chance = np.random.default_rng(seed)
    scores = [(chance.normal(size=(n, COUNT)) * 3).astype(np.float32) for n in lengths]
    return scores, chance.normal(size=(COUNT, COUNT)).astype(np.float32)


def read(scores: Sequence[Floats], steps: Floats = NO_STEPS) -> list[list[int]]:
    return [tags.tolist() for tags in viterbi.best(scores, steps)]


@given(LENGTHS, SEEDS)
@few
def test_texts_of_any_length_have_their_best_tags(lengths: list[int], seed: int) -> None:
    scores, steps = drawn(lengths, seed)
    assert read(scores, steps) == [slowly(one, steps) for one in scores]


def endless(label: str, better: str) -> Floats:
    """A name that is as long as the text, of two labels but for its very end, which is of one."""
    scores = np.full((LONG, COUNT), -50, np.float32)
    for each in (label, better):
        scores[0, PLACE[f"B-{each}"]] = scores[-1, PLACE[f"E-{each}"]] = 0
        scores[1:-1, PLACE[f"I-{each}"]] = 0
    scores[-1, PLACE[f"E-{better}"]] = 1
    return scores


@pytest.mark.parametrize(("label", "better"), [("PER", "ORG"), ("ORG", "PER"), ("LOC", "MISC")])
def test_what_the_end_of_a_text_says_of_its_beginning_is_heard(label: str, better: str) -> None:
    scores = endless(label, better)
    assert read([scores]) == [slowly(scores, NO_STEPS)]
    assert {TAGS[tag][2:] for tag in read([scores])[0]} == {better}


@pytest.mark.parametrize(("label", "better"), [("PER", "ORG"), ("ORG", "PER")])
def test_what_the_beginning_of_a_text_says_of_its_end_is_heard(label: str, better: str) -> None:
    scores = endless(label, better)
    scores[-1, PLACE[f"E-{better}"]] = 0
    scores[0, PLACE[f"B-{label}"]] = 1
    assert {TAGS[tag][2:] for tag in read([scores])[0]} == {label}


def test_a_text_that_must_be_read_again_changes_nothing_of_others() -> None:
    others, steps = drawn([3, 300, 40], 1)
    found = read([others[0], endless("PER", "ORG"), *others[1:]], steps)
    assert [found[0], *found[2:]] == [slowly(one, steps) for one in others]


def test_texts_are_read_in_pieces_and_again_only_where_that_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    longest: list[int] = []

    class Watched(viterbi._Reading):
        def _forward(self, scores: Floats) -> Floats:
            longest.append(len(scores))
            return super()._forward(scores)

    monkeypatch.setattr(viterbi, "_Reading", Watched)
    plain, steps = drawn([LONG, 7], 3)
    read(plain, steps)
    assert len(longest) == 1
    assert longest[0] <= viterbi.LENGTH + 2 * viterbi.AROUND
    read([endless("PER", "ORG")])
    assert longest[-1] == LONG


@given(st.integers(1, 5000), st.integers(0, 100))
def test_pieces_follow_one_another_and_are_bounded(length: int, start: int) -> None:
    pieces = list(viterbi._pieces(start, start + length))
    assert [piece.start for piece in pieces] == [start, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == start + length
    assert [piece.opens for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert [piece.closes for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    for piece in pieces:
        assert start <= piece.first <= piece.start < piece.end <= piece.last <= start + length
        assert piece.last - piece.first <= viterbi.LENGTH + 2 * viterbi.AROUND
