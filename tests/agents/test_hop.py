"""A hop on a real broker: it drains, shares its partitions under load, and a bug ends its process loudly."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.agents.hop import QUEUE
from pipeline.settings import Settings
from tests.agents.broker import committed, committed_in_all, put, spread
from tests.agents.hops import going
from tests.agents.recorder import Recorder, hop_with, reached, until
from tests.feeding import fresh
from tests.services import Stack
from tests.workers import environment

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, linger_s=0.05)


def test_draining_finishes_and_commits_what_is_under_way_and_takes_no_more(settings: Settings) -> None:
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(40)])
    recorder = Recorder(0.3)

    async def main() -> float:
        async with going(hop_with(recorder, settings)) as hop:
            await reached(4, recorder)
            assert hop.running
            assert hop.assigned() == {0}
            start = time.monotonic()
            await hop.drain(5)
        return time.monotonic() - start

    assert asyncio.run(main()) < 5
    assert len(recorder.delivered) < 40
    assert recorder.delivered == recorder.worked
    assert committed(settings, "test", settings.topic_raw) == len(recorder.delivered)


def test_what_cannot_be_finished_in_time_is_left_to_the_next(settings: Settings) -> None:
    put(settings, settings.topic_raw, b"one", b"two")
    slow, quick = Recorder(3600), Recorder()

    async def main() -> None:
        async with going(hop_with(slow, settings)) as hop:
            await until(lambda: bool(slow.worked))
            start = time.monotonic()
            await hop.drain(0.5)
        assert time.monotonic() - start < 5
        async with going(hop_with(quick, settings)) as again:
            await reached(2, quick)
            await again.drain(5)

    asyncio.run(main())
    assert not slow.delivered
    assert committed(settings, "test", settings.topic_raw) == 2


def test_while_nothing_gets_done_little_is_held_in_memory(settings: Settings) -> None:
    """A service that is away for a day must not fill the memory: the rest stays on the topic."""
    put(settings, settings.topic_raw, *[b"x" * 1000] * 2000)
    recorder = Recorder(3600)

    async def main() -> None:
        async with going(hop_with(recorder, settings, batch=10, width=2)) as hop:
            await until(lambda: len(recorder.worked) >= 20)
            await asyncio.sleep(3)
            held = len(hop.app.consumer.unacked)
            queued = sum(queue.qsize() for queue in hop.app.flow_control._queues)
            assert len(recorder.worked) == 20
            assert held + queued <= 20 + 10 + 1 + 2 * QUEUE
            await hop.drain(0.1)

    asyncio.run(main())


def test_partitions_change_hands_under_load_and_every_event_is_done(stack: Stack, tmp_path: Path) -> None:
    """A second hop of the same group joins, and leaves in the middle; nothing is left out."""
    settings = fresh(stack.settings, tmp_path, partitions=4, linger_s=0.05)
    count = 1200
    spread(settings, settings.topic_raw, count)
    first, second = Recorder(0.3), Recorder(0.02)  # the first leaves enough, however long the other takes

    async def main() -> None:
        async with going(hop_with(first, settings)) as staying:
            await reached(50, first)
            async with going(hop_with(second, settings)) as passing:
                await reached(50, second)
                await passing.drain(5)
            first.seconds = 0.02
            await reached(count, first, second, within_s=90)
            await staying.drain(5)

    asyncio.run(main())
    assert committed_in_all(settings, "test", settings.topic_raw) == count


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


def test_a_killed_process_loses_nothing_that_it_had_not_committed(settings: Settings) -> None:
    put(settings, settings.topic_raw, *[b"%d" % number for number in range(30)], b"slow", b"last")
    process = subprocess.Popen([sys.executable, "-m", "tests.agents.failing"], env=environment(settings))
    try:
        end = time.monotonic() + 60
        while (committed(settings, "failing", settings.topic_raw) or 0) < 30:
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert committed(settings, "failing", settings.topic_raw) == 30
