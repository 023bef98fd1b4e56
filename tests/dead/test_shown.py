"""Bytes for a person: text where they are text, and nothing that commands a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dead import shown


@given(st.text())
def test_nothing_commands_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown.harmless(text))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", shown.line(text))


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown.readable(data))


@pytest.mark.parametrize(
    "text", ["Une dépêche.\n\n\tDeux colonnes\r\n", "Ελλάδα", "«\u202fVoilà\u00a0!\u202f»", ""]
)
def test_text_is_text(text: str) -> None:
    assert shown.text_of(text.encode()) == text
    assert shown.readable(text.encode()) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("data", [b"\xff\x00", "été".encode("latin-1"), b"a\x1b[2Jb", b"nul \x00"])
def test_what_is_no_text_is_dumped(data: bytes) -> None:
    assert shown.text_of(data) is None
    assert shown.readable(data) == shown.dump(data)


def test_a_dump_has_digits_and_letters_side_by_side() -> None:
    assert shown.dump(b"\x00ZCZC\x1b[2J\xe9" + b"0123456789") == (
        "00000000  00 5a 43 5a 43 1b 5b 32 4a e9 30 31 32 33 34 35  .ZCZC.[2J.012345\n"
        "00000010  36 37 38 39                                      6789"
    )


def test_a_dump_tells_what_it_leaves_out() -> None:
    assert shown.dump(bytes(100), most=20).splitlines()[-1] == "… and 80 more bytes"
    assert len(shown.dump(bytes(100), most=20).splitlines()) == 3
    assert shown.dump(b"") == ""


@given(st.binary(max_size=200))
def test_a_dump_keeps_all_bytes(data: bytes) -> None:
    digits = "".join(line[10:57] for line in shown.dump(data).splitlines())
    assert bytes.fromhex(digits) == data


def test_a_line_is_one_line() -> None:
    assert shown.line("a\n\n b\tc\x1b") == "a b c\\x1b"
