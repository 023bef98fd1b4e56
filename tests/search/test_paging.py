"""Hits one a story, page after page: each story once, whatever the size of a page."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.query import QueryError
from pipeline.search import Filters, Hit, Results, Sort, search, story
from pipeline.search import paging as paging_module
from pipeline.search.asking import searched
from pipeline.search.cursors import Place, digest, text_of
from pipeline.settings import Settings
from tests.search.news import new_alias, tell, write
from tests.sink.articles import article

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services

STORIES = {"giant": range(25), "five": range(25, 30), "three": range(30, 33), "own": range(33, 34)}
ALONE = range(34, 40)
HIDDEN = (27, 31)
START = datetime(2026, 1, 1, tzinfo=UTC)
EVER = Filters(since="1900")
SORTS: tuple[Sort, ...] = get_args(Sort)


def one(number: int) -> str:
    return f"n{number}"


def id_of(number: int) -> str:
    return article(one(number)).id


STORY_OF = {id_of(number): name for name, numbers in STORIES.items() for number in numbers}


@pytest.fixture(scope="module")
def wire(stack: Stack) -> Settings:
    """Forty articles, two that may not be seen; four stories, and six articles of no story."""
    settings = new_alias(stack)
    end = datetime.now(UTC) + timedelta(days=1)
    articles = [
        article(
            one(number),
            body=f"Un séisme {'et un séisme ' * (number * 7 % 5)}à Oslo le {number}.",
            created=(START + timedelta(hours=number * 11 % 40)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            embargo=end if number in HIDDEN else msgspec.UNSET,
        )
        for number in range(40)
    ]
    write(settings, articles)
    named = {one(number): {"story_id": name} for name, numbers in STORIES.items() for number in numbers}
    tell(settings, named | {one(number): {"story_id": None} for number in ALONE})
    return settings


@services
@pytest.mark.parametrize("size", [1, 3])
def test_a_story_stays_on_the_first_page_though_a_better_take_comes_meanwhile(
    size: int, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = new_alias(stack)
    write(settings, [article("first", body="Un séisme.", created="2026-01-01")])
    tell(settings, {"first": {"story_id": "s"}})
    asked = 0

    def and_write(*arguments: Any, **options: Any) -> Mapping[str, Any]:
        nonlocal asked
        answer = searched(*arguments, **options)
        asked += 1
        if asked == 1:
            write(settings, [article("second", body="Un séisme.", created="2026-01-02")])
            tell(settings, {"second": {"story_id": "s"}})
        return answer

    monkeypatch.setattr(paging_module, "searched", and_write)
    assert [hit.story for hit in search("séisme", settings, size=size, sort="newest").hits] == ["s"]


def walk(settings: Settings, size: int, sort: Sort, *, collapse: bool = True) -> Iterator[Results]:
    """Each page of a search."""
    after = None
    while True:
        page = search("séisme", settings, size=size, sort=sort, after=after, collapse=collapse)
        yield page
        after = page.after
        if after is None:
            return


def ids(pages: Iterator[Results]) -> list[str]:
    return [hit.id for page in pages for hit in page.hits]


def firsts(articles: list[str]) -> list[str]:
    """Of articles in order the first of each story."""
    found: dict[str, str] = {}
    for id_ in articles:
        found.setdefault(STORY_OF.get(id_, id_), id_)
    return list(found.values())


@services
@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_any_size_hold_the_first_of_each_story_in_order(wire: Settings, sort: Sort) -> None:
    everything = search("séisme", wire, size=100, sort=sort, collapse=False)
    articles = [hit.id for hit in everything.hits]
    assert len(articles) == everything.total == 38
    assert everything.stories is None
    for size in (1, 3, 9, 10, 50):
        assert ids(walk(wire, size, sort)) == firsts(articles)
    for size in (7, 38):
        assert ids(walk(wire, size, sort, collapse=False)) == articles


@services
def test_no_page_but_the_last_is_short_and_each_says_how_many_there_are(wire: Settings) -> None:
    pages = list(walk(wire, 3, "relevance"))
    assert [len(page.hits) for page in pages] == [3, 3, 3, 1]
    assert {(page.total, page.stories) for page in pages} == {(38, 10)}
    assert [page.after is None for page in pages] == [False, False, False, True]


@services
def test_under_a_hit_stand_the_newest_others_of_its_story_that_may_be_seen(wire: Settings) -> None:
    hits = {hit.story: hit for hit in search("séisme", wire, size=20).hits}
    counts = {name: hit.others for name, hit in hits.items() if name in STORIES}
    assert counts == {"giant": 24, "five": 3, "three": 1, "own": 0}
    assert len(hits["giant"].members) == 5
    assert all(not hit.others and not hit.members for name, hit in hits.items() if name not in STORIES)
    for hit in hits.values():
        assert hit.id not in {member.id for member in hit.members}
        dates = [str(member.created) for member in hit.members]
        assert dates == sorted(dates, reverse=True)
    hidden = {id_of(number) for number in HIDDEN}
    assert not hidden & {member.id for hit in hits.values() for member in hit.members}


@services
def test_others_of_a_story_stand_under_a_hit_though_they_do_not_answer(wire: Settings) -> None:
    (hit,) = search('"Oslo le 30"', wire).hits
    assert (hit.id, hit.others) == (id_of(30), 1)
    assert [member.id for member in hit.members] == [id_of(32)]
    member = hit.members[0]
    assert (member.title, member.source, member.version, member.language) == (
        "Un séisme et un séisme et un séisme et un séisme et un séisme à Oslo le 32.",
        "Test",
        1,
        "fr",
    )


@services
def test_a_story_is_all_its_articles_that_may_be_seen_the_newest_first(wire: Settings) -> None:
    found = story("five", wire)
    assert {hit.id for hit in found} == {id_of(number) for number in (25, 26, 28, 29)}
    assert [hit.created for hit in found] == sorted((str(hit.created) for hit in found), reverse=True)
    assert story("five", wire, size=2) == found[:2]
    assert [hit.id for hit in story(id_of(35), wire)] == [id_of(35)]
    assert story(id_of(25), wire) == story("\ud800", wire) == ()


@services
def test_a_story_that_goes_on_between_two_pages_does_not_come_twice(stack: Stack) -> None:
    own = new_alias(stack)
    write(own, [article(one(number), created=f"2026-01-{number + 10}", body="séisme") for number in range(6)])
    tell(own, {one(number): {"story_id": f"s{number % 3}"} for number in range(6)})
    first = search("séisme", own, size=2, sort="newest")
    assert [hit.story for hit in first.hits] == ["s2", "s1"]
    write(own, [article("later", created="2026-02-01", body="séisme")])
    tell(own, {"later": {"story_id": "s1"}})
    second = search("séisme", own, size=2, sort="newest", after=first.after)
    assert [hit.story for hit in second.hits] == ["s0"]
    assert second.after is None


@services
def test_a_page_that_stops_early_says_where_to_go_on(wire: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging_module, "_MOST_ROUNDS", 1)
    monkeypatch.setattr(paging_module, "_SPARE", 0)
    pages = list(walk(wire, 2, "oldest"))
    everything = [hit.id for hit in search("séisme", wire, size=100, sort="oldest", collapse=False).hits]
    assert [hit.id for page in pages for hit in page.hits] == firsts(everything)
    assert any(len(page.hits) < 2 for page in pages[:-1])


@services
def test_a_place_belongs_to_its_query_filters_order_and_index(wire: Settings, news: Settings) -> None:
    after = search("séisme", wire, size=2).after
    assert search("séisme", wire, size=5, after=after).hits
    for settings, filters, sort, collapse in (
        (wire, EVER, "relevance", True),
        (wire, Filters(), "newest", True),
        (wire, Filters(), "relevance", False),
        (news, Filters(), "relevance", True),
    ):
        with pytest.raises(QueryError, match="belongs to another query"):
            search("séisme", settings, filters, sort=sort, collapse=collapse, after=after)  # type: ignore[arg-type]  # each as drawn
    with pytest.raises(QueryError, match="belongs to another query"):
        search("séismes", wire, after=after)


def place(settings: Settings, sort: Sort, **fields: object) -> str:
    """A place as somebody forges it, of the right query."""
    usual = {"asked": digest(settings.index, "x", Filters(), sort, True), "now": 0, "moment": 0, "id": ""}
    return text_of(Place(**usual | fields))  # type: ignore[arg-type]  # each as drawn


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "=",
        "é",
        "\ud800",
        "A" * 100_000,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(msgspec.msgpack.encode([1] * 10_000)).decode(),
        base64.urlsafe_b64encode(b"\x91" * 3000).decode(),
        place(Settings(), "newest", score=1.0),
        place(Settings(), "relevance"),
        place(Settings(), "relevance", score=float("nan")),
        place(Settings(), "relevance", score=float("inf")),
        place(Settings(), "relevance", score=-1.0),
        place(Settings(), "newest", moment=10**18),
        place(Settings(), "newest", now=-(10**18)),
        place(Settings(), "newest", id="x" * 2000),
    ],
    ids=lambda after: after[:12].encode(errors="replace").decode(),
)
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_a_place_that_is_none_is_refused_before_anybody_is_asked(after: str, sort: Sort) -> None:
    with pytest.raises(QueryError, match=r"^after: this "):
        search("x", Settings(), sort=sort, after=after)


@services
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    now=st.integers(-62_135_596_800_000, 253_402_300_799_999),
    moment=st.integers(-62_135_596_800_000, 253_402_300_799_999),
    id_=st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    score=st.floats(0, 3e38),
)
def test_any_place_within_bounds_is_answered(
    now: int, moment: int, id_: str, score: float, wire: Settings
) -> None:
    for sort in SORTS:
        asked = digest(wire.index, "séisme", Filters(), sort, True)
        ranked = {"score": score} if sort == "relevance" else {}
        after = text_of(Place(asked=asked, now=now, moment=moment, id=id_, **ranked))
        found: tuple[Hit, ...] = search("séisme", wire, size=3, sort=sort, after=after).hits
        assert len(found) <= 3
