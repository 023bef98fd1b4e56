"""The generations of an alias: which are told, how a new one is made, and how its entrances guard it."""

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
from pipeline.sink.indices import Generation, IndicesError
from pipeline.sink.names import entrance
from tests.sink.articles import NOON, article
from tests.sink.setting_up import (
    added,
    contents,
    indexed,
    many,
    month_of,
    this_month_of,
    undated,
    written,
)

Answer = TypeVar("Answer")


def run(settings: Settings, work: Callable[[AsyncElasticsearch], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        async with indices.client_for(settings) as client:
            return await work(client)

    return asyncio.run(inner())


def listed(settings: Settings) -> list[Generation]:
    return run(settings, lambda client: indices.listed(client, settings.index))


def add(settings: Settings, **plan: Any) -> str:
    return run(settings, lambda client: indices.add(client, settings, plan))


@pytest.mark.parametrize(
    ("replay", "unfinished"), [(None, False), ({"id": "a"}, True), ({"id": "a", "finished": "2024"}, False)]
)
def test_a_replay_is_unfinished_until_it_says_otherwise(
    replay: dict[str, Any] | None, unfinished: bool
) -> None:
    generation = Generation(
        name="a",
        live=False,
        searched=False,
        writable=True,
        documents=0,
        bytes=0,
        created=datetime.now(UTC),
        replay=replay,
    )
    assert generation.unfinished is unfinished


@pytest.mark.services
def test_without_an_index_nothing_is_listed(own: Settings) -> None:
    assert listed(own) == []


@pytest.mark.services
def test_the_live_generation_and_a_new_one_are_told_apart(own: Settings) -> None:
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
def test_each_month_of_a_generation_is_told_the_first_one_first(own: Settings) -> None:
    indexed(own, [article("may", received=NOON.replace(month=5)), *many(2)])
    run(own, lambda client: client.indices.refresh(index=own.index))
    (live,) = listed(own)
    assert [(each.month, each.documents) for each in live.indices] == [
        ("2024.05", 1),
        ("2024.06", 2),
        (this_month_of("")[1:], 0),
    ]
    assert all(each.searched and each.writable and each.open for each in live.indices)
    assert live.bytes == sum(each.bytes for each in live.indices)


@pytest.mark.services
def test_an_index_of_an_earlier_version_is_a_generation_of_any_month(
    own: Settings, client: Elasticsearch
) -> None:
    name = undated(client, own)
    (live,) = listed(own)
    assert (live.name, live.live, [each.month for each in live.indices]) == (name, True, [None])
    indexed(own, many(1))
    (live,) = listed(own)
    assert [each.name for each in live.indices] == [name, month_of(name)]


@pytest.mark.services
@pytest.mark.parametrize("block", ["write", "read_only", "read_only_allow_delete"])
def test_a_generation_that_takes_no_writes_is_told(block: str, own: Settings, client: Elasticsearch) -> None:
    indexed(own, many(1))
    index = month_of(f"{own.index}-000001")
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
    (index,) = client.indices.get(index=f"{name}*")
    assert index == this_month_of(name)
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]
    assert mapping["dynamic"] == "strict"
    assert mapping["properties"]["text_fr"]["analyzer"] == "text_fr"
    assert not client.indices.exists_alias(name=own.index)


@pytest.mark.services
def test_numbers_go_up_and_are_not_used_again(own: Settings, client: Elasticsearch) -> None:
    names = [add(own, id=each) for each in "abc"]
    assert names == [f"{own.index}-00000{number}" for number in (1, 2, 3)]
    client.indices.delete(index=this_month_of(names[1]))
    client.indices.close(index=this_month_of(names[2]))
    assert add(own, id="d") == f"{own.index}-000004"


@pytest.mark.services
def test_asked_again_for_the_same_replay_there_is_one_index(own: Settings) -> None:
    assert add(own, id="a") == add(own, id="a")
    assert add(own, id="b") != add(own, id="a")


@pytest.mark.services
def test_two_replays_that_start_at_once_have_an_index_each(own: Settings) -> None:
    async def both(client: AsyncElasticsearch) -> list[str]:
        return await asyncio.gather(*(indices.add(client, own, {"id": each}) for each in "abcd"))

    assert len(set(run(own, both))) == 4


@pytest.mark.services
def test_a_finished_replay_says_so_and_its_entrances_are_closed(own: Settings, client: Elasticsearch) -> None:
    name = add(own, id="a")
    written(own, name, many(1))
    doors = [entrance(month_of(name)), entrance(this_month_of(name))]
    assert all(client.indices.exists_alias(name=each) for each in doors)
    for _ in range(2):
        run(own, lambda client: indices.finish(client, own.index, name, {"id": "a"}))
    assert not any(client.indices.exists_alias(name=each) for each in doors)
    (index,) = listed(own)
    assert not index.unfinished
    assert index.replay is not None
    assert index.replay["id"] == "a"


@pytest.mark.services
def test_what_is_written_to_a_generation_is_in_it_alone(own: Settings, client: Elasticsearch) -> None:
    indexed(own, many(1))
    name = add(own, id="a")
    written(own, name, many(3))
    assert len(contents(client, name)) == 3
    assert len(contents(client, own.index)) == 1


@pytest.mark.services
def test_an_empty_generation_takes_writes_once_it_is_live(own: Settings, client: Elasticsearch) -> None:
    name = run(own, lambda client: indices.add(client, own))
    assert not client.indices.exists_alias(name=entrance(this_month_of(name)))
    (new,) = listed(own)
    assert (new.live, new.replay, new.unfinished) == (False, None, False)


@pytest.mark.services
@pytest.mark.parametrize("part", [month_of, this_month_of])
def test_an_index_that_vanishes_is_not_made_again_by_a_write(
    part: Callable[[str], str], own: Settings, client: Elasticsearch
) -> None:
    name = add(own, id="a")

    async def main() -> None:
        sink = Sink(own, generation=name)
        await sink.ready()
        assert await sink.index([article()]) == [Indexed()]
        client.indices.delete(index=part(name))
        with pytest.raises(IndicesError, match=f"the index {part(name)} is gone"):
            await sink.index([article("now", received=datetime.now(UTC)), article()])
        with pytest.raises(IndicesError, match="start a new replay"):
            await sink.ready()
        await sink.close()

    asyncio.run(main())
    assert not client.indices.exists(index=part(name))
