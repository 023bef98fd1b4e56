"""Which parts of a query may be names, and what is asked for those that are."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import MAX_CLAUSES, Filters, Names, Possible, QueryError, build, parse, possible
from pipeline.query.names import MOST_WORDS, of_words
from pipeline.query.tree import And, Word
from tests.test_query import typed
from tests.test_query_elastic import ALLOWED, MAX_NESTED, depth, kinds

KP = ("iso:KP",)


def maybe(text: str, **filters: str) -> set[Possible]:
    return set(possible(parse(text), Filters(**filters)))


def words(*texts: str) -> set[Possible]:
    return {Possible(text) for text in texts}


def test_words_that_stand_side_by_side_may_be_one_name() -> None:
    assert maybe("a b c") == words("a", "b", "c", "a b", "b c", "a b c")
    assert maybe("a topic:x b") == maybe('a "x" b') == maybe("a -(-b)") == words("a", "b")
    assert maybe("a OR b -c (d OR (e f))") == words("a", "b", "c", "d", "e", "f", "e f")


def test_a_phrase_is_no_name_but_what_a_field_of_names_holds_is() -> None:
    assert maybe('"a b" topic:x source:y') == set()
    assert maybe('place:"a b" -person:c OR organization:d') == {
        Possible("a b", "LOC"),
        Possible("c", "PER"),
        Possible("d", "ORG"),
    }
    assert maybe("", place=" a b ", person="c") == {Possible("a b", "LOC"), Possible("c", "PER")}


def test_a_name_has_no_more_words_than_names_have() -> None:
    assert max(len(one.text.split()) for one in maybe("a b c d e f g h")) == MOST_WORDS
    assert len(maybe(" ".join(map(str, range(MAX_CLAUSES))))) <= MAX_CLAUSES * MOST_WORDS


def meant(text: str, *names: str) -> list[tuple[str, tuple[str, ...]]]:
    tree = parse(text)
    nodes = tree.nodes if isinstance(tree, And) else (tree,)
    found = of_words(nodes, {Possible(name): (name.upper(),) for name in names})
    return [(word.text, one.ids) for word, one in found]


def test_the_longest_name_goes_first_and_each_of_its_words_stands_for_it() -> None:
    assert meant("a b c", "a", "a b", "b c") == [("a", ("A B",)), ("b", ("A B",)), ("c", ())]
    assert meant("a topic:x b", "a b", "b") == [("a", ()), ("b", ("B",))]


def identities(query: Any) -> list[Any]:
    """What is asked of identities anywhere in a query."""
    if isinstance(query, dict):
        here = [query["identities"]] if "identities" in query else []
        return here + identities(list(query.values()))
    return [found for one in query for found in identities(one)] if isinstance(query, list) else []


def asked(text: str, names: Names, **filters: str) -> list[Any]:
    return identities(build(parse(text), Filters(**filters), names))


def test_each_word_of_a_name_is_there_where_its_bearer_is_and_all_together_count_as_one() -> None:
    names = {Possible("corée du nord"): KP}
    found = asked("missile corée du nord", names)
    assert found == [{"value": "iso:KP", "boost": 1 / 3}] * 3
    assert asked("corée nord", names) == asked('"corée du nord"', names) == []
    assert asked("nordkorea", {Possible("nordkorea"): KP}) == [{"value": "iso:KP", "boost": 0.5}]


def test_fields_and_options_ask_for_the_bearer_as_well() -> None:
    names = {Possible("nordkorea", "LOC"): KP}
    assert asked("place:nordkorea", names) == asked("-place:nordkorea", names) == [["iso:KP"]]
    assert asked("x", names, place="nordkorea") == [["iso:KP"]]
    assert asked("nordkorea person:nordkorea", names, organization="nordkorea") == []


def test_what_a_name_finds_is_what_a_minus_leaves_out() -> None:
    names = {Possible("nordkorea"): KP}
    query = build(parse("x -nordkorea"), Filters(), names)["bool"]
    assert identities(query["must_not"]) == [{"value": "iso:KP", "boost": 0.5}]
    assert identities(query["must"]) == []


def test_without_names_the_query_is_as_before() -> None:
    tree = And((Word("a"), Word("b")))
    assert build(tree, Filters()) == build(tree, Filters(), {Possible("c"): KP})


@given(typed, st.none() | typed)
def test_with_all_that_may_be_names_known_a_query_is_of_cheap_kinds(text: str, place: str | None) -> None:
    filters = Filters(place=place)
    try:
        tree = parse(text)
        names = dict.fromkeys(possible(tree, filters), ("a", "b", "c"))
        query = build(tree, filters, names)
    except QueryError:
        return
    assert set(kinds(query)) <= ALLOWED | {"terms"}
    assert depth(query) < MAX_NESTED
    assert len(identities(query)) <= 3 * MAX_CLAUSES
