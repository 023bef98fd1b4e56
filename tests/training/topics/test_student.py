"""The model that ships learns what it is taught, and its scores are as high as they are often right."""

from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.enrich.topics import BUCKETS, NARROWER_BUCKETS, TOPICS, Classifier, Level, words_in
from training.topics import hashed, student
from training.topics.material import TOP
from training.topics.scores import calibration_error
from training.topics.student import Lesson
from training.topics.teacher import Floats, Heads, Taught

ARTS, POLITICS, SPORT, WEATHER = (
    "medtop:01000000",
    "medtop:11000000",
    "medtop:15000000",
    "medtop:17000000",
)
CINEMA, SOCCER = "medtop:20000005", "medtop:20001065"
NARROWER = (CINEMA, SOCCER)
WORDS = {
    ARTS: "film actress director festival painting novel orchestra singer theatre museum",
    POLITICS: "parliament minister bill election senate vote opposition treaty reform deputies",
    SPORT: "match striker goal league stadium coach tournament champion final penalty",
}
FILLING = "the of after with said today before new in on for and by at this"
BELOW = {ARTS: CINEMA, SPORT: SOCCER}


def text(topics: tuple[str, ...], chance: Random) -> str:
    """Ten words: some of each topic among others."""
    words = [word for each in topics for word in chance.sample(WORDS[each].split(), 6 // len(topics))]
    words += chance.sample(FILLING.split(), 10 - len(words))
    chance.shuffle(words)
    return " ".join(words)


def taught(topics: list[tuple[str, ...]], sure: float = 0.95, unsure: float = 0.01) -> Taught:
    """What a teacher says who is as sure of all that applies."""
    below = [{BELOW[each] for each in given if each in BELOW} for given in topics]
    return Taught(
        np.array([[sure if each in given else unsure for each in TOP] for given in topics], np.float32),
        np.array([[sure if each in given else unsure for each in NARROWER] for given in below], np.float32),
    )


def made(count: int, seed: int) -> tuple[list[str], list[tuple[str, ...]]]:
    """Texts of one topic or two, and their topics."""
    chance = Random(seed)
    topics = [tuple(chance.sample(list(WORDS), 1 + (number % 3 == 0))) for number in range(count)]
    return [text(each, chance) for each in topics], topics


def lesson(count: int, seed: int, weight: float = 1.0) -> Lesson:
    texts, topics = made(count, seed)
    return Lesson(texts, taught(topics), weight)


def exam(count: int = 90, seed: int = 2) -> Lesson:
    texts, topics = made(count, seed)
    return Lesson(texts, taught(topics, 1.0, 0.0), 1.0)


def fit(*lessons: Lesson, on: Lesson | None = None) -> Classifier:
    return student.fit("en_topics 0.1.0", ["en"], lessons, NARROWER, on or exam())


@cache
def fitted() -> Classifier:
    return fit(lesson(240, 1))


def scored(model: Classifier, texts: list[str]) -> Floats:
    return np.array([model.top.scores(*model.vector(words_in(each))) for each in texts])


def scored_below(model: Classifier, texts: list[str]) -> Floats:
    return np.array([model.narrower.scores(*model.vector(words_in(each))) for each in texts])


def score(model: Classifier, of: str, topic: str) -> float:
    return float(scored(model, [of])[0, TOP.index(topic)])


def same(one: Classifier, other: Classifier) -> bool:
    ours, theirs = (
        [each.rarity, *(part for level in (each.top, each.narrower) for part in level_parts(level))]
        for each in (one, other)
    )
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def level_parts(level: Level) -> tuple[NDArray[Any], ...]:
    return level.weights, level.scale, level.bias


@pytest.mark.parametrize("topic", WORDS)
def test_a_student_tells_the_topics_that_it_was_taught(topic: str) -> None:
    for seed in range(5):
        unseen = text((topic,), Random(100 + seed))
        assert fitted().classify(unseen)[0].qcode == topic


def test_a_text_on_two_topics_is_given_both() -> None:
    unseen = "the minister and the deputies today said parliament, then the striker the goal of the match"
    given = {each.qcode for each in fitted().classify(unseen)}
    assert {POLITICS, SPORT} <= given
    assert ARTS not in given


def test_topics_below_the_top_level_follow_those_above() -> None:
    found = [
        each.qcode for each in fitted().classify("the actress and the director of the film at a festival")
    ]
    assert found[0] == ARTS
    assert CINEMA in found
    assert SOCCER not in found


def test_a_student_is_the_same_in_each_run() -> None:
    assert same(fitted(), fit(lesson(240, 1)))


def test_another_lesson_makes_another_student() -> None:
    assert not same(fitted(), fit(lesson(240, 9)))


def test_a_student_says_what_it_is_and_for_which_languages() -> None:
    model = student.fit("xx_topics 7.0.1", ["es", "pt"], [lesson(30, 1)], [SOCCER, CINEMA], exam())
    assert model.name == "xx_topics 7.0.1"
    assert model.languages == ("es", "pt")
    assert model.top.qcodes == tuple(TOPICS)
    assert model.narrower.qcodes == (SOCCER, CINEMA)


def test_a_student_has_the_sizes_that_are_read() -> None:
    model = fitted()
    assert model.rarity.shape == (BUCKETS,)
    assert model.top.weights.shape == (BUCKETS, len(TOPICS))
    assert model.narrower.weights.shape == (NARROWER_BUCKETS, len(NARROWER))
    for level in (model.top, model.narrower):
        assert level.weights.dtype == np.int8
        assert level.scale.dtype == level.bias.dtype == np.float32
        assert level.scale.shape == level.bias.shape == (len(level.qcodes),)


def test_rare_words_are_rarer_in_all_lessons_together() -> None:
    one, other = lesson(40, 1), lesson(40, 2)
    model = fit(one, other)
    assert np.array_equal(model.rarity, hashed.rarity([*one.texts, *other.texts]))


def test_a_topic_that_no_lesson_has_is_never_given() -> None:
    texts, _ = made(40, 50)
    assert scored(fitted(), texts)[:, TOP.index(WEATHER)].max() < 0.05


def test_words_that_no_lesson_has_say_nothing() -> None:
    one, other = scored(fitted(), ["zeppelin quinces", "ytterbium marzipan"])
    assert one.tolist() == other.tolist()


def test_it_tells_what_is_fitted(capsys: pytest.CaptureFixture[str]) -> None:
    fit(lesson(30, 1), lesson(20, 2))
    assert capsys.readouterr().out.splitlines() == [
        "fitting 17 topics of en_topics 0.1.0 to 50 texts",
        "fitting 2 topics of en_topics 0.1.0 to 50 texts",
    ]


def test_of_two_lessons_that_contradict_the_heavier_counts() -> None:
    """The same texts, said to be on sport by one and on weather by the other."""
    texts, topics = made(120, 1)
    odd = [tuple(WEATHER if each == SPORT else each for each in given) for given in topics]
    unseen = text((SPORT,), Random(77))
    right, wrong = taught(topics), taught(odd)
    sure = fit(Lesson(texts, right, 9.0), Lesson(texts, wrong, 1.0))
    unsure = fit(Lesson(texts, right, 1.0), Lesson(texts, wrong, 9.0))
    assert score(sure, unseen, SPORT) > score(unsure, unseen, SPORT) + 0.3


def test_a_lesson_that_counts_nothing_teaches_nothing() -> None:
    texts, topics = made(120, 1)
    wrong = taught([(WEATHER,)] * len(texts))
    model = fit(Lesson(texts, taught(topics), 1.0), Lesson(texts, wrong, 0.0))
    unseen = text((SPORT,), Random(77))
    assert score(model, unseen, SPORT) > 0.5
    assert score(model, unseen, WEATHER) < 0.05


def test_a_score_is_as_high_as_it_is_often_right() -> None:
    """The teacher is nearly sure of sport where its words stand, and is right in three texts of five."""
    texts, topics = made(300, 4)
    odd = [
        tuple(each for each in given if each != SPORT or number % 5 < 3)
        for number, given in enumerate(topics)
    ]
    right = taught(odd, 1.0, 0.0)
    model = fit(lesson(240, 1), on=Lesson(texts, right, 1.0))
    found = scored(model, texts)
    on_sport = [place for place, given in enumerate(topics) if SPORT in given]
    share = right.top[on_sport, TOP.index(SPORT)].mean()
    assert share == pytest.approx(0.6, abs=0.08)
    assert found[on_sport, TOP.index(SPORT)].mean() == pytest.approx(share, abs=0.1)
    assert calibration_error(found.ravel(), right.top.ravel()) < 0.02


@pytest.mark.parametrize(("sure", "unsure"), [(0.6, 0.3), (0.99, 0.003)])
def test_scores_are_calibrated_however_sure_the_teacher_is(sure: float, unsure: float) -> None:
    texts, topics = made(240, 1)
    model = fit(Lesson(texts, taught(topics, sure, unsure), 1.0))
    unseen, right = made(150, 5)
    found, truth = scored(model, unseen), taught(right, 1.0, 0.0).top
    assert calibration_error(found.ravel(), truth.ravel()) < 0.03
    assert ((found > 0.5) == (truth > 0.5)).mean() > 0.95


def test_texts_that_nobody_looked_below_the_top_level_of_are_left_out_there() -> None:
    """Such rows change nothing of the narrower topics, whatever their text; they count for the top level."""
    asked = exam()
    texts, _ = made(60, 6)
    unasked = taught([(WEATHER,)] * 60, 1.0, 0.0)
    both = Lesson(
        [*asked.texts, *texts],
        Taught(
            np.vstack([asked.scores.top, unasked.top]),
            np.vstack([asked.scores.narrower, np.full((60, 2), np.nan, np.float32)]),
        ),
        1.0,
    )
    one, other = fit(lesson(120, 1), on=asked), fit(lesson(120, 1), on=both)
    assert np.array_equal(one.narrower.weights, other.narrower.weights)
    assert one.narrower.bias == pytest.approx(other.narrower.bias)
    assert score(other, texts[0], WEATHER) > 5 * score(one, texts[0], WEATHER)


def test_a_narrower_topic_has_a_score_of_its_own() -> None:
    found = scored_below(fitted(), ["film actress director", "striker goal league"])
    assert found[0, 0] > 3 * found[0, 1]
    assert found[1, 1] > 3 * found[1, 0]


def matrix(rows: list[list[float]]) -> csr_matrix:
    return csr_matrix(np.array(rows, np.float32))


def test_a_ridge_goes_from_buckets_to_the_logits_of_scores() -> None:
    rows = matrix([[1, 0, 0, 0], [0, 0, 1, 0]] * 400)
    scores = np.array([[0.9, 0.5], [0.1, 0.5]] * 400, np.float32)
    heads = student._ridge(rows, scores, np.ones(800))
    assert heads.scores(np.eye(4, dtype=np.float32))[[0, 2]].tolist() == [
        pytest.approx([0.9, 0.5], abs=0.01),
        pytest.approx([0.1, 0.5], abs=0.01),
    ]


def test_buckets_that_no_text_is_in_have_no_weight() -> None:
    scores = np.array([[0.9, 0.2], [0.1, 0.3]], np.float32)
    heads = student._ridge(matrix([[1, 0, 0, 0], [0, 0, 1, 0]]), scores, np.ones(2))
    assert heads.weights[[1, 3]].tolist() == [[0, 0], [0, 0]]
    assert (heads.weights[[0, 2]] != 0).all()


def test_scores_of_nought_and_one_are_learnt_as_the_least_and_most() -> None:
    rows = matrix([[1, 0], [0, 1]] * 20)
    whole = np.array([[1.0, 0.0], [0.0, 0.5]] * 20, np.float32)
    bounds = np.array([[student.MOST, student.LEAST], [student.LEAST, 0.5]] * 20, np.float32)
    one, other = (student._ridge(rows, each, np.ones(40)) for each in (whole, bounds))
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.bias, other.bias)


def test_calibration_stretches_all_weights_by_one_factor() -> None:
    chance = np.random.default_rng(3)
    rows = matrix(chance.random((200, 5)).tolist())
    heads = Heads(chance.normal(size=(5, 3)).astype(np.float32), np.array([0, 1, -1], np.float32))
    right = (chance.random((200, 3)) < heads.scores(rows.toarray())).astype(np.float32)
    found = student._calibrated(heads, rows, right)
    factors = found.weights / heads.weights
    assert factors == pytest.approx(np.full((5, 3), factors[0, 0]), rel=1e-4)
    assert factors[0, 0] > 0


def test_calibration_moves_a_topic_that_is_less_likely_than_it_seems() -> None:
    rows = matrix([[1]] * 100)
    heads = Heads(np.zeros((1, 2), np.float32), np.zeros(2, np.float32))
    right = np.array([[number < 80, number < 20] for number in range(100)], np.float32)
    found = student._calibrated(heads, rows, right).scores(np.ones((1, 1), np.float32))[0]
    assert found.tolist() == pytest.approx([0.8, 0.2], abs=0.03)


def test_few_examples_move_a_topic_little() -> None:
    """All three texts of the second topic are right, as one in ten of the first is."""
    heads = Heads(np.zeros((1, 2), np.float32), np.zeros(2, np.float32))
    few = np.array([[0, 1]] * 3, np.float32)
    many = np.array([[0, 1]] * 300, np.float32)
    found = [
        student._calibrated(heads, matrix([[1]] * len(each)), each).scores(np.ones((1, 1), np.float32))[0]
        for each in (few, many)
    ]
    assert 0.5 < found[0][1] < 0.9 < found[1][1]


SIZES = st.tuples(st.integers(1, 12), st.integers(1, 4))


@given(
    SIZES.flatmap(lambda shape: arrays(np.float32, shape, elements=st.floats(-4, 4, width=32))),
    st.floats(-3, 3, width=32),
)
@settings(deadline=None)
def test_eight_bits_are_at_most_half_a_step_off(weights: Floats, bias: float) -> None:
    heads = Heads(weights, np.full(weights.shape[1], bias, np.float32))
    level = student._level(tuple(map(str, range(weights.shape[1]))), heads)
    off = np.abs(level.weights * level.scale - weights)
    assert (off <= level.scale / 2 + 1e-5).all()
    assert np.array_equal(level.bias, heads.bias)


@given(SIZES.flatmap(lambda shape: arrays(np.float32, shape, elements=st.floats(-4, 4, width=32))))
@settings(deadline=None)
def test_the_largest_weight_of_each_topic_takes_all_eight_bits(weights: Floats) -> None:
    level = student._level(("",) * weights.shape[1], Heads(weights, np.zeros(weights.shape[1], np.float32)))
    for ours, kept in zip(weights.T, level.weights.T, strict=True):
        if np.abs(ours).max() > 1e-6:
            assert np.abs(kept.astype(int)).max() == 127
        assert (np.sign(kept) * np.sign(ours) >= 0).all()


def test_a_topic_without_weights_keeps_its_bias_alone() -> None:
    level = student._level(("a",), Heads(np.zeros((4, 1), np.float32), np.array([-2], np.float32)))
    found = level.scores(np.array([1, 3]), np.ones(2, np.float32))
    assert found.tolist() == pytest.approx([1 / (1 + np.exp(2))])


def test_what_ships_scores_as_what_was_fitted() -> None:
    """Only the eight bits are between: texts are hashed, weighted and folded the same way."""
    texts, topics = made(150, 1)
    rarity = hashed.rarity(texts)
    rows = hashed.folded(hashed.rows(texts, rarity), NARROWER_BUCKETS)
    heads = student._ridge(rows, taught(topics).narrower, np.ones(150))
    level = student._level(NARROWER, heads)
    model = Classifier("x", ("en",), rarity, fitted().top, level)
    assert scored_below(model, texts) == pytest.approx(1 / (1 + np.exp(-heads.sums(rows))), abs=0.01)
