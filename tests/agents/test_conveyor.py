"""The conveyor: side by side in work, one by one and in order in what is acked."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agents.conveyor import Conveyor


class Event:
    """An event that writes its acks into a common log, as a partition's committed offsets would grow."""

    def __init__(self, offset: int, log: list[int]) -> None:
        self.offset = offset
        self._log = log

    def ack(self) -> bool:
        self._log.append(self.offset)
        return True


def batches(sizes: Sequence[int], log: list[int]) -> list[list[Event]]:
    offset = 0
    made = []
    for size in sizes:
        made.append([Event(offset + place, log) for place in range(size)])
        offset += size
    return made


async def settle(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 5)


async def run(line: list[list[Event]], delays: Sequence[int], width: int, log: list[int]) -> dict[str, int]:
    """Put all batches through a conveyor whose work takes so many turns of the loop; what was seen."""
    seen = {"at once": 0, "most at once": 0, "delivering": 0}
    delivered: list[int] = []
    finished = asyncio.Event()
    turns = {id(batch): delay for batch, delay in zip(line, delays, strict=True)}

    async def work(batch: Sequence[Event]) -> list[int]:
        seen["at once"] += 1
        seen["most at once"] = max(seen["most at once"], seen["at once"])
        for _ in range(turns[id(batch)]):
            await asyncio.sleep(0)
        seen["at once"] -= 1
        return [event.offset for event in batch]

    async def deliver(batch: Sequence[Event], offsets: list[int]) -> None:
        assert seen["delivering"] == 0, "two deliveries at once"
        seen["delivering"] = 1
        await asyncio.sleep(0)
        assert offsets == [event.offset for event in batch]
        assert log == delivered, "something was acked before it was delivered"
        delivered.extend(offsets)
        seen["delivering"] = 0
        if batch is line[-1]:
            asyncio.get_running_loop().call_soon(finished.set)

    async with Conveyor(work, deliver, width) as conveyor:
        for batch in line:
            await conveyor.put(batch)
        await settle(finished)
    return seen


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 12)), min_size=1, max_size=12),
    st.integers(1, 5),
)
def test_acks_are_complete_and_in_order_whatever_finishes_first(
    plan: list[tuple[int, int]], width: int
) -> None:
    log: list[int] = []
    line = batches([size for size, _ in plan], log)
    seen = asyncio.run(run(line, [delay for _, delay in plan], width, log))
    assert log == list(range(sum(size for size, _ in plan)))
    assert seen["most at once"] <= width


def test_batches_are_worked_on_side_by_side() -> None:
    log: list[int] = []
    seen = asyncio.run(run(batches([1] * 6, log), [10] * 6, 3, log))
    assert seen["most at once"] == 3


@settings(deadline=None)
@given(st.integers(1, 6), st.data())
def test_after_a_failure_nothing_behind_it_is_acked(count: int, data: st.DataObject) -> None:
    culprit = data.draw(st.integers(0, count - 1))
    in_delivery = data.draw(st.booleans())
    log: list[int] = []
    line = batches([2] * count, log)

    async def work(batch: Sequence[Event]) -> None:
        if batch is line[culprit] and not in_delivery:
            raise ValueError("the model is gone")

    async def deliver(batch: Sequence[Event], _: None) -> None:
        if batch is line[culprit] and in_delivery:
            raise ValueError("the broker is gone")

    async def main() -> None:
        async with Conveyor(work, deliver, 2) as conveyor:
            for batch in line:
                await conveyor.put(batch)
            for _ in range(100):
                await asyncio.sleep(0)
            await conveyor.put(line[0])

    with pytest.raises(ValueError, match="is gone"):
        asyncio.run(main())
    assert log == list(range(2 * culprit))


@settings(deadline=None)
@given(st.integers(0, 30))
def test_leaving_early_drops_what_is_under_way_and_acks_a_prefix(turns: int) -> None:
    log: list[int] = []
    cancelled: list[int] = []
    line = batches([1] * 4, log)

    async def work(batch: Sequence[Event]) -> None:
        try:
            for _ in range(3 + 5 * batch[0].offset):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            cancelled.append(batch[0].offset)
            raise

    async def deliver(_: Sequence[Event], __: None) -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        async with Conveyor(work, deliver, 4) as conveyor:
            for batch in line:
                await conveyor.put(batch)
            for _ in range(turns):
                await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1, "a task was left behind"

    asyncio.run(main())
    assert log == list(range(len(log)))
    assert not set(cancelled) & set(log)


def test_a_full_conveyor_makes_the_reader_wait() -> None:
    log: list[int] = []
    line = batches([1] * 3, log)
    gate = asyncio.Event()

    async def work(_: Sequence[Event]) -> None:
        await gate.wait()

    async def deliver(_: Sequence[Event], __: None) -> None:
        pass

    async def main() -> None:
        async with Conveyor(work, deliver, 2) as conveyor:
            await conveyor.put(line[0])
            await conveyor.put(line[1])
            third = asyncio.create_task(conveyor.put(line[2]))
            await asyncio.wait([third], timeout=0.05)
            assert not third.done()
            gate.set()
            await asyncio.wait_for(third, 5)

    asyncio.run(main())
