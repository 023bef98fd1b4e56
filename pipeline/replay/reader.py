"""The messages of a plan, in batches, from where an earlier run stopped; and how far it has come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from pipeline.replay import kafka
from pipeline.replay.plan import Plan, ReplayError
from pipeline.settings import Settings

Message: TypeAlias = Any
"""aiokafka's ``ConsumerRecord``, which has no types."""

POLL_MS = 500
PATIENCE_S = 5.0

log = structlog.get_logger(__name__)


class Reader:
    """Reads what a plan says; use as an async context manager.

    It has a consumer group of its own, which no other consumer joins: there, and only when the caller says
    so, stands how far the replay has come.

    Args:
        settings: where the broker is.
        plan: what to read.
        group: the consumer group.

    Attributes:
        done: messages that earlier runs have done.
        gone: messages that are no longer on the topic, beside those that the plan counts.
    """

    def __init__(self, settings: Settings, plan: Plan, group: str) -> None:
        self._settings = settings
        self._plan = plan
        self._group = group
        self._consumer: AIOKafkaConsumer = None
        self._ends = {
            TopicPartition(plan.topic, number): span.end for number, span in plan.partitions.items()
        }
        self.done = 0
        self.gone = 0

    async def __aenter__(self) -> Self:
        """Raises ``ReplayError`` where the topic is not the one that the plan was made for."""
        self._consumer = await kafka.consumer(self._settings, self._group)
        try:
            async for attempt in kafka.patiently(self._settings, "find where to go on"):
                with attempt:
                    await self._place()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def _place(self) -> None:
        places = list(self._ends)
        await self._check(places)
        self._consumer.assign(places)
        self.done = 0
        for place in places:
            start = self._plan.partitions[place.partition].start
            committed = await self._consumer.committed(place)
            self._consumer.seek(place, start if committed is None else max(start, committed))
            self.done += 0 if committed is None else max(0, committed - start)
        self.gone = 0
        await self._pass_over(places)

    async def _check(self, places: Sequence[TopicPartition]) -> None:
        ends = await self._consumer.end_offsets(places)
        for place in places:
            if ends[place] < self._ends[place]:
                raise ReplayError(
                    f"partition {place.partition} of {place.topic} ends at {ends[place]}, but the replay was"
                    f" to read up to {self._ends[place]}: the topic was made anew; start a new replay"
                )

    async def batches(self, most: int, most_bytes: int) -> AsyncIterator[list[Message]]:
        """Batches until all is read; the messages of a partition are in their order.

        Args:
            most: messages in a batch at most.
            most_bytes: bytes in a batch at most; a single message may have more.

        Raises:
            ReplayError: the topic was made anew meanwhile.
        """
        heard = time.monotonic()
        while left := await self._left():
            try:
                found = await self._consumer.getmany(*left, timeout_ms=POLL_MS, max_records=most)
            except OffsetOutOfRangeError:
                async for attempt in kafka.patiently(self._settings, "find where to go on"):
                    with attempt:
                        # Before the beginning of the topic, or behind its end, which no retention moves.
                        await self._check(left)
                        await self._pass_over(left)
                continue
            messages = [
                each
                for place, several in found.items()
                for each in several
                if each.offset < self._ends[place]
            ]
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE_S:
                log.warning("waiting for Kafka", address=self._settings.kafka, to="read on")
                heard = time.monotonic()
            for batch in _portions(messages, most_bytes):
                yield batch

    async def _left(self) -> list[TopicPartition]:
        """The partitions that are not at their end; the others fetch nothing any more."""
        at_end = [place for place, end in self._ends.items() if await self._consumer.position(place) >= end]
        self._consumer.pause(*at_end)
        return [place for place in self._ends if place not in at_end]

    async def _pass_over(self, places: Sequence[TopicPartition]) -> None:
        """Go on where the topic begins now; what was there before is gone, and that is said."""
        first = await self._consumer.beginning_offsets(list(places))
        for place in places:
            position = await self._consumer.position(place)
            begins = min(first[place], self._ends[place])
            if begins > position:
                log.warning(
                    "articles are no longer on the topic: they are left out",
                    topic=place.topic,
                    partition=place.partition,
                    articles=begins - position,
                    from_offset=position,
                    goes_on_at=begins,
                )
                self.gone += begins - position
                self._consumer.seek(place, begins)

    async def commit(self, batch: Sequence[Message]) -> None:
        """Say that a batch is done, and all before it."""
        reached: Mapping[TopicPartition, int] = {
            TopicPartition(each.topic, each.partition): each.offset + 1 for each in batch
        }
        async for attempt in kafka.patiently(self._settings, "commit"):
            with attempt:
                await self._consumer.commit(dict(reached))


def _portions(messages: Sequence[Message], most_bytes: int) -> Iterator[list[Message]]:
    portion: list[Message] = []
    size = 0
    for message in messages:
        length = len(message.value or b"")
        if portion and size + length > most_bytes:
            yield portion
            portion, size = [], 0
        portion.append(message)
        size += length
    if portion:
        yield portion
