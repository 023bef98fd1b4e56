"""The tree as Elasticsearch's query: never its own syntax, always cheap, and it asks what the tree says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import (
    MAX_CLAUSES,
    MAX_DEPTH,
    And,
    Field,
    Filters,
    Node,
    Not,
    Or,
    Phrase,
    QueryError,
    Word,
    build,
    language_of,
    parse,
    visible,
)
from tests.test_query import attempt, typed

ALLOWED = {"bool", "dis_max", "multi_match", "match_phrase", "match", "term", "prefix", "range", "exists"}
QUERY_LISTS = ("must", "should", "must_not", "filter", "queries")
MAX_NESTED = 30  # indices.query.bool.max_nested_depth, as Elasticsearch ships


def below(query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The queries directly within a query."""
    for content in query.values():
        for name in QUERY_LISTS:
            if isinstance(content, dict):
                yield from content.get(name, ())


def kinds(query: dict[str, Any]) -> Iterator[str]:
    """The kind of each query within a query."""
    yield from query
    for one in below(query):
        yield from kinds(one)


def depth(query: dict[str, Any]) -> int:
    return 1 + max(map(depth, below(query)), default=0)


def built(text: str = "", **filters: str) -> dict[str, Any]:
    found: dict[str, Any] = build(parse(text), Filters(**filters))["bool"]
    return found


def test_nothing_asked_is_an_error_but_a_filter_or_field_alone_is_not() -> None:
    for text in ("", "  ", "!", "- -", "()"):
        with pytest.raises(QueryError, match="nothing to search for"):
            built(text)
    assert built(person="Poutine")["must"] == built("person:Poutine")["must"] == []


def test_a_word_is_looked_for_in_stems_too_and_a_phrase_as_it_is() -> None:
    (words,) = built("sanctions")["must"]
    (phrase,) = built('"sanctions"')["must"]
    assert "text_*" in str(words)
    assert "text_*" not in str(phrase)


@pytest.mark.parametrize(
    ("text", "filters"),
    [("sanctions", {"language": "fr-CA"}), ("sanctions language:FR", {}), ('language:"fr" x OR y', {})],
)
def test_with_a_language_only_its_own_stems_are_asked(text: str, filters: dict[str, str]) -> None:
    assert "text_fr^" in str(built(text, **filters)["must"])
    assert "text_*" not in str(built(text, **filters)["must"])


@pytest.mark.parametrize("text", ["x", "x OR language:fr", "x -language:fr", "x language:fr OR language:en"])
def test_a_language_that_not_every_hit_must_have_chooses_no_stems(text: str) -> None:
    assert language_of(parse(text), Filters()) is None


def test_few_words_must_all_be_there_and_most_of_many() -> None:
    (words,) = built("un deux topic:x")["must"]
    assert words["bool"]["minimum_should_match"] == "4<80%"
    assert len(words["bool"]["should"]) == 2
    (excluded,) = built("-(un deux trois quatre cinq)")["must_not"]
    assert len(excluded["bool"]["must"]) == 5


def test_words_that_stand_together_count_for_more() -> None:
    (close,) = built("un -zero deux topic:x")["should"]
    assert close["match_phrase"]["body"]["query"] == "un deux"
    assert built("un")["should"] == built("un OR deux")["should"] == []


def test_fields_rank_nothing() -> None:
    query = built("topic:x OR person:y source:AFP")
    (either,) = query["must"]
    for one in either["bool"]["should"]:
        assert one["bool"]["must"] == one["bool"]["should"] == []
        assert len(one["bool"]["filter"]) == 1
    assert query["filter"][1:] == [{"term": {"source": {"value": "AFP", "case_insensitive": True}}}]


def test_an_id_is_an_identity_or_an_article_in_any_case() -> None:
    assert built("id:3F2A")["filter"][1]["bool"]["should"] == [
        {"term": {"identities": {"value": "3F2A", "case_insensitive": True}}},
        {"term": {"id": "3f2a"}},
    ]


