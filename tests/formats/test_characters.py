"""Characters that went wrong on the way: what is mended, what is left alone, and that it takes no time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import characters
from pipeline.formats.characters import CONTROLS, MISREAD, mended


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("don\x92t", "don’t"),
        ("\x93Ferry\x94 \x96 late", "“Ferry” – late"),
        ("20 \x80", "20 €"),
    ],
)
def test_controls_are_the_characters_of_windows_1252_that_they_were_meant_to_be(
    text: str, meant: str
) -> None:
    assert mended(text) == (meant, [CONTROLS])


@pytest.mark.parametrize("text", ["don&#146;t", "don&#x92;t", "don&#X92;t", "don&#0146;t"])
def test_a_reference_to_a_control_is_what_html_reads_it_as(text: str) -> None:
    assert mended(text) == ("don’t", [CONTROLS])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Ã©tÃ©", "été"),
        ("â\x80¦", "…"),
        ("â€œFerryâ€\x9d", "“Ferry”"),
        ("&#226;&#128;&#166;", "…"),
        ("&#xe2;&#x80;&#xa6;", "…"),
        ("BrÃ¼cke", "Brücke"),
    ],
)
def test_utf_8_that_was_read_as_another_encoding_is_put_right(text: str, meant: str) -> None:
    found, flags = mended(text)
    assert found == meant
    assert flags == [MISREAD]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A ferry is late.",
        "Grüße aus Köln: „schön“ – und gut",
        "naïve café à la carte",
        "L’œuvre d’Ésope coûte 5 €",
        "Паром опаздывает",
        "渡し船が遅れる",
        "العبارة متأخرة",
        "&amp;lt;b&amp;gt; &eacute; &#233; &#8217; &#",
        "\x81\x8d",
        "next\x85line",
    ],
)
def test_text_that_is_as_it_should_be_stays(text: str) -> None:
    assert mended(text) == (text, [])


def test_two_references_in_a_row_are_the_characters_that_they_stand_for() -> None:
    assert mended("Caf&#233;&#232;") == ("Caféè", [])


def test_both_faults_in_one_text_are_told() -> None:
    found, flags = mended("It\x92s a cafÃ©, and \x96 so on")
    assert found == "It’s a café, and – so on"
    assert flags


def test_what_is_too_long_for_a_story_keeps_its_misread_utf_8_but_not_its_controls() -> None:
    text = "Ã©" * characters.LONGEST + "\x92"
    found, flags = mended(text)
    assert found == text[:-1] + "’"
    assert flags == [CONTROLS]


def test_more_references_than_a_story_has_are_left_to_whoever_reads_the_markup() -> None:
    text = "&#146;" * (characters.REFERENCES + 1)
    assert mended(text) == (text, [])


@pytest.mark.parametrize("piece", ["&#226;", "é", "Ã©", "\x92", "&#", "&#x", "Â", "\x85"])
def test_millions_of_odd_characters_take_no_time(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))
    start = time.process_time()
    mended(text)
    assert time.process_time() - start < 5


@given(st.text())
def test_any_text_comes_back_as_a_text_that_needs_no_further_mending_of_controls(text: str) -> None:
    found, flags = mended(text)
    assert isinstance(found, str)
    assert set(flags) <= {CONTROLS, MISREAD}
    if found != text and "&#" not in text:
        assert flags


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="&")))
def test_ascii_is_never_touched(text: str) -> None:
    assert mended(text) == (text, [])
