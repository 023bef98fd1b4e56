"""Plain-text wire copy: the date of its prefix, its paragraphs and headings, and what is no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.formats import text
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected
from tests.seed import HEADINGS, SEED, body, needs_seed

COPY = """ date 2024-06 Le président russe est à Pyongyang. "C'est un traité", a-t-il dit.

Éliminer "la menace"

Kim Jong Un l'a reçu. L’accord est « défensif ».

Depuis le début de la guerre

Les Occidentaux s'inquiètent.
"""


class TestConformance(Conformance):
    format = text
    copy = COPY.encode()
    ends = False


@needs_seed
class TestSeed:
    def test_its_month_gets_no_invented_day(self) -> None:
        seed = article(SEED.read_bytes())
        assert seed.created == "2024-06"
        assert seed.modified is not seed.created

    def test_its_headings_are_known_as_such(self) -> None:
        assert headings(article(SEED.read_bytes())) == HEADINGS

    def test_its_text_stays_as_it_is(self) -> None:
        assert article(SEED.read_bytes()).body == body()

    def test_it_gives_what_it_says_and_no_more(self) -> None:
        seed = article(SEED.read_bytes())
        assert (seed.guid, seed.headline, seed.language_declared, seed.byline) == (UNSET,) * 4
        assert seed.status == "usable"


def test_paragraphs_headings_and_quotes_are_kept() -> None:
    one = article(COPY.encode())
    assert one.created == "2024-06"
    assert (one.body or "").split("\n\n") == [
        'Le président russe est à Pyongyang. "C\'est un traité", a-t-il dit.',
        'Éliminer "la menace"',
        "Kim Jong Un l'a reçu. L’accord est « défensif ».",
        "Depuis le début de la guerre",
        "Les Occidentaux s'inquiètent.",
    ]
    assert headings(one) == ['Éliminer "la menace"', "Depuis le début de la guerre"]


@pytest.mark.parametrize(
    ("copy", "created"),
    [
        ("date 2024-06 Texte.", "2024-06"),
        ("date 2024-06-19 Texte.", "2024-06-19"),
        ("date 2024-06-19\n\nTexte.", "2024-06-19"),
        ("date 2024-02-29\nTexte.", "2024-02-29"),
        ("\ufeff date 2024-06 Texte.", "2024-06"),
        ("\n\n\t date  2024-06\r\n\r\nTexte.", "2024-06"),
        ("Date 2024-06 Texte.", "2024-06"),
    ],
)
def test_the_date_is_kept_as_it_was_given(copy: str, created: str) -> None:
    one = article(copy.encode())
    assert one.created == created
    assert one.body == "Texte."


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2024-13", "month must be in 1..12"),
        ("2024-00", "month must be in 1..12"),
        ("2024-02-30", "day is out of range"),
        ("2023-02-29", "day is out of range"),
        ("0000-01", "not in the calendar"),
        ("2024-6", "not written YYYY-MM"),
        ("2024-06-1", "not written YYYY-MM"),
        ("2024-06-19T10:00Z", "not written YYYY-MM"),
        ("2024-06Le", "not written YYYY-MM"),
    ],
)
def test_a_date_that_cannot_be_is_rejected_and_named(date: str, why: str) -> None:
    one = rejected(f"date {date} Texte.".encode())
    assert (one.stage, one.kind) == ("parse", "value")
    assert date in one.reason
    assert why in one.reason
    assert one.data == f"date {date} Texte.".encode()


@pytest.mark.parametrize(
    "copy", ["date limite dépassée.", "Update 2024-06 text.", "date: 2024", "dates 2024-06 x"]
)
def test_words_that_look_like_the_prefix_are_text(copy: str) -> None:
    one = article(copy.encode())
    assert one.created is UNSET
    assert one.body == copy


def test_without_a_date_there_is_none_and_the_version_is_the_time_of_receipt() -> None:
    one = article(b"Some news.")
    assert one.created is UNSET
    assert one.version == 1718798400000


def test_the_version_of_a_month_is_its_first_instant_however_often_it_comes() -> None:
    assert article(b"date 2024-06 News.").version == 1717200000000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_with_a_mark_and_line_ends_make_no_difference(encoding: str, ending: str) -> None:
    there = article(COPY.replace("\n", ending).encode(encoding))
    plain = article(COPY.encode())
    assert (there.id, there.body, there.headings) == (plain.id, plain.body, plain.headings)


def test_utf_16_of_the_other_byte_order() -> None:
    assert article(b"\xfe\xff" + "À Paris.".encode("utf-16-be")).body == "À Paris."


@pytest.mark.parametrize(
    ("data", "offset", "what"),
    [
        (b"caf\xe9 noir", 3, "0xE9 at 3"),
        (b"\xef\xbb\xbfab\xff", 5, "0xFF at 5"),
        (b"abc\xc3", 3, "unexpected end"),
        (b"\xff\xfea\0b", 4, "UTF-16-LE"),
    ],
)
def test_bytes_that_are_not_the_encoding_are_rejected_at_their_place(
    data: bytes, offset: int, what: str
) -> None:
    one = rejected(data)
    assert one.kind == "encoding"
    assert one.offset == offset
    assert what in one.reason


@pytest.mark.parametrize("data", [b"", b" ", b"\n\n\t\r\n", "\ufeff".encode(), "\u00a0\u2003\n".encode()])
def test_no_text_is_rejected_as_empty(data: bytes) -> None:
    assert (rejected(data).kind, rejected(data).data) == ("empty", data)


def test_a_date_alone_is_rejected_as_empty() -> None:
    assert "a date and no text" in rejected(b"date 2024-06\n").reason


@pytest.mark.parametrize(
    "data",
    [b"\0" * 100, b"GIF89a\1\0\1\0\x80", b"\x7fELF\2\1\1\0", b"PK\3\4\x14\0\0\0\x08\0\xff", b"\1\2\3\4abc"],
)
def test_binary_data_are_rejected_as_such(data: bytes) -> None:
    assert rejected(data).kind == "binary"


@pytest.mark.parametrize("data", ["<?xml version='1.0'?><catalog/>", " <svg>x</svg>", "\ufeff<!DOCTYPE x>"])
def test_markup_is_no_plain_text(data: str) -> None:
    one = rejected(data.encode())
    assert one.kind == "format"
    assert "markup" in one.reason


def test_the_root_of_markup_that_is_not_known_is_named() -> None:
    assert "(<catalog>)" in rejected(b"<?xml version='1.0'?><!-- x --><catalog/>").reason


def test_a_sign_below_is_no_markup() -> None:
    assert article(b"< 3 % of voters stayed at home.").body == "< 3 % of voters stayed at home."


def test_a_huge_file_is_rejected_and_not_held() -> None:
    one = rejected(b"a" * 10_000_000)
    assert one.kind == "size"
    assert one.size == 10_000_000
    assert len(one.data) <= 65536
    assert not one.complete


def test_a_large_file_whose_text_is_small_enough_passes() -> None:
    assert article(b"News." + b"\n" * 40_000).body == "News."


def test_the_declared_default_language_stands() -> None:
    assert article(b"News.", language="en-GB").language_declared == "en-GB"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=1))
def test_white_space_between_paragraphs_does_not_change_the_id(words: list[str]) -> None:
    close = outcomes("\n\n".join(["Début.", *words]).encode())
    wide = outcomes(" \n \n\t\n".join(["Début.", *words, ""]).encode())
    assert [one.id for one in close if hasattr(one, "id")] == [one.id for one in wide if hasattr(one, "id")]