def emptiness(query: Any) -> list[str]:
    """What each word or phrase finds of which the analyzer leaves nothing."""
    if isinstance(query, dict):
        here = [query["zero_terms_query"]] if "zero_terms_query" in query else []
        return here + emptiness(list(query.values()))
    return [found for one in query for found in emptiness(one)] if isinstance(query, list) else []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('² "²"', ["all", "all"]),
        ("-²", ["none"]),
        ("a OR ²", ["none", "none"]),
        ("a OR -²", ["none", "all"]),
        ("-(a OR ²)", ["none", "none"]),
        ("-(-²)", ["all"]),
        ("a OR (b ²)", ["none", "all", "all"]),
    ],
)
def test_a_word_of_which_nothing_is_left_is_no_condition_where_it_stands(text: str, found: list[str]) -> None:
    assert emptiness(build(parse(text), Filters())) == found


def test_what_may_not_be_seen_is_always_left_out() -> None:
    for query in (
        built("x"),
        built("-x"),
        built(topic="sport"),
        built('"x y"', since="2024"),
        built("a OR b"),
    ):
        assert query["filter"][0] == visible()


def test_options_and_fields_go_together() -> None:
    query = built("x since:2024", until="2024", topic="sport")
    assert [list(one) for one in query["filter"][1:]] == [["bool"], ["range"], ["range"]]


DATES = [
    ("since:2024", {"gte": "2024-01-01T00:00:00+00:00"}),
    ("until:2024-12", {"lt": "2025-01-01T00:00:00+00:00"}),
    ("until:2024", {"lt": "2025-01-01T00:00:00+00:00"}),
    ("until:2024-02-29", {"lt": "2024-03-01T00:00:00+00:00"}),
    ("until:2024-06-19T12:00:00Z", {"lte": "2024-06-19T12:00:00+00:00"}),
    ("since:2d", {"gte": "now-2d"}),
    ("since:90MIN", {"gte": "now-90m"}),
    ("since:3h", {"gte": "now-3h"}),
    ("since:1w", {"gte": "now-1w"}),
    ("since:today", {"gte": "now/d"}),
    ("since:Yesterday", {"gte": "now-1d/d"}),
    ("until:yesterday", {"lt": "now/d"}),
    ("until:today", {"lt": "now+1d/d"}),
    ("until:2d", {"lte": "now-2d"}),
]


@pytest.mark.parametrize(("text", "limits"), DATES)
def test_dates_are_as_exact_as_given(text: str, limits: dict[str, str]) -> None:
    wanted = {"range": {"@timestamp": limits}}
    name, _, value = text.partition(":")
    assert built(text)["filter"][1] == built("x", **{name: value})["filter"][1] == wanted


def test_since_and_until_as_options_are_one_range() -> None:
    limits = {"gte": "2024-06-01T00:00:00+00:00", "lt": "2024-07-01T00:00:00+00:00"}
    assert built(since="2024-06", until="2024-06")["filter"][1:] == [{"range": {"@timestamp": limits}}]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("2024-06", {"gte": "2024-06-01T00:00:00+00:00", "lt": "2024-07-01T00:00:00+00:00"}),
        ("2024..2024", {"gte": "2024-01-01T00:00:00+00:00", "lt": "2025-01-01T00:00:00+00:00"}),
        ("2023-12..2024-01-02", {"gte": "2023-12-01T00:00:00+00:00", "lt": "2024-01-03T00:00:00+00:00"}),
        ("2024..", {"gte": "2024-01-01T00:00:00+00:00"}),
        ("..2024", {"lt": "2025-01-01T00:00:00+00:00"}),
        ("2d..3h", {"gte": "now-2d", "lte": "now-3h"}),
        ("yesterday", {"gte": "now-1d/d", "lt": "now/d"}),
        (
            "2024-06-19T12:00:00.5Z..2024-06-19T12:00:00.5Z",
            {"gte": "2024-06-19T12:00:00.500000+00:00", "lte": "2024-06-19T12:00:00.500000+00:00"},
        ),
    ],
)
def test_created_takes_a_date_or_a_range(text: str, limits: dict[str, str]) -> None:
    assert built(f"created:{text}")["filter"][1] == {"range": {"created": limits}}


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"since": "2024-13"}, "since: '2024-13' is no date such as 2024, 2024-06"),
        ({"since": "tomorrow"}, "since: 'tomorrow' is no date"),
        ({"until": "2024-02-30"}, "until: '2024-02-30' is no date"),
        ({"until": "0000"}, "until: '0000' is no date"),
        ({"until": "9999"}, "until: '9999' has no end"),
        ({"until": "9999-12-31"}, "until: '9999-12-31' has no end"),
        ({"language": "français"}, "language: 'français' is no language tag"),
        ({"person": " "}, "person: nothing is given"),
        ({"topic": "!"}, "topic: nothing is given"),
        ({"place": "x" * 1001}, "place: 1001 characters, 1000 are allowed"),
    ],
)
def test_a_filter_that_is_none_is_said(filters: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError) as error:
        built("x", **filters)
    assert str(error.value).startswith(said)
    assert error.value.position is None


