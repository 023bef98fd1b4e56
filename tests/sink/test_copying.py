"""A generation brought up to an index, whatever is in either, on a real Elasticsearch."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import hypothesis
import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from pipeline.sink import copying, indices, waiting
from pipeline.sink.copying import Copier, _later, _State
from pipeline.sink.document import document
from pipeline.sink.elasticsearch import Sink
from tests.sink.articles import NOON, article
from tests.sink.setting_up import JUNE, added, contents, indexed, many, month_of, places, undated, written

states = st.builds(_State, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))

unhurried = hypothesis.settings(deadline=None)


@unhurried
@given(states, states)
def test_of_two_texts_at_most_one_is_the_later(one: _State, other: _State) -> None:
    assert not (_later(one, other) and _later(other, one))
    assert (_later(one, other) or _later(other, one)) is (one != other)


@unhurried
@given(states, states)
def test_a_higher_version_is_always_later(one: _State, other: _State) -> None:
    if one.version > other.version:
        assert _later(one, other)


@unhurried
@given(states, st.integers(0, 2))
def test_of_the_same_text_the_one_that_is_hidden_is_later(one: _State, hidden: int) -> None:
    other = replace(one, hidden=hidden)
    assert _later(one, other) is (one.hidden > hidden)


@pytest.fixture
def target(own: Settings) -> str:
    """An empty index beside the live one; it has an entrance."""
    indexed(own, [])
    return added(own, finished=False)


def copied(
    settings: Settings, target: str, *between: list[EnrichedArticle], source: str | None = None
) -> list[int]:
    """What each pass copied from the live index; before each but the first, these articles are indexed."""

    def patiently(what: str) -> AsyncIterator[waiting.Attempt]:
        return waiting.patiently(what, "Elasticsearch", on=waiting.nobody_answers)

    async def main() -> list[int]:
        live, sink = Sink(settings), Sink(settings, generation=target)
        async with indices.client_for(settings) as client:
            copier = Copier(client, source or month_of(f"{settings.index}-000001"), target, sink, patiently)
            counts = [await copier.catch_up()]
            for articles in between:
                await live.index(articles)
                counts.append(await copier.catch_up())
        await live.close()
        await sink.close()
        return counts

    return asyncio.run(main())


@pytest.mark.services
def test_all_is_copied_once(own: Settings, target: str, client: Elasticsearch) -> None:
    indexed(own, many(30))
    assert copied(own, target, [], []) == [30, 0, 0]
    assert contents(client, target) == contents(client, own.index)


@pytest.mark.services
def test_a_later_pass_copies_what_came_after_the_one_before(
    own: Settings, target: str, client: Elasticsearch
) -> None:
    indexed(own, many(10))
    changed = [article("g3", version=2), article("new"), article("g4", version=0)]
    assert copied(own, target, changed, [article("g3", version=3)]) == [10, 2, 1]
    assert contents(client, target) == contents(client, own.index)


@pytest.mark.services
def test_a_later_pass_reads_only_what_was_written_meanwhile(own: Settings, target: str) -> None:
    """What vanishes from the target is not noticed by it, for it does not look there."""
    indexed(own, many(10))
    compared: list[int] = []

    async def main() -> None:
        live, sink = Sink(own), Sink(own, generation=target)
        async with indices.client_for(own) as client:
            copier = Copier(
                client,
                month_of(f"{own.index}-000001"),
                target,
                sink,
                lambda what: waiting.patiently(what, ""),
            )
            await copier.catch_up()
            await live.index([article("new")])
            await copier.catch_up(lambda seen, _: compared.append(seen))
        await live.close()
        await sink.close()

    asyncio.run(main())
    assert compared == [1]


@pytest.mark.services
def test_pages_and_portions_of_any_size_copy_all(
    own: Settings, target: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PAGE", 7)
    monkeypatch.setattr(copying, "PORTION", 3)
    monkeypatch.setattr(copying, "PORTION_BYTES", 2000)
    indexed(own, many(40))
    written(own, target, many(10))
    assert copied(own, target) == [30]
    assert contents(client, target).keys() == contents(client, own.index).keys()


@pytest.mark.services
def test_several_shards_are_copied_too(own: Settings, client: Elasticsearch) -> None:
    live = undated(client, own, settings={"number_of_shards": 3})
    target = added(own, finished=False)
    old = [{"index": {"_id": each.id, "version": 1, "version_type": "external"}} for each in many(50)]
    made = [document(each, NOON) for each in many(50)]
    client.bulk(operations=[line for pair in zip(old, made, strict=True) for line in pair], index=live)
    assert copied(own, target, [article("g7", version=2)], source=live) == [50, 1]
    assert contents(client, target) == contents(client, own.index)


@pytest.mark.services
def test_what_is_of_no_month_is_copied_to_the_months_in_which_it_was_received(
    own: Settings, client: Elasticsearch
) -> None:
    live = undated(client, own)
    target = added(own, finished=False)
    for month in (1, 2, 12):
        fields = document(article(f"g{month}", received=NOON.replace(month=month)), NOON)
        client.index(index=live, id=fields["id"], document=fields)
    copied(own, target, source=live)
    assert sorted(places(client, target).values()) == [
        f"{target}-2024.{month}" for month in ("01", "02", "12")
    ]


@pytest.mark.services
def test_what_is_of_a_month_stays_of_that_month(own: Settings, client: Elasticsearch) -> None:
    """Its first version was received then, whatever the one that is there now says."""
    indexed(own, [article("g")])
    target = added(own, finished=False)
    indexed(own, [article("g", version=2, received=NOON.replace(month=9))])

    async def main() -> None:
        sink = Sink(own, generation=target)
        async with indices.client_for(own) as one:
            source = month_of(f"{own.index}-000001")
            await Copier(
                one, source, target, sink, lambda what: waiting.patiently(what, ""), month=JUNE
            ).catch_up()
        await sink.close()

    asyncio.run(main())
    assert places(client, target) == {article("g").id: month_of(target)}
    assert contents(client, target) == contents(client, own.index)


@pytest.mark.services
def test_the_later_text_stays_whatever_is_in_either(
    own: Settings, target: str, client: Elasticsearch
) -> None:
    """Against a model: random versions and times of receipt on both sides."""
    chance = random.Random(7)

    def some(side: str) -> dict[str, EnrichedArticle]:
        made = [
            article(
                f"g{number}",
                version=chance.randint(1, 3),
                received=NOON + timedelta(seconds=chance.randint(0, 2)),
                body=f"{side} {number}",
            )
            for number in range(200)
            if chance.random() < 0.7
        ]
        return {each.id: each for each in made}

    live, there = some("live"), some("there")
    indexed(own, list(live.values()))
    written(own, target, list(there.values()))
    copied(own, target)
    expected = dict(there)
    for each, one in live.items():
        other = expected.get(each)
        if other is None or (one.version, one.received) > (other.version, other.received):
            expected[each] = one
    found = {each: (version, source["body"]) for each, (version, source) in contents(client, target).items()}
    assert found == {each: (one.version, one.body) for each, one in expected.items()}
