"""Batches of what a plan says, on a real broker, and how far they have come."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)
from hypothesis import given
from hypothesis import strategies as st
from kafka.admin import KafkaAdminClient

from pipeline import kafka_topics
from pipeline.kafka_waiting import curable
from pipeline.replay import kafka
from pipeline.replay.plan import Plan, ReplayError, Span
from pipeline.replay.reader import Reader, _portions
from pipeline.settings import Settings
from tests.feeding import fresh
from tests.replay.raw import put
from tests.services import Stack
from tests.workers import eventually

unhurried = hypothesis.settings(deadline=None)


@dataclass(frozen=True)
class Sized:
    value: bytes | None


sizes = st.lists(st.builds(Sized, st.none() | st.binary(max_size=20)))


@unhurried
@given(sizes, st.integers(1, 30))
def test_portions_hold_all_in_order_and_no_more_bytes_than_they_may(found: list[Sized], most: int) -> None:
    portions = list(_portions(found, most))
    assert [each for portion in portions for each in portion] == found
    for portion in portions:
        assert portion
        assert len(portion) == 1 or sum(len(each.value or b"") for each in portion) <= most


@unhurried
@given(sizes, st.integers(1, 30))
def test_portions_are_as_few_as_they_can_be_in_order(found: list[Sized], most: int) -> None:
    portions = list(_portions(found, most))
    for one, other in itertools.pairwise(portions):
        assert sum(len(each.value or b"") for each in [*one, other[0]]) > most


@pytest.mark.parametrize(
    ("error", "waited_for"),
    [
        (KafkaConnectionError(), True),
        (KafkaTimeoutError(), True),
        (OffsetOutOfRangeError(), False),
        (TopicAuthorizationFailedError(), False),
        (OSError(), False),
    ],
    ids=repr,
)
def test_what_is_waited_out(error: Exception, waited_for: bool) -> None:
    async def main() -> bool:
        return curable(error, kafka.MAY_PASS)

    assert asyncio.run(main()) is waited_for


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=2)


def plan(settings: Settings, **spans: tuple[int, int]) -> Plan:
    return Plan(
        id="a",
        topic=settings.topic_raw,
        partitions={int(name[1:]): Span(*span) for name, span in spans.items()},
        gone=0,
        made=datetime.now(UTC),
    )


def numbered(settings: Settings, partition: int, *numbers: int) -> None:
    put(settings, *(str(number).encode() for number in numbers), partition=partition)


@asynccontextmanager
async def reading(settings: Settings, what: Plan) -> AsyncIterator[Reader]:
    async with Reader(settings, what, f"{settings.group}-replay") as reader:
        yield reader


def read(
    settings: Settings, what: Plan, *, most: int = 100, most_bytes: int = 1000, commit: int = 0
) -> list[list[int]]:
    """The numbers in each batch; commits so many batches."""

    async def main() -> list[list[int]]:
        found = []
        async with reading(settings, what) as reader:
            async for batch in reader.batches(most, most_bytes):
                found.append([int(each.value) for each in batch])
                if len(found) <= commit:
                    await reader.commit(batch)
        return found

    return asyncio.run(main())


@pytest.mark.services
def test_it_reads_what_the_plan_says_and_no_more(settings: Settings) -> None:
    numbered(settings, 0, 0, 1, 2, 3, 4)
    numbered(settings, 1, 10, 11, 12)
    batches = read(settings, plan(settings, p0=(1, 4), p1=(2, 3)))
    assert sorted(number for batch in batches for number in batch) == [1, 2, 3, 12]
    assert read(settings, plan(settings, p1=(0, 2))) == [[10, 11]]


@pytest.mark.services
def test_batches_are_bounded_and_in_order(settings: Settings) -> None:
    numbered(settings, 0, *range(100, 120))
    by_number = read(settings, plan(settings, p0=(0, 20)), most=6)
    by_bytes = read(settings, plan(settings, p0=(0, 20)), most_bytes=9)
    for batches, most in ((by_number, 6), (by_bytes, 3)):
        assert [number for batch in batches for number in batch] == list(range(100, 120))
        assert max(map(len, batches)) == most


@pytest.mark.services
def test_it_goes_on_behind_what_was_committed(settings: Settings) -> None:
    numbered(settings, 0, *range(12))
    what = plan(settings, p0=(2, 12))
    assert read(settings, what, most=4, commit=1)[0] == [2, 3, 4, 5]

    async def done() -> int:
        async with reading(settings, what) as reader:
            return reader.done

    assert asyncio.run(done()) == 4
    assert read(settings, what, most=100) == [[6, 7, 8, 9, 10, 11]]


@pytest.mark.services
def test_a_message_without_a_value_is_read_too(settings: Settings) -> None:
    put(settings, b"", b"7", partition=0)

    async def main() -> list[bytes | None]:
        async with reading(settings, plan(settings, p0=(0, 2))) as reader:
            return [each.value async for batch in reader.batches(10, 10) for each in batch]

    assert asyncio.run(main()) == [b"", b"7"]


@pytest.mark.services
def test_a_topic_that_is_shorter_than_the_plan_is_another(settings: Settings) -> None:
    numbered(settings, 0, 1, 2)
    with pytest.raises(ReplayError, match="ends at 2, but the replay was to read up to 3"):
        read(settings, plan(settings, p0=(0, 3)))


def made_anew(settings: Settings) -> None:
    """The topic of raw articles is deleted and made again."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_topics([settings.topic_raw])
    eventually(
        lambda: settings.topic_raw not in admin.list_topics(), within_s=30, what="a topic that is deleted"
    )
    admin.close()
    asyncio.run(kafka_topics.ensure(settings, patience_s=60))


@pytest.mark.services
def test_a_topic_that_is_made_anew_meanwhile_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PARTITION_BYTES", 1)  # so that no more is fetched than what is put at once
    for number in range(8):
        numbered(settings, 0, number)

    async def main() -> None:
        async with reading(settings, plan(settings, p0=(0, 8))) as reader:
            first = True
            async for _ in reader.batches(1, 1000):
                if first:
                    await asyncio.to_thread(made_anew, settings)
                first = False

    async def soon() -> None:
        async with asyncio.timeout(60):
            await main()

    with pytest.raises(ReplayError, match=r"ends at 0, but the replay was to read up to 8: .* made anew"):
        asyncio.run(soon())
