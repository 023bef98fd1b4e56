"""Plain text of mails: lines that were broken only to be sent, signatures, quotes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.mail import text as mail_text
from pipeline.formats.mail.text import plain, unsigned


def flowed(text: str, *, delete_space: bool = False) -> str:
    return plain(text, flowed=True, delete_space=delete_space)


def test_lines_that_end_in_a_space_go_on() -> None:
    assert flowed("The ferry \nis late.\nIt will \ncome.\n") == "The ferry is late.\nIt will come.\n"


def test_the_space_that_marks_a_break_may_be_none_of_the_text() -> None:
    assert flowed("渡し船 \nが遅れる", delete_space=True) == "渡し船が遅れる"


def test_paragraphs_stay_apart() -> None:
    assert flowed("The ferry \n\nis late. \n\n") == "The ferry\n\nis late.\n\n"


def test_quotes_go_on_only_at_their_own_depth() -> None:
    text = "> The ferry \n> is late.\n>> Is \n> it?\nYes. \n> No."
    assert flowed(text) == "> The ferry is late.\n>> Is\n> it?\nYes.\n> No."


def test_a_space_that_was_put_before_a_line_is_taken_away() -> None:
    assert flowed(" From here\n >no quote") == "From here\n>no quote"


def test_the_mark_of_a_signature_is_no_broken_line() -> None:
    assert flowed("The ferry.\n-- \nDesk\n") == "The ferry."
    assert flowed("The ferry \n-- \n" + "line\n" * 30).startswith("The ferry\n-- \nline".replace("-- ", "--"))


def test_text_that_does_not_flow_keeps_its_lines() -> None:
    assert plain("One \r\ntwo\rthree", flowed=False, delete_space=False) == "One \ntwo\nthree"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("The ferry.\n-- \nDesk\nHarbour", "The ferry."),
        ("-- \nDesk", ""),
        ("The ferry.\n--\nDesk", "The ferry.\n--\nDesk"),
        ("The ferry.\n-- Desk", "The ferry.\n-- Desk"),
        ("A.\n-- \nB.\n-- \nDesk", "A.\n-- \nB."),
        ("The ferry.", "The ferry."),
        ("The ferry.\n-- \n" + "line\n" * 40, "The ferry.\n-- \n" + "line\n" * 40),
    ],
)
def test_a_signature_is_cut_off_if_it_is_short(text: str, rest: str) -> None:
    assert unsigned(text) == rest


@given(st.text(alphabet=" >-a\n", max_size=80), st.booleans())
def test_nothing_but_breaks_and_spaces_is_lost_or_added(text: str, delete_space: bool) -> None:
    kept = unsigned(text)
    joined = flowed(text, delete_space=delete_space)
    assert joined.count("a") == kept.count("a")


def test_many_lines_take_no_time() -> None:
    start = time.process_time()
    flowed("word \n" * 500_000)
    unsigned("-- \n" * 500_000)
    flowed(">" * 1_000_000)
    assert time.process_time() - start < 10
    assert mail_text.SIGNATURE > 0
