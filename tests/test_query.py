"""What is typed becomes a structured query or a clear error; never Elasticsearch's own syntax."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import MAX_CHARACTERS, MAX_CLAUSES, Filters, QueryError, Words, build, parse, visible

ALLOWED = {"bool", "dis_max", "multi_match", "match_phrase", "match", "term", "prefix", "range", "exists"}
QUERY_LISTS = ("must", "should", "must_not", "filter", "queries")


def kinds(query: Any) -> Iterator[str]:
    """The kind of each query within a query."""
    for kind, content in query.items():
        yield kind
        if kind in {"bool", "dis_max"}:
            for name in QUERY_LISTS:
                for one in content.get(name, ()):
                    yield from kinds(one)


def built(typed: str = "", **filters: str) -> dict[str, Any]:
    found: dict[str, Any] = build(parse(typed), Filters(**filters))["bool"]
    return found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("poutine", Words(words=("poutine",))),
        ("  coree \t du\nnord ", Words(words=("coree", "du", "nord"))),
        ('"assistance mutuelle"', Words(phrases=("assistance mutuelle",))),
        ("«\u00a0assistance mutuelle\u00a0»", Words(phrases=("\u00a0assistance mutuelle\u00a0",))),
        ("“mutual aid” treaty", Words(words=("treaty",), phrases=("mutual aid",))),
        ("„gegenseitige Hilfe“", Words(phrases=("gegenseitige Hilfe",))),
        ("paix -guerre", Words(words=("paix",), not_words=("guerre",))),
        ('-"en guerre" paix', Words(words=("paix",), not_phrases=("en guerre",))),
        ("nord-coréen l’accord d'État", Words(words=("nord-coréen", "l’accord", "d'État"))),
        ("core\u0301e", Words(words=("corée",))),
        ("- -- ! ?? … «»", Words()),
        ('"" "!" paix', Words(words=("paix",))),
        ('avant"la phrase"après', Words(words=("avant", "après"), phrases=("la phrase",))),
        ("a\x00b \ud800c", Words(words=("a", "b", "c"))),
        (
            "*:* body:x AND (y OR z) /re/ a*",
            Words(words=("body:x", "AND", "(y", "OR", "z)", "/re/", "a*")),
        ),
    ],
)
def test_what_is_typed_is_taken_apart(typed: str, words: Words) -> None:
    assert parse(typed) == words


def test_a_quotation_mark_that_is_not_closed_is_shown() -> None:
    with pytest.raises(QueryError, match="the quotation mark at character 6 is not closed"):
        parse('paix "et guerre')


def test_too_long_and_too_many_are_said_with_the_limit() -> None:
    with pytest.raises(QueryError, match="1001 characters, 1000 are allowed"):
        parse("a" * (MAX_CHARACTERS + 1))
    with pytest.raises(QueryError, match="51 words and phrases, 50 are allowed"):
        parse("a " * (MAX_CLAUSES + 1))
    assert len(parse("a " * MAX_CLAUSES).words) == MAX_CLAUSES


def test_nothing_asked_is_an_error_but_a_filter_alone_is_not() -> None:
    for typed in ("", "  ", "!", "- -"):
        with pytest.raises(QueryError, match="nothing to search for"):
            built(typed)
    assert built(person="Poutine")["must"] == []


def test_a_word_is_looked_for_in_stems_too_and_a_phrase_as_it_is() -> None:
    (words,) = built("sanctions")["must"]
    (phrase,) = built('"sanctions"')["must"]
    assert "text_*" in str(words)
    assert "text_*" not in str(phrase)


def test_with_a_language_only_its_own_stems_are_asked() -> None:
    assert "text_fr^" in str(built("sanctions", language="fr-CA")["must"])
    assert "text_*" not in str(built("sanctions", language="fr-CA")["must"])


def test_few_words_must_all_be_there_and_most_of_many() -> None:
    (words,) = built("un deux")["must"]
    assert words["bool"]["minimum_should_match"] == "4<80%"
    assert len(words["bool"]["should"]) == 2


def test_what_may_not_be_seen_is_always_left_out() -> None:
    for query in (built("x"), built("-x"), built(topic="sport"), built('"x y"', since="2024")):
        assert query["filter"][0] == visible()


@pytest.mark.parametrize(
    ("since", "until", "limits"),
    [
        ("2024", None, {"gte": "2024-01-01T00:00:00+00:00"}),
        ("2024-06", "2024-06", {"gte": "2024-06-01T00:00:00+00:00", "lt": "2024-07-01T00:00:00+00:00"}),
        (None, "2024-12", {"lt": "2025-01-01T00:00:00+00:00"}),
        (None, "2024", {"lt": "2025-01-01T00:00:00+00:00"}),
        (None, "2024-02-29", {"lt": "2024-03-01T00:00:00+00:00"}),
        (None, "2024-06-19T12:00:00Z", {"lte": "2024-06-19T12:00:00+00:00"}),
    ],
)
def test_dates_are_as_exact_as_given(since: str | None, until: str | None, limits: dict[str, str]) -> None:
    given_ = {name: date for name, date in (("since", since), ("until", until)) if date}
    assert built("x", **given_)["filter"][1] == {"range": {"@timestamp": limits}}


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"since": "2024-13"}, "since: '2024-13' is no date such as 2024, 2024-06"),
        ({"since": "yesterday"}, "since: 'yesterday' is no date"),
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


typed = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='ab é"«»“”„-*?~:/()[]{}^\\+!&|\u0301\ud800\x00', max_size=40),
    st.lists(st.sampled_from(['"', "-", "mot", "*", "body:x", "a b", "/.*/", "~2", "OR"]), max_size=60).map(
        " ".join
    ),
)
filters = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(st.text(max_size=20), st.sampled_from(["fr", "2024-06", "Poutine", "9999"]))
        for name in ("language", "since", "until", "person", "place", "organization", "topic")
    },
)


@given(typed, filters)
def test_anything_gives_a_query_of_cheap_kinds_or_an_error(text: str, chosen: dict[str, str]) -> None:
    try:
        query = build(parse(text), Filters(**chosen))
    except QueryError:
        return
    assert set(kinds(query)) <= ALLOWED


@given(typed)
def test_every_word_that_has_a_letter_is_in_the_query(text: str) -> None:
    try:
        words = parse(text)
    except QueryError:
        return
    found = [*words.words, *words.phrases, *words.not_words, *words.not_phrases]
    assert all(any(map(str.isalnum, word)) for word in found)
    assert sum(map(str.isalnum, "".join(found))) == sum(map(str.isalnum, unicodedata.normalize("NFC", text)))
