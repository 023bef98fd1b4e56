"""Text as a teleprinter sets it: margins, paragraphs, tables, lists, headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.flow import Flow
from pipeline.formats.shape import UnfitError
from pipeline.formats.telex import copy


def laid(text: str) -> tuple[list[str], list[str], list[str]]:
    """The blocks of a body; which of them are headings, and which are tables."""
    flow = Flow(100_000)
    copy.lay(flow, text.strip("\n").split("\n"))
    fields = flow.fields()
    body = fields.get("body", "")
    headings = [body[span.start : span.end] for span in fields.get("headings", ())]
    tables = [body[span.start : span.end] for span in fields.get("tables", ())]
    return body.split("\n\n") if body else [], headings, tables


def blocks(text: str) -> list[str]:
    return laid(text)[0]


WRAPPED = """
The harbour bridge was opened again on Thursday after two weeks of
repairs, and the mayor said that nobody would have to wait any longer
for a ferry.

Engineers tested it twice, with lorries that stood on it for a night
and a day.
"""


def test_lines_that_fill_the_margin_are_one() -> None:
    assert blocks(WRAPPED) == [
        (
            "The harbour bridge was opened again on Thursday after two weeks of repairs, and the mayor"
            " said that nobody would have to wait any longer for a ferry."
        ),
        "Engineers tested it twice, with lorries that stood on it for a night and a day.",
    ]


def test_a_line_end_that_somebody_set_stays() -> None:
    text = WRAPPED + "\nHarbour office:\nTel. 123\nE-mail: office@harbour.example"
    assert blocks(text)[-1] == "Harbour office:\nTel. 123\nE-mail: office@harbour.example"


def test_a_sentence_that_goes_on_is_joined_though_the_word_had_room() -> None:
    text = WRAPPED + "\nThe ferry went on for a few more days and then it\nstopped for good."
    assert blocks(text)[-1] == "The ferry went on for a few more days and then it stopped for good."


def test_lines_that_are_whole_paragraphs_keep_their_ends() -> None:
    long = (
        "The harbour bridge was opened again on Thursday after two weeks of repairs, and the mayor said so."
    )
    assert blocks(f"{long}\n{long}") == [f"{long}\n{long}"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "Die Brücke verbindet Baden-",
            "Württemberg mit dem Norden",
            "Die Brücke verbindet Baden-Württemberg mit dem Norden",
        ),
        ("Es geht um den Hin-", "und Rückweg", "Es geht um den Hin- und Rückweg"),
        ("It is a two-", "and three-year plan", "It is a two- and three-year plan"),
        ("Der Hafen -", "und das weiß jeder", "Der Hafen - und das weiß jeder"),
    ],
)
def test_a_hyphen_at_a_lines_end_stays_and_is_closed_unless_it_is_open(
    first: str, second: str, expected: str
) -> None:
    assert copy.joined([first, second], 15) == expected


def test_an_indent_starts_a_paragraph() -> None:
    text = """
   PORT EXAMPLE, 3 Sept (EP) - The harbour bridge was opened again on
Thursday after a week of work.
   "It is safe", the engineer said.
   The ferry stops tomorrow.
"""
    assert blocks(text) == [
        "PORT EXAMPLE, 3 Sept (EP) - The harbour bridge was opened again on Thursday after a week of work.",
        '"It is safe", the engineer said.',
        "The ferry stops tomorrow.",
    ]


def test_rows_between_strokes_are_a_table() -> None:
    text = """
Results:

| Saturday, 5 October: |
| Harbour Town     | - | Lake City | 2:1 (1:0) |
| ---------------- | - | --------- | --------- |
| FC Bridge        | - | SC Ferry  | 0:0       |
"""
    body, _, tables = laid(text)
    assert body[0] == "Results:"
    assert tables == [
        "Saturday, 5 October:\nHarbour Town | - | Lake City | 2:1 (1:0)\nFC Bridge | - | SC Ferry | 0:0"
    ]


@pytest.mark.parametrize("mark", ["\t", "\x1f"])
def test_tabs_and_unit_separators_part_columns(mark: str) -> None:
    _, _, tables = laid(f"Town{mark}10\nLake{mark}9")
    assert tables == ["Town | 10\nLake | 9"]


def test_columns_of_blanks_keep_their_lines() -> None:
    text = """
   The results of the first round:
                                        First leg
   Harbour (Exa) - (+) Lake (Tes)       0-1   0-3
   Bridge (Exa) - Ferry (Tes)           2-2   1-0
