# ruff: noqa: RUF001 - Cyrillic it is
"""Serbian in Cyrillic letters: the same names in the same places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora import Sentence, cyrillic

LETTERS = st.text("abcčćdđeghijklmnoprsštuvzžABCČĆDĐEGHIJKLMNOPRSŠTUVZŽ .,1'", max_size=40)


@pytest.mark.parametrize(
    ("latin", "expected"),
    [
        ("Njegoš je rođen u Njegušima.", "Његош је рођен у Његушима."),
        ("DŽUDO, Ljubljana i đak: 3,5%", "ЏУДО, Љубљана и ђак: 3,5%"),
        ("Quebec", "Qуебец"),
        ("a\nb", "а\nб"),
        ("", ""),
    ],
)
def test_each_letter_has_its_other_form(latin: str, expected: str) -> None:
    assert cyrillic(Sentence(latin, ())).text == expected


def test_names_stay_where_they_are() -> None:
    done = cyrillic(Sentence("U Ljigu živi Dženan Njonja.", ((2, 7, "LOC"), (13, 26, "PER"))))
    assert [done.text[start:end] for start, end, _ in done.spans] == ["Љигу", "Џенан Њоња"]
    assert [label for *_, label in done.spans] == ["LOC", "PER"]


@given(st.lists(LETTERS.filter(str.strip), min_size=1, max_size=5))
def test_words_are_the_same_as_by_themselves(words: list[str]) -> None:
    text, spans = "", []
    for word in words:
        spans.append((len(text), len(text) + len(word), "PER"))
        text += f"{word}; "
    done = cyrillic(Sentence(text, tuple(spans)))
    found = [done.text[start:end] for start, end, _ in done.spans]
    assert found == [cyrillic(Sentence(word, ())).text for word in words]


@given(st.text(max_size=60))
def test_any_text_comes_through(text: str) -> None:
    done = cyrillic(Sentence(text, ((0, len(text), "ORG"),)))
    assert done.spans == ((0, len(done.text), "ORG"),)
    assert not set("abcđžš") & set(done.text)