filters = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(st.text(max_size=20), st.sampled_from(["fr", "2024-06", "2d", "Poutine", "9999"]))
        for name in ("language", "since", "until", "person", "place", "organization", "topic")
    },
)


@given(typed, filters)
def test_anything_gives_a_query_of_cheap_kinds_or_an_error(text: str, chosen: dict[str, str]) -> None:
    try:
        query = build(parse(text), Filters(**chosen))
    except QueryError:
        return
    found = list(kinds(query))
    assert set(found) <= ALLOWED
    assert found.count("dis_max") <= MAX_CLAUSES
    assert depth(query) < MAX_NESTED


@pytest.mark.parametrize("group", ["x OR -({})", "x -({})", "x OR (y {})", "x -(y OR (z -{}))"])
def test_the_deepest_query_is_less_deep_than_elasticsearch_allows(group: str) -> None:
    text = "word"
    while not isinstance(attempt(group.format(text)), QueryError):
        text = group.format(text)
    assert text.count("(") in range(MAX_DEPTH - 1, MAX_DEPTH + 1)
    assert depth(build(parse(text), Filters())) < MAX_NESTED


# The tree and Elasticsearch's query, each read for small texts: they must agree on all of them.

LETTERS = ("a", "b", "c", "d")
TEXTS = [set(some) for size in range(5) for some in combinations((*LETTERS, "source"), size)]


def holds(tree: Node, text: set[str]) -> bool:
    match tree:
        case Word(word) | Phrase(word):
            return word in text
        case Field(name, _):
            return name in text
        case Not(inner):
            return not holds(inner, text)
        case And(nodes):
            return all(holds(one, text) for one in nodes)
        case Or(nodes):
            return any(holds(one, text) for one in nodes)


def finds(query: dict[str, Any], text: set[str]) -> bool:
    ((kind, content),) = query.items()
    match kind:
        case "bool":
            some = sum(finds(one, text) for one in content.get("should", ()))
            least = 0 if content.get("must") or content.get("filter") or not content.get("should") else 1
            if enough := content.get("minimum_should_match"):
                least = len(content["should"]) if enough == "4<80%" else enough
            every = [*content.get("must", ()), *content.get("filter", ())]
            none = content.get("must_not", ())
            return (
                some >= least
                and all(finds(one, text) for one in every)
                and not any(finds(one, text) for one in none)
            )
        case "dis_max":
            return any(finds(one, text) for one in content["queries"])
        case "match_phrase":
            return content["body"]["query"] in text
        case "multi_match":
            return content["query"] in text
        case _:
            return next(iter(content)) in text


leaf = st.one_of(
    st.sampled_from(LETTERS).map(Word), st.sampled_from(LETTERS).map(Phrase), st.just(Field("source", "x"))
)


def grouped(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, some), st.builds(Or, some))


@given(st.recursive(leaf, grouped, max_leaves=12))
def test_what_elasticsearch_is_asked_is_what_the_tree_says(tree: Node) -> None:
    query = build(tree, Filters())
    for text in TEXTS:
        assert finds(query, text) == holds(tree, text)
