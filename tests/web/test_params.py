"""What an address asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import QueryError
from pipeline.search import UNFILTERED, Filters
from pipeline.web.params import EVERYTHING, MOST, Asked, asked


def test_without_anything_the_newest_of_everything_is_asked_for() -> None:
    assert asked({}) == Asked(sort="newest", filters=EVERYTHING)
    assert asked({"q": "  ", "after": ""}) == asked({})


def test_words_are_ranked_unless_another_order_is_asked_for() -> None:
    assert asked({"q": " storm "}) == Asked(words="storm", filters=UNFILTERED)
    assert asked({"q": "storm", "sort": "oldest", "after": "x", "size": "25"}) == Asked(
        words="storm", sort="oldest", after="x", size=25, filters=UNFILTERED
    )


def test_filters_are_read_where_they_are_for_programs() -> None:
    query = {"language": "fr", "since": "2d", "person": "", "nonsense": "x"}
    assert asked(query, filtered=True).filters == Filters(language="fr", since="2d")
    assert asked(query).filters == EVERYTHING


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"sort": "best"}, "sort: 'best' is none of relevance, newest, oldest"),
        ({"size": "0"}, "size: '0' is not from 1 to 100"),
        ({"size": "101"}, "not from 1"),
        ({"size": "1e2"}, "not from 1"),
        ({"size": "²"}, "not from 1"),
        ({"size": "0001000"}, "size: '0001000' is not from 1 to 100"),
        ({"size": "٣"}, "not from 1"),
        ({"size": "9" * 10_000}, "not from 1"),
        ({"size": "0001" + "0" * 4_297}, "not from 1"),
    ],
)
def test_what_is_none_is_an_error_that_says_what_there_is(query: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        asked(query)


@given(st.text(max_size=6) | st.from_regex(r"\A0{0,6}[0-9]{0,4}\Z"))
def test_no_size_gives_more_than_there_may_be(text: str) -> None:
    try:
        found = asked({"size": text})
    except QueryError:
        return
    assert 1 <= found.size <= MOST
