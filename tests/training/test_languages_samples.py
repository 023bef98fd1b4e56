"""The texts that the language model learns from: labelled rightly, varied, the same for the same seed."""

import unicodedata
from collections import Counter

import numpy as np
import pytest

from training.languages.corpora import NO_LANGUAGE, SERBO_CROATIAN, Texts, Words
from training.languages.samples import DRAWN, LENGTHS, NEWS, PRESS, WRITTEN, Sampler, bare, script

FRENCH = ["le président a déclaré mercredi que tout allait très bien", "la pluie tombe"]
CHINESE = ["总统星期三表示该协议规定在遭到侵略时相互提供援助"]
NAMES = ["Ana Novak", "Oslo", "Москва", "أوسلو"]


def sampler(seed: int = 1) -> Sampler:
    return Sampler(
        [
            Texts("fr", "sib", FRENCH),
            Texts("zh", "sib", CHINESE),
            Texts("ace", "sib", ["nyoe jeut keu conto"]),
            Texts("br", "udhr", ["dieub ha par en o dellezegezh"]),
            Texts("wwa", "udhr", ["onitibe bei"]),
        ],
        [
            Words("fr", ["de", "la", "rare"], np.array([0.6, 0.39, 0.01])),
            Words(SERBO_CROATIAN, ["je", "da"], np.array([0.5, 0.5])),
        ],
        NAMES,
        seed,
    )


def test_the_same_seed_draws_the_same() -> None:
    assert sampler().draw(200) == sampler().draw(200)
    assert sampler().draw(200) != sampler(2).draw(200)


def test_labels_are_the_languages_serbo_croatian_and_none() -> None:
    assert set(sampler().labels) == {"fr", "zh", "ace", "br", "wwa", SERBO_CROATIAN, NO_LANGUAGE}


def test_languages_with_sentences_or_two_letters_are_named() -> None:
    assert sampler().named == {"fr", "zh", "ace", "br"}


def test_languages_of_news_are_drawn_most() -> None:
    counts = Counter(label for label, _ in sampler().draw(20_000))
    assert counts["fr"] / counts["ace"] == pytest.approx(DRAWN["news"] / DRAWN["sib"], rel=0.2)
    assert counts["ace"] > counts["br"] > counts["wwa"] > 0


def test_texts_are_made_of_the_words_of_their_language_and_of_names() -> None:
    known = set(" ".join([*FRENCH, "de la rare", *NAMES]).split())
    allowed = {bare(each).lower() for each in known} | {each.lower() for each in known}
    for label, text in sampler().draw(3000):
        if label == "fr":
            assert {each.lower() for each in text.split()} <= allowed


def test_names_are_put_into_texts_of_their_script() -> None:
    texts = [text for label, text in sampler().draw(5000) if label == "fr"]
    assert any("Ana Novak" in text for text in texts)
    assert not any("Москва" in text for text in texts)


def test_texts_without_blanks_are_cut_by_letters_and_stay_whole() -> None:
    texts = [text for label, text in sampler().draw(3000) if label == "zh"]
    assert all(text in CHINESE[0] for text in texts)
    assert len({len(text) for text in texts}) > 5


def test_lengths_are_those_of_alerts_mostly() -> None:
    lengths = [len(text.split()) for label, text in sampler().draw(20_000) if label == SERBO_CROATIAN]
    few = sum(3 <= each <= 8 for each in lengths) / len(lengths)
    assert few == pytest.approx(0.62, abs=0.15)
    assert max(lengths) <= LENGTHS[-1][1][1] + 4  # two names of two words


def test_some_texts_are_in_capitals_and_some_without_accents() -> None:
    texts = [text for label, text in sampler().draw(5000) if label == "fr" and "pr" in text.lower()]
    assert any("PRÉSIDENT" in text for text in texts)
    assert any("PRESIDENT" in text for text in texts)
    assert any("president" in text for text in texts)
    assert any("président" in text for text in texts)


def test_no_language_is_names_addresses_and_letters() -> None:
    texts = [text for label, text in sampler().draw(5000) if label == NO_LANGUAGE]
    assert any(text in {"Oslo", "OSLO"} for text in texts)
    assert any("/" in text and "http" in text for text in texts)
    assert any(len(text) > 20 and len(set(text)) == 1 for text in texts)


def test_rarer_words_come_more_often_than_in_running_text() -> None:
    only = Sampler([], [Words("fr", ["often", "rare"], np.array([0.99, 0.01]))], ["X"], 1)
    words = Counter(
        word.lower() for label, text in only.draw(20_000) if label == "fr" for word in text.split()
    )
    assert 0.01 < words["rare"] / (words["rare"] + words["often"]) < 0.03


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 Ana", "LATIN"), ("«Москва»", "CYRILLIC"), ("界", "CJK"), ("12!", ""), ("", "")],
)
def test_the_script_is_that_of_the_first_letter(text: str, expected: str) -> None:
    assert script(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("déjà vu", "deja vu"),
        ("Việt Nam", "Viet Nam"),
        ("Αθήνα", "Αθηνα"),
        ("йод", "йод"),
        ("ดี", "ดี"),
    ],
)
def test_accents_are_taken_from_latin_and_greek_letters_alone(text: str, expected: str) -> None:
    assert bare(text) == expected
    assert not any(unicodedata.combining(each) for each in bare("déjà Αθήνα"))


def test_the_ways_of_writing_are_all_of_them() -> None:
    assert sum(chance for chance, _ in WRITTEN) == pytest.approx(1)
    assert sum(chance for chance, _ in LENGTHS) == pytest.approx(1)


def test_no_language_is_likely_in_two_ways() -> None:
    assert not NEWS & PRESS
    assert len(NEWS) == 30
