"""Topics: what the shipped models say of plain cases, and what holds for any text."""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import media_topics
from pipeline.article import Subject, Topic
from pipeline.enrich import topics
from pipeline.enrich.topics import (
    BUCKETS,
    LEAST_SCORE,
    NARROWER_BUCKETS,
    TOPICS,
    Classifier,
    Description,
    Level,
    features,
    words_in,
)
from pipeline.media_topics import lineage
from tests import seed
from tests.enrich.topic_texts import (
    ANY_TEXT,
    ARTS,
    CRIME,
    DISCIPLINE,
    ECONOMY,
    EDUCATION,
    ELECTION,
    ELECTIONS,
    PLAIN,
    POLITICS,
    SCHOOL,
    SOCCER,
    SPORT,
    TENNIS,
    UNIVERSITY,
)
from tests.seed import needs_seed

OWN = ("de", "en", "fr", "it", "nl", "ru")
SHARED = ("ar", "es", "ja", "pl", "pt", "tr", "zh")
MODELS = topics.classifiers()
CASED = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr")
CASES = [(language, qcode) for language, texts in PLAIN.items() for qcode in texts]
TEXT = "alpha beta gamma delta epsilon"
"""As many words as it takes."""

BELOW_THE_TOP = [
    qcode for code in sorted(media_topics._table()) if len(lineage(qcode := media_topics.SCHEME + code)) > 1
]


def level(scores: Mapping[str, float]) -> Level:
    """A level that gives the same scores to every text."""
    values = np.clip(np.array(list(scores.values())), 1e-9, 1 - 1e-9)
    return Level(
        tuple(scores),
        np.zeros((1, len(scores)), np.int8),
        np.ones(len(scores), np.float32),
        np.log(values / (1 - values)).astype(np.float32),
    )


def saying(top: Mapping[str, float], narrower: Mapping[str, float]) -> Classifier:
    """A classifier that gives these scores to every text, and none to other topics of the top level."""
    return Classifier(
        "test 0",
        ("en",),
        np.ones(BUCKETS, np.float16),
        level({qcode: top.get(qcode, 0) for qcode in TOPICS}),
        level(narrower),
    )


def said(top: Mapping[str, float], narrower: Mapping[str, float]) -> list[tuple[str, float]]:
    """What such a classifier gives, with scores of two digits."""
    return [(topic.qcode, round(topic.score or 0, 2)) for topic in saying(top, narrower).classify(TEXT)]


def written(folder: Path, model: Classifier) -> Classifier:
    """The same classifier, read from the folder that it was written into."""
    folder.mkdir(parents=True)
    np.save(folder / "top.npy", model.top.weights)
    np.save(folder / "narrower.npy", model.narrower.weights)
    np.save(folder / "rarity.npy", model.rarity)
    scale, bias = (
        tuple(np.concatenate([getattr(each, part) for each in (model.top, model.narrower)]).tolist())
        for part in ("scale", "bias")
    )
    card = Description(model.name, model.languages, model.narrower.qcodes, scale, bias)
    (folder / "model.json").write_bytes(msgspec.json.encode(card))
    return topics.load(folder)


def check_sound(found: tuple[Topic, ...]) -> None:
    """Each once and by its name; the top level most likely first, each followed by those below it."""
    assert msgspec.convert(msgspec.to_builtins(found), tuple[Topic, ...]) == found
    assert all(topic.name == lineage(topic.qcode)[0].name for topic in found)
    assert all(LEAST_SCORE <= (topic.score or 0) <= 1 for topic in found)
    assert {topic.origin for topic in found} <= {"inferred"}
    qcodes = [topic.qcode for topic in found]
    assert len(set(qcodes)) == len(qcodes)
    assert {step.qcode for qcode in qcodes for step in lineage(qcode)} == set(qcodes)
    last = ""
    for qcode in qcodes:
        last = qcode if qcode in TOPICS else last
        assert lineage(qcode)[-1].qcode == last
    tops = [topic.score or 0 for topic in found if topic.qcode in TOPICS]
    assert tops == sorted(tops, reverse=True)
    for before, after in pairwise(found):
        if before.qcode not in TOPICS and after.qcode not in TOPICS:
            assert (before.score or 0) >= (after.score or 0)


def test_every_language_has_its_model_and_the_others_share_one() -> None:
    assert MODELS.keys() == {*OWN, *SHARED}
    assert {MODELS[language].languages for language in SHARED} == {SHARED}
    for language in OWN:
        assert MODELS[language].languages == (language,)


