"""What the network sees of a word is the same in every run and costs the same whatever the word is."""

from collections.abc import Sequence

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.strings import hash_string  # type: ignore[attr-defined]  # a compiled module
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.enrich.crf import words
from pipeline.enrich.crf.words import FEATURES, distinct, features, shape

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
TEXTS = st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=4).filter(any)
LOWER, PREFIX3, SUFFIX3, SHAPE, PREFIX4, SUFFIX2 = range(len(FEATURES))


def docs(texts: Sequence[Sequence[str]]) -> list[Doc]:
    """Each text with a vocabulary of its own."""
    return [Doc(Vocab(), words=list(text)) for text in texts]


def same(one: str, other: str) -> set[int]:
    """The features that two words have in common."""
    return {
        number for number, (a, b) in enumerate(zip(features(one), features(other), strict=True)) if a == b
    }


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Paris", "Xxxx"),
        ("ONU", "XXX"),
        ("OTAN", "XXX"),
        ("11-mal", "dd-xxx"),
        ("McDonald's", "XxXxxx'x"),
        ("l'", "x'"),
        ("2024", "ddd"),
        ("東京都庁舎", "lll"),
        ("القاهرة", "lll"),
        ("Δελφοί", "Xxxx"),
        ("------", "---"),
        ("", ""),
    ],
)
def test_shapes(word: str, expected: str) -> None:
    assert shape(word) == expected


@given(WORDS)
def test_a_shape_is_short_and_has_no_long_runs(word: str) -> None:
    got = shape(word)
    assert len(got) <= words.LONGEST_SHAPE
    assert all(len(set(got[at : at + 4])) > 1 for at in range(len(got) - 3))
    assert got[:1] == shape(word[0])


def test_of_a_monstrous_word_the_beginning_alone_has_a_shape() -> None:
    assert shape("aB" * 1_000_000) == "xX" * (words.LONGEST_SHAPE // 2)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (
            "Paris",
            (
                13600206294404365554,
                5173174440199421746,
                3421148006229785465,
                12446142633919187950,
                17094367073841603852,
                13122190534103837126,
            ),
        ),
        (
            "l’",
            (
                17601119249084989699,
                1410742922184384193,
                7963720328861001391,
                6339025259921660985,
                17074072076405359323,
                4876889178606037817,
            ),
        ),
        (
            "東京",
            (
                7981275514942560261,
                2331924552498417207,
                16910087020286940551,
                9589700962047766856,
                9450718947923645922,
                4462606992411524688,
            ),
        ),
    ],
)
def test_the_features_of_a_word_never_change(word: str, expected: tuple[int, ...]) -> None:
    """The shipped models were fitted to these numbers."""
    assert features(word) == expected


def test_capitals_show_in_the_shape_the_beginning_and_the_short_ending_alone() -> None:
    assert same("Paris", "paris") == {LOWER, SUFFIX3, PREFIX4}
    assert same("PARIS", "Paris") == {LOWER, PREFIX3, SUFFIX3, PREFIX4, SUFFIX2}


def test_words_share_their_beginnings_and_endings() -> None:
    assert same("Norwegen", "Norwegens") == {PREFIX3, SHAPE, PREFIX4}
    assert same("Hamburg", "Freiburg") == {SUFFIX3, SHAPE, SUFFIX2}
    assert same("Norden", "Norman") == {PREFIX3, SHAPE}


@pytest.mark.parametrize(("mark", "straight"), [("’", "'"), ("‘", "'"), ("“", '"'), ("„", '"'), ("»", '"')])
def test_typographic_marks_are_read_as_straight_ones(mark: str, straight: str) -> None:
    assert {LOWER, SUFFIX3, PREFIX4, SUFFIX2} <= same(f"l{mark}", f"l{straight}")


def test_a_feature_is_not_taken_for_another() -> None:
    """*été* is its own beginning and its own ending."""
    assert len(set(features("été"))) == len(FEATURES)


