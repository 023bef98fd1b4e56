"""Batches through the models: several at once, out in order, and never more than may be under way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.process import Outcome
from pipeline.replay.run import _enriched
from pipeline.settings import MIB, Settings


class Message(NamedTuple):
    """What is read of aiokafka's record."""

    value: bytes | None


class Pool:
    """Models that take each batch at their own speed, and count what they have at once."""

    def __init__(self, delays: Sequence[float] = (), *, fails_on: bytes | None = None) -> None:
        self._delays = iter(delays)
        self._fails_on = fails_on
        self.now = self.most = self.most_bytes = self.bytes = self.started = self.cancelled = 0

    async def enrich(self, values: Sequence[bytes]) -> list[Outcome]:
        size = sum(map(len, values))
        self.started += 1
        self.now, self.bytes = self.now + 1, self.bytes + size
        self.most, self.most_bytes = max(self.most, self.now), max(self.most_bytes, self.bytes)
        try:
            await asyncio.sleep(next(self._delays, 0))
            if self._fails_on in values:
                raise KeyError("a bug")
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now, self.bytes = self.now - 1, self.bytes - size
        return list(values)


async def source(batches: Sequence[list[Message]]) -> AsyncIterator[list[Message]]:
    for batch in batches:
        yield batch


def settings(**changes: Any) -> Settings:
    return Settings(processes=changes.pop("processes", 2), **changes)


def enriched(pool: Any, chosen: Settings) -> Any:
    return _enriched(source(numbered), pool, chosen)


async def through(pool: Any, batches: Sequence[list[Message]], chosen: Settings) -> list[list[Any]]:
    return [outcomes async for _, outcomes in _enriched(source(batches), pool, chosen)]


numbered = [[Message(str(number).encode())] for number in range(12)]


@hypothesis.settings(deadline=None)
@given(st.lists(st.sampled_from([0, 0.001, 0.003]), min_size=12, max_size=12), st.integers(1, 4))
def test_they_come_out_in_order_however_long_each_takes(delays: list[float], processes: int) -> None:
    pool = Pool(delays)
    found = asyncio.run(through(pool, numbered, settings(processes=processes)))
    assert found == [[message.value for message in batch] for batch in numbered]
    assert pool.most <= processes + 1


def test_every_process_has_something_to_do() -> None:
    pool = Pool([random.Random(1).random() / 100 for _ in numbered])
    asyncio.run(through(pool, numbered, settings(processes=3)))
    assert pool.most >= 3


def test_a_message_without_a_value_is_empty_to_the_models() -> None:
    assert asyncio.run(through(Pool(), [[Message(None)]], settings())) == [[b""]]


def test_bytes_under_way_are_bounded() -> None:
    large = [[Message(b"x" * MIB)] for _ in range(10)]
    pool = Pool([0.001] * 10)
    found = asyncio.run(through(pool, large, settings(processes=8, in_flight_mib=3)))
    assert len(found) == 10
    assert pool.most_bytes <= 3 * MIB


def test_what_goes_wrong_comes_out_when_it_is_its_turn_and_the_rest_is_dropped() -> None:
    pool = Pool([0.02, 0, 60, 60], fails_on=b"1")
    found = []

    async def main() -> None:
        async for _, outcomes in enriched(pool, settings(processes=3)):
            found.append(outcomes)

    with pytest.raises(KeyError):
        asyncio.run(main())
    assert found == [[b"0"]]
    assert pool.now == 0


def test_who_wants_no_more_leaves_nothing_running() -> None:
    pool = Pool([0, 60, 60, 60])

    async def main() -> None:
        async with aclosing(enriched(pool, settings(processes=3))) as batches:
            async for _ in batches:
                break

    asyncio.run(main())
    assert pool.started == pool.cancelled + 1
    assert pool.now == 0
