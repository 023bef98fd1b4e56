"""What the headers of the older XML formats have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import _headers
from pipeline.formats.sheet import Sheet
from tests.formats.conformance import context


def sheet() -> Sheet:
    return Sheet(context())


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Kill", "kill"),
        ("MandatoryKill", "kill"),
        ("kill notice", "kill"),
        ("Delete", "kill"),
        ("Cancelled", "kill"),
        ("Withdrawal", "kill"),
        ("Correction", "correction"),
        ("corrected", "correction"),
        ("Corrective", "correction"),
        ("Rectify", "correction"),
        ("corr.", "correction"),
        ("Advisory", "advisory"),
        ("Editors' Advisory", "advisory"),
        ("Flash", "alert"),
        ("News Alert", "alert"),
        ("Bulletin", "alert"),
        ("Update", "update"),
        ("Update 2", "update"),
        ("Writethru", "update"),
        ("Replace", "update"),
        ("Lead", "update"),
        ("new", "new"),
        ("News", None),
        ("Newsletter", None),
        ("Leader", None),
        ("Corriere", None),
        ("announcement", None),
        ("", None),
    ],
)
def test_a_kind_in_one_word(word: str, kind: str | None) -> None:
    assert _headers.stated(word) == kind


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("16.05.2021 09:00", "2021-05-16T09:00"),
        ("6.5.2021 9:00:04", "2021-05-06T09:00:04"),
        ("2021.05.16 09:00:04", "2021-05-16T09:00:04"),
        ("16.05.2021", "2021-05-16"),
        ("20210516090004", "20210516T090004"),
        ("20240619T101500Z", "20240619T101500Z"),
        ("05/16/2021", "05/16/2021"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_dates_with_dots_and_of_digits(text: str, iso: str) -> None:
    assert _headers.iso(text) == iso


def test_month_day_is_never_guessed() -> None:
    one = sheet()
    _headers.first_time(one, "created", "05/16/2021")
    assert "created" not in one.fields


def test_the_first_time_that_can_be_read() -> None:
    one = sheet()
    _headers.first_time(one, "created", "", "soon", "20240619", "20230101")
    assert one.fields["created"] == "2024-06-19"
    assert "'soon'" in one.done()["flags"][0]


class TestNotes:
    @pytest.mark.parametrize(
        "mark", ["npa", "nonpublic", "non-public", "not public", "internal", "private", "confidential"]
    )
    def test_marks_that_make_one_not_public(self, mark: str) -> None:
        one = sheet()
        _headers.notes(one, [("call the desk", mark), ("picture follows", "")])
        assert one.fields == {"ednotes": ("picture follows",), "ednotes_nonpublic": ("call the desk",)}

    @pytest.mark.parametrize(
        "text",
        [
            "Not for publication: call",
            "NO PUBLICAR hasta las 10",
            "Ne pas publier avant midi",
            "Nicht zur Veröffentlichung",
            "Internal: call",
        ],
    )
    def test_words_that_do(self, text: str) -> None:
        one = sheet()
        _headers.notes(one, [(text, "")])
        assert one.fields == {"ednotes_nonpublic": (text,)}

    @pytest.mark.parametrize(
        "text", ["An international fair", "The publication of notes", "Privately owned ferry"]
    )
    def test_words_that_do_not(self, text: str) -> None:
        one = sheet()
        _headers.notes(one, [(text, "")])
        assert one.fields == {"ednotes": (text,)}

    def test_none(self) -> None:
        one = sheet()
        _headers.notes(one, [("", "")])
        assert one.fields == {}


class TestStatus:
    @pytest.mark.parametrize("text", ["withheld", "Hold", "on hold", "", " ", "\x7f", "unheard-of"])
    def test_what_holds_back_for_good(self, text: str) -> None:
        one = sheet()
        one.embargo("20200101T000000Z")
        _headers.status(one, text)
        done = one.done()
        assert done["status"] == "withheld"
        assert "embargo" not in done
        assert done["wire"] == {"embargo": "2020-01-01T00:00:00Z"}

    def test_an_embargo_ends(self) -> None:
        one = sheet()
        one.embargo("20200101T000000Z")
        _headers.status(one, "Embargoed")
        assert set(one.done()) == {"status", "embargo"}

    def test_usable_is(self) -> None:
        one = sheet()
        _headers.status(one, "Usable")
        assert one.done() == {"status": "usable"}


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("NTBUtDato", "ntb_ut_dato"),
        ("ap-cycle", "ap_cycle"),
        ("anpa.wordcount", "anpa_wordcount"),
        ("Desk2Code", "desk_2_code"),
        ("мета", "мета"),
        ("", ""),
    ],
)
def test_names_in_snake_case(name: str, snake: str) -> None:
    assert _headers.snake(name) == snake


@given(st.text(max_size=80))
def test_nothing_raises_on_any_text(text: str) -> None:
    assert _headers.stated(text) in (None, "kill", "correction", "advisory", "alert", "update", "new")
    assert isinstance(_headers.iso(text), str)
    assert len(_headers.snake(text)) <= 60
    assert _headers.plain(text) == _headers.plain(text.lower()) or not text.isascii()
