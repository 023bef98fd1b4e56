"""Whole old months are deleted, and nothing else, whatever is searched meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from pipeline import search
from pipeline.settings import Settings
from pipeline.sink import pruning
from pipeline.sink.elasticsearch import Indexed, Sink
from pipeline.sink.indices import IndicesError, client_for
from pipeline.sink.pruning import Findings, cutoff
from tests.sink.articles import NOON, article
from tests.sink.faulty import FaultyProxy
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

NOW = datetime(2024, 7, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "moment"),
    [
        ("0d", NOW),
        ("90d", NOW - timedelta(days=90)),
        ("2w", NOW - timedelta(days=14)),
        (" 12 W ", NOW - timedelta(days=84)),
        ("1mo", NOW.replace(month=6, day=30)),
        ("5mo", NOW.replace(month=2, day=29)),
        ("7mo", NOW.replace(year=2023, month=12)),
        ("17mo", NOW.replace(year=2023, month=2, day=28)),
        ("1y", NOW.replace(year=2023)),
    ],
)
def test_an_age_is_a_moment(age: str, moment: datetime) -> None:
    assert cutoff(age, NOW) == moment


@pytest.mark.parametrize("age", ["", "90", "d", "-1d", "1.5d", "90 days", "1m", "9999999d", "1d1w", "٣d"])
def test_what_is_no_age_is_said(age: str) -> None:
    with pytest.raises(IndicesError, match="is no age such as 90d"):
        cutoff(age, NOW)


@pytest.mark.parametrize("age", ["999999d", "999999w", "999999mo", "2024y", "999999y"])
def test_what_was_before_all_calendars_is_said(age: str) -> None:
    with pytest.raises(IndicesError, match="there is a calendar for"):
        cutoff(age, NOW)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)),  # noqa: DTZ001 - it gets its zone below
    st.integers(0, 1000),
    st.sampled_from(["d", "w", "mo", "y"]),
)
def test_an_age_is_never_in_the_future_and_grows_with_its_number(
    now: datetime, number: int, unit: str
) -> None:
    moment = now.replace(tzinfo=UTC)
    found = cutoff(f"{number}{unit}", moment)
    assert found <= moment
    assert cutoff(f"{number + 1}{unit}", moment) < found


def found(settings: Settings, age: str, now: datetime) -> Findings:
    async def main() -> Findings:
        async with client_for(settings) as client:
            return await pruning.find(client, settings.index, age, now)

    return asyncio.run(main())


def deleted(settings: Settings, findings: Findings) -> int:
    async def main() -> int:
        async with client_for(settings) as client:
            return await pruning.delete(client, settings, findings)

    return asyncio.run(main())


def year(settings: Settings) -> str:
    """A live generation with an article in each month from April to July of 2024."""
    indexed(settings, [article(f"m{month}", received=NOON.replace(month=month)) for month in range(4, 8)])
    return f"{settings.index}-000001"


@pytest.mark.services
def test_a_month_is_old_that_ended_so_long_ago(own: Settings) -> None:
    first = year(own)
    for age, months in (("31d", "45"), ("30d", "456"), ("92d", ""), ("91d", "4"), ("1y", "")):
        indices = [each.index for each in found(own, age, NOW).old]
        assert indices == [f"{first}-2024.0{month}" for month in months], age


@pytest.mark.services
def test_the_month_that_it_is_now_is_never_old(own: Settings) -> None:
    year(own)
    assert [each.month for each in found(own, "0d", NOW).old] == [f"2024.0{month}" for month in (4, 5, 6)]
    assert [each.month for each in found(own, "0d", NOW.replace(day=1, hour=0, minute=0)).old][
        -1
    ] == "2024.06"


@pytest.mark.services
def test_what_is_found_is_told_with_its_size(own: Settings, client: Elasticsearch) -> None:
    first = year(own)
    client.indices.refresh(index=own.index)
    findings = found(own, "91d", NOW)
    assert findings.before == NOW - timedelta(days=91)
    (old,) = findings.old
    assert (old.index, old.generation, old.month) == (f"{first}-2024.04", first, "2024.04")
    assert (old.live, old.documents, old.bytes > 0) == (True, 1, True)


@pytest.mark.services
def test_old_months_go_and_the_others_stay(own: Settings, client: Elasticsearch) -> None:
    first = year(own)
    assert deleted(own, found(own, "60d", NOW)) == 2
    client.indices.refresh(index=own.index)
    left = {f"{first}-2024.06", f"{first}-2024.07", this_month_of(first)}
    assert set(client.indices.get_alias(name=own.index)) == left
    assert search.count(own) == 2


@pytest.mark.services
def test_every_generation_is_pruned(own: Settings, client: Elasticsearch) -> None:
    indexed(own, many(1))
    new = added(own)
    written(own, new, [article("spring", received=NOON.replace(month=4))])
    other = own.model_copy(update={"index": f"{own.index}-fr"})
    indexed(other, many(1))
    findings = found(own, "30d", datetime.now(UTC))
    assert [(each.index, each.live) for each in findings.old] == [
        (f"{new}-2024.04", False),
        (month_of(f"{own.index}-000001"), True),
    ]
    assert deleted(own, findings) == 2
    assert client.indices.exists(index=month_of(f"{other.index}-000001"))


@pytest.mark.services
def test_a_replay_that_is_not_finished_loses_none_of_its_months(own: Settings) -> None:
    first = year(own)
    new = added(own, finished=False)
    written(own, new, [article("spring", received=NOON.replace(month=4))])
    assert {each.generation for each in found(own, "30d", NOW).old} == {first}


@pytest.mark.services
def test_an_index_of_no_month_is_left_alone_and_told(own: Settings, client: Elasticsearch) -> None:
    old = undated(client, own)
    indexed(own, many(1))
    findings = found(own, "1y", datetime.now(UTC))
    assert findings.undated == (old,)
    assert deleted(own, findings) == 1
    assert client.indices.exists(index=old)


@pytest.mark.services
def test_when_all_is_old_the_alias_stays(own: Settings, client: Elasticsearch) -> None:
    first = year(own)
    client.indices.delete(index=this_month_of(first))
    assert deleted(own, found(own, "1d", datetime.now(UTC))) == 4
    assert list(client.indices.get_alias(name=own.index)) == [this_month_of(first)]
    assert search.count(own) == 0
    assert indexed(own, many(1)) == [Indexed()]


@pytest.mark.services
def test_a_worker_goes_on_while_months_are_deleted(own: Settings, client: Elasticsearch) -> None:
    first = year(own)

    async def main() -> None:
        sink = Sink(own)
        await sink.index([article("m4", version=2, received=NOON.replace(month=4))])
        async with client_for(own) as one:
            await pruning.delete(one, own, await pruning.find(one, own.index, "60d", NOW))
        late = article("late", received=NOON.replace(month=4))
        assert (
            await sink.index([article("m4", version=3, received=NOON.replace(month=4)), late, article("now")])
            == [Indexed()] * 3
        )
        await sink.close()

    asyncio.run(main())
    client.indices.refresh(index=own.index)
    assert client.indices.exists(index=f"{first}-2024.04")
    assert article("m4").id in contents(client, own.index)


@pytest.mark.services
def test_what_is_gone_already_and_faults_are_no_hindrance(own: Settings, client: Elasticsearch) -> None:
    first = year(own)
    findings = found(own, "60d", NOW)
    client.indices.delete(index=f"{first}-2024.05")
    with FaultyProxy(own, [503, "lost", "unheard", 429], path="-2024.04") as proxy:
        assert deleted(proxy.settings, findings) == 1
        assert not proxy.faults
    assert not client.indices.exists(index=f"{first}-2024.04")
    assert deleted(own, findings) == 0


@pytest.mark.services
def test_while_a_switch_holds_writes_nothing_is_deleted(own: Settings, client: Elasticsearch) -> None:
    first = year(own)
    for name in client.indices.get_alias(name=own.index):
        client.indices.add_block(index=name, block="write")
        client.indices.delete_alias(index=name, name=f"{name}-entrance")
    client.indices.delete(index=this_month_of(first))
    with pytest.raises(IndicesError, match="nothing was deleted"):
        deleted(own, found(own, "60d", NOW))
    assert client.indices.exists(index=f"{first}-2024.04")
