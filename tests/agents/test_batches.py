"""Batches: full, or as full as they became in time; and no more than one while nobody takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agents.batches import Batches


class Source:
    """Gives items of so many bytes, after a pause each (in turns of the loop, or seconds)."""

    def __init__(self, items: list[int], *, turns: int = 0, then: Exception | None = None) -> None:
        self._items = items
        self._turns = turns
        self._then = then
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[int]:
        for item in self._items:
            for _ in range(self._turns):
                await asyncio.sleep(0)
            self.given += 1
            yield item
        if self._then:
            raise self._then


def made(most: int = 10, most_bytes: int = 100, linger_s: float = 0.01) -> Batches[int]:
    return Batches(most, most_bytes, lambda: linger_s, lambda item: item)


async def all_of(batches: Batches[int], source: Source, stop: asyncio.Event | None = None) -> list[list[int]]:
    async with asyncio.timeout(10):
        return [batch async for batch in batches.of(source, stop or asyncio.Event())]


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), max_size=40), st.integers(1, 7), st.integers(1, 100), st.integers(0, 3))
def test_every_item_is_in_one_batch_in_order_and_within_bounds(
    items: list[int], most: int, most_bytes: int, turns: int
) -> None:
    found = asyncio.run(all_of(made(most, most_bytes), Source(items, turns=turns)))
    assert [item for batch in found for item in batch] == items
    assert all(0 < len(batch) <= most for batch in found)
    assert all(sum(batch[:-1]) < most_bytes for batch in found)


def test_a_batch_that_does_not_fill_goes_after_a_while() -> None:
    async def slow() -> AsyncIterator[int]:
        yield 1
        yield 2
        await asyncio.sleep(0.3)
        yield 3

    async def main() -> list[list[int]]:
        return [batch async for batch in made(linger_s=0.05).of(slow(), asyncio.Event())]

    assert asyncio.run(main()) == [[1, 2], [3]]


def test_while_nobody_takes_a_batch_the_source_is_read_no_further() -> None:
    source = Source([1] * 100)

    async def main() -> None:
        batches = made(most=10).of(source, asyncio.Event())
        assert len(await anext(batches)) == 10
        await asyncio.sleep(0.05)
        assert source.given <= 20
        await batches.aclose()

    asyncio.run(main())


def test_it_ends_when_told_to_and_takes_nothing_more() -> None:
    async def endless() -> AsyncIterator[int]:
        while True:
            yield 1
            await asyncio.sleep(0)

    async def main() -> None:
        stop = asyncio.Event()
        taken = 0
        async with asyncio.timeout(5):
            async for batch in made().of(endless(), stop):
                taken += len(batch)
                if taken >= 50:
                    stop.set()
        assert taken < 100
        assert len(asyncio.all_tasks()) == 1, "a task was left behind"

    asyncio.run(main())


def test_it_ends_when_told_to_while_nothing_comes() -> None:
    async def never() -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 1

    async def main() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, stop.set)
        async with asyncio.timeout(5):
            assert [batch async for batch in made().of(never(), stop)] == []

    asyncio.run(main())


def test_what_the_source_raises_comes_out_behind_what_it_gave() -> None:
    source = Source([1, 2, 3], then=ValueError("the broker is gone"))
    found: list[int] = []

    async def main() -> None:
        async for batch in made().of(source, asyncio.Event()):
            found.extend(batch)

    with pytest.raises(ValueError, match="the broker is gone"):
        asyncio.run(main())
    assert found == [1, 2, 3]
