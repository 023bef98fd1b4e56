"""The consumer on a real broker, with what Faust throws away thrown away on purpose: nothing is left out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from faust.types import TP
from kafka import KafkaAdminClient, TopicPartition
from structlog.testing import capture_logs

from pipeline.agents import consumer
from pipeline.agents.hop import Hop
from pipeline.settings import Settings
from tests.agents.broker import committed, committed_in_all, put, spread
from tests.agents.hops import going
from tests.agents.recorder import Recorder, hop_with, reached, until
from tests.feeding import fresh
from tests.services import Stack

pytestmark = pytest.mark.services

Spoil = Callable[[consumer.Consumer, dict[TP, list[Any]]], Any]


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, linger_s=0.05)


def spoil_with(monkeypatch: pytest.MonkeyPatch, spoil: Spoil) -> None:
    """Have what each fetch brings go through a function, which may wait and may take some of it away."""
    fetch = consumer.Consumer._getmany

    async def spoiled(self: consumer.Consumer, active_partitions: Any, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's own signature
        return await spoil(self, dict(await fetch(self, active_partitions, timeout)))

    monkeypatch.setattr(consumer.Consumer, "_getmany", spoiled)


async def carried(settings: Settings, count: int, recorder: Recorder) -> None:
    """Have one hop do all there is."""
    async with going(hop_with(recorder, settings, batch=16)) as hop:
        await reached(count, recorder)
        await hop.drain(5)


def test_what_was_fetched_and_thrown_away_is_read_again_when_more_comes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(100)])
    thrown: list[int] = []

    async def spoil(_: consumer.Consumer, found: dict[TP, list[Any]]) -> dict[TP, list[Any]]:
        if found and not thrown:
            thrown.extend(record.offset for records in found.values() for record in records)
            await asyncio.to_thread(put, settings, settings.topic_raw, b"more")
            return {}
        return found

    spoil_with(monkeypatch, spoil)
    recorder = Recorder()
    asyncio.run(carried(settings, 101, recorder))
    assert thrown
    assert set(recorder.delivered) == {(0, offset) for offset in range(101)}
    assert committed(settings, "test", settings.topic_raw) == 101


def test_what_is_fetched_before_the_group_has_rebalanced_is_read_again(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that waits while the group rebalances brings what the new assignment begins with, too early."""
    settings = fresh(stack.settings, tmp_path, partitions=4, linger_s=0.05)
    spread(settings, settings.topic_raw, 60)
    first, second = Recorder(8), Recorder()  # nothing is committed for so many seconds
    seek = consumer.Consumer.perform_seek
    sought: list[bool] = []

    async def slow_seek(which: consumer.Consumer) -> None:
        await seek(which)
        if first.worked:
            sought.append(which.flow_active)
            await asyncio.sleep(2)

    monkeypatch.setattr(consumer.Consumer, "perform_seek", slow_seek)

    async def main() -> None:
        async with going(hop_with(first, settings)) as staying:
            await until(lambda: bool(first.worked))
            first.seconds = 0
            async with going(hop_with(second, settings)) as joining:
                await reached(60, first, second)
                await joining.drain(1)
            await staying.drain(1)

    asyncio.run(main())
    assert False in sought
    assert committed_in_all(settings, "test", settings.topic_raw) == 60


def test_whatever_is_thrown_away_while_others_come_and_go_all_is_done(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fresh(stack.settings, tmp_path, partitions=4, linger_s=0.05)
    count, more = 2000, 100
    spread(settings, settings.topic_raw, count)
    chance = random.Random(7)
    thrown: list[int] = []
    ended: list[bool] = []

    async def spoil(which: consumer.Consumer, found: dict[TP, list[Any]]) -> dict[TP, list[Any]]:
        if ended or which._looked:  # at the second look it believes what it sees
            return found
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random())
        away = {each for each in found if chance.random() < 0.3}
        thrown.extend(len(found[each]) for each in away)
        return {each: records for each, records in found.items() if each not in away}

    spoil_with(monkeypatch, spoil)
    recorders = [Recorder(0.01) for _ in range(4)]

    async def main() -> None:
        async with going(hop_with(recorders[0], settings, batch=16)) as staying:
            for recorder in recorders[1:]:
                async with going(hop_with(recorder, settings, batch=16)):
                    await asyncio.sleep(chance.random() * 4)
            ended.append(True)
            await asyncio.to_thread(spread, settings, settings.topic_raw, more)
            await reached(count + more, *recorders, within_s=120)
            await staying.drain(5)

    asyncio.run(main())
    assert sum(thrown) > 100
    assert committed_in_all(settings, "test", settings.topic_raw) == count + more


