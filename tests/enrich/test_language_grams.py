"""The words and pieces of words of a text: the same however it is written, each where it stands."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.language_grams import LONGEST, WORD, composed, grams


def counted(text: str) -> Counter[int]:
    return Counter(grams(composed(text))[0].tolist())


@pytest.mark.parametrize("text", ["", " ", "12 - 34", "!?", "😀", "\x00\ud800", "𐓀𐓁"])
def test_without_letters_there_is_nothing(text: str) -> None:
    assert [len(each) for each in grams(text)] == [0, 0, 0]


@pytest.mark.parametrize(
    "other",
    [
        "LE PRÉSIDENT, À PARIS",
        "  le président à paris\n",
        "Le président: 12 à… Paris!",
        "Le pre\u0301sident a\u0300 Paris",
        "le-président/à\u2028paris",
    ],
)
def test_capitals_marks_figures_and_forms_of_accents_change_nothing(other: str) -> None:
    assert counted(other) == counted("le président à paris")


@pytest.mark.parametrize("other", ["le president à paris", "leprésident à paris", "le président à", "paris"])
def test_other_letters_and_other_gaps_do(other: str) -> None:
    assert counted(other) != counted("le président à paris")


def test_a_word_has_its_pieces_with_the_gaps_beside_it_and_itself() -> None:
    """Of four letters and two gaps: 4 letters, 5 pairs, 4 of three, 3 of four, the word."""
    found = grams("word")
    assert len(found.numbers) == 4 + 5 + 4 + 3 + 1
    assert LONGEST == 4
    assert found.weights.tolist() == [1] * (4 + 5 + 4 + 3) + [WORD]


def test_no_piece_goes_over_a_gap() -> None:
    assert counted("big word") == counted("big") + counted("word")


def test_the_order_of_words_does_not_matter_but_that_of_letters_does() -> None:
    assert counted("big word") == counted("word big")
    assert counted("ab") != counted("ba")


def test_each_stands_where_its_first_letter_does() -> None:
    assert set(grams("... ab 12 cd").places.tolist()) == {4, 5, 10, 11}


@given(st.lists(st.text(st.characters(codec=None), max_size=40), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_texts_joined_by_a_line_end_are_told_apart_by_their_places(texts: list[str]) -> None:
    whole = [composed(text) for text in texts]
    numbers, places, _ = grams("\n".join(whole))
    of_text = np.searchsorted(np.cumsum([len(each) + 1 for each in whole]), places, "right")
    for place, text in enumerate(whole):
        assert Counter(numbers[of_text == place].tolist()) == counted(text)


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_numbers_and_places_within_it(text: str) -> None:
    numbers, places, weights = grams(text)
    assert len(numbers) == len(places) == len(weights)
    assert numbers.dtype == np.uint32
    assert all(0 <= place < len(text) for place in places.tolist())


@pytest.mark.parametrize("letter", ["a", " ", "́", "界", "a "])
def test_a_million_letters_take_their_time_and_no_more(letter: str) -> None:
    assert len(grams(letter * 1_000_000).numbers) <= 8_000_000
