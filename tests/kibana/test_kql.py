"""The part of Kibana's query language that the other tests rely on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kibana.kql import Tree


@pytest.mark.parametrize(
    ("text", "dsl"),
    [
        ("", {"match_all": {}}),
        ("  ", {"match_all": {}}),
        ("status: OK", {"match": {"status": "OK"}}),
        ("status:OK", {"match": {"status": "OK"}}),
        ('source: "Agence France"', {"match_phrase": {"source": "Agence France"}}),
        ("partition: *", {"exists": {"field": "partition"}}),
        ("embargo > now", {"range": {"embargo": {"gt": "now"}}}),
        ("urgency >= 1", {"range": {"urgency": {"gte": "1"}}}),
        ("urgency<=3", {"range": {"urgency": {"lte": "3"}}}),
        ("not a: b", {"bool": {"must_not": [{"match": {"a": "b"}}]}}),
        ("a: 1 and b: 2", {"bool": {"filter": [{"match": {"a": "1"}}, {"match": {"b": "2"}}]}}),
        ("a: 1 or b: 2", {"bool": {"should": [{"match": {"a": "1"}}, {"match": {"b": "2"}}]}}),
        (
            "a: 1 or b: 2 and c: 3",
            {
                "bool": {
                    "should": [
                        {"match": {"a": "1"}},
                        {"bool": {"filter": [{"match": {"b": "2"}}, {"match": {"c": "3"}}]}},
                    ]
                }
            },
        ),
        (
            "not (a: 1 and b: *)",
            {
                "bool": {
                    "must_not": [{"bool": {"filter": [{"match": {"a": "1"}}, {"exists": {"field": "b"}}]}}]
                }
            },
        ),
    ],
)
def test_a_query_becomes_what_kibana_makes_of_it(text: str, dsl: Any) -> None:
    assert Tree(text).dsl == dsl


@pytest.mark.parametrize(
    "text",
    ["a", "a:", ": b", "a: b c", "(a: b", "a: b)", "a: b*", "and: b", "a: b and", "a > ", 'a: "b', "a: (b)"],
)
def test_what_it_does_not_know_is_an_error_and_no_guess(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Tree(text)


def test_the_fields_are_told_in_their_order() -> None:
    assert Tree("not a: b and (c.d: * or @timestamp > now)").fields == ["a", "c.d", "@timestamp"]
