"""Scores are those that one would count by hand, and their intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import scores
from training.entities.corpora import LABELS, Span
from training.entities.scores import OVERALL, acronyms, tally

ADA: Span = (0, 12, "PER")
ONU: Span = (18, 21, "ORG")
OSLO: Span = (30, 34, "LOC")


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Some names in a text, none within another."""
    starts = draw(st.lists(st.integers(0, 40), unique=True, max_size=6))
    return [(3 * start, 3 * start + 2, draw(st.sampled_from(LABELS))) for start in sorted(starts)]


def test_all_right_is_one() -> None:
    score = tally([[ADA, ONU], [OSLO]], [[ADA, ONU], [OSLO]]).score(OVERALL)
    assert (score.precision, score.recall, score.f1) == (1, 1, 1)
    assert (score.low, score.high, score.wanted) == (1, 1, 3)


def test_nothing_found_is_nought() -> None:
    score = tally([[]], [[ADA]]).score(OVERALL)
    assert (score.precision, score.recall, score.f1) == (0, 0, 0)


def test_nothing_to_find_and_nothing_found_is_nought_and_no_error() -> None:
    assert tally([[]], [[]]).score(OVERALL).f1 == 0


@pytest.mark.parametrize(
    "wrong", [(0, 11, "PER"), (1, 12, "PER"), (0, 12, "LOC")], ids=["end", "start", "label"]
)
def test_a_name_is_right_only_if_start_end_and_label_are(wrong: Span) -> None:
    assert tally([[wrong]], [[ADA]]).score(OVERALL).f1 == 0


def test_precision_and_recall_are_of_what_was_found_and_of_what_there_is() -> None:
    """Two found, one of them right, of four."""
    score = tally([[ADA, (50, 55, "LOC")]], [[ADA, ONU, OSLO, (60, 62, "PER")]]).score(OVERALL)
    assert score.precision == pytest.approx(1 / 2)
    assert score.recall == pytest.approx(1 / 4)
    assert score.f1 == pytest.approx(1 / 3)
    assert score.wanted == 4


def test_each_label_by_itself() -> None:
    got = tally([[ADA, (18, 21, "LOC")]], [[ADA, ONU]]).scores(OVERALL)
    assert {label: score.f1 for label, score in got.items()} == {"PER": 1, "ORG": 0, "LOC": 0}


def test_other_names_do_not_count_in_the_average() -> None:
    misc = (40, 44, "MISC")
    assert tally([[ADA, misc]], [[ADA]]).score(OVERALL).f1 == 1
    assert tally([[ADA]], [[ADA, misc]]).score(OVERALL).f1 == 1
    assert tally([[ADA, misc]], [[ADA]]).score(LABELS).f1 < 1


def test_a_span_found_twice_counts_once() -> None:
    assert tally([[ADA, ADA]], [[ADA]]).score(OVERALL).precision == 1


def test_the_average_is_over_names_not_over_texts() -> None:
    long, short = [(3 * at, 3 * at + 2, "PER") for at in range(9)], [OSLO]
    assert tally([long, []], [long, short]).score(OVERALL).recall == pytest.approx(9 / 10)


def test_texts_must_match() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        tally([[ADA]], [[ADA], []])
    with pytest.raises(ValueError, match="no text"):
        tally([], [])


@given(st.lists(st.tuples(spans(), spans()), min_size=1, max_size=8))
def test_scores_are_shares_and_f1_is_their_harmonic_mean(texts: list[tuple[list[Span], list[Span]]]) -> None:
    got = tally([found for found, _ in texts], [wanted for _, wanted in texts])
    for score in [got.score(OVERALL), *got.scores(LABELS).values()]:
        assert 0 <= score.low <= score.high <= 1
        assert 0 <= min(score.precision, score.recall) <= score.f1 <= max(score.precision, score.recall) <= 1
        if score.f1:
            harmonic = 2 / (1 / score.precision + 1 / score.recall)
            assert score.f1 == pytest.approx(harmonic)


@given(st.lists(spans(), min_size=1, max_size=8))
def test_the_order_of_texts_and_spans_does_not_matter(texts: list[list[Span]]) -> None:
    found = [each[::2] for each in texts]
    forth = tally(found, texts).score(OVERALL)
    back = tally([each[::-1] for each in found[::-1]], [each[::-1] for each in texts[::-1]]).score(OVERALL)
    assert (back.f1, back.wanted) == (forth.f1, forth.wanted)


