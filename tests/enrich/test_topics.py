"""Topics: what the shipped models say of plain cases, and what holds for any text."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import Subject
from pipeline.enrich import topics
from pipeline.enrich.topics import BUCKETS, TOPICS, Classifier, features, weighted, words_in
from tests import seed
from tests.seed import needs_seed

PLAIN = {
    "fr": {
        "medtop:15000000": "Le Paris Saint-Germain s'est imposé 3-1 face à Marseille en Ligue 1.",
        "medtop:11000000": "Le Premier ministre a défendu à l'Assemblée nationale la motion de censure.",
        "medtop:04000000": "La Bourse de Paris recule, l'inflation et les taux de la BCE inquiètent.",
        "medtop:16000000": "L'armée russe a bombardé la ville ukrainienne, des missiles ont tué des soldats.",
        "medtop:01000000": "Le film, présenté au Festival de Cannes, a reçu la Palme d'or du jury.",
        "medtop:02000000": "Le tribunal correctionnel a condamné l'homme à dix ans de prison.",
    },
    "en": {
        "medtop:15000000": "Arsenal beat Chelsea 3-1 in the Premier League as the striker scored twice.",
        "medtop:11000000": "Senate Republicans blocked the bill as Democrats vowed to fight the election.",
        "medtop:04000000": "Stocks fell as the Federal Reserve raised interest rates to tame inflation.",
        "medtop:16000000": "Russian missiles struck Ukraine overnight as troops advanced in the war.",
        "medtop:01000000": "The film starring the actor won best picture at the Oscars in Hollywood.",
        "medtop:07000000": "Doctors say the vaccine lowers the risk of cancer in patients in hospital.",
    },
}
MODELS = {language: topics.load(language) for language in sorted(topics.available())}


@pytest.mark.parametrize(
    ("language", "qcode"), [(language, qcode) for language, texts in PLAIN.items() for qcode in texts]
)
def test_a_plain_case_has_its_topic_first(language: str, qcode: str) -> None:
    found = MODELS[language].classify(PLAIN[language][qcode])
    assert found
    assert found[0].qcode == qcode


@needs_seed
def test_the_seed_article_is_about_politics_or_conflict() -> None:
    assert MODELS["fr"].classify(seed.body())[0].qcode in seed.TOPICS


def test_french_and_english_ship() -> None:
    assert topics.available() == {"en", "fr"}


def test_the_names_are_those_of_the_seventeen_top_topics() -> None:
    assert len(TOPICS) == 17
    assert list(TOPICS) == [f"medtop:{number:02}000000" for number in range(1, 18)]
    assert TOPICS["medtop:11000000"] == "politics"
    assert TOPICS["medtop:16000000"] == "conflict, war and peace"


@pytest.mark.parametrize("language", MODELS)
def test_a_model_says_its_name_and_version(language: str) -> None:
    assert re.fullmatch(rf"{language}_topics \d+\.\d+\.\d+", MODELS[language].name)


@pytest.mark.parametrize("text", ["", " \n", "\x00", "12 33", "Paris", "?!…", "Le mot « fin »."])
def test_too_few_words_have_no_topic(text: str) -> None:
    assert MODELS["fr"].classify(text) == ()


@given(st.text(st.characters(codec=None), max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_sound_topics(text: str) -> None:
    found = MODELS["en"].classify(text)
    scores = [topic.score or 0 for topic in found]
    assert scores == sorted(scores, reverse=True)
    assert all(topics.LEAST_SCORE <= score <= 1 for score in scores)
    assert len({topic.qcode for topic in found}) == len(found)
    assert all(TOPICS[topic.qcode] == topic.name for topic in found)


def test_several_topics_may_apply() -> None:
    """A model whose words speak for two topics gives both."""
    words = words_in("alpha beta gamma delta epsilon")
    buckets, _ = features(words)
    weights = np.zeros((BUCKETS, 17), np.int8)
    weights[buckets, 2] = 100
    weights[buckets, 5] = 50
    model = Classifier(
        "test 0",
        weights,
        np.full(17, 0.05, np.float32),
        np.full(17, -5, np.float32),
        np.ones(BUCKETS, np.float32),
    )
    assert [topic.qcode for topic in model.classify("alpha beta gamma delta epsilon")] == [
        "medtop:03000000",
        "medtop:06000000",
    ]


def test_case_and_signs_do_not_matter() -> None:
    text = PLAIN["fr"]["medtop:15000000"]
    assert MODELS["fr"].classify(text.upper()) == MODELS["fr"].classify(text)
    assert MODELS["fr"].classify(f"« {text} »") == MODELS["fr"].classify(text)


def test_only_the_start_of_a_text_is_read() -> None:
    start = (PLAIN["fr"]["medtop:15000000"] + " ") * 100
    assert len(start) > topics.LOOKED_AT
    assert MODELS["fr"].classify(start + PLAIN["fr"]["medtop:04000000"] * 1000) == MODELS["fr"].classify(
        start
    )


def test_a_long_text_keeps_its_topic() -> None:
    sentence = PLAIN["en"]["medtop:15000000"]
    for times in (1, 3, 10, 1000):
        assert MODELS["en"].classify(f"{sentence} " * times)[0].qcode == "medtop:15000000"


def test_words_are_letters_or_figures_in_small_letters() -> None:
    assert words_in("L'ÉTÉ_2024, c'est 40°C!") == ["l", "été", "2024", "c", "est", "40", "c"]


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60))
@settings(deadline=None)
def test_features_count_words_stems_and_pairs(words: list[str]) -> None:
    buckets, counts = features(words)
    stems = sum(len(word.encode("utf-8", "replace")) > topics.STEM for word in words)
    assert counts.sum() == len(words) + stems + len(words) - 1
    assert len(set(buckets.tolist())) == len(buckets)
    assert 0 <= buckets.min() <= buckets.max() < BUCKETS


def test_features_tell_the_order_of_words() -> None:
    there, back = features(["man", "bites", "dog"]), features(["dog", "bites", "man"])
    assert set(there[0].tolist()) != set(back[0].tolist())


def test_forms_of_a_word_share_their_stem() -> None:
    one, other = features(["gouvernement"])[0], features(["gouvernementale"])[0]
    assert len(set(one.tolist()) & set(other.tolist())) == 1


def test_features_are_the_same_in_every_process() -> None:
    """The weights of a shipped model stand for these very buckets."""
    buckets, counts = features(["ligue", "des", "champions"])
    assert buckets.tolist() == sorted(buckets.tolist())
    assert buckets.tolist() == EXPECTED_BUCKETS
    assert counts.tolist() == [1] * len(EXPECTED_BUCKETS)


EXPECTED_BUCKETS = [63443, 66954, 68170, 93145, 135193, 261088]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_a_vector_has_length_one(counts: list[int]) -> None:
    rarity = np.linspace(1, 9, BUCKETS, dtype=np.float32)
    buckets = np.arange(len(counts))
    values = weighted(buckets, np.array(counts, np.float32), rarity)
    assert np.isclose(np.sqrt(values @ values), 1, atol=1e-5)


def test_a_rare_word_weighs_more_than_a_frequent_one() -> None:
    rarity = np.array([1.0, 5.0], np.float32)
    values = weighted(np.array([0, 1]), np.ones(2, np.float32), rarity)
    assert values[1] > values[0]


def test_the_weights_are_small_enough_to_ship() -> None:
    for language in MODELS:
        assert (topics.MODELS / f"{language}_topics" / "weights.npz").stat().st_size < 10_000_000
        assert (topics.MODELS / f"{language}_topics" / "README.md").exists()


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
