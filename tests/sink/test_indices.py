"""The indices of an alias: which are told, how a new one is made, and how its entrance guards it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.settings import Settings
from pipeline.sink import indices
from pipeline.sink.elasticsearch import Indexed, Sink
from pipeline.sink.indices import Index, IndicesError, entrance
from tests.sink.articles import article
from tests.sink.setting_up import added, contents, indexed, many, written

Answer = TypeVar("Answer")


def run(settings: Settings, work: Callable[[AsyncElasticsearch], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        async with indices.client_for(settings) as client:
            return await work(client)

    return asyncio.run(inner())


def listed(settings: Settings) -> list[Index]:
    return run(settings, lambda client: indices.listed(client, settings.index))


def add(settings: Settings, **plan: Any) -> str:
    return run(settings, lambda client: indices.add(client, settings.index, plan))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("news-000001", 1),
        ("news-1234567", 1234567),
        ("news-fr-000001", None),
        ("news-1", None),
        ("news-000001-entrance", None),
        ("newsX000001", None),
    ],
)
def test_an_index_of_the_alias_is_known_by_its_name(name: str, number: int | None) -> None:
    assert indices._number("news", name) == number


@pytest.mark.parametrize(
    ("behind", "live"),
    [
        ({}, None),
        ({"a": None}, "a"),
        ({"a": True}, "a"),
        ({"a": False}, None),
        ({"a": None, "b": None}, None),
        ({"a": None, "b": True}, "b"),
        ({"a": False, "b": True}, "b"),
    ],
)
def test_live_is_the_one_that_is_written_to(behind: dict[str, bool | None], live: str | None) -> None:
    found = {
        name: {"aliases": {"news": {} if writes is None else {"is_write_index": writes}}}
        for name, writes in behind.items()
    }
    assert indices._live("news", found | {"c": {"aliases": {}}}) == live


@pytest.mark.parametrize(
    ("replay", "unfinished"), [(None, False), ({"id": "a"}, True), ({"id": "a", "finished": "2024"}, False)]
)
def test_a_replay_is_unfinished_until_it_says_otherwise(
    replay: dict[str, Any] | None, unfinished: bool
) -> None:
    index = Index(
        name="a",
        live=False,
        searched=False,
        writable=True,
        documents=0,
        bytes=0,
        created=datetime.now(UTC),
        replay=replay,
    )
    assert index.unfinished is unfinished


@pytest.mark.services
def test_without_an_index_nothing_is_listed(own: Settings) -> None:
    assert listed(own) == []


@pytest.mark.services
def test_the_live_index_and_a_new_one_are_told_apart(own: Settings) -> None:
    indexed(own, many(3))
    name = add(own, id="a", articles=7)
    written(own, name, many(2))
    run(own, lambda client: client.indices.refresh(index=f"{own.index}-*"))
    live, new = listed(own)
    assert (live.name, live.live, live.searched, live.documents) == (f"{own.index}-000001", True, True, 3)
    assert (new.name, new.live, new.searched, new.documents) == (f"{own.index}-000002", False, False, 2)
    assert (live.replay, new.replay) == (None, {"id": "a", "articles": 7})
    assert live.bytes > 0
    assert live.writable
    assert timedelta() <= datetime.now(UTC) - live.created < timedelta(minutes=5)
    assert live.created <= new.created


@pytest.mark.services
@pytest.mark.parametrize("block", ["write", "read_only", "read_only_allow_delete"])
def test_an_index_that_takes_no_writes_is_told(block: str, own: Settings, client: Elasticsearch) -> None:
    indexed(own, [])
    index = f"{own.index}-000001"
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
    assert [each.writable for each in listed(own)] == [False]
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    assert [each.writable for each in listed(own)] == [True]


@pytest.mark.services
def test_another_aliass_indices_are_not_told(own: Settings) -> None:
    indexed(own, [])
    other = own.model_copy(update={"index": f"{own.index}-fr"})
    indexed(other, [])
    added(other)
    assert [each.name for each in listed(own)] == [f"{own.index}-000001"]
    assert [each.name for each in listed(other)] == [f"{other.index}-000001", f"{other.index}-000002"]


@pytest.mark.services
def test_an_index_of_any_name_behind_the_alias_is_told(own: Settings, client: Elasticsearch) -> None:
    indexed(own, [])
    client.indices.create(index=f"old-{own.index}", aliases={own.index: {}})
    assert {each.name: each.live for each in listed(own)} == {
        f"{own.index}-000001": True,
        f"old-{own.index}": False,
    }


@pytest.mark.services
def test_a_new_index_comes_from_the_templates_and_is_not_searched(
    own: Settings, client: Elasticsearch
) -> None:
    name = add(own, id="a")
    assert name == f"{own.index}-000001"
    mapping = client.indices.get_mapping(index=name)[name]["mappings"]
    assert mapping["dynamic"] == "strict"
    assert mapping["properties"]["text_fr"]["analyzer"] == "text_fr"
    assert not client.indices.exists_alias(name=own.index)


@pytest.mark.services
def test_numbers_go_up_and_are_not_used_again(own: Settings, client: Elasticsearch) -> None:
    names = [add(own, id=each) for each in "abc"]
    assert names == [f"{own.index}-00000{number}" for number in (1, 2, 3)]
    client.indices.delete(index=names[1])
    client.indices.close(index=names[2])
    assert add(own, id="d") == f"{own.index}-000004"


@pytest.mark.services
def test_asked_again_for_the_same_replay_there_is_one_index(own: Settings) -> None:
    assert add(own, id="a") == add(own, id="a")
    assert add(own, id="b") != add(own, id="a")


@pytest.mark.services
def test_two_replays_that_start_at_once_have_an_index_each(own: Settings) -> None:
    async def both(client: AsyncElasticsearch) -> list[str]:
        return await asyncio.gather(*(indices.add(client, own.index, {"id": each}) for each in "abcd"))

    assert len(set(run(own, both))) == 4


@pytest.mark.services
def test_a_finished_index_says_so_and_its_entrance_is_closed(own: Settings, client: Elasticsearch) -> None:
    name = add(own, id="a")
    assert client.indices.exists_alias(name=entrance(name))
    for _ in range(2):
        run(own, lambda client: indices.finish(client, name, {"id": "a"}))
    assert not client.indices.exists_alias(name=entrance(name))
    (index,) = listed(own)
    assert not index.unfinished
    assert index.replay is not None
    assert index.replay["id"] == "a"


@pytest.mark.services
def test_what_is_written_by_an_entrance_is_in_its_index(own: Settings, client: Elasticsearch) -> None:
    indexed(own, many(1))
    name = add(own, id="a")
    written(own, name, many(3))
    assert len(contents(client, name)) == 3
    assert len(contents(client, own.index)) == 1


@pytest.mark.services
def test_an_index_that_vanishes_is_not_made_again_by_a_write(own: Settings, client: Elasticsearch) -> None:
    name = add(own, id="a")

    async def main() -> None:
        sink = Sink(own, alias=entrance(name), prepare=indices.check_entrance)
        await sink.ready()
        assert await sink.index([article()]) == [Indexed()]
        client.indices.delete(index=name)
        with pytest.raises(IndicesError, match=f"the index {name} is gone"):
            await sink.index([article()])
        with pytest.raises(IndicesError, match="start a new replay"):
            await sink.ready()
        await sink.close()

    asyncio.run(main())
    assert not client.indices.exists(index=f"{own.index}-*", allow_no_indices=False)
