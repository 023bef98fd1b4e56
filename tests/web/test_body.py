"""A body in blocks: nothing is lost, nothing stands twice, names and quotes are where they were found."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.body import Block, blocks


def text_of(block: Block) -> str:
    return "".join(piece.text for run in block.runs for piece in run.pieces)


def span(body: str, text: str) -> dict[str, int]:
    start = body.index(text)
    return {"start": start, "end": start + len(text)}


def test_blank_lines_part_paragraphs_and_line_ends_stay() -> None:
    found = blocks({"body": "One\ntwo.\n\n\n Three. \n \nFour\n"})
    assert [text_of(block) for block in found] == ["One\ntwo.", "Three.", "Four"]
    assert {block.kind for block in found} == {"paragraph"}


def test_headings_and_tables_are_blocks_of_their_own_even_within_a_paragraph() -> None:
    body = "Intro.\nFirst part\nText.\n\na  1\n\nb  2\n\nEnd."
    document = {
        "body": body,
        "headings": [span(body, "First part")],
        "tables": [span(body, "a  1\n\nb  2")],
    }
    assert [(block.kind, text_of(block)) for block in blocks(document)] == [
        ("paragraph", "Intro."),
        ("heading", "First part"),
        ("paragraph", "Text."),
        ("table", "a  1\n\nb  2"),
        ("paragraph", "End."),
    ]


def test_names_and_quotes_are_marked_also_one_in_the_other() -> None:
    body = "“Meet Ada in Rome,” said Bo."
    document = {
        "body": body,
        "entities": [
            {"mentions": [span(body, "Ada")]},
            {"mentions": [span(body, "Rome")]},
            {"mentions": [span(body, "Bo")]},
        ],
        "quotes": [span(body, "Meet Ada in Rome,")],
    }
    (block,) = blocks(document)
    assert [(run.quote, [(piece.text, piece.entity) for piece in run.pieces]) for run in block.runs] == [
        (None, [("“", None)]),
        (0, [("Meet ", None), ("Ada", 0), (" in ", None), ("Rome", 1), (",", None)]),
        (None, [("” said ", None), ("Bo", 2), (".", None)]),
    ]


def test_offsets_count_code_points() -> None:
    body = "😀 Ada"
    (block,) = blocks({"body": body, "entities": [{"mentions": [{"start": 2, "end": 5}]}]})
    assert block.runs[0].pieces[-1].text == "Ada"


def test_of_names_that_cross_the_first_is_marked_and_of_two_at_one_place_the_longer() -> None:
    body = "New York Times"
    document = {
        "body": body,
        "entities": [
            {"mentions": [span(body, "New York")]},
            {"mentions": [span(body, "New York Times")]},
            {"mentions": [span(body, "York Times")]},
        ],
    }
    (block,) = blocks(document)
    assert [(piece.text, piece.entity) for piece in block.runs[0].pieces] == [("New York Times", 1)]


def test_without_a_body_there_are_no_blocks() -> None:
    assert blocks({}) == ()
    assert blocks({"body": " \n\n "}) == ()


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: {"start": pair[0], "end": pair[1]}),
    max_size=6,
)


@given(st.text(st.sampled_from("ab \n“"), max_size=36), SPANS, SPANS, SPANS, SPANS)
def test_whatever_the_spans_no_sign_of_the_body_is_lost(
    body: str, names: Any, quotes: Any, headings: Any, tables: Any
) -> None:
    document = {
        "body": body,
        "entities": [{"mentions": names[::2]}, {"mentions": names[1::2]}],
        "quotes": quotes,
        "headings": headings,
        "tables": tables,
    }
    found = blocks(document)
    assert "".join("".join(map(text_of, found)).split()) == "".join(body.split())
    assert all(text_of(block).strip() == text_of(block) != "" for block in found)
    for block in found:
        for run in block.runs:
            assert run.quote is None or run.quote < len(quotes)
            assert all(piece.text and piece.entity in {None, 0, 1} for piece in run.pieces)
