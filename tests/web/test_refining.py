"""Links that change a query."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pipeline.query import NOTHING, QueryError, parse
from pipeline.web.refining import asks, narrowed, parts, widened, within

VALUES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: any(map(str.isalnum, text))
)


@pytest.mark.parametrize(
    ("query", "name", "value", "result"),
    [
        ("", "topic", "medtop:11000000", "topic:medtop:11000000"),
        ("storm", "person", "Maëlle Kerdoncuff", 'storm person:"Maëlle Kerdoncuff"'),
        ("a OR b", "source", "afp", "a OR b source:afp"),
        ("(a b) OR c", "source", "afp", "(a b) OR c source:afp"),
        ('"a b" -c', "person", 'Dwayne "The Rock" Johnson', '"a b" -c person:"Dwayne The Rock Johnson"'),
    ],
)
def test_a_click_adds_a_field_that_can_be_typed_too(query: str, name: str, value: str, result: str) -> None:
    assert narrowed(query, name, value) == result
    assert asks(result, name, value)
    assert not asks(query, name, value)


@given(VALUES)
def test_a_second_click_takes_it_out_again_whatever_the_name_holds(value: str) -> None:
    try:
        more = narrowed("storm OR gale", "person", value)
    except QueryError:
        event("nothing to search for")
        return
    parse(more)
    assert asks(more, "person", value)
    assert widened(more, "person", value) == "storm OR gale"


@pytest.mark.parametrize("value", ["©", "???", '""', "x" * 2000])
def test_a_name_that_cannot_be_searched_for_is_an_error(value: str) -> None:
    with pytest.raises(QueryError):
        narrowed("storm", "person", value)


@pytest.mark.parametrize("value", ["0«", "“Che” Guevara", "a:b", "-x", "OR", "(a"])
def test_a_name_with_signs_of_the_language_in_it_can(value: str) -> None:
    assert asks(narrowed("storm", "person", value), "person", value)


def test_the_last_part_taken_out_leaves_nothing() -> None:
    assert widened("source:afp", "source", "afp") == ""
    assert parse("") == NOTHING


def test_parts_are_the_fields_each_with_the_query_without_it() -> None:
    found = parts('storm source:afp -topic:sport (a OR person:b) since:2d "x y"')
    assert [(part.text, part.without) for part in found] == [
        ("source:afp", 'storm -topic:sport a OR person:b since:2d "x y"'),
        ("-topic:sport", 'storm source:afp a OR person:b since:2d "x y"'),
        ("since:2d", 'storm source:afp -topic:sport a OR person:b "x y"'),
    ]
    assert parts("") == parts("storm") == ()


@pytest.mark.parametrize(
    ("query", "start", "end", "result"),
    [
        ("storm", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC),
         "storm since:2026-03-01 until:2026-03-31"),
        ("", datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 3, 1, 7, tzinfo=UTC),
         "since:2026-03-01T06:00:00Z until:2026-03-01T06:59:59Z"),
        ("since:2d until:today storm", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC),
         "storm since:2026-03-01 until:2026-03-01"),
        ("until:2026-03-20 since:2026", datetime(2026, 3, 1, tzinfo=UTC), None,
         "until:2026-03-20 since:2026-03-01"),
    ],
)  # fmt: skip
def test_a_bar_searches_its_time_in_the_place_of_another(
    query: str, start: datetime, end: datetime | None, result: str
) -> None:
    assert within(query, start, end) == result
    parse(result)


def test_what_is_no_query_cannot_be_changed() -> None:
    for change in (lambda: parts("(a"), lambda: narrowed("(a", "source", "afp")):
        with pytest.raises(QueryError):
            change()
