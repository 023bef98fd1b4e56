"""Months come to be, each once and behind the alias, whoever makes or moves something at the same time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch, NotFoundError
from structlog.testing import capture_logs

from pipeline.settings import Settings
from pipeline.sink import indices, months, names, switching
from pipeline.sink.elasticsearch import Indexed, Sink, Stale
from pipeline.sink.indices import client_for
from pipeline.sink.months import HeldError, IndicesError, Months, create, this_month
from pipeline.sink.names import Month, entrance
from pipeline.sink.switching import switch
from pipeline.sink.templates import UnfitIndexError
from tests.sink.articles import NOON, article
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import (
    JUNE,
    added,
    contents,
    indexed,
    many,
    month_of,
    places,
    strange,
    this_month_of,
    undated,
)

pytestmark = pytest.mark.services

Answer = TypeVar("Answer")
MAY = JUNE.before


def run(settings: Settings, work: Callable[[AsyncElasticsearch], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        async with client_for(settings) as client:
            return await work(client)

    return asyncio.run(inner())


def behind(client: Elasticsearch, settings: Settings) -> set[str]:
    """The indices that the alias stands for; each has an entrance."""
    found = client.indices.get_alias(index=settings.index).body
    assert all(entrance(name) in content["aliases"] for name, content in found.items())
    return set(found)


def ready(settings: Settings) -> str:
    """The live generation, made where there is none."""

    async def main(client: AsyncElasticsearch) -> str:
        months = Months(client, settings)
        await months.ready()
        return months.generation

    return run(settings, main)


def test_templates_index_and_alias_are_made_once(own: Settings, client: Elasticsearch) -> None:
    first = f"{own.index}-000001"
    assert ready(own) == first
    assert ready(own) == first
    assert behind(client, own) == {this_month_of(first)}


def test_many_workers_at_once_make_one_index(own: Settings, client: Elasticsearch) -> None:
    async def all_at_once(one: AsyncElasticsearch) -> None:
        await asyncio.gather(*(Months(one, own).ready() for _ in range(6)))

    run(own, all_at_once)
    assert list(client.indices.get(index=f"{own.index}-*")) == [this_month_of(f"{own.index}-000001")]


def test_many_workers_at_once_make_each_month_once(own: Settings, client: Elasticsearch) -> None:
    async def all_at_once(one: AsyncElasticsearch) -> None:
        every = [Months(one, own) for _ in range(6)]
        await asyncio.gather(*(each.ready() for each in every))
        await asyncio.gather(*(each.make([MAY, JUNE]) for each in every))

    run(own, all_at_once)
    first = f"{own.index}-000001"
    expected = {this_month_of(first), names.index(first, MAY), names.index(first, JUNE)}
    assert behind(client, own) == expected
    assert set(client.indices.get(index=f"{own.index}-*")) == expected


def test_a_month_is_made_from_the_templates(own: Settings, client: Elasticsearch) -> None:
    indexed(own, many(1))
    index = month_of(f"{own.index}-000001")
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]
    assert mapping["dynamic"] == "strict"
    assert mapping["properties"]["text_fr"]["analyzer"] == "text_fr"


@pytest.mark.parametrize("faults", [["unheard", "lost", 503, "unheard"]], ids=str)
@pytest.mark.parametrize("path", ["/_aliases", "-2024.06", "/_alias"])
def test_faults_while_a_month_is_made_are_waited_out(
    path: str, faults: list[int | str], own: Settings, client: Elasticsearch
) -> None:
    ready(own)
    with FaultyProxy(own, faults, path=path) as proxy:  # type: ignore[arg-type]  # literals
        assert indexed(proxy.settings, many(3)) == [Indexed()] * 3
    first = f"{own.index}-000001"
    assert behind(client, own) == {month_of(first), this_month_of(first)}


def test_a_month_that_was_left_half_made_is_finished(own: Settings, client: Elasticsearch) -> None:
    """By one who died before it was behind the alias."""
    first = ready(own)
    run(own, lambda one: create(one, own, month_of(first), JUNE))
    assert indexed(own, many(2)) == [Indexed()] * 2
    assert behind(client, own) == {month_of(first), this_month_of(first)}


def test_a_month_is_not_made_of_what_is_live_no_more(own: Settings, client: Elasticsearch) -> None:
    """A worker that has looked, then sleeps while a switch goes by, and then makes its month."""
    first = ready(own)
    new = added(own)

    async def main(one: AsyncElasticsearch) -> None:
        sleeper = Months(one, own)
        await sleeper.look()
        await switch(own)
        with pytest.raises(NotFoundError, match="aliases_not_found"):
            await sleeper.make([JUNE])
        sleeper.doubt()
        await sleeper.look()
        assert sleeper.generation == new
        await sleeper.make([JUNE])

    run(own, main)
    assert behind(client, own) == {month_of(new), this_month_of(new)}
    left = client.indices.get_alias(index=month_of(first))[month_of(first)]["aliases"]
    assert left == {}


def test_one_who_finds_such_a_leftover_does_not_write_to_it(own: Settings, client: Elasticsearch) -> None:
    first = ready(own)

    async def main() -> None:
        sink = Sink(own)
        await sink.ready()
        added_one = await asyncio.to_thread(added, own)
        async with client_for(own) as one:
            await create(one, own, month_of(first), JUNE)
        await switch(own, added_one)
        assert await sink.index([article()]) == [Indexed()]
        await sink.close()

    asyncio.run(main())
    assert places(client, own.index) == {article().id: month_of(f"{own.index}-000002")}
    assert not contents(client, month_of(first))


def test_one_who_was_idle_does_not_write_to_what_a_switch_back_prepares(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes writes again, but is not searched yet; the more so if that switch fails."""
    monkeypatch.setattr(months, "KNOWN_S", 0.0)
    first = ready(own)

    async def fails(_: object) -> None:
        raise KeyError("a bug")

    async def main() -> None:
        idle = Sink(own)
        await idle.ready()
        assert await idle.index([article()]) == [Indexed()]
        await asyncio.to_thread(added, own)
        await switch(own)
        monkeypatch.setattr(switching._Change, "_compare", fails)
        with pytest.raises(KeyError):
            await switch(own, first)
        assert await idle.index([article("new")]) == [Indexed()]
        await idle.close()

    asyncio.run(main())
    assert places(client, own.index)[article("new").id] == month_of(f"{own.index}-000002")


