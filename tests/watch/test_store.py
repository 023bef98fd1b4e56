"""The watches in a real Elasticsearch, and the copy under embargo beside them."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import BulkIndexError

from pipeline.settings import Settings
from pipeline.sink.templates import UnfitIndexError
from pipeline.watch import WatchError, watches
from pipeline.watch import store as stores
from pipeline.watch.store import Mark, Store, Waiting
from tests.services import Stack, apart
from tests.sink.faulty import FaultyProxy
from tests.watch.saved import keep, made, store

pytestmark = pytest.mark.services

Result = TypeVar("Result")
PAST = datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture
def article() -> str:
    """An id that no other test has: Elasticsearch remembers the versions of what was deleted for a while."""
    return uuid.uuid4().hex


def on(settings: Settings, work: Callable[[Store], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        async with store(settings) as kept:
            return await work(kept)

    return asyncio.run(main())


def names(settings: Settings) -> list[str]:
    async def every(kept: Store) -> list[str]:
        return [each.name async for each in kept.all()]

    return on(settings, every)


def test_a_watch_is_kept_whole(settings: Settings) -> None:
    one = made(settings, "one", "kim OR xi", webhook="https://a.example/x?y=1", secret_env="SECRET")  # noqa: S106 - a variable's name
    keep(settings, one)
    assert on(settings, lambda kept: kept.get("one")) == one


def test_watches_come_by_their_names_however_many(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_PAGE", 2)
    wanted = ["a", "a-1", "b", "c.d", "z_9"]
    keep(settings, *(made(settings, name) for name in reversed(wanted)))
    assert names(settings) == wanted


def test_two_watches_cannot_have_one_name(settings: Settings) -> None:
    keep(settings, made(settings, "one", "a"))
    with pytest.raises(WatchError, match="newswire watch remove one"):
        keep(settings, made(settings, "one", "b"))
    assert on(settings, lambda kept: kept.get("one")).query == "a"


@pytest.mark.parametrize("act", [lambda kept: kept.get("none"), lambda kept: kept.remove("none")])
def test_a_watch_that_is_not_there_is_told(settings: Settings, act: Callable[[Store], Any]) -> None:
    with pytest.raises(WatchError, match="no watch 'none': `newswire watch list`"):
        on(settings, act)


def test_nothing_is_watched_before_anybody_adds_a_watch(stack: Stack) -> None:
    """There is no index yet; asking makes none."""
    settings = apart(stack.settings)
    assert names(settings) == []
    assert on(settings, lambda kept: kept.mark()) == Mark(0, 0)
    with pytest.raises(WatchError):
        on(settings, lambda kept: kept.get("one"))


def test_there_is_an_end_to_how_many_there_are(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MOST", 2)
    keep(settings, made(settings, "a"), made(settings, "b"))
    with pytest.raises(WatchError, match="2 are allowed"):
        keep(settings, made(settings, "c"))


def test_there_is_an_end_to_how_many_have_a_webhook(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MOST_WEBHOOKS", 1)
    keep(settings, made(settings, "a", webhook="https://a.example"), made(settings, "b"))
    with pytest.raises(WatchError, match="1 watches with a webhook"):
        keep(settings, made(settings, "c", webhook="https://a.example"))
    keep(settings, made(settings, "d"))


def test_the_mark_tells_each_change(settings: Settings) -> None:
    marks = [on(settings, lambda kept: kept.mark())]
    for act in (
        lambda kept: kept.add(made(settings, "a")),
        lambda kept: kept.add(made(settings, "b")),
        lambda kept: kept.remove("a"),
        lambda kept: kept.add(made(settings, "a", "otherwise")),
        lambda kept: kept.remove("a"),
        lambda kept: kept.remove("b"),
    ):
        on(settings, act)
        marks.append(on(settings, lambda kept: kept.mark()))
    assert all(one != other for one, other in itertools.pairwise(marks))
    assert [mark.count for mark in marks] == [0, 1, 2, 1, 2, 1, 0]


def test_copy_waits_until_its_time_has_come_the_earliest_first(settings: Settings, article: str) -> None:
    later = Waiting(uuid.uuid4().hex, 1, PAST + timedelta(seconds=1), b"later")
    first = Waiting(article, 1, PAST, b"\xff\x00 any bytes")
    future = Waiting(uuid.uuid4().hex, 1, PAST + timedelta(days=1), b"future")
    on(settings, lambda kept: kept.hold([future, later, first]))
    assert on(settings, lambda kept: kept.due(10)) == [first, later]
    assert on(settings, lambda kept: kept.due(1)) == [first]
    on(settings, lambda kept: kept.done([first]))
    assert on(settings, lambda kept: kept.due(10)) == [later]


def test_the_highest_version_waits_in_whatever_order_they_come(settings: Settings, article: str) -> None:
    versions = [Waiting(article, number, PAST, b"%d" % number) for number in (2, 3, 1)]
    for each in versions:
        on(settings, lambda kept, each=each: kept.hold([each]))  # type: ignore[misc]
    assert [each.version for each in on(settings, lambda kept: kept.due(10))] == [3]


def test_what_was_put_in_its_place_meanwhile_goes_on_waiting(settings: Settings, article: str) -> None:
    old, new = Waiting(article, 1, PAST, b"old"), Waiting(article, 2, PAST, b"new")
    on(settings, lambda kept: kept.hold([new]))
    on(settings, lambda kept: kept.done([old]))
    on(settings, lambda kept: kept.done([Waiting(uuid.uuid4().hex, 1, PAST, b"gone already")]))
    assert on(settings, lambda kept: kept.due(10)) == [new]


def test_copy_and_watches_do_not_mix(settings: Settings, article: str) -> None:
    keep(settings, made(settings, "one"))
    on(settings, lambda kept: kept.hold([Waiting(article, 1, PAST, b"")]))
    assert names(settings) == ["one"]
    assert on(settings, lambda kept: kept.mark()).count == 1
    assert len(on(settings, lambda kept: kept.due(10))) == 1


def test_copy_that_is_not_taken_is_an_error(settings: Settings) -> None:
    with FaultyProxy(settings, ["half"]) as proxy, pytest.raises(BulkIndexError, match="1 documents"):
        on(
            proxy.settings,
            lambda kept: kept.hold(
                [Waiting(uuid.uuid4().hex, 1, PAST, b""), Waiting(uuid.uuid4().hex, 1, PAST, b"")]
            ),
        )


def test_an_index_with_other_fields_is_told(stack: Stack) -> None:
    settings = apart(stack.settings)

    async def main() -> None:
        async with AsyncElasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
            index = f"watches-{settings.index}"
            await client.indices.create(index=index, mappings={"properties": {"due": {"type": "keyword"}}})
            try:
                await Store(client, settings.index).ensure()
            finally:
                await client.indices.delete(index=index)

    with pytest.raises(UnfitIndexError, match="newswire watch list"):
        asyncio.run(main())


def test_the_limits_are_those_that_were_measured() -> None:
    assert (watches.MOST, watches.MOST_WEBHOOKS) == (1000, 100)