def test_what_was_read_before_a_rebalance_is_not_acked_after_it(settings: Settings) -> None:
    """Faust itself acks what it skips for that reason."""
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(8)])
    slow = Recorder(3600)

    async def main() -> None:
        async with going(hop_with(slow, settings)) as hop:
            await until(lambda: len(slow.worked) >= 8)
            events = list(hop.app.consumer.unacked)
            last = max(events, key=lambda message: int(message.offset))
            hop.app.consumer_generation_id += 1
            assert not hop.app.consumer.ack(last)
            await hop.app.consumer.commit()

    asyncio.run(main())
    assert committed(settings, "test", settings.topic_raw) is None


def test_a_hole_in_the_topic_is_stepped_over_and_committed_past(settings: Settings) -> None:
    """The marks of transactions take up offsets, and so does what was never committed."""
    count = 30

    async def fill() -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=settings.kafka, transactional_id=settings.topic_raw
        ) as producer:
            for number in range(count):
                async with producer.transaction():
                    await producer.send(settings.topic_raw, b"%d" % number)

    put(settings, settings.topic_raw, b"first")
    recorder = Recorder()

    async def main() -> None:
        await fill()
        await carried(settings, count + 1, recorder)

    asyncio.run(main())
    assert committed(settings, "test", settings.topic_raw) == 2 * count
    assert max(offset for _, offset in recorder.delivered) == 2 * count - 1


def test_what_was_deleted_before_it_was_read_is_told(settings: Settings) -> None:
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(10)])
    before, after = Recorder(), Recorder()
    asyncio.run(carried(settings, 10, before))
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(30)])
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_records({TopicPartition(settings.topic_raw, 0): 25})
    admin.close()
    with capture_logs() as logs:
        asyncio.run(carried(settings, 15, after))
    assert set(after.delivered) == {(0, offset) for offset in range(25, 40)}
    assert committed(settings, "test", settings.topic_raw) == 40
    [told] = [each for each in logs if each["log_level"] == "error"]
    assert (told["messages"], told["topic"]) == (15, settings.topic_raw)


def test_a_new_group_begins_where_the_topic_begins(settings: Settings) -> None:
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(30)])
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_records({TopicPartition(settings.topic_raw, 0): 25})
    admin.close()
    recorder = Recorder()
    with capture_logs() as logs:
        asyncio.run(carried(settings, 5, recorder))
    assert set(recorder.delivered) == {(0, offset) for offset in range(25, 30)}
    assert committed(settings, "test", settings.topic_raw) == 30
    assert not [each for each in logs if each["log_level"] == "error"]


def test_while_there_is_more_it_is_fetched(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partition without anything new, or a queue that is full for a while, holds up no other partition."""
    settings = fresh(stack.settings, tmp_path, partitions=4, linger_s=0.05)
    count = 3000
    spread(settings, settings.topic_raw, count)
    recorder = Recorder(0.01)
    fetched: list[int] = []
    empty: list[bool] = []

    async def spoil(_: consumer.Consumer, found: dict[TP, list[Any]]) -> dict[TP, list[Any]]:
        if 0 < sum(fetched) < count:
            empty.append(not found)
        fetched.append(sum(map(len, found.values())))
        return found

    spoil_with(monkeypatch, spoil)
    asyncio.run(carried(settings, count, recorder))
    assert len(empty) > 10
    assert not any(empty)


def test_the_hop_runs_on_it(settings: Settings) -> None:
    async def main() -> type:
        return type(Hop("test", settings.topic_raw, settings).app.consumer)

    assert asyncio.run(main()) is consumer.Consumer
