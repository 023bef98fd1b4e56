"""The conveyor: batches finish in any order, versions of an article and acks do not."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agents.conveyor import Bounds, Conveyor
from pipeline.agents.outcomes import DONE, Settled
from tests.agents.events import Event, Message
from tests.agents.reporting import Recorded

WIDE = Bounds(batches=100, articles=10_000, size=10_000)


def batches(
    sizes: Sequence[int], log: list[Message], keys: Sequence[bytes | None] = (None,)
) -> list[list[Event]]:
    """Batches of these sizes; the keys go round."""
    made: list[list[Event]] = []
    offset = 0
    for size in sizes:
        made.append(
            [Event(Message(offset + n, key=keys[(offset + n) % len(keys)]), log) for n in range(size)]
        )
        offset += size
    return made


def offsets(log: Sequence[Message]) -> list[int]:
    return [message.offset for message in log]


class Stage:
    """Work and delivery that take so many turns of the loop, and write down what they saw."""

    def __init__(self, line: list[list[Event]], turns: Sequence[tuple[int, int]]) -> None:
        self._turns = {id(batch): each for batch, each in zip(line, turns, strict=True)}
        self.at_once = 0
        self.most_at_once = 0
        self.delivered: list[int] = []
        self.by_key: dict[bytes | None, list[int]] = defaultdict(list)

    async def work(self, batch: Sequence[Event]) -> list[int]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        for _ in range(self._turns[id(batch)][0]):
            await asyncio.sleep(0)
        return [event.message.offset for event in batch]

    async def deliver(self, batch: Sequence[Event], done: list[int]) -> None:
        assert done == offsets([event.message for event in batch])
        for _ in range(self._turns[id(batch)][1]):
            await asyncio.sleep(0)
        self.at_once -= 1
        self.delivered += done
        for event in batch:
            self.by_key[event.message.key].append(event.message.offset)


async def run(line: list[list[Event]], stage: Stage, bounds: Bounds) -> None:
    async with asyncio.timeout(10):
        async with Conveyor(stage.work, stage.deliver, bounds) as conveyor:
            for batch in line:
                await conveyor.put(batch)
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.tuples(st.integers(0, 12), st.integers(0, 3))),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 5),
    st.integers(1, 20),
    st.lists(st.sampled_from([b"a", b"b", b"c", b"d", None]), min_size=1, max_size=9),
)
def test_all_is_delivered_and_acked_in_order_whatever_finishes_first(
    plan: list[tuple[int, tuple[int, int]]], width: int, articles: int, keys: list[bytes | None]
) -> None:
    log: list[Message] = []
    line = batches([size for size, _ in plan], log, keys)
    stage = Stage(line, [turns for _, turns in plan])
    asyncio.run(run(line, stage, Bounds(batches=width, articles=articles, size=articles)))
    everything = list(range(sum(size for size, _ in plan)))
    assert offsets(log) == everything
    assert sorted(stage.delivered) == everything
    assert stage.most_at_once <= width
    for key, order in stage.by_key.items():
        assert key is None or order == sorted(order), "the versions of an article changed places"


def test_a_batch_that_is_done_is_delivered_though_one_before_it_is_not() -> None:
    log: list[Message] = []
    line = batches([1] * 3, log, [b"a", b"b", b"c"])
    stage = Stage(line, [(50, 0), (0, 0), (1, 0)])
    asyncio.run(run(line, stage, WIDE))
    assert stage.delivered == [1, 2, 0]
    assert offsets(log) == [0, 1, 2]


def test_a_version_waits_for_the_one_before_it() -> None:
    log: list[Message] = []
    line = batches([1] * 3, log, [b"a", b"a", b"b"])
    stage = Stage(line, [(50, 2), (0, 0), (1, 0)])
    asyncio.run(run(line, stage, WIDE))
    assert stage.delivered == [2, 0, 1]


@settings(deadline=None)
@given(st.integers(1, 6), st.data())
def test_after_a_failure_nothing_behind_it_is_acked_and_the_error_comes_out(
    count: int, data: st.DataObject
) -> None:
    culprit = data.draw(st.integers(0, count - 1))
    in_delivery = data.draw(st.booleans())
    log: list[Message] = []
    line = batches([2] * count, log)

    async def work(batch: Sequence[Event]) -> None:
        if batch is line[culprit] and not in_delivery:
            raise ValueError("the model is gone")

    async def deliver(batch: Sequence[Event], _: None) -> None:
        if batch is line[culprit] and in_delivery:
            raise ValueError("the broker is gone")

    async def main() -> None:
        async with Conveyor(work, deliver, WIDE) as conveyor:
            for batch in line:
                await conveyor.put(batch)
            await asyncio.Event().wait()

    with pytest.raises(ValueError, match="is gone"):
        asyncio.run(asyncio.wait_for(main(), 5))
    assert offsets(log) == list(range(len(log)))
    assert len(log) <= 2 * culprit


def test_an_error_interrupts_a_reader_that_waits_for_more() -> None:
    """On a quiet topic nobody puts another batch: the failure must not wait for one."""

    async def work(_: Sequence[Event]) -> None:
        await asyncio.sleep(0.01)
        raise ValueError("a bug")

    async def deliver(_: Sequence[Event], __: None) -> None:
        pass

    async def main() -> None:
        async with Conveyor(work, deliver, WIDE) as conveyor:
            await conveyor.put([Event(Message(0))])
            await asyncio.sleep(60)

    with pytest.raises(ValueError, match="a bug"):
        asyncio.run(asyncio.wait_for(main(), 5))


@settings(deadline=None)
@given(st.integers(0, 30))
def test_being_cancelled_drops_what_is_under_way_and_acks_a_prefix(turns: int) -> None:
    log: list[Message] = []
    line = batches([1] * 4, log)
    stage = Stage(line, [(3 + 5 * number, 1) for number in range(4)])

    async def main() -> None:
        task = asyncio.create_task(run([*line, []], stage, WIDE))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1, "a task was left behind"

    stage._turns[id(line)] = (0, 0)
    asyncio.run(main())
    assert offsets(log) == list(range(len(log)))
    assert set(offsets(log)) <= set(stage.delivered)


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(batches=2, articles=100, size=100),
        Bounds(batches=100, articles=4, size=100),
        Bounds(batches=100, articles=100, size=4),
    ],
)
def test_a_full_conveyor_makes_the_reader_wait(bounds: Bounds) -> None:
    line = batches([2] * 3, [])
    gate = asyncio.Event()

    async def work(_: Sequence[Event]) -> None:
        await gate.wait()

    async def deliver(_: Sequence[Event], __: None) -> None:
        pass

    async def main() -> None:
        async with Conveyor(work, deliver, bounds) as conveyor:
            await conveyor.put(line[0])
            await conveyor.put(line[1])
            third = asyncio.create_task(conveyor.put(line[2]))
            await asyncio.wait([third], timeout=0.05)
            assert not third.done()
            gate.set()
            await asyncio.wait_for(third, 5)

    asyncio.run(main())


def test_what_is_done_and_not_acked_counts_too() -> None:
    """Else one slow batch would let all behind it pile up, done and waiting for their acks."""
    log: list[Message] = []
    line = batches([1] * 10, log, [b"%d" % n for n in range(10)])
    gate = asyncio.Event()

    async def work(batch: Sequence[Event]) -> None:
        if batch is line[0]:
            await gate.wait()

    async def deliver(_: Sequence[Event], __: None) -> None:
        pass

    async def main() -> None:
        async with Conveyor(work, deliver, Bounds(batches=2, articles=5, size=100)) as conveyor:
            for batch in line[:5]:
                await asyncio.wait_for(conveyor.put(batch), 5)
            sixth = asyncio.create_task(conveyor.put(line[5]))
            await asyncio.wait([sixth], timeout=0.05)
            assert not sixth.done()
            assert log == []
            gate.set()
            await sixth

    asyncio.run(main())
    assert offsets(log) == list(range(6))


def test_a_batch_larger_than_the_bounds_goes_alone() -> None:
    log: list[Message] = []
    line = batches([9, 1, 9], log)
    stage = Stage(line, [(2, 0)] * 3)
    asyncio.run(run(line, stage, Bounds(batches=4, articles=3, size=3)))
    assert stage.most_at_once == 1
    assert len(log) == 19


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.tuples(st.integers(0, 12), st.integers(0, 3))),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 4),
)
def test_what_became_of_an_event_is_told_when_it_is_acked_and_not_before(
    shape: list[tuple[int, tuple[int, int]]], width: int
) -> None:
    log: list[Message] = []
    line = batches([size for size, _ in shape], log)
    stage = Stage(line, [turns for _, turns in shape])
    counts: list[tuple[float | None, int]] = []
    report = Recorded(lambda settled: counts.append((settled.seconds, len(log))))

    async def deliver(batch: Sequence[Event], done: list[int]) -> list[Settled]:
        await stage.deliver(batch, done)
        return [Settled(seconds=float(offset)) for offset in done]

    async def main() -> None:
        bounds = Bounds(batches=width, articles=10_000, size=10_000)
        async with Conveyor(stage.work, deliver, bounds, report) as conveyor:
            for batch in line:
                await conveyor.put(batch)
                assert report.in_flight > 0

    asyncio.run(main())
    # The event with the offset n is the one that was acked last, after n others, when it is told.
    assert counts == [(float(offset), offset + 1) for offset in range(len(log))]
    assert sorted(size for size, _ in report.batches) == sorted(map(len, line))
    assert all(seconds >= 0 for _, seconds in report.batches)
    assert report.in_flight == 0
    assert 0 < report.most_in_flight <= len(log)


def test_where_nothing_is_said_each_event_is_done() -> None:
    report = Recorded()
    line = batches([3], [])
    stage = Stage(line, [(0, 0)])

    async def main() -> None:
        async with Conveyor(stage.work, stage.deliver, WIDE, report) as conveyor:
            await conveyor.put(line[0])

    asyncio.run(main())
    assert report.settled == [DONE] * 3


@pytest.mark.parametrize("fails_in", ["work", "delivery"])
def test_of_a_batch_that_fails_nothing_is_told_but_that_it_is_in_flight(fails_in: str) -> None:
    report = Recorded()

    async def work(_: Sequence[Event]) -> None:
        if fails_in == "work":
            raise ValueError("a bug")

    async def deliver(_: Sequence[Event], __: None) -> None:
        raise ValueError("a bug")

    async def main() -> None:
        async with Conveyor(work, deliver, WIDE, report) as conveyor:
            await conveyor.put([Event(Message(0)), Event(Message(1))])
            await asyncio.sleep(60)

    with pytest.raises(ValueError, match="a bug"):
        asyncio.run(asyncio.wait_for(main(), 5))
    assert (report.batches, report.settled, report.in_flight) == ([], [], 2)
