"""What is counted of topics that were given is what anybody would count by hand."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipeline.enrich.topics import LEAST_SCORE
from training.topics import scores
from training.topics.scores import (
    BINS,
    LEAST_SUPPORT,
    Floats,
    TopicScore,
    calibration_error,
    frequent,
    several,
    single,
    topic_scores,
)

QCODES = ("a", "b", "c")


def floats(*rows: tuple[float, ...]) -> Floats:
    return np.array(rows, np.float32)


def shown(each: TopicScore) -> str:
    return f"{each.qcode}: {each.support}, {each.precision:.3f} {each.recall:.3f} {each.f1:.3f}"


SCORES = floats((0.9, 0.6, 0.1), (0.2, 0.8, 0.1), (0.4, 0.1, 0.1), (0.05, 0.35, 0.25))
TRUTH = floats((1, 1, 0), (0, 1, 0), (0, 1, 0), (1, 0, 1))
MAIN = np.array([1, 1, 1, 2])
"""Given are: a and b, b, a, b. Of a, one of two is right and one of two found; of b, two of three, and two of
three found; c is never given."""


def test_several_topics_are_counted_as_by_hand() -> None:
    found = several(SCORES, TRUTH, MAIN, QCODES)
    assert found.texts == 4
    assert [shown(each) for each in found.topics] == [
        "a: 2, 0.500 0.500 0.500",
        "b: 3, 0.667 0.667 0.667",
        "c: 1, 0.000 0.000 0.000",
    ]
    assert found.macro == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)


def test_over_all_topics_of_all_texts_each_counts_the_same() -> None:
    """Three of five that are given are right, and three of six that apply are given."""
    assert several(SCORES, TRUTH, MAIN, QCODES).micro == pytest.approx(2 * 3 / (5 + 6))


def test_the_first_topic_is_compared_with_the_main_one() -> None:
    """First are a, b, a, b, main are b, b, b, c: b has two thirds of 1/2 and 1/3, c has nothing."""
    found = several(SCORES, TRUTH, MAIN, QCODES)
    assert found.first == 1 / 4
    precision, recall = 1 / 2, 1 / 3
    assert found.first_macro == pytest.approx((2 * precision * recall / (precision + recall) + 0) / 2)


def test_the_first_topic_may_be_any_of_those_that_apply() -> None:
    assert several(SCORES, TRUTH, MAIN, QCODES).among == 2 / 4


def test_topics_of_a_text_are_counted() -> None:
    assert several(SCORES, TRUTH, MAIN, QCODES).given == 5 / 4


def test_scores_of_given_topics_and_of_all_are_compared_with_what_is_right() -> None:
    """Given are 0.9 and 0.6 and 0.8, right; 0.4 and 0.35, wrong: each is alone in its bin."""
    found = several(SCORES, TRUTH, MAIN, QCODES)
    assert found.error == pytest.approx((0.1 + 0.4 + 0.2 + 0.4 + 0.35) / 5)
    by_bin = [
        abs(0.05 - 1),  # one score below 0.1, right
        abs(4 * 0.1 - 1),  # four of 0.1, one of them right
        abs(0.2 + 0.25 - 1),
        0.35,
        0.4,
        0.4,
        0.2,
        0.1,
    ]
    assert found.error_all == pytest.approx(sum(by_bin) / 12, abs=1e-6)


def test_a_topic_is_given_from_the_least_score_on() -> None:
    just = float(np.float32(LEAST_SCORE))
    below = float(np.nextafter(np.float32(just), np.float32(0)))
    truth, main = floats((1, 0), (0, 1)), np.array([0, 1])
    found = several(floats((just, 0), (0, below)), truth, main, "ab")
    assert [each.recall for each in found.topics] == [1, 0]
    assert found.given == 1 / 2


def test_a_topic_that_no_text_has_counts_nothing_in_the_mean() -> None:
    """Even where it is given."""
    found = several(floats((0.9, 0.9), (0.9, 0.1)), floats((1, 0), (1, 0)), np.array([0, 0]), "ab")
    assert found.topics == (TopicScore("a", 2, 1, 1, 1),)
    assert found.macro == 1
    assert found.micro == pytest.approx(2 * 2 / (3 + 2))


def test_nothing_given_is_nothing_right() -> None:
    found = several(np.full((4, 3), 0.1, np.float32), TRUTH, MAIN, QCODES)
    assert (found.macro, found.micro, found.given, found.error) == (0, 0, 0, 0)
    assert (found.low, found.high) == (0, 0)


def perfect(texts: int = 20) -> tuple[Floats, Floats, NDArray[np.intp]]:
    main = np.arange(texts) % 3
    truth = np.eye(3, dtype=np.float32)[main]
    return truth, truth, main


def test_all_right_is_one_everywhere() -> None:
    found = several(*perfect(), QCODES)
    shares = (found.macro, found.low, found.high, found.micro, found.first, found.first_macro, found.among)
    assert set(shares) == {1}
    assert (found.error, found.error_all) == (0, 0)


def test_frequent_topics_are_those_with_enough_texts() -> None:
    enough = TopicScore("a", LEAST_SUPPORT, 1, 1, 0.8)
    many = TopicScore("b", 10 * LEAST_SUPPORT, 1, 1, 0.4)
    few = TopicScore("c", LEAST_SUPPORT - 1, 1, 1, 0.1)
    assert frequent([enough, many, few]) == pytest.approx(0.6)
    assert frequent([few]) == frequent([]) == 0


def test_several_tells_the_mean_of_the_frequent_apart() -> None:
    """Eleven texts on a, all right; one on b, wrong."""
    found = several(
        floats(*[(0.9, 0.1)] * 12),
        floats(*[(1, 0)] * 11, (0, 1)),
        np.array([0] * 11 + [1]),
        "ab",
    )
    assert found.macro == pytest.approx((22 / 23 + 0) / 2)
    assert found.frequent == pytest.approx(22 / 23)


def test_the_interval_is_the_same_in_each_run_and_around_the_mean() -> None:
    one, other = (several(SCORES, TRUTH, MAIN, QCODES) for _ in range(2))
    assert (one.low, one.high) == (other.low, other.high)
    assert one.low < one.macro < one.high


def test_more_texts_make_the_interval_narrower() -> None:
    few, many = (
        several(np.tile(SCORES, (times, 1)), np.tile(TRUTH, (times, 1)), np.tile(MAIN, times), QCODES)
        for times in (5, 80)
    )
    assert few.macro == pytest.approx(many.macro)
    assert few.low < many.low < many.macro < many.high < few.high


def test_the_interval_of_a_coin_is_what_statistics_say() -> None:
    """Of 200 texts on one topic half are found: recall lies between 0.43 and 0.57."""
    claimed = np.array([[number % 2 == 0, False] for number in range(200)])
    truth = floats(*[(1, 0)] * 200)
    low, high = scores._interval(claimed, truth)
    recalls = [bound / (2 - bound) for bound in (low, high)]
    assert recalls == pytest.approx([0.5 - 1.96 * 0.0354, 0.5 + 1.96 * 0.0354], abs=0.02)


def test_a_single_topic_is_counted_as_by_hand() -> None:
    """Answers are a, a, b; first are a, b, b."""
    found = single(floats((0.5, 0.2, 0.1), (0.2, 0.3, 0.1), (0.1, 0.2, 0.15)), np.array([0, 0, 1]), QCODES)
    assert found.texts == 3
    assert found.right == pytest.approx(2 / 3)
    assert [shown(each) for each in found.topics] == ["a: 2, 1.000 0.500 0.667", "b: 1, 0.500 1.000 0.667"]
    assert found.macro == pytest.approx(2 / 3)
    assert found.frequent == 0


def test_a_topic_that_no_text_has_is_no_answer() -> None:
    """All are c by their scores, but no text is on c: the next best counts."""
    found = single(floats((0.3, 0.2, 0.9), (0.1, 0.2, 0.9)), np.array([0, 1]), QCODES)
    assert found.right == 1
    assert [each.qcode for each in found.topics] == ["a", "b"]


def test_the_most_likely_topic_counts_however_unlikely() -> None:
    assert single(floats((0.02, 0.01), (0.01, 0.02)), np.array([0, 1]), "ab").right == 1


def test_single_topics_keep_their_names_where_some_between_are_missing() -> None:
    found = single(floats((0.9, 0.1, 0.1), (0.1, 0.1, 0.9)), np.array([0, 2]), QCODES)
    assert [(each.qcode, each.f1) for each in found.topics] == [("a", 1), ("c", 1)]


def test_a_frequent_single_topic_is_told() -> None:
    answers = np.array([0] * LEAST_SUPPORT + [1])
    found = single(floats(*[(0.9, 0.1)] * (LEAST_SUPPORT + 1)), answers, "ab")
    assert found.frequent == found.topics[0].f1 > found.macro


def test_topics_without_texts_have_no_score() -> None:
    found = topic_scores(floats((1, 0, 0), (0, 0, 1)), floats((1, 1, 0), (0, 1, 0)), QCODES)
    assert found == (TopicScore("a", 1, 1, 1, 1), TopicScore("c", 1, 0, 0, 0))


@pytest.mark.parametrize(
    ("said", "right", "error"),
    [
        ([], [], 0),
        ([1.0], [1], 0),
        ([1.0], [0], 1),
        ([0.0], [0], 0),
        ([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0], 0),
        ([0.55, 0.95], [1, 0], 0.7),
        ([0.52, 0.58], [1, 0], 0.05),
        ([0.58, 0.62], [1, 0], 0.52),
    ],
)
def test_calibration_is_by_bin(said: list[float], right: list[float], error: float) -> None:
    """The last two: in one bin what is too high makes up for what is too low, in two bins it does not."""
    found = calibration_error(np.array(said, np.float32), np.array(right, np.float32))
    assert found == pytest.approx(error, abs=1e-6)


def test_the_highest_score_is_in_the_last_bin() -> None:
    """Not in one of its own: 0.95 too low and 1.0 too high are one with the other."""
    found = calibration_error(np.array([0.95, 1.0], np.float32), np.array([1, 1], np.float32))
    assert found == pytest.approx(0.025, abs=1e-6)
    assert calibration_error(
        np.array([0.96, 1.0], np.float32), np.array([1, 0.96], np.float32)
    ) == pytest.approx(0, abs=1e-6)


SHARES = st.floats(0, 1, width=32)
PAIRS = st.lists(st.tuples(SHARES, st.booleans()), min_size=1, max_size=40)


def columns(pairs: list[tuple[float, bool]]) -> tuple[Floats, Floats]:
    said, right = zip(*pairs, strict=True)
    return np.array(said, np.float32), np.array(right, np.float32)


@given(PAIRS)
def test_calibration_lies_between_the_distance_of_the_means_and_that_of_each(
    pairs: list[tuple[float, bool]],
) -> None:
    said, right = columns(pairs)
    error = calibration_error(said, right)
    assert abs(said.mean() - right.mean()) - 1e-5 <= error <= np.abs(said - right).mean() + 1e-5


@given(PAIRS, st.randoms(use_true_random=False))
def test_calibration_does_not_depend_on_the_order(pairs: list[tuple[float, bool]], chance: Random) -> None:
    mixed = list(pairs)
    chance.shuffle(mixed)
    assert calibration_error(*columns(mixed)) == pytest.approx(calibration_error(*columns(pairs)), abs=1e-5)


@given(PAIRS, st.integers(2, 4))
def test_the_same_texts_again_are_calibrated_as_well(pairs: list[tuple[float, bool]], times: int) -> None:
    again = calibration_error(*columns(pairs * times))
    assert again == pytest.approx(calibration_error(*columns(pairs)), abs=1e-5)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_scores_that_are_the_answers_are_calibrated(right: list[bool]) -> None:
    answers = np.array(right, np.float32)
    assert calibration_error(answers, answers) == 0
    assert calibration_error(1 - answers, answers) == 1


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, BINS - 1))
def test_one_bin_is_off_by_its_share(texts: int, right: int, place: int) -> None:
    right = min(right, texts)
    said = np.full(texts, (place + 0.5) / BINS, np.float32)
    answers = np.array([number < right for number in range(texts)], np.float32)
    expected = abs((place + 0.5) / BINS - right / texts)
    assert calibration_error(said, answers) == pytest.approx(expected, abs=1e-5)


@st.composite
def measured(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Scores of two topics or more, and which apply; each text has one at least."""
    shape = draw(st.tuples(st.integers(1, 8), st.integers(2, 4)))
    found = draw(arrays(np.float32, shape, elements=SHARES))
    truth = draw(arrays(np.bool_, shape)).astype(np.float32)
    truth[np.arange(shape[0]), draw(arrays(np.intp, shape[0], elements=st.integers(0, shape[1] - 1)))] = 1
    return found, truth


