"""A body put together: what each block becomes, and that the spans are where they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Span
from pipeline.formats.flow import Flow
from pipeline.formats.shape import UnfitError

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)


def flow(limit: int = 10_000) -> Flow:
    return Flow(limit)


def at(fields: dict[str, Any], name: str) -> list[str]:
    return [fields["body"][span.start : span.end] for span in fields[name]]


def test_paragraphs_are_parted_by_a_blank_line() -> None:
    into = flow()
    into.paragraph("  One \t and\u00a0more ")
    into.paragraph(" \n ")
    into.paragraph("Two\n lines ")
    assert into.fields() == {"body": "One and more\n\nTwo\nlines", "headings": (), "tables": ()}
    assert len(into) == 2


def test_nothing_gives_no_field() -> None:
    into = flow()
    into.heading(" ")
    into.table([["", " "], []])
    into.items(["", "\n"])
    into.prose(" \n\n ")
    assert into.fields() == {}


def test_a_heading_is_one_line_and_marked() -> None:
    into = flow()
    into.paragraph("Before.")
    into.heading("After\n the storm")
    into.paragraph("Text.")
    assert at(into.fields(), "headings") == ["After the storm"]


def test_a_table_has_a_line_each_row_that_says_something() -> None:
    into = flow()
    into.paragraph("Results:")
    into.table([["Team", "Points"], ["", ""], ["North\nEnd", " 3 "], ["", "1"]])
    assert at(into.fields(), "tables") == ["Team | Points\nNorth End | 3\n| 1"]


def test_columns_made_of_spaces_stay() -> None:
    into = flow()
    into.verbatim(["North End    3  ", "", "Harbour      1"])
    assert at(into.fields(), "tables") == ["North End    3\nHarbour      1"]


@pytest.mark.parametrize(
    ("numbered", "body"), [(False, "- One\n- Two\n  more"), (True, "1. One\n2. Two\n  more")]
)
def test_a_list_is_one_block(numbered: bool, body: str) -> None:
    into = flow()
    into.items(["One", " ", "Two\nmore"], numbered=numbered)
    assert into.fields()["body"] == body


def test_a_typists_text_keeps_its_headings_where_they_are() -> None:
    into = flow()
    into.paragraph("First.")
    into.prose("Second.\n\nA heading\n\nThird.")
    assert into.fields()["body"] == "First.\n\nSecond.\n\nA heading\n\nThird."
    assert at(into.fields(), "headings") == ["A heading"]


def test_a_body_over_the_limit_is_refused_before_it_grows() -> None:
    into = flow(10)
    into.paragraph("0123456789")
    with pytest.raises(UnfitError, match="the limit is 10") as caught:
        into.paragraph("x")
    assert caught.value.kind == "size"


@given(
    st.lists(st.tuples(st.sampled_from(["paragraph", "heading", "table", "items"]), WORDS, WORDS), max_size=8)
)
def test_spans_hold_their_blocks_and_no_block_holds_a_blank_line(blocks: list[tuple[str, str, str]]) -> None:
    into = flow()
    for kind, one, two in blocks:
        match kind:
            case "table":
                into.table([[one, two], [two, one]])
            case "items":
                into.items([one, two])
            case _:
                getattr(into, kind)(f"{one}\n{two}")
    fields = into.fields()
    parts = fields.get("body", "").split("\n\n") if fields else []
    assert len(parts) == len(into)
    assert all(part == part.strip() for part in parts)
    starts = {0} | {sum(len(part) + 2 for part in parts[:n]) for n in range(len(parts))}
    for span in [*fields.get("headings", ()), *fields.get("tables", ())]:
        assert isinstance(span, Span)
        assert span.start in starts
        assert span.end == span.start + len(fields["body"][span.start :].split("\n\n")[0])
