"""The characters of a telex: which encoding the bytes tell, and what is only supposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.shape import UnfitError
from pipeline.formats.telex import charset

ACCENTS = {
    "ä": b"\xc8a",
    "ö": b"\xc8o",
    "ü": b"\xc8u",
    "é": b"\xc2e",
    "è": b"\xc1e",
    "ç": b"\xcbc",
    "å": b"\xcaa",
}
OTHERS = {"ß": b"\xfb", "ø": b"\xf9", "æ": b"\xf1", "ł": b"\xf8", "«": b"\xab", "»": b"\xbb"}


def iso_6937(text: str) -> bytes:
    known = ACCENTS | OTHERS
    return b"".join(known.get(letter) or letter.encode("ascii") for letter in text)


@pytest.mark.parametrize("text", ["Plain text.", "Grüne über Straße", "Ελλάδα", "Москва — Киев", "東京"])
def test_utf_8_is_told_by_itself(text: str) -> None:
    assert charset.decode(text.encode()) == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        "Les hôpitaux près de Genève",
        "Straße",
        "“Quotes” and a dash – here",
        "Être à l'œuvre",
        "50 € zuviel für São",
    ],
)
def test_windows_1252_is_supposed_where_nothing_else_can_be_meant(text: str) -> None:
    found, flags = charset.decode(text.encode("cp1252"))
    assert found == text
    assert flags == ["the encoding is not told: read as windows-1252"]


@pytest.mark.parametrize(
    "text", ["Überlegungen zum Hafen, für später", "Les hôpitaux près de Genève", "Straße für alle"]
)
def test_code_page_850_is_told_by_letters_within_words(text: str) -> None:
    found, flags = charset.decode(text.encode("cp850"))
    assert found == text
    assert flags == ["the encoding is not told: read as code page 850"]


@pytest.mark.parametrize(
    "text", ["Die Straße für später", "Près de la façade, un élève", "Ein «Märchen» für Søren på Måløy"]
)
def test_iso_6937_is_told_by_accents_before_small_letters(text: str) -> None:
    found, flags = charset.decode(iso_6937(text))
    assert found == text
    assert flags == ["the encoding is not told: read as ISO 6937"]


def test_an_accent_that_fits_no_letter_makes_it_no_iso_6937() -> None:
    _, flags = charset.decode(b"f\xc8ur \xc8? und mehr")
    assert flags == ["the encoding is not told: read as windows-1252"]


def test_a_capital_with_an_accent_at_a_words_start_is_latin() -> None:
    found, _ = charset.decode("Écoles et Églises à Évian".encode("cp1252"))
    assert found == "Écoles et Églises à Évian"


def test_a_quote_within_a_word_of_latin_text_is_no_code_page() -> None:
    found, _ = charset.decode("l“été”s fin à Évian".encode("cp1252"))
    assert found == "l“été”s fin à Évian"


def test_binary_data_is_refused() -> None:
    with pytest.raises(UnfitError, match="binary"):
        charset.decode(b"\xff\x00\xfe\x00\x80")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), max_size=80))
def test_latin_text_comes_out_as_it_went_in_or_is_flagged(text: str) -> None:
    found, flags = charset.decode(text.encode("latin-1"))
    assert found == text or flags or text.encode("latin-1").decode("utf-8", errors="ignore") == found


@given(st.binary(max_size=200).filter(lambda data: b"\0" not in data))
def test_any_bytes_give_text(data: bytes) -> None:
    text, flags = charset.decode(data)
    assert isinstance(text, str)
    assert all(flags)
