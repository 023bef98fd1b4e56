"""An article is in one place, whenever and by whomever its versions are written."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from pipeline.sink import standing
from pipeline.sink.elasticsearch import Indexed, Outcome, Sink, Stale
from pipeline.sink.indices import client_for
from pipeline.sink.months import Months
from pipeline.sink.standing import Places, Standing
from tests.sink.articles import NOON, article
from tests.sink.faulty import Fault, FaultyProxy
from tests.sink.setting_up import contents, indexed, many, month_of, places, this_month_of

pytestmark = pytest.mark.services

LATER = NOON.replace(month=9)


def one(settings: Settings, *batches: Sequence[EnrichedArticle]) -> list[list[Outcome]]:
    """Batches by one sink, one after the other."""

    async def main() -> list[list[Outcome]]:
        sink = Sink(settings)
        try:
            await sink.ready()
            return [await sink.index(batch) for batch in batches]
        finally:
            await sink.close()

    return asyncio.run(main())


def slow(settings: Settings, client: Elasticsearch) -> None:
    """From here on a search finds nothing new unless somebody refreshes."""
    indexed(settings, [])
    template = f"newswire-{settings.index}"
    found = client.indices.get_index_template(name=template)["index_templates"][0]["index_template"]
    client.indices.put_index_template(
        name=template,
        index_patterns=found["index_patterns"],
        priority=found["priority"],
        composed_of=found["composed_of"],
        version=found["version"],
        template={"settings": {"index.refresh_interval": "-1"}},
    )


def test_a_second_version_in_another_month_replaces_the_first(own: Settings, client: Elasticsearch) -> None:
    one(own, [article()])
    client.indices.refresh(index=own.index)
    assert one(own, [article(version=2, received=LATER, body="Deux.")]) == [[Indexed()]]
    ((version, source),) = contents(client, own.index).values()
    assert (version, source["body"]) == (2, "Deux.")
    assert places(client, own.index) == {article().id: month_of(f"{own.index}-000001")}


def test_also_before_a_search_finds_the_first(own: Settings, client: Elasticsearch) -> None:
    slow(own, client)
    second = article(version=2, received=LATER, body="Deux.")
    assert one(own, [article()], [second], [article()]) == [[Indexed()], [Indexed()], [Stale()]]
    ((version, _),) = contents(client, own.index).values()
    assert version == 2
    assert set(places(client, own.index).values()) == {month_of(f"{own.index}-000001")}


def test_also_within_one_batch(own: Settings, client: Elasticsearch) -> None:
    versions = [article(version=version, received=NOON.replace(month=version)) for version in (3, 5, 4)]
    assert one(own, versions) == [[Indexed(), Indexed(), Stale()]]
    assert places(client, own.index) == {article().id: f"{own.index}-000001-2024.03"}


def test_also_by_another_sink_that_starts_before_a_search_finds_the_first(
    own: Settings, client: Elasticsearch
) -> None:
    slow(own, client)
    one(own, [article()])
    assert one(own, [article(version=2, received=LATER)]) == [[Indexed()]]
    assert len(contents(client, own.index)) == 1


@pytest.mark.parametrize("received", [NOON, NOON + timedelta(days=12)], ids=["this month", "the next"])
def test_also_by_another_sink_that_runs_already(
    received: datetime, own: Settings, client: Elasticsearch
) -> None:
    slow(own, client)

    async def main() -> None:
        sinks = [Sink(own), Sink(own)]
        for sink in sinks:
            await sink.ready()
        await sinks[1].index([article("before", received=NOON + timedelta(days=12))])
        await sinks[0].index([article()])
        assert await sinks[1].index([article(version=2, received=received)]) == [Indexed()]
        for sink in sinks:
            await sink.close()

    asyncio.run(main())
    assert places(client, own.index)[article().id] == month_of(f"{own.index}-000001")
    assert contents(client, own.index)[article().id][0] == 2


def test_a_kill_months_later_leaves_one_tombstone(own: Settings, client: Elasticsearch) -> None:
    one(own, [article(headline="Vivant")])
    kill = article(version=2, status="canceled", received=datetime.now(UTC))
    assert one(own, [kill], [article(headline="Vivant")]) == [[Indexed()], [Stale()]]
    ((version, source),) = contents(client, own.index).values()
    assert (version, source["status"], "headline" in source) == (2, "canceled", False)


def test_a_kill_of_what_was_never_there_is_of_its_own_month(own: Settings, client: Elasticsearch) -> None:
    one(own, [article(status="canceled", received=datetime.now(UTC))])
    assert places(client, own.index) == {article().id: this_month_of(f"{own.index}-000001")}


def test_any_versions_by_any_sinks_in_any_month_leave_the_highest_once(
    own: Settings, client: Elasticsearch
) -> None:
    """Against a model; a search finds what was written between two rounds, and nothing that was in one."""
    chance = random.Random(11)
    slow(own, client)
    highest: dict[str, int] = {}

    async def main() -> None:
        sinks = [Sink(own), Sink(own)]
        for each in range(6):
            for sink in sinks:
                some = [
                    article(
                        f"g{number}",
                        version=(version := chance.randint(1, 9)),
                        received=NOON.replace(month=chance.randint(1, 12)),
                        body=f"Version {version}.",
                    )
                    for number in chance.sample(range(60), 30)
                ]
                await sink.index(some)
                for one in some:
                    highest[one.id] = max(one.version, highest.get(one.id, 0))
                client.indices.refresh(index=own.index)
            assert each < 6
        for sink in sinks:
            await sink.close()

    asyncio.run(main())
    found = contents(client, own.index)
    assert {each: version for each, (version, _) in found.items()} == highest
    assert all(source["body"] == f"Version {version}." for version, source in found.values())


def test_what_is_remembered_is_bounded(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "REMEMBERED", 10)

    async def main() -> int:
        sink = Sink(own)
        for part in range(5):
            await sink.index(many(20)[part * 4 : part * 4 + 4])
        await sink.close()
        return len(sink._places._placed)

    assert asyncio.run(main()) <= 14
    assert len(contents(client, own.index)) == 20


def test_ids_are_asked_for_in_portions(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "ASKED", 7)
    with FaultyProxy(own, [], path="/_search") as proxy:
        assert one(proxy.settings, many(20), many(20, version=2)) == [[Indexed()] * 20] * 2
    assert len(proxy.sizes) == 3  # the second time it knows where they are


def test_a_batch_costs_one_search_and_one_look(own: Settings) -> None:
    one(own, [])
    for path in ("/_search", "/_mget"):
        with FaultyProxy(own, [], path=path) as proxy:
            one(proxy.settings, many(30))
        assert len(proxy.sizes) <= 1


@pytest.mark.parametrize(
    ("path", "faults"), [("/_search", [503, "lost", 404]), ("/_mget", [429, "garbled", 403])]
)
def test_faults_of_the_lookup_are_waited_out(
    path: str, faults: list[Fault], own: Settings, client: Elasticsearch
) -> None:
    one(own, many(5))
    with FaultyProxy(own, faults, path=path) as proxy:
        assert one(proxy.settings, [*many(5, version=2, received=LATER), article("new")]) == [[Indexed()] * 6]
        assert not proxy.faults
    assert len(contents(client, own.index)) == 6


def test_a_month_that_was_pruned_takes_what_it_knew_with_it(own: Settings, client: Elasticsearch) -> None:
    async def main() -> None:
        sink = Sink(own)
        await sink.ready()
        await sink.index([article(), article("other")])
        client.indices.delete(index=month_of(f"{own.index}-000001"))
        assert await sink.index([article(version=2, received=LATER)]) == [Indexed()]
        await sink.close()

    asyncio.run(main())
    ((index, version),) = [
        (places(client, own.index)[each], version)
        for each, (version, _) in contents(client, own.index).items()
    ]
    assert version == 2
    assert index in {month_of(f"{own.index}-000001"), f"{own.index}-000001-2024.09"}


def looked(
    settings: Settings, ids: Sequence[str], fields: Sequence[str] | None = None
) -> dict[str, Standing]:
    """What a sink that has placed nothing is told."""

    async def main() -> dict[str, Standing]:
        async with client_for(settings) as one:
            months = Months(one, settings)
            await months.look()
            return await Places(one, months).look(ids, fields)

    return asyncio.run(main())


def test_what_stands_is_told_with_the_fields_that_were_asked_for(
    own: Settings, client: Elasticsearch
) -> None:
    slow(own, client)
    one(own, [article(version=7)])
    client.indices.refresh(index=own.index)
    now = datetime.now(UTC)
    one(own, [article("fresh", received=now), article(version=8, body="Huit.")])
    found = looked(own, [article().id, article("fresh").id, article("none").id], ["guid", "body", "nothing"])
    assert found == {
        article().id: Standing(month_of(f"{own.index}-000001"), 8, {"guid": "g1", "body": "Huit."}),
        article("fresh").id: Standing(
            this_month_of(f"{own.index}-000001"), 1, {"guid": "fresh", "body": article().body}
        ),
    }


def test_all_fields_are_told_where_none_are_named_and_none_where_none_are_wanted(
    own: Settings, client: Elasticsearch
) -> None:
    one(own, [article()])
    client.indices.refresh(index=own.index)
    assert looked(own, [article().id])[article().id].source["body"] == article().body
    assert looked(own, [article().id], [])[article().id].source == {}
    assert looked(own, []) == {}


def test_of_an_article_that_stands_twice_the_higher_version_counts() -> None:
    hits = [
        {"_id": "a", "_index": "one", "_version": 1},
        {"_id": "a", "_index": "two", "_version": 3},
        {"_id": "a", "_index": "three", "_version": 2},
    ]
    assert standing._best(hits) == {"a": Standing("two", 3, {})}