@pytest.mark.parametrize("language", [*OWN, *SHARED])
def test_a_model_says_its_name_and_version(language: str) -> None:
    stem = language if language in OWN else "xx"
    assert re.fullmatch(rf"{stem}_topics \d+\.\d+\.\d+", MODELS[language].name)


@pytest.mark.parametrize(("language", "qcode"), CASES)
def test_a_plain_case_has_its_topic_first(language: str, qcode: str) -> None:
    found = MODELS[language].classify(PLAIN[language][qcode])
    assert found
    assert found[0].qcode == qcode


@pytest.mark.parametrize("language", OWN)
def test_a_football_match_is_soccer_a_competition_discipline_and_sport(language: str) -> None:
    found = MODELS[language].classify(PLAIN[language][SPORT])
    assert [topic.name for topic in found[:3]] == ["sport", "soccer", "competition discipline"]


@pytest.mark.parametrize("language", ELECTIONS)
def test_an_election_is_election_and_politics(language: str) -> None:
    found = [topic.qcode for topic in MODELS[language].classify(ELECTIONS[language])]
    assert found[0] == POLITICS
    assert ELECTION in found
    assert SOCCER not in found


@needs_seed
def test_the_seed_article_is_about_politics_or_conflict() -> None:
    assert MODELS["fr"].classify(seed.body())[0].qcode in seed.TOPICS


