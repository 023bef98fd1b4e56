"""Names are suggested as they are begun, and only those that may be seen."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.query import Field, QueryError, parse
from pipeline.search import Suggestion, search, suggest, suggestions
from pipeline.settings import Settings
from tests.search.news import new_alias, write
from tests.sink.articles import NOON, POLITICS, article, entity
from tests.test_query import typed

if TYPE_CHECKING:
    from pipeline.article import EnrichedArticle
    from tests.services import Stack

services = pytest.mark.services

PEOPLE = ("Kim Jong Un", "Élodie Kimani", 'Joseph "Kimbo" Slice', "Ana Akim", "« »")
END = datetime.now(UTC) + timedelta(days=1)


def about(guid: str, *names: str, **fields: object) -> EnrichedArticle:
    body = " et ".join(names)
    return article(guid, body=body, entities=tuple(entity(body, name, "PER") for name in names), **fields)


@pytest.fixture(scope="module")
def names(stack: Stack) -> Settings:
    """Who is named in how many articles differs; some names are not to be known."""
    settings = new_alias(stack)
    places = "À Kimberley, l'Organisation Kimono."
    write(
        settings,
        [
            about("all", *PEOPLE, topics=(POLITICS,)),
            about("two", *PEOPLE[:2]),
            about("three", PEOPLE[0], *(f"Nobody Else{number}" for number in range(30))),
            article(
                "places",
                body=places,
                entities=(entity(places, "Kimberley", "LOC"), entity(places, "Organisation Kimono", "ORG")),
            ),
            about("embargo", "Kim Secret", PEOPLE[0], embargo=END),
            about("withheld", "Kim Withheld", status="withheld"),
            about("killed", "Kim Killed", version=1),
        ],
    )
    write(settings, [about("killed", "Kim Killed", version=2, status="canceled")])
    return settings


def texts(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.text for one in found]


@services
def test_the_most_frequent_come_first_whatever_their_kind(names: Settings) -> None:
    assert suggest("kim", names) == (
        Suggestion("Kim Jong Un", "person", 'person:"Kim Jong Un"', 3),
        Suggestion("Élodie Kimani", "person", 'person:"Élodie Kimani"', 2),
        Suggestion('Joseph "Kimbo" Slice', "person", 'person:"Joseph Kimbo Slice"', 1),
        Suggestion("Kimberley", "place", 'place:"Kimberley"', 1),
        Suggestion("Organisation Kimono", "organization", 'organization:"Organisation Kimono"', 1),
    )


@services
@pytest.mark.parametrize(
    ("begun", "found"),
    [
        ("KIMA", ["Élodie Kimani"]),
        ("elo", ["Élodie Kimani"]),
        ("élodie ki", ["Élodie Kimani"]),
        ("kim jong u", ["Kim Jong Un"]),
        ("un ki", ["Kim Jong Un"]),
        ("  un  ", ["Kim Jong Un"]),
        ("imberley", []),
        ("ki jong", []),
        ("kimberley x", []),
        ("gover", ["politics and government"]),
        ("POLITICS gov", ["politics and government"]),
        ("government polit", ["politics and government"]),
        ("gov polit", []),
        ("govern politics", []),
        ("conflict", []),
    ],
)
def test_a_word_begins_so_and_those_before_are_whole(begun: str, found: list[str], names: Settings) -> None:
    assert texts(suggest(begun, names))[: len(found) or 1] == found


@services
@pytest.mark.parametrize("begun", ["secret", "withheld", "killed", "kim s", "kim w", "kim k"])
def test_a_name_that_may_not_be_seen_is_not_suggested(begun: str, names: Settings) -> None:
    found = texts(suggest(begun, names, size=50))
    assert not {"Kim Secret", "Kim Withheld", "Kim Killed"} & set(found)
    assert found in ([], ["Kim Jong Un"])


@services
def test_what_is_suggested_finds_as_many_articles(names: Settings) -> None:
    for one in (*suggest("kim", names), *suggest("polit", names)):
        assert isinstance(parse(one.query), Field)
        assert search(one.query, names).total == one.count


@services
def test_size_bounds_what_is_suggested(names: Settings) -> None:
    assert texts(suggest("kim", names, size=1)) == ["Kim Jong Un"]


@services
def test_nothing_or_too_much_typed_suggests_nothing(names: Settings) -> None:
    for begun in ("", "  ", "«", "²", "\ud800", "x" * 101, "kim " * 30):
        assert suggest(begun, names) == ()


@services
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begun=typed | st.text(max_size=100))
def test_whatever_is_typed_is_answered_with_queries(begun: str, names: Settings) -> None:
    for one in suggest(begun, names, size=50):
        assert isinstance(parse(one.query), Field)


@services
@pytest.mark.parametrize("begun", ["kim*", "ki.", "/ki.*/", "k~", "ki?", "[a-z]"])
def test_no_sign_that_is_typed_is_a_pattern(begun: str, names: Settings) -> None:
    assert "Kimberley" not in texts(suggest(f"x{begun}", names))
    assert "Ana Akim" not in texts(suggest(begun, names))


MARKS = [
    sign
    for sign in map(chr, range(sys.maxunicode + 1))
    if sign.isalnum() and not re.search(r"\w", suggestions._folded(sign))
]


@given(begun=st.text(st.sampled_from([*MARKS, "\u3099", " "]), max_size=5))
def test_marks_alone_begin_no_topic(begun: str) -> None:
    found = {"begun": {"topics": {"buckets": [{"key": "sport", "doc_count": 1}]}}}
    assert MARKS
    assert list(suggestions._topics(found, begun)) == []


@services
def test_marks_alone_are_answered(names: Settings) -> None:
    for sign in MARKS:
        assert suggest(sign, names) == ()


@services
def test_a_name_is_counted_in_all_months_though_it_is_not_among_the_first_in_one(stack: Stack) -> None:
    settings = new_alias(stack)
    others = [
        about(f"{name}{turn}", name) for name in (f"Kim A{n:02}" for n in range(14)) for turn in range(2)
    ]
    july = NOON.replace(month=7)
    kim = [about("once", "Kim Z"), *(about(f"z{turn}", "Kim Z", received=july) for turn in range(2))]
    write(settings, [*others, *kim])
    assert suggest("kim", settings, size=1) == (Suggestion("Kim Z", "person", 'person:"Kim Z"', 3),)


@pytest.mark.parametrize("size", [0, 51])
def test_a_size_out_of_bounds_is_said(size: int) -> None:
    with pytest.raises(QueryError, match="is not from 1 to 50"):
        suggest("x", Settings(), size=size)
