"""The Faust apps on a real broker: confirmed sends, dead letters of any size, and a loud end on a bug."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from faust.types import EventT

from pipeline import kafka_topics
from pipeline.agents.app import DeadLetterOffice, Message, Outlet, consume, make
from pipeline.agents.conveyor import Conveyor
from pipeline.article import Failure
from pipeline.settings import Settings
from tests.agents.broker import committed, put
from tests.feeding import letters, records
from tests.services import Stack, apart
from tests.workers import environment

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
        hop = make("test", settings, buffered=8)
        office = DeadLetterOffice(hop, settings)
        done = asyncio.Event()

        async def work(_: Sequence[EventT[Any]]) -> None:
            pass

        async def deliver(events: Sequence[EventT[Any]], _: None) -> None:
            await office.send([(event, Failure("enrich", "ValueError", "too much")) for event in events])
            if events[-1].message.offset == 1:
                done.set()

        consume(hop, settings.topic_raw, lambda: Conveyor(work, deliver, 1), batch=4, linger_s=0.05)
        await hop.start()
        await asyncio.wait_for(done.wait(), 60)
        await hop.stop()

    asyncio.run(main())
    small, large = letters(settings)
    assert (small.value, small.error_message) == (b"small", "too much")
    assert large.value == b""
    assert f"its {len(largest)} bytes" in large.error_message
    assert (large.topic, large.partition, large.offset, large.key) == (settings.topic_raw, 0, 1, b"k")


def test_the_outlet_refuses_what_no_topic_takes(settings: Settings) -> None:
    async def main() -> None:
        hop = make("test", settings, buffered=8)
        outlet = Outlet(hop, settings.topic_enriched)
        hop.producer_only = True
        await hop.start()
        fits = Message(b"k", b"fits", [("name", b"value")])
        large = Message(b"k", b"x" * (settings.max_message_bytes + 1))
        refused = await outlet.send([fits, large, fits])
        assert list(refused) == [1]
        assert settings.topic_enriched in str(refused[1])
        assert await outlet.send([]) == {}
        await hop.stop()

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
        hop = make("test", settings, buffered=8)
        outlet = Outlet(hop, settings.topic_enriched)
        hop.producer_only = True
        await hop.start()
        await outlet.send([Message(b"k", b"first")])
        stack.kafka.kill9()
        sending = asyncio.create_task(outlet.send([Message(b"k", value) for value in values]))
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.kafka.start)
        assert await sending == {}
        await hop.stop()

    asyncio.run(main())
    found = [record.value for record in records(settings, settings.topic_enriched)]
    assert found[0] == b"first"
    last = {value: place for place, value in enumerate(found)}
    assert sorted(values, key=last.__getitem__) == values


def test_an_error_that_nobody_foresaw_ends_the_process_and_acks_nothing_behind_it(settings: Settings) -> None:
    put(settings, settings.topic_raw, b"one", b"surprise", b"three")
    done = subprocess.run(
        [sys.executable, "-m", "tests.agents.failing"],
        env=environment(settings),
        capture_output=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == os.EX_SOFTWARE
    assert b"the worker stops; start it again" in done.stderr
    assert b"a bug" in done.stderr
    assert committed(settings, "failing", settings.topic_raw) in (None, 1)