"""
    body, _, tables = laid(text)
    assert body[0] == "The results of the first round:"
    assert [line.split() for line in tables[0].split("\n")] == [
        ["First", "leg"],
        ["Harbour", "(Exa)", "-", "(+)", "Lake", "(Tes)", "0-1", "0-3"],
        ["Bridge", "(Exa)", "-", "Ferry", "(Tes)", "2-2", "1-0"],
    ]


def test_one_wide_gap_in_one_line_makes_no_table() -> None:
    body, _, tables = laid("The mayor said   that it is safe.\nNobody else did.")
    assert not tables
    assert len(body) == 1


@pytest.mark.parametrize("mark", ["-", "*", "•", "+", "–"])
def test_a_list_has_an_item_each_line_or_two(mark: str) -> None:
    text = f"""
{mark} The bridge opens
{mark} The ferry stops, and this item is so long that it goes on in the
  next line
"""
    assert blocks(text) == [
        "- The bridge opens\n- The ferry stops, and this item is so long that it goes on in the next line"
    ]


def test_a_list_may_follow_a_line_that_ends_in_a_colon() -> None:
    assert blocks("Three things:\n- one\n- two") == ["Three things:", "- one\n- two"]


def test_a_dash_at_the_start_of_a_line_within_a_sentence_is_no_list() -> None:
    text = (
        "He does business with his company in the harbour town at the lake\n- and nobody may know his name."
    )
    assert blocks(text) == [text.replace("\n", " ")]


def test_numbers_of_a_list_stay_as_they_are() -> None:
    assert blocks("3. Three\n4. Four and\n   more") == ["3. Three\n4. Four and more"]
    assert blocks("5. October was a day on which nothing happened in the whole of the\ntown.") == [
        "5. October was a day on which nothing happened in the whole of the town."
    ]


def test_a_short_line_between_paragraphs_is_a_heading() -> None:
    body, headings, _ = laid(WRAPPED + "\nNo ferry any more\n\nThe ferry was sold to a museum.")
    assert headings == ["No ferry any more"]
    assert body[2] == "No ferry any more"


@pytest.mark.parametrize(
    "line", ["No ferry any more.", "What now?", "The final score:", "1. Item", "and so on"]
)
def test_a_line_that_ends_or_starts_as_a_sentence_does_is_no_heading(line: str) -> None:
    _, headings, _ = laid(f"{WRAPPED}\n{line}\n\nThe ferry was sold to a museum.")
    assert not headings


def test_the_first_and_the_last_block_are_no_headings() -> None:
    _, headings, _ = laid("Harbour\n\nThe ferry was sold.\n\nEnd")
    assert not headings


def test_a_line_between_dashes_is_a_heading() -> None:
    body, headings, _ = laid("   The first paragraph.\n\n   - No ferry -\n\n   The second one.")
    assert headings == ["No ferry"]
    assert body == ["The first paragraph.", "No ferry", "The second one."]


@pytest.mark.parametrize("rule", ["___", "-----", "* * *", "+++", "=-=-="])
def test_a_rule_is_no_text(rule: str) -> None:
    assert blocks(f"One.\n\n{rule}\n\nTwo.") == ["One.", "Two."]


def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(UnfitError, match="too large"):
        copy.lay(Flow(10), ["more than ten characters"])


def test_nothing_gives_nothing() -> None:
    assert blocks("") == []
    assert blocks("  \n\t\n") == []


@given(st.text(st.sampled_from("ab .-|*\t \n1()"), max_size=200))
def test_no_word_is_lost(text: str) -> None:
    words = [
        word
        for word in text.replace("|", " ").replace("-", " ").replace("*", " ").split()
        if any(map(str.isalpha, word))
    ]
    body = "\n\n".join(blocks(text)) if text.strip() else ""
    found = body.replace("|", " ").replace("-", " ").replace("*", " ").split()
    assert "".join(words) in "".join(word for word in found if any(map(str.isalpha, word)))
