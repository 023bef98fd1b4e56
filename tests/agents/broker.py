"""Messages of a test's own on the running Kafka, and how far a hop has committed."""

from __future__ import annotations

import asyncio

from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from pipeline.settings import Settings


def put(settings: Settings, topic: str, *values: bytes | None) -> None:
    """Send messages to one partition in their order, and wait until all are acknowledged."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka, linger_ms=5)
    for sent in [producer.send(topic, key=b"k", value=value) for value in values]:
        sent.get(timeout=60)
    producer.close()


def spread(settings: Settings, topic: str, count: int) -> None:
    """Send so many messages, each with a key of its own, so that all partitions get some."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka, linger_ms=20)
    for number in range(count):
        producer.send(topic, key=b"%d" % number, value=b"%d" % number)
    producer.flush()
    producer.close()


def committed_in_all(settings: Settings, hop: str, topic: str) -> int:
    """The offsets that a hop has committed in all partitions of a topic, added up."""
    return sum(committed(settings, hop, topic, number) or 0 for number in range(settings.partitions))


async def acked(settings: Settings, hop: str, topic: str, count: int) -> None:
    """Wait until a hop has acked and committed so many messages in partition 0 of a topic."""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(committed, settings, hop, topic) != count:  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.2)


def committed(settings: Settings, hop: str, topic: str, partition: int = 0) -> int | None:
    """The offset that a hop has committed in a partition of a topic; none where it has not."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        offsets = admin.list_group_offsets([f"{settings.group}-{hop}"])[f"{settings.group}-{hop}"]
    except CoordinatorNotAvailableError:  # the topic of all offsets is made for the first group
        return None
    finally:
        admin.close()
    place = offsets.get(TopicPartition(topic, partition))
    return None if place is None or place.offset < 0 else place.offset