@given(st.sampled_from(sorted(MODELS)), ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_any_text_gives_sound_topics(language: str, text: str) -> None:
    check_sound(MODELS[language].classify(text))


@pytest.mark.parametrize(("language", "qcode"), [case for case in CASES if case[0] in CASED])
def test_a_text_in_capitals_has_the_same_topic_first(language: str, qcode: str) -> None:
    capitals = PLAIN[language][qcode].upper()
    assert MODELS[language].classify(capitals)[0].qcode == qcode


def test_case_and_signs_do_not_matter() -> None:
    text = PLAIN["fr"][SPORT]
    assert MODELS["fr"].classify(text.upper()) == MODELS["fr"].classify(text)
    assert MODELS["fr"].classify(f"« {text} »") == MODELS["fr"].classify(text)


def test_only_the_start_of_a_text_is_read() -> None:
    start = (PLAIN["fr"][SPORT] + " ") * 100
    assert len(start) > topics.LOOKED_AT
    found = MODELS["fr"].classify(start + PLAIN["fr"][ECONOMY] * 1000)
    assert found == MODELS["fr"].classify(start)


def test_a_long_text_keeps_its_topic() -> None:
    sentence = PLAIN["en"][SPORT]
    for times in (1, 3, 10, 1000):
        assert MODELS["en"].classify(f"{sentence} " * times)[0].qcode == SPORT


@pytest.mark.parametrize("language", ["fr", "ja"])
def test_weights_are_mapped_into_memory(language: str) -> None:
    model = MODELS[language]
    folder = topics.MODELS / f"{model.name.split()[0]}"
    for part, weights in (
        ("top", model.top.weights),
        ("narrower", model.narrower.weights),
        ("rarity", model.rarity),
    ):
        assert isinstance(weights, np.memmap)
        assert Path(str(weights.filename)) == folder / f"{part}.npy"
        assert not weights.flags.writeable


@pytest.mark.parametrize("language", [*OWN, "ja"])
def test_a_model_has_weights_for_all_buckets_and_topics(language: str) -> None:
    model = MODELS[language]
    assert model.top.qcodes == tuple(TOPICS)
    assert model.top.weights.shape == (BUCKETS, len(TOPICS))
    assert model.narrower.weights.shape == (NARROWER_BUCKETS, len(model.narrower.qcodes))
    assert model.rarity.shape == (BUCKETS,)
    for each in (model.top, model.narrower):
        assert each.weights.dtype == np.int8
        assert each.scale.shape == each.bias.shape == (len(each.qcodes),)
        assert np.isfinite(each.scale).all()
        assert np.isfinite(each.bias).all()


@pytest.mark.parametrize("language", [*OWN, "ja"])
def test_the_narrower_topics_are_media_topics_below_the_top_level(language: str) -> None:
    qcodes = MODELS[language].narrower.qcodes
    assert {SOCCER, ELECTION} <= set(qcodes) <= set(BELOW_THE_TOP)
    assert len(set(qcodes)) == len(qcodes)


def test_the_models_are_small_enough_to_ship() -> None:
    for folder in topics.MODELS.glob("*_topics"):
        assert sum(file.stat().st_size for file in folder.iterdir()) < 12_000_000
        assert (folder / "README.md").exists()


def test_the_names_are_those_of_the_seventeen_top_topics() -> None:
    assert len(TOPICS) == 17
    assert list(TOPICS) == [f"medtop:{number:02}000000" for number in range(1, 18)]
    assert TOPICS["medtop:11000000"] == "politics"
    assert TOPICS["medtop:16000000"] == "conflict, war and peace"


@pytest.mark.parametrize(
    "text", ["", " \n", "\x00", "12 33", "Paris", "?!…", "Le mot « fin ».", "a b c d", "東京都庁舎"]
)
def test_too_few_words_have_no_topic(text: str) -> None:
    assert saying({SPORT: 0.9}, {}).classify(text) == ()


@pytest.mark.parametrize("text", ["a b c d e", "1 2 3 4 5", "東京都庁舎前", "ab東京都庁舎"])
def test_enough_words_have_topics(text: str) -> None:
    assert [topic.qcode for topic in saying({SPORT: 0.9}, {}).classify(text)] == [SPORT]


def test_several_topics_may_apply_the_most_likely_first() -> None:
    assert said({ARTS: 0.5, SPORT: 0.9, CRIME: 0.7}, {}) == [(SPORT, 0.9), (CRIME, 0.7), (ARTS, 0.5)]


def test_a_topic_of_a_low_score_is_not_given() -> None:
    assert said({SPORT: LEAST_SCORE - 0.01, ARTS: LEAST_SCORE + 0.01}, {}) == [(ARTS, 0.31)]
    assert said({SPORT: 0.9}, {SOCCER: LEAST_SCORE - 0.01}) == [(SPORT, 0.9)]
    assert said({}, {}) == []


def test_narrower_topics_are_given_under_a_given_one_alone() -> None:
    found = said({SPORT: 0.9, POLITICS: 0.2}, {ELECTION: 0.99, SOCCER: 0.8})
    assert found == [(SPORT, 0.9), (SOCCER, 0.8), (DISCIPLINE, 0.8)]
    assert said({}, {ELECTION: 0.99}) == []


def test_narrower_topics_follow_the_one_that_they_are_under() -> None:
    assert said({POLITICS: 0.9, SPORT: 0.8}, {SOCCER: 0.95, ELECTION: 0.5}) == [
        (POLITICS, 0.9),
        (ELECTION, 0.5),
        (SPORT, 0.8),
        (SOCCER, 0.95),
        (DISCIPLINE, 0.95),
    ]


def test_what_stands_between_is_as_likely_as_the_likeliest_below_it() -> None:
    found = said({SPORT: 0.9}, {TENNIS: 0.5, SOCCER: 0.8})
    assert found == [(SPORT, 0.9), (SOCCER, 0.8), (DISCIPLINE, 0.8), (TENNIS, 0.5)]


@pytest.mark.parametrize(
    ("school", "university", "below"),
    [
        (0.8, 0.5, [(SCHOOL, 0.8), (UNIVERSITY, 0.5)]),
        (0.4, 0.7, [(UNIVERSITY, 0.7), (SCHOOL, 0.7)]),
        (0.1, 0.7, [(UNIVERSITY, 0.7), (SCHOOL, 0.7)]),
        (0.8, 0.1, [(SCHOOL, 0.8)]),
    ],
)
def test_what_stands_between_is_given_once(
    school: float, university: float, below: list[tuple[str, float]]
) -> None:
    assert said({EDUCATION: 0.9}, {SCHOOL: school, UNIVERSITY: university}) == [(EDUCATION, 0.9), *below]


@given(
    st.dictionaries(st.sampled_from(sorted(TOPICS)), st.floats(0, 1)),
    st.dictionaries(st.sampled_from(BELOW_THE_TOP), st.floats(0, 1), max_size=30),
)
@settings(deadline=None)
def test_any_scores_give_sound_topics(top: dict[str, float], narrower: dict[str, float]) -> None:
    model = saying(top, narrower)
    found = model.classify(TEXT)
    check_sound(found)
    buckets, values = model.vector(words_in(TEXT))
    tops, below = (
        {
            qcode
            for qcode, score in zip(each.qcodes, each.scores(buckets, values).tolist(), strict=True)
            if score >= LEAST_SCORE
        }
        for each in (model.top, model.narrower)
    )
    wanted = tops | {
        step.qcode for qcode in below for step in lineage(qcode) if lineage(qcode)[-1].qcode in tops
    }
    assert {topic.qcode for topic in found} == wanted


def test_words_speak_for_their_topics_times_the_scale_of_these() -> None:
    buckets, _ = features(words_in(TEXT))
    top, narrower = np.zeros((BUCKETS, 17), np.int8), np.zeros((NARROWER_BUCKETS, 2), np.int8)
    top[buckets, list(TOPICS).index(SPORT)] = 100
    top[buckets, list(TOPICS).index(POLITICS)] = 50
    narrower[buckets % NARROWER_BUCKETS, 0] = 100
    narrower[buckets % NARROWER_BUCKETS, 1] = 50
    model = Classifier(
        "test 0",
        ("en",),
        np.ones(BUCKETS, np.float16),
        Level(tuple(TOPICS), top, np.full(17, 0.05, np.float32), np.full(17, -5, np.float32)),
        Level((SOCCER, TENNIS), narrower, np.array([0.05, 0.001], np.float32), np.full(2, -5, np.float32)),
    )
    found = [topic.qcode for topic in model.classify(TEXT)]
    assert found == [SPORT, SOCCER, DISCIPLINE, POLITICS]
    assert model.classify("zeta eta theta iota kappa") == ()


@pytest.mark.parametrize("rare", ["alpha", "beta"])
def test_a_word_that_is_in_few_texts_says_more(rare: str) -> None:
    rarity, top = np.ones(BUCKETS, np.float16), np.zeros((BUCKETS, 17), np.int8)
    speaks = {"alpha": SPORT, "beta": POLITICS}
    for word, qcode in speaks.items():
        top[features([word])[0], list(TOPICS).index(qcode)] = 100
    rarity[features([rare])[0]] = 5
    level_of_words = Level(tuple(TOPICS), top, np.full(17, 0.1, np.float32), np.zeros(17, np.float32))
    found = Classifier("test 0", ("en",), rarity, level_of_words, level({SOCCER: 0})).classify(TEXT)
    assert found[0].qcode == speaks[rare]


def test_a_model_comes_back_from_its_folder_as_it_was(tmp_path: Path) -> None:
    model = saying({SPORT: 0.9, POLITICS: 0.8}, {SOCCER: 0.7, ELECTION: 0.6})
    again = written(tmp_path / "en_topics", model)
    assert (again.name, again.languages) == (model.name, model.languages)
    assert again.narrower.qcodes == model.narrower.qcodes
    assert again.classify(TEXT) == model.classify(TEXT)
    assert len(again.classify(TEXT)) == 5


def test_a_language_of_its_own_comes_before_one_that_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"aa_topics": ("fr", "es", "pt"), "es_topics": ("es",), "zz_topics": ("fr", "it")}
    for name, languages in names.items():
        model = saying({SPORT: 0.9}, {SOCCER: 0.9})
        written(tmp_path / name, Classifier(f"{name} 1", languages, model.rarity, model.top, model.narrower))
    (tmp_path / "en_entities").mkdir()
    monkeypatch.setattr(topics, "MODELS", tmp_path)
    found = {language: model.name for language, model in topics.classifiers().items()}
    assert found == {"es": "es_topics 1", "fr": "zz_topics 1", "it": "zz_topics 1", "pt": "aa_topics 1"}


