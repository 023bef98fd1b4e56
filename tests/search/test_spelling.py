"""What spellings of one name have in common, and what else may be written for it."""

# ruff: noqa: RUF001 - names are of all scripts
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.spelling import bare, spelled, spellings


@pytest.mark.parametrize(
    "ways",
    [
        ("U.N.", "UN", "un"),
        ("Côte-d’Ivoire", "cote d'ivoire"),
        ("Łódź", "lodz"),
        ("AT&T", "at&t"),
        ("Москва", "МОСКВА"),
        ("Straße", "STRASSE"),
        ("𝓐bc", "abc"),
    ],
)
def test_spellings_that_differ_in_case_accents_and_signs_are_one(ways: tuple[str, ...]) -> None:
    assert len({spelled(way) for way in ways}) == 1


@given(st.text(max_size=50))
def test_a_spelling_is_its_own(text: str) -> None:
    once = spelled(text)
    assert spelled(once) == once
    assert next(spellings(once)) == once


def test_a_name_may_be_written_in_one_word_or_two() -> None:
    assert "north korea" in list(spellings("northkorea"))
    assert list(spellings("nord korea")) == ["nord korea", "nordkorea"]
    assert list(spellings("to go")) == ["to go"]


def test_small_words_before_a_name_may_be_left_out() -> None:
    assert list(bare("de l'Ukraine")) == ["de l'Ukraine", "l'Ukraine", "Ukraine"]
    assert list(bare("La Haye")) == ["La Haye", "Haye"]
    assert list(bare("l'")) == ["l'"]


@pytest.mark.parametrize(
    ("one", "other"), [("Corée", "Corse"), ("北朝鮮", "北朝"), ("A B", "AB"), ("1", "2")]
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert spelled(one) != spelled(other)


@given(st.text(max_size=200))
def test_no_text_has_more_spellings_than_letters(text: str) -> None:
    assert len(list(spellings(spelled(text)))) <= len(spelled(text)) + 2
    assert len(list(bare(text))) <= len(text.split(" ")) + 2
