"""What one article says of another: pure changes of documents, the same however often they are made."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import EnrichedArticle, Provenance, Replaced, article_id
from pipeline.sink.changes import (
    PROVENANCES,
    came_from,
    preceded,
    renamed,
    replaced,
    replaced_id,
    takes_place,
)
from pipeline.sink.document import document, related
from tests.sink.articles import article

NOW = datetime(2024, 6, 20, tzinfo=UTC)


def from_feed(feed: str, version: int = 1, **fields: Any) -> EnrichedArticle:
    place = Provenance(feed=feed, format="text", location=f"{feed}.txt", offset=version)
    return article(version=version, provenance=place, **fields)


def kept(*articles: EnrichedArticle) -> dict[str, Any]:
    """The document after some articles were written one after the other."""
    fields: dict[str, Any] = {}
    for each in articles:
        if each.version >= fields.get("version", 0):
            kin = came_from(each, fields) | takes_place(each, fields)
            fields = related(document(each, NOW), kin)
        else:
            fields = dict(preceded(each)(fields))
    return fields


def places(fields: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["feed"], each["offset"]) for each in fields["provenances"]]


def test_the_provenances_of_all_versions_are_listed_in_their_order() -> None:
    one, two, three = from_feed("afp"), from_feed("dpa", 2), from_feed("afp", 3)
    expected = [("afp", 1), ("dpa", 2), ("afp", 3)]
    assert places(kept(one, two, three)) == places(kept(two, three, one)) == expected
    assert kept(one, two, three)["feed"] == kept(two, one, three)["feed"] == ["afp", "dpa"]


def test_a_document_from_before_there_were_lists_of_provenances_has_one_that_counts() -> None:
    old = {"version": 1, "feed": "afp", "provenance": kept(from_feed("afp"))["provenance"]}
    found = came_from(from_feed("dpa", 2), old)
    assert [each["feed"] for each in found["provenances"]] == found["feed"] == ["afp", "dpa"]


def test_a_change_that_is_kept_for_later_does_not_keep_the_article() -> None:
    late = from_feed("afp")
    before = sys.getrefcount(late)
    change = preceded(late)
    assert sys.getrefcount(late) == before
    assert places(dict(change(kept(from_feed("dpa", 2))))) == [("afp", 1), ("dpa", 2)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=1, max_size=60))
def test_provenances_are_bounded_and_distinct_and_hold_the_last_one(steps: list[tuple[str, int]]) -> None:
    found = kept(*(from_feed(feed, version) for feed, version in steps))
    assert len(found["provenances"]) <= PROVENANCES
    assert len(set(places(found))) == len(places(found))
    assert set(found["feed"]) <= {feed for feed, _ in steps}
    newest = max(version for _, version in steps)
    assert newest in [offset for _, offset in places(found)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=10))
def test_what_comes_again_changes_nothing(steps: list[tuple[str, int]]) -> None:
    articles = [from_feed(feed, version) for feed, version in steps]
    once = kept(*articles)
    again = dict(once)
    for each in articles:
        again |= came_from(each, again)
    assert again == once


def test_an_article_replaces_another_of_its_own_source_and_never_itself() -> None:
    assert replaced_id(article()) is None
    assert replaced_id(article(replaces=Replaced(guid="old"))) == article_id("Test", "old", "")
    assert replaced_id(article("g1", replaces=Replaced(guid="g1"))) is None


def test_what_a_version_replaces_stays_whatever_later_versions_say() -> None:
    one = from_feed("afp", 1, replaces=Replaced(guid="old"))
    two, kill = from_feed("afp", 2), from_feed("afp", 3, status="canceled")
    for found in (kept(one, two), kept(two, one), kept(one, two, kill), kept(kill, one)):
        assert found["replaces_id"] == article_id("Test", "old", "")
        assert found["replaces"]["guid"] == "old"


def test_of_two_that_are_replaced_the_one_that_the_newer_version_names_counts() -> None:
    one = from_feed("afp", 1, replaces=Replaced(guid="old"))
    two = from_feed("afp", 2, replaces=Replaced(guid="older"))
    assert kept(one, two)["replaces"]["guid"] == kept(two, one)["replaces"]["guid"] == "older"


def test_what_is_replaced_keeps_its_text_unless_it_is_withdrawn() -> None:
    whole = kept(from_feed("afp", headline="Pont"))
    hidden, gone = replaced("new", canceled=False)(whole), replaced("new", canceled=True)(whole)
    assert hidden == {**whole, "replaced_by": "new"}
    assert (gone["status"], gone["replaced_by"]) == ("canceled", "new")
    assert gone.keys().isdisjoint({"headline", "body", "title"})
    assert gone["provenances"] == whole["provenances"]


def test_who_replaces_first_is_named_and_whoever_withdraws_does_so() -> None:
    hidden = replaced("new", canceled=False)(kept(from_feed("afp")))
    assert replaced("other", canceled=False)(hidden) == hidden
    assert replaced("other", canceled=True)(hidden)["replaced_by"] == "new"
    assert replaced("other", canceled=True)(hidden)["status"] == "canceled"


@pytest.mark.parametrize(
    "change",
    [
        replaced("new", canceled=False),
        replaced("new", canceled=True),
        renamed({"a": "0"}),
        preceded(from_feed("dpa", 0, replaces=Replaced(guid="old"))),
    ],
    ids=["replaced", "withdrawn", "renamed", "preceded"],
)
def test_a_change_that_is_made_twice_is_made_once(change: Any) -> None:
    whole = kept(from_feed("afp")) | {"story_id": "a"}
    assert change(change(whole)) == change(whole) != whole


def test_only_articles_of_a_story_that_is_another_get_its_id() -> None:
    change = renamed({"b": "a", "c": "a"})
    assert [change({"story_id": story}).get("story_id") for story in "abcd"] == ["a", "a", "a", "d"]
    assert change({"status": "canceled"}) == {"status": "canceled"}


def test_a_kill_has_no_other_fields_than_before_but_those_of_its_kin() -> None:
    kill = kept(from_feed("afp", status="canceled", replaces=Replaced(guid="old", status=UNSET)))
    assert set(kill) == {
        *("@timestamp", "id", "guid", "source", "version", "status", "received", "enriched", "indexed"),
        *("provenance", "provenances", "feed", "replaces", "replaces_id"),
    }