@pytest.mark.parametrize("card", [b"", b"{}", b'{"name": "en_topics 1", "more": 1}'])
def test_a_folder_without_a_sound_card_is_refused(tmp_path: Path, card: bytes) -> None:
    folder = tmp_path / "en_topics"
    written(folder, saying({}, {SOCCER: 0.9}))
    (folder / "model.json").write_bytes(card)
    with pytest.raises(msgspec.DecodeError):
        topics.load(folder)


def test_what_a_feed_declares_comes_with_what_stands_above_it() -> None:
    found = topics.declared([Subject(qcode="medtop:20000003", name="Zeichentrick")])
    assert [topic.qcode for topic in found] == ["medtop:20000003", "medtop:20000002", "medtop:01000000"]
    assert found[0].name == "animation"
    assert {topic.origin for topic in found} == {"declared"}
    assert {topic.score for topic in found} == {UNSET}


def test_an_old_subject_code_counts_as_the_topic_that_it_stands_for() -> None:
    found = topics.declared([Subject(qcode="subj:15054000", media_topic="medtop:20001065")])
    assert found[0].qcode == "medtop:20001065"
    assert found[-1].qcode == "medtop:15000000"


def test_declared_topics_are_told_once_in_the_order_of_the_feed() -> None:
    given = [Subject(qcode=f"medtop:{code}") for code in ("15000000", "20000003", "20000002", "15000000")]
    assert [topic.qcode[7:] for topic in topics.declared(given)] == [
        "15000000",
        "20000003",
        "20000002",
        "01000000",
    ]


@given(st.lists(st.builds(Subject, qcode=st.text(min_size=1, max_size=20)), max_size=5))
def test_subjects_of_other_vocabularies_declare_none(subjects: list[Subject]) -> None:
    assert topics.declared(subjects) == ()
