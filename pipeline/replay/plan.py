"""What a replay is to read: from where, up to where, decided once, so that it can be gone on with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from pipeline import kafka_security
from pipeline.article import moment_of
from pipeline.errors import NewswireError
from pipeline.replay import kafka
from pipeline.settings import Settings


class ReplayError(NewswireError):
    """What was asked cannot be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Since:
    """From the first article that came onto the topic at this time or later; the beginning by default."""

    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offsets:
    """From these offsets; partitions that are not named are not read."""

    by_partition: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Into:
    """On with the replay into this generation."""

    index: str


Start = Since | Offsets | Into


class Span(msgspec.Struct, frozen=True):
    """The offsets of one partition: from the first up to, but not with, the last."""

    start: int
    end: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one replay is to read; it stands in the mapping of the first index of its generation.

    There it is under ``_meta.replay``, from the moment in which that index comes to be.

    Attributes:
        id: unlike that of any other replay.
        topic: where the raw articles stand.
        partitions: what to read of each partition.
        gone: how many of the messages that were asked for are no longer on the topic.
        made: when it was decided; what came later is not read.
        finished: when all of it was in the index.
    """

    id: str
    topic: str
    partitions: dict[int, Span]
    gone: int
    made: datetime
    finished: datetime | None = None

    @property
    def articles(self) -> int:
        """How many articles that is."""
        return sum(span.end - span.start for span in self.partitions.values())

    def kept(self) -> dict[str, Any]:
        """As it stands in the index."""
        built: dict[str, Any] = msgspec.to_builtins(self, str_keys=True)
        return {name: value for name, value in built.items() if value is not None}


def read(kept: Mapping[str, Any]) -> Plan:
    """The plan that stands in an index.

    Raises:
        ReplayError: it is none that this version knows.
    """
    try:
        return msgspec.convert(kept, Plan, strict=False)
    except msgspec.ValidationError as error:
        raise ReplayError(f"the plan that stands in the index is not understood: {error}") from error


def instant(text: str) -> datetime:
    """The instant that a year, month, day or instant names, as a search takes them.

    Raises:
        ReplayError: it is no date.
    """
    try:
        return moment_of(text)
    except ValueError as error:
        raise ReplayError(
            f"'{text}' is no time such as 2024, 2024-06, 2024-06-19 or 2024-06-19T12:00:00Z"
        ) from error


def offsets(texts: list[str]) -> Offsets:
    """Partitions and offsets as the command takes them: ``0:1200``.

    Raises:
        ReplayError: that is not how they are written, or a partition is named twice.
    """
    found: dict[int, int] = {}
    for text in texts:
        partition, colon, offset = text.partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()):
            raise ReplayError(f"'{text}' is no partition and offset such as 0:1200")
        if int(partition) in found:
            raise ReplayError(f"partition {int(partition)} is named twice")
        found[int(partition)] = int(offset)
    return Offsets(found)


async def decide(settings: Settings, start: Since | Offsets) -> Plan:
    """Find out what is to be read, up to the end as it is now.

    Raises:
        ReplayError: there is no such partition, or it does not reach to such an offset.
    """
    consumer = await kafka.consumer(settings)
    try:
        async for attempt in kafka.patiently(settings, "learn what is on the topic"):
            with attempt:
                plan = await _decided(settings, consumer, start)
    finally:
        await consumer.stop()
    return plan


async def _decided(settings: Settings, consumer: AIOKafkaConsumer, start: Since | Offsets) -> Plan:
    topic = settings.topic_raw
    made = datetime.now(UTC)
    numbers = await _partitions(settings, topic)
    if isinstance(start, Offsets):
        if unknown := sorted(set(start.by_partition) - set(numbers)):
            raise ReplayError(f"{topic} has no partition {unknown[0]}: it has 0 to {max(numbers)}")
        numbers = sorted(start.by_partition)
    places = [TopicPartition(topic, number) for number in numbers]
    # The end first: whatever comes in later goes its usual way, into the live index.
    ends = await consumer.end_offsets(places)
    first = await consumer.beginning_offsets(places)
    wanted = {place: first[place] for place in places}
    if isinstance(start, Offsets):
        wanted = {place: start.by_partition[place.partition] for place in places}
    elif start.moment is not None:
        times = await consumer.offsets_for_times(dict.fromkeys(places, _milliseconds(start.moment)))
        wanted = {place: ends[place] if times[place] is None else times[place].offset for place in places}
    for place in places:
        if wanted[place] > ends[place]:
            raise ReplayError(f"partition {place.partition} of {topic} ends at {ends[place]}")
    spans = {
        place.partition: Span(min(max(wanted[place], first[place]), ends[place]), ends[place])
        for place in places
    }
    return Plan(
        id=uuid.uuid4().hex[:8],
        topic=topic,
        partitions=spans,
        gone=sum(max(0, first[place] - wanted[place]) for place in places),
        made=made,
    )


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))


async def _partitions(settings: Settings, topic: str) -> list[int]:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=settings.kafka, client_id="newswire-replay", **kafka_security.aiokafka(settings)
    )
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    numbers = sorted(int(each["partition"]) for each in described["partitions"])
    if not numbers:
        raise ReplayError(f"Kafka at {settings.kafka} has no topic '{topic}'")
    return numbers
