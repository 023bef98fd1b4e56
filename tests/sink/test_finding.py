"""What is found of stories on a real Elasticsearch: columns of whatever is refreshed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.article import Replaced, article_id
from pipeline.settings import Settings
from pipeline.sink import finding
from pipeline.sink.finding import Finder, Replacer
from pipeline.stories.choice import founded
from pipeline.stories.sketch import Sketch, sketch
from tests.sink.articles import NOON
from tests.sink.telling import telling, wrote

pytestmark = pytest.mark.services

Answer = TypeVar("Answer")
FIRST, VOTE = telling("bridge"), telling("vote")


def found(settings: Settings, ask: Callable[[Finder], Awaitable[Answer]]) -> Answer:
    async def main() -> Answer:
        async with AsyncElasticsearch(str(settings.elasticsearch)) as client:
            return await ask(Finder(client, lambda: settings.index))

    return asyncio.run(main())


def made(text: str = "rewrite", moment: datetime = NOON) -> Sketch:
    of_text = sketch(telling(text))
    assert of_text is not None
    return replace(of_text, moment=moment)


def put(settings: Settings, client: Elasticsearch) -> None:
    wrote(settings, [FIRST, VOTE])
    client.indices.refresh(index=settings.index)


def test_articles_that_share_bands_are_found_as_they_were_kept(own: Settings, client: Elasticsearch) -> None:
    put(own, client)
    (near, other), _ = found(own, lambda finder: finder.near([made(), made("vote")], [FIRST.id]))
    assert [each.article for each in near] == [FIRST.id]
    assert [each.article for each in other] == [VOTE.id]
    assert near[0].sketch == replace(made("bridge"), bands=())


def test_articles_by_their_ids_come_with_their_bands(own: Settings, client: Elasticsearch) -> None:
    put(own, client)
    (only,) = found(own, lambda finder: finder.these([FIRST.id]))
    assert only.sketch == made("bridge")


@pytest.mark.parametrize("days", [-4, 4])
def test_what_was_written_days_before_or_after_is_not_found(
    days: int, own: Settings, client: Elasticsearch
) -> None:
    put(own, client)
    moment = NOON + timedelta(days=days)
    (near,), _ = found(own, lambda finder: finder.near([made(moment=moment)], [FIRST.id]))
    assert near == []


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_moments_like_any(
    moment: datetime, own: Settings, client: Elasticsearch
) -> None:
    put(own, client)
    assert found(own, lambda finder: finder.near([made(moment=moment)], [FIRST.id])) == ([[]], {})


def test_who_withdraws_an_article_counts_more_than_who_hides_it(own: Settings, client: Elasticsearch) -> None:
    hides = telling("take", "a", replaces=Replaced(guid="bridge", status="usable"))
    withdraws = telling("take", "b", replaces=Replaced(guid="bridge", status="canceled"))
    wrote(own, [hides, withdraws])
    client.indices.refresh(index=own.index)
    _, replacers = found(own, lambda finder: finder.near([], [FIRST.id, VOTE.id]))
    assert replacers == {FIRST.id: Replacer(article_id("Test", "b", ""), canceled=True, story=founded(hides))}


@pytest.mark.parametrize("limit", ["PORTION", "SKETCHES", "STORIES"])
def test_more_than_goes_into_one_search_or_request_is_asked_for_in_several(
    limit: str, own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, limit, 2)
    put(own, client)
    near, _ = found(own, lambda finder: finder.near([made()] * 5, [FIRST.id]))
    assert [[each.article for each in one] for one in near] == [[FIRST.id]] * 5
    story = founded(FIRST)
    members = found(own, lambda finder: finder.members({each: [NOON] for each in (story, "b", "c")}))
    assert [each.article for each in members] == [FIRST.id]


def test_the_articles_of_stories_and_what_was_written_since_are_found(
    own: Settings, client: Elasticsearch
) -> None:
    before = datetime.now(UTC)
    put(own, client)
    story = founded(FIRST)
    members = found(own, lambda finder: finder.members({story: [NOON]}))
    assert [(each.article, each.story) for each in members] == [(FIRST.id, story)]
    assert found(own, lambda finder: finder.carrying([story], 9)) == [FIRST.id]
    assert found(own, lambda finder: finder.written(before)) == {FIRST.id, VOTE.id}
    assert found(own, lambda finder: finder.written(datetime.now(UTC))) == set()
    (whole,) = found(own, lambda finder: finder.these([FIRST.id, "f" * 32]))
    assert whole.sketch == made("bridge")


def test_a_story_of_many_articles_hides_no_other(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "OF_A_STORY", 2)
    created = [f"{NOON + timedelta(minutes=place):%Y-%m-%dT%H:%M:%SZ}" for place in range(6)]
    many = [telling("bridge", f"g{place}", created=each) for place, each in enumerate(created)]
    wrote(own, [VOTE, *many])
    client.indices.refresh(index=own.index)
    wanted = dict.fromkeys([founded(VOTE), founded(many[0])], (NOON,))
    members = found(own, lambda finder: finder.members(wanted))
    latest = {each.id for each in many[-2:]}
    assert {each.article for each in members} == {VOTE.id} | latest
    assert len(members) == 3


@pytest.mark.parametrize(("days", "seen"), [(3, True), (-3, True), (4, False), (-4, False)])
def test_articles_of_a_story_are_of_its_own_window(
    days: int, seen: bool, own: Settings, client: Elasticsearch
) -> None:
    put(own, client)
    wanted = {founded(FIRST): (NOON + timedelta(days=days),), founded(VOTE): (NOON, NOON - timedelta(days=9))}
    members = found(own, lambda finder: finder.members(wanted))
    assert {each.article for each in members} == {VOTE.id} | ({FIRST.id} if seen else set())


def test_nothing_is_found_where_no_index_is(own: Settings) -> None:
    assert found(own, lambda finder: finder.near([made()], [FIRST.id])) == ([[]], {})
    assert found(own, lambda finder: finder.members({})) == []
    assert found(own, lambda finder: finder.these([])) == []