@given(WORDS)
def test_any_word_has_a_64_bit_number_for_each_feature(word: str) -> None:
    got = features(word)
    assert len(got) == len(FEATURES)
    assert all(0 <= number < 2**64 for number in got)
    assert got == features(word)


@given(TEXTS)
def test_each_token_is_led_to_the_features_of_its_word(texts: list[list[str]]) -> None:
    found, which = distinct(docs(texts))
    tokens = [word for text in texts for word in text]
    assert found[which.which].tolist() == [list(features(word)) for word in tokens]
    assert len(found) == len(set(tokens))
    assert found.dtype == np.uint64
    assert found.shape[1] == len(FEATURES)


def test_texts_without_words_may_stand_between() -> None:
    found, which = distinct(docs([[], ["Oslo"], [], ["Bonn", "Oslo"], []]))
    assert found[which.which].tolist() == [list(features(word)) for word in ("Oslo", "Bonn", "Oslo")]


def test_words_that_spacy_knows_as_symbols_are_words_too() -> None:
    """Their number in a vocabulary is no hash."""
    found, which = distinct(docs([["ORG", "NOUN", "ORG"]]))
    assert found[which.which].tolist() == [list(features(word)) for word in ("ORG", "NOUN", "ORG")]


def test_the_words_of_a_tokeniser_are_looked_up() -> None:
    doc = spacy.blank("it")("L’ONU, l’ONU")
    found, which = distinct([doc])
    assert found[which.which].tolist() == [list(features(token.text)) for token in doc]


def test_so_many_words_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "CACHED", 20)
    monkeypatch.setattr(words, "_cache", {})
    batches = [[f"word{batch}-{number}" for number in range(8)] for batch in range(30)]
    sizes = []
    for batch in batches:
        found, which = distinct(docs([batch]))
        assert found[which.which].tolist() == [list(features(word)) for word in batch]
        sizes.append(len(words._cache))
    assert max(sizes) <= 20 + 8
    assert min(sizes[3:]) >= 8


def test_a_word_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(text: str) -> tuple[int, ...]:
        seen.append(text)
        return features(text)

    monkeypatch.setattr(words, "_cache", {})
    monkeypatch.setattr(words, "features", counted)
    for _ in range(2):
        distinct(docs([["Oslo", "Bonn"], ["Oslo"]]))
    assert sorted(seen) == ["Bonn", "Oslo"]


def plain_shape(text: str) -> str:
    """A shape put together character by character."""
    kinds: list[str] = []
    last, run = "", 0
    for character in text[: words.LONGEST_SHAPE]:
        kind = words._kind(character)
        run = run + 1 if kind == last else 1
        last = kind
        if run <= words.LONGEST_RUN:
            kinds.append(kind)
    return "".join(kinds)


def plain_features(text: str) -> tuple[int, ...]:
    lower = text.lower().translate(str.maketrans("’‘“”„«»", "''" + '"' * 5))
    initial = text[:1]
    return (
        hash_string(f"l{lower}"),
        hash_string(f"p{initial}{lower[1:3]}"),
        hash_string(f"s{lower[-3:]}"),
        hash_string(f"h{plain_shape(text)}"),
        hash_string(f"q{lower[:4]}"),
        hash_string(f"t{lower[-2:]}{'^' if initial.isupper() else ''}"),
    )


@given(st.one_of(WORDS, st.text("aaaaAAé1’‘“”„«»İıßΣς-\n東\U0001d538", max_size=30)))
@settings(max_examples=1000, deadline=None)
def test_a_word_has_the_features_that_are_found_character_by_character(word: str) -> None:
    assert shape(word) == plain_shape(word)
    assert features(word) == plain_features(word)


def test_every_character_has_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_KINDS", words._Kinds())
    characters = [chr(code) for code in range(0x20000)]
    assert [shape(each) for each in characters] == [words._kind(each) for each in characters]
    assert len(words._KINDS) == words.REMEMBERED
