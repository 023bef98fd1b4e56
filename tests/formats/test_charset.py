"""From bytes to text: marks, declarations, and bytes that say otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import charset
from pipeline.formats.shape import UnfitError

TEXT = "Où est l’été ? Ça, déjà."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_wins(encoding: str) -> None:
    assert charset.decode(TEXT.encode(encoding), "iso-8859-1") == (TEXT, [])


@pytest.mark.parametrize("declared", [None, "utf-8", "UTF8", " utf-8 "])
def test_utf_8_is_read_as_such(declared: str | None) -> None:
    assert charset.decode(TEXT.encode(), declared) == (TEXT, [])


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", "iso-8859-15"])
def test_utf_8_that_declares_something_else_is_utf_8_and_flagged(declared: str) -> None:
    text, flags = charset.decode(TEXT.encode(), declared)
    assert text == TEXT
    assert declared in flags[0]


@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_what_should_be_utf_8_and_is_not_is_windows_1252_and_flagged(declared: str | None) -> None:
    text, flags = charset.decode(TEXT.encode("cp1252"), declared)
    assert text == TEXT
    assert "windows-1252" in flags[0]


def test_latin_1_is_read_as_windows_1252_as_browsers_do() -> None:
    assert charset.decode(b"l\x92\xe9t\xe9 \x81", "iso-8859-1") == ("l’été \x81", [])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("koi8-r", "Мост открыт"),
        ("iso-8859-2", "Most otevřen"),
        ("windows-1251", "Мост"),
        ("iso-8859-9", "köprü geçti"),
    ],
)
def test_other_declared_encodings_are_believed(encoding: str, text: str) -> None:
    assert charset.decode(text.encode(encoding), encoding) == (text, [])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("euc-kr", "년"),
        ("shift_jis", "新しい橋"),
        ("gb18030", "新桥开通"),
        ("big5", "新橋"),
        ("euc-jp", "橋"),
    ],
)
def test_those_of_east_asia_before_utf_8(encoding: str, text: str) -> None:
    assert charset.decode(text.encode(encoding), encoding) == (text, [])


def test_an_unknown_encoding_is_flagged_and_utf_8_tried() -> None:
    text, flags = charset.decode(TEXT.encode(), "klingon-8")
    assert text == TEXT
    assert "klingon-8" in flags[0]


@pytest.mark.parametrize("declared", ["rot13", "base64", "hex", "", "\0"])
def test_what_is_no_text_encoding_is_unknown(declared: str) -> None:
    assert charset.decode(b"abc", declared)[0] == "abc"


def test_nuls_are_binary_data() -> None:
    with pytest.raises(UnfitError) as caught:
        charset.decode(b"ab\0c")
    assert (caught.value.kind, caught.value.offset) == ("binary", 2)


@pytest.mark.parametrize(
    ("data", "declared", "kind"),
    [
        (b"\xff\xfea\0b", None, "truncated"),
        (b"\xff\xfe\0\xdca\0b\0c\0", None, "encoding"),
        (b"\xb3", "euc-kr", "encoding"),
        (b"\xd0\xff\x9d", "iso-2022-jp", "encoding"),
    ],
)
def test_broken_bytes_of_several_are_refused(data: bytes, declared: str | None, kind: str) -> None:
    with pytest.raises(UnfitError) as caught:
        charset.decode(data, declared)
    assert caught.value.kind == kind


@given(
    st.binary(max_size=100), st.sampled_from([None, "utf-8", "latin-1", "utf-16", "euc-kr", "cp1251", "x"])
)
def test_any_bytes_are_text_or_unfit(data: bytes, declared: str | None) -> None:
    try:
        charset.decode(data, declared)
    except UnfitError as error:
        assert 0 <= error.offset <= len(data)  # noqa: PT017 - either will do


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_text_in_utf_8_comes_back(text: str) -> None:
    assert charset.decode(text.encode()) == (text, [])