def test_what_was_found_is_not_asked_for_again_with_each_batch(own: Settings) -> None:
    async def main(one: AsyncElasticsearch) -> None:
        months = Months(one, own)
        await months.ready()
        proxy.sizes.clear()
        await months.look()

    with FaultyProxy(own, [], path="/_alias/") as proxy:
        run(proxy.settings, main)
        assert not proxy.sizes


def test_nobody_gives_entrances_to_a_generation_that_was_left_a_moment_ago(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker finds the live indices while a switch holds writes; before it asks on, the alias moves."""
    index = this_month_of(ready(own))
    new = added(own)
    held = months._held

    async def late(*arguments: Any) -> bool:
        await switch(own)
        return await held(*arguments)

    client.indices.delete_alias(index=index, name=entrance(index))
    monkeypatch.setattr(months, "_held", late)

    async def main(one: AsyncElasticsearch) -> None:
        worker = Months(one, own)
        await worker.look()
        assert not worker.open
        worker.doubt()
        await worker.look()
        assert worker.generation == new

    run(own, main)
    assert not client.indices.get_alias(index=index)[index]["aliases"]


def test_while_writes_are_held_no_month_can_be_made(own: Settings, client: Elasticsearch) -> None:
    index = this_month_of(ready(own))
    client.indices.add_block(index=index, block="write")
    client.indices.delete_alias(index=index, name=entrance(index))

    async def main(one: AsyncElasticsearch) -> None:
        months = Months(one, own)
        await months.ready()
        assert not months.open
        with pytest.raises(HeldError, match="newswire index list"):
            await months.make([JUNE])

    run(own, main)
    assert not client.indices.exists(index=month_of(f"{own.index}-000001"))


def test_an_index_of_an_earlier_version_goes_on_and_months_stand_beside_it(
    own: Settings, client: Elasticsearch
) -> None:
    old = undated(client, own)
    client.index(
        index=old, id=article().id, document={"id": article().id}, version=1, version_type="external"
    )
    client.indices.refresh(index=old)
    assert indexed(own, [article(version=2), article("new")]) == [Indexed()] * 2
    assert behind(client, own) == {old, month_of(old)}
    assert places(client, own.index) == {article().id: old, article("new").id: month_of(old)}
    assert indexed(own, [article(version=1)]) == [Stale()]


def test_an_index_that_a_person_put_behind_the_alias_is_written_to_where_an_article_is_in_it(
    own: Settings, client: Elasticsearch
) -> None:
    first = ready(own)
    old = strange(client, own)
    client.index(
        index=old, id=article().id, document={"id": article().id}, version=1, version_type="external"
    )
    client.indices.refresh(index=old)
    assert indexed(own, [article(version=2), article("new")]) == [Indexed()] * 2
    assert behind(client, own) == {old, month_of(first), this_month_of(first)}
    assert places(client, own.index) == {article().id: old, article("new").id: month_of(first)}


def test_months_come_to_stand_beside_such_an_index_alone(own: Settings, client: Elasticsearch) -> None:
    first = ready(own)
    old = strange(client, own)
    client.indices.delete(index=this_month_of(first))
    assert indexed(own, [article("new")]) == [Indexed()]
    assert behind(client, own) == {old, month_of(first)}


def test_an_index_with_the_name_of_the_alias_is_said(own: Settings, client: Elasticsearch) -> None:
    client.indices.create(index=own.index)
    with pytest.raises(UnfitIndexError, match=f"'{own.index}' is an index .* must be an alias"):
        ready(own)


def test_a_generation_without_the_alias_is_said(own: Settings) -> None:
    new = added(own)
    with pytest.raises(UnfitIndexError, match=r"newswire index switch` makes it live"):
        ready(own)
    asyncio.run(switch(own))
    assert ready(own) == new


def test_an_alias_with_two_generations_and_none_that_is_live_is_said(
    own: Settings, client: Elasticsearch
) -> None:
    first = ready(own)
    second = this_month_of(added(own))
    client.indices.put_alias(index=second, name=own.index)
    with pytest.raises(UnfitIndexError, match="`newswire index switch NAME` makes one so"):
        ready(own)
    client.indices.put_alias(index=this_month_of(first), name=own.index, is_write_index=True)
    assert ready(own) == first


def test_a_generation_that_is_not_there_is_said(own: Settings) -> None:
    ready(own)
    with pytest.raises(IndicesError, match="-000009 is gone"):
        run(own, lambda one: Months(one, own, f"{own.index}-000009").ready())


class FullCluster(FaultyProxy):
    """Has no room for another shard, once."""

    full = True

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if not (self.full and method == "PUT" and path.endswith(f"-{JUNE}")):
            return super().forward(method, path, headers, body)
        self.full = False
        reason = "this action would add [1] shards, but this cluster currently has [1000]/[1000] open"
        error = {"error": {"type": "validation_exception", "reason": reason}, "status": 400}
        known = {"content-type": "application/json", "x-elastic-product": "Elasticsearch"}
        return 400, known, json.dumps(error).encode()


def test_a_cluster_without_room_for_another_month_is_waited_for(own: Settings) -> None:
    with FullCluster(own, []) as proxy, capture_logs() as logs:
        assert indexed(proxy.settings, many(1)) == [Indexed()]
    assert "validation_exception" in next(line["error"] for line in logs if "error" in line)


def test_hostile_dates_make_two_indices_at_most(own: Settings, client: Elasticsearch) -> None:
    years = [1, 33, 999, 1492, 1970, 2015, 2999, 9999]
    articles = [article(f"y{year}", received=datetime(year, 6, 1, tzinfo=UTC)) for year in years]
    assert indexed(own, articles) == [Indexed()] * len(years)
    now = this_month()
    oldest = Month(now.year - names.OLDEST_YEARS, now.number)
    first = f"{own.index}-000001"
    assert behind(client, own) == {names.index(first, oldest), this_month_of(first)}
    assert len(contents(client, own.index)) == len(years)


def test_the_months_of_a_generation_that_is_not_live_are_behind_no_alias(
    own: Settings, client: Elasticsearch
) -> None:
    ready(own)
    new = added(own, finished=False)

    async def main() -> None:
        sink = Sink(own, generation=new)
        assert await sink.index([article(received=NOON.replace(month=5)), article("b")]) == [Indexed()] * 2
        await sink.close()

    asyncio.run(main())
    assert set(places(client, new).values()) == {names.index(new, MAY), month_of(new)}
    assert not contents(client, own.index)
    (_, told) = run(own, lambda one: indices.listed(one, own.index))
    assert not told.searched


def of_an_earlier_version(client: Elasticsearch, own: Settings) -> str:
    """A generation of a replay that was begun when documents had no status, and no templates."""
    ready(own)
    new = added(own, finished=False)
    index = this_month_of(new)
    content = client.indices.get(index=index)[index]
    client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"newswire-{own.index}")
    content["mappings"]["properties"].pop("status")
    client.indices.create(
        index=index,
        settings={"analysis": content["settings"]["index"]["analysis"]},
        mappings=content["mappings"],
        aliases={entrance(index): {}},
    )
    return new


def test_a_replay_of_an_earlier_version_goes_on_with_the_fields_of_this_one(
    own: Settings, client: Elasticsearch
) -> None:
    new = of_an_earlier_version(client, own)
    now = article("now", received=datetime.now(UTC))

    async def main() -> None:
        sink = Sink(own, generation=new)
        await sink.ready()
        assert await sink.index([article(), now]) == [Indexed()] * 2
        await sink.close()

    asyncio.run(main())
    assert set(places(client, new).values()) == {month_of(new), this_month_of(new)}
    mapping = client.indices.get_mapping(index=month_of(new))[month_of(new)]["mappings"]
    assert mapping["dynamic"] == "strict"


def test_a_month_is_made_from_the_templates_even_if_somebody_deleted_them(
    own: Settings, client: Elasticsearch
) -> None:
    first = ready(own)

    async def main(one: AsyncElasticsearch) -> None:
        worker = Months(one, own)
        await worker.look()
        client.indices.delete_index_template(name=f"newswire-{own.index}")
        await worker.make([JUNE])

    run(own, main)
    mapping = client.indices.get_mapping(index=month_of(first))[month_of(first)]["mappings"]
    assert mapping["dynamic"] == "strict"


def test_one_who_goes_on_with_a_replay_finds_what_was_written_a_moment_ago(
    own: Settings, client: Elasticsearch
) -> None:
    new = added(own, finished=False)

    async def main() -> None:
        for one in (article("other"), article(), article(version=2, received=NOON.replace(month=9))):
            sink = Sink(own, generation=new)
            await sink.ready()
            # From here on nothing refreshes by itself.
            await asyncio.to_thread(
                client.indices.put_settings, index=f"{new}-*", settings={"refresh_interval": "-1"}
            )
            assert await sink.index([one]) == [Indexed()]
            await sink.close()

    asyncio.run(main())
    assert places(client, new)[article().id] == month_of(new)
    assert len(contents(client, new)) == 2
