"""The watches in a real Elasticsearch, and the copy under embargo beside them."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from elasticsearch.helpers import BulkIndexError
from msgspec.structs import replace

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


def due(settings: Settings, most: int = 10) -> list[Waiting]:
    """What is due, as it was held."""
    found = on(settings, lambda kept: kept.due(most))
    assert all(each.kept for each in found)
    return [replace(each, kept=None) for each in found]


async def done(kept: Store, most: int) -> None:
    await kept.done(await kept.due(most))


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
    assert due(settings) == [first, later]
    assert due(settings, 1) == [first]
    on(settings, lambda kept: done(kept, 1))
    assert due(settings) == [later]


def test_the_highest_version_waits_in_whatever_order_they_come(settings: Settings, article: str) -> None:
    versions = [Waiting(article, number, PAST, b"%d" % number) for number in (2, 3, 1)]
    for each in versions:
        on(settings, lambda kept, each=each: kept.hold([each]))  # type: ignore[misc]  # inferred from use
    assert [each.version for each in due(settings)] == [3]


@pytest.mark.parametrize("version", [1, 2])
def test_what_was_put_in_its_place_meanwhile_goes_on_waiting(
    settings: Settings, article: str, version: int
) -> None:
    old, new = Waiting(article, 1, PAST, b"old"), Waiting(article, version, PAST, b"new")

    async def main(kept: Store) -> None:
        await kept.hold([old])
        released = await kept.due(10)
        await kept.hold([new])
        await kept.done(released)

    on(settings, main)
    assert due(settings) == [new]
    on(settings, lambda kept: done(kept, 10))
    assert due(settings) == []


def test_what_is_gone_already_may_be_forgotten_again(settings: Settings, article: str) -> None:
    async def main(kept: Store) -> None:
        await kept.hold([Waiting(article, 1, PAST, b"")])
        released = await kept.due(10)
        await kept.done(released)
        await kept.done(released)

    on(settings, main)
    assert due(settings) == []


def test_copy_waits_one_second_longer_than_its_embargo_says(settings: Settings, article: str) -> None:
    on(settings, lambda kept: kept.hold([Waiting(article, 1, datetime.now(UTC), b"")]))
    assert due(settings) == []


def test_killed_copy_waits_no_more_and_a_later_version_does(settings: Settings) -> None:
    one, two = (Waiting(uuid.uuid4().hex, 2, PAST, b"") for _ in range(2))
    on(settings, lambda kept: kept.hold([one, two]))
    on(settings, lambda kept: kept.drop({one.article: 2, two.article: 1, uuid.uuid4().hex: 1}))
    assert due(settings) == [two]


def test_an_embargo_until_the_end_of_all_time_is_kept(settings: Settings, article: str) -> None:
    """In UTC it would be in the year 10000, of which no calendar knows."""
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-5)))
    on(settings, lambda kept: kept.hold([Waiting(article, 1, end, b"")]))
    assert due(settings) == []


@pytest.mark.parametrize(
    "watch", [{"name": "bad"}, {"name": "bad", "query": "a", "created": "2024-01-01"}, None]
)
def test_a_watch_that_cannot_be_read_hides_no_other(settings: Settings, watch: Any, capsys: Any) -> None:
    keep(settings, made(settings, "a"), made(settings, "z"))
    with Elasticsearch(str(settings.elasticsearch)) as client:
        document = {"name": "bad", **({"watch": watch} if watch else {})}
        client.index(index=f"watches-{settings.index}", id="watch:bad", document=document, refresh=True)
    assert names(settings) == ["a", "z"]
    assert "bad" in capsys.readouterr().out
    with pytest.raises(WatchError, match="newswire watch remove bad"):
        on(settings, lambda kept: kept.get("bad"))
    on(settings, lambda kept: kept.remove("bad"))


def test_copy_that_cannot_be_read_holds_up_no_other(settings: Settings, article: str, capsys: Any) -> None:
    with Elasticsearch(str(settings.elasticsearch)) as client:
        damaged = {"due": (PAST - timedelta(days=1)).isoformat(), "article": "damaged"}
        client.index(index=f"watches-{settings.index}", id="article:damaged", document=damaged, refresh=True)
    one = Waiting(article, 1, PAST, b"")
    on(settings, lambda kept: kept.hold([one]))
    assert due(settings, 1) == []
    assert due(settings, 1) == [one]
    assert "damaged" in capsys.readouterr().out


def test_copy_that_elasticsearch_refuses_is_told_and_not_tried_for_ever(stack: Stack, capsys: Any) -> None:
    settings = apart(stack.settings)
    with Elasticsearch(str(settings.elasticsearch)) as client:
        index = f"watches-{settings.index}"
        client.indices.create(index=index, mappings={"properties": {"message": {"type": "long"}}})
        try:
            on(settings, lambda kept: kept.hold([Waiting("refused", 1, PAST, b"text")]))
        finally:
            client.indices.delete(index=index)
    assert "refused" in capsys.readouterr().out


def test_copy_and_watches_do_not_mix(settings: Settings, article: str) -> None:
    keep(settings, made(settings, "one"))
    on(settings, lambda kept: kept.hold([Waiting(article, 1, PAST, b"")]))
    assert names(settings) == ["one"]
    assert on(settings, lambda kept: kept.mark()).count == 1
    assert len(due(settings)) == 1


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
