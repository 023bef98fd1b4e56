"""Outlets on a real broker: confirmed sends in their order, and dead letters of any size."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from faust.types import EventT

from pipeline import kafka_topics
from pipeline.agents.hop import Hop
from pipeline.agents.outlet import DeadLetterOffice, Message, Outlet
from pipeline.article import Failure
from pipeline.settings import Settings
from tests.agents.broker import put
from tests.agents.hops import going
from tests.feeding import letters, records
from tests.services import Stack, apart

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    made = apart(stack.settings, partitions=1, max_article_bytes=10_000, var=tmp_path)
    asyncio.run(kafka_topics.ensure(made))
    return made


def test_a_letter_too_large_for_its_topic_goes_without_its_bytes(settings: Settings) -> None:
    """What fits on a topic with its own size may not fit beside its reason."""
    largest = b"x" * (settings.max_message_bytes - 80)
    put(settings, settings.topic_raw, b"small", largest)

    async def main() -> None:
        hop = Hop("test", settings.topic_raw, settings)
        office = DeadLetterOffice(hop.app, settings)
        done = asyncio.Event()

        async def work(_: Sequence[EventT[Any]]) -> None:
            pass

        async def deliver(events: Sequence[EventT[Any]], _: None) -> None:
            await office.send([(event, Failure("enrich", "ValueError", "too much")) for event in events])
            if events[-1].message.offset == 1:
                done.set()

        hop.run(work, deliver, batch=4, width=1)
        async with going(hop):
            await asyncio.wait_for(done.wait(), 60)

    asyncio.run(main())
    small, large = letters(settings)
    assert (small.value, small.error_message) == (b"small", "too much")
    assert large.value == b""
    assert f"its {len(largest)} bytes" in large.error_message
    assert (large.topic, large.partition, large.offset, large.key) == (settings.topic_raw, 0, 1, b"k")


def test_the_outlet_refuses_what_no_topic_takes(settings: Settings) -> None:
    async def main() -> None:
        hop = Hop("test", settings.topic_raw, settings)
        outlet = Outlet(hop.app, settings.topic_enriched)
        hop.app.producer_only = True
        fits = Message(b"k", b"fits", [("name", b"value")])
        large = Message(b"k", b"x" * (settings.max_message_bytes + 1))
        async with going(hop):
            refused = await outlet.send([fits, large, fits])
            assert list(refused) == [1]
            assert settings.topic_enriched in str(refused[1])
            assert await outlet.send([]) == {}

    asyncio.run(main())
    found = records(settings, settings.topic_enriched)
    assert len(found) == 2
    for record in found:
        assert (record.key, record.value, record.headers) == (b"k", b"fits", [("name", b"value")])


def test_messages_stand_on_the_topic_in_their_order_though_the_broker_was_away(
    stack: Stack, settings: Settings
) -> None:
    """Those that failed are sent again, and so is all behind them: the last of each value counts."""
    values = [str(number).encode() for number in range(200)]

    async def main() -> None:
        hop = Hop("test", settings.topic_raw, settings)
        outlet = Outlet(hop.app, settings.topic_enriched)
        hop.app.producer_only = True
        async with going(hop):
            await outlet.send([Message(b"k", b"first")])
            stack.kafka.kill9()
            sending = asyncio.create_task(outlet.send([Message(b"k", value) for value in values]))
            await asyncio.sleep(1)
            await asyncio.to_thread(stack.kafka.start)
            assert await sending == {}

    asyncio.run(main())
    found = [record.value for record in records(settings, settings.topic_enriched)]
    assert found[0] == b"first"
    last = {value: place for place, value in enumerate(found)}
    assert sorted(values, key=last.__getitem__) == values