def by_hand(claimed: NDArray[np.bool_], truth: NDArray[np.bool_]) -> list[float]:
    """F1 of each topic that applies to any text."""
    return [
        2
        * sum(row[topic] and right[topic] for row, right in zip(claimed, truth, strict=True))
        / (claimed[:, topic].sum() + truth[:, topic].sum())
        for topic in range(truth.shape[1])
        if truth[:, topic].any()
    ]


@given(measured())
@settings(max_examples=25, deadline=None)
def test_any_measure_is_a_share_and_as_by_hand(drawn: tuple[Floats, Floats]) -> None:
    said, truth = drawn
    found = several(said, truth, truth.argmax(axis=1), QCODES[:1] * truth.shape[1])
    f1 = by_hand(said >= LEAST_SCORE, truth > 0)
    assert [each.f1 for each in found.topics] == pytest.approx(f1)
    assert found.macro == pytest.approx(np.mean(f1))
    shares = (found.micro, found.first, found.first_macro, found.among, found.error, found.error_all)
    assert all(0 <= share <= 1 + 1e-6 for share in shares)
    assert 0 <= found.low <= found.high <= 1
    assert found.first <= found.among + 1e-6
    assert found.given <= truth.shape[1]


@given(measured())
@settings(max_examples=25, deadline=None)
def test_of_single_topics_all_that_apply_are_found(drawn: tuple[Floats, Floats]) -> None:
    said, truth = drawn
    answers = truth.argmax(axis=1)
    found = single(said, answers, QCODES[:1] * truth.shape[1])
    assert sum(each.support for each in found.topics) == found.texts == len(said)
    assert found.right == pytest.approx(sum(each.recall * each.support for each in found.topics) / len(said))
    assert 0 <= found.macro <= 1
