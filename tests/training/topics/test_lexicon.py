"""A lexicon made of vectors: the words of another language that mean the same, and news put into them."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.topics import words_in
from training.topics import encoder, lexicon, material
from training.topics.lexicon import READ_WORDS, Lexicon, translated
from training.topics.teacher import Floats

BY: Lexicon = {"the": ("la", "le"), "law": ("loi", "droit"), "vote": ("vote", "scrutin")}
SEEDS = st.integers(0, 1000)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """English into French, of few words; the second time in smaller parts, which is to make no difference."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "CACHE", tmp_path_factory.mktemp("vectors"))
        patch.setattr(lexicon, "SAMPLE", 100)
        patch.setattr(material, "WORDS", 500)
        found = lexicon.lexicon("en", "fr")
        patch.setattr(lexicon, "AT_ONCE", 70)
        assert lexicon.lexicon("en", "fr") == found
    return found


def test_a_word_is_put_into_one_that_means_the_same(made: Lexicon) -> None:
    assert made["money"][0] == "argent"
    assert made["first"] == ("premier", "première")
    assert set(made["people"]) == {"personnes", "gens"}
    assert "maison" in made["house"]


def test_the_frequent_words_are_known_each_with_two_of_the_other_language(
    made: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "WORDS", 500)
    assert list(made) == material.words("en")
    assert all(first != second for first, second in made.values())
    assert {word for pair in made.values() for word in pair} <= set(material.words("fr"))


def test_no_word_is_taken_that_is_more_frequent_in_the_language_translated_from(
    made: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "WORDS", 500)
    english, french = (import_module("wordfreq").get_frequency_dict(tag, "best") for tag in ("en", "fr"))
    taken = {word for pair in made.values() for word in pair}
    assert all(english.get(word, 0) <= french[word] for word in taken)
    borrowed = [word for word in material.words("fr") if english.get(word, 0) > french[word]]
    assert set(borrowed) & set(made)


def test_words_that_are_not_known_stay() -> None:
    [found] = translated(["Macron's law: THE vote, 49.3"], {each: (each, each) for each in BY}, 0)
    assert found == "macron s law the vote 49 3"
    assert translated(["Рёв 東京"], BY, 0) == ["рёв 東京"]


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from([*BY, "macron", "49"]), max_size=80)), SEEDS)
def test_each_word_is_put_into_one_of_its_two(texts: list[list[str]], seed: int) -> None:
    found = translated([" ".join(words) for words in texts], BY, seed)
    assert len(found) == len(texts)
    for words, text in zip(texts, found, strict=True):
        assert len(text.split()) == min(len(words), READ_WORDS)
        assert all(new in BY.get(word, (word,)) for word, new in zip(words, text.split(), strict=False))


@given(st.text(max_size=60), SEEDS)
def test_a_text_of_unknown_words_keeps_them(text: str, seed: int) -> None:
    assert translated([text], {}, seed) == [" ".join(words_in(text)[:READ_WORDS])]


def test_the_second_word_is_taken_now_and_then() -> None:
    counts = Counter(" ".join(translated([" ".join(["law"] * READ_WORDS)] * 100, BY, 7)).split())
    assert counts.keys() == {"loi", "droit"}
    assert counts["droit"] / counts.total() == pytest.approx(lexicon.SECOND, abs=0.03)


def test_a_translation_is_the_same_in_each_run_and_another_with_another_seed() -> None:
    texts = ["the law the vote"] * 20
    assert translated(texts, BY, 7) == translated(texts, BY, 7)
    assert translated(texts, BY, 7) != translated(texts, BY, 8)


def test_what_is_behind_the_words_that_are_read_is_left_out() -> None:
    [found] = translated([" ".join(["vote"] * READ_WORDS) + " law"], BY, 0)
    assert len(found.split()) == READ_WORDS
    assert not re.search("loi|droit|law", found)


@settings(max_examples=50)
@given(SEEDS, st.integers(1, 9), st.integers(2, 9))
def test_the_nearest_two_are_those_that_stand_out_of_the_crowd(seed: int, old: int, new: int) -> None:
    chance = np.random.default_rng(seed)
    some: Floats = chance.normal(size=(old, 4)).astype(np.float32)
    here: Floats = chance.normal(size=(new, 4)).astype(np.float32)
    crowd: Floats = chance.normal(size=new).astype(np.float32)
    ranked = np.argsort(-(some @ here.T - crowd), axis=1)[:, :2]
    assert np.array_equal(lexicon._nearest(some, here, crowd), ranked)


def test_a_word_that_lies_near_to_all_is_put_back() -> None:
    some = np.array([[1, 0], [0, 1]], np.float32)
    here = np.array([[0.9, 0], [0, 0.9], [1, 1]], np.float32)
    nobody, everybody = np.zeros(3, np.float32), np.array([0.25, 0.25, 0.5], np.float32)
    assert [first for first, _ in lexicon._nearest(some, here, nobody)] == [2, 2]
    assert [first for first, _ in lexicon._nearest(some, here, everybody)] == [0, 1]


def test_a_language_without_words_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "CACHE", tmp_path)
    with pytest.raises(LookupError, match="xx"):
        lexicon.lexicon("en", "xx")