@given(
    st.lists(st.tuples(spans(), spans()), min_size=1, max_size=6),
    st.sets(st.sampled_from(LABELS), min_size=1),
)
def test_scores_are_those_of_counting_by_hand(
    texts: list[tuple[list[Span], list[Span]]], labels: set[str]
) -> None:
    right = sum(span in wanted for found, wanted in texts for span in found if span[2] in labels)
    given = sum(span[2] in labels for found, _ in texts for span in found)
    there = sum(span[2] in labels for _, wanted in texts for span in wanted)
    got = tally([found for found, _ in texts], [wanted for _, wanted in texts]).score(labels)
    assert got.wanted == there
    assert got.precision == pytest.approx(right / given if given else 0)
    assert got.recall == pytest.approx(right / there if there else 0)


@given(st.lists(spans(), min_size=1, max_size=6))
def test_a_perfect_model_is_surely_perfect(texts: list[list[Span]]) -> None:
    score = tally(texts, texts).score(LABELS)
    assert score.f1 == score.high == (1 if any(texts) else 0)


def test_one_label_fares_as_if_the_others_were_not_there() -> None:
    found, wanted = [[ADA, ONU], [OSLO]], [[ADA, OSLO], [ONU]]
    alone = tally([[ADA], []], [[ADA], []]).score(["PER"])
    assert tally(found, wanted).score(["PER"]) == alone


def test_all_scores_of_a_test_are_over_the_same_resamples() -> None:
    """So the interval of an average of two labels that are alike is that of either."""
    twin = (60, 64, "LOC")
    found, wanted = [[ADA, twin], [], [ADA, twin], []] * 5, [[ADA, twin]] * 20
    got = tally(found, wanted)
    assert got.score(["PER"]).low == got.score(["LOC"]).low == got.score(["PER", "LOC"]).low


def test_an_empty_selection_of_labels_has_nothing_to_find() -> None:
    assert tally([[ADA]], [[ADA]]).score([]).wanted == 0


def test_the_interval_is_the_same_in_each_run() -> None:
    found, wanted = [[ADA], [], [OSLO], []] * 5, [[ADA], [ONU], [OSLO], [OSLO]] * 5
    assert tally(found, wanted).score(OVERALL) == tally(found, wanted).score(OVERALL)


def test_more_texts_make_the_interval_narrower() -> None:
    found, wanted = [[ADA], [], [OSLO], []], [[ADA], [ONU], [OSLO], [OSLO]]
    few, many = (tally(found * times, wanted * times).score(OVERALL) for times in (5, 500))
    assert few.f1 == many.f1
    assert many.low < many.f1 < many.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Names right with a chance of 0.8, one in each of 60 texts: 19 of 20 intervals should hold 0.8."""
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        right = chance.random(60) < 0.8
        score = tally([[ADA] if each else [(1, 2, "PER")] for each in right], [[ADA]] * 60).score(OVERALL)
        held += score.low <= 0.8 <= score.high
    assert 85 <= held <= 100


def test_the_resamples_have_as_many_texts_as_the_test() -> None:
    got = tally([[ADA]] * 7, [[ADA]] * 7)
    assert got.resampled.shape == (scores.RESAMPLES, len(LABELS), 3)
    assert (got.resampled[:, LABELS.index("PER"), 2] == 7).all()


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("ONU", True),
        ("UE", True),
        ("UNESCO", True),
        ("ÉNA", True),
        ("U", False),
        ("UNICEFS", False),
        ("Unesco", False),
        ("M6", False),
        ("G 7", False),
        ("O.N.U", False),
    ],
)
def test_acronyms_are_two_to_six_capitals(name: str, is_one: bool) -> None:
    text = f"à l'{name}."
    assert acronyms(text, [(4, 4 + len(name), "ORG")]) == ([(4, 4 + len(name), "ORG")] if is_one else [])


def test_only_organisations_have_acronyms() -> None:
    assert acronyms("USA OTAN", [(0, 3, "LOC"), (4, 8, "ORG")]) == [(4, 8, "ORG")]


@given(st.text(max_size=30), spans())
def test_acronyms_are_among_the_spans(text: str, given_spans: list[Span]) -> None:
    assert set(acronyms(text, given_spans)) <= set(given_spans)
