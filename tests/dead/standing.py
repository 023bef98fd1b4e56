"""Dead letters and marks on the real topic of a test's own, and what a retry brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaProducer
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from pipeline import dead
from pipeline.article import DeadLetter
from pipeline.dead.register import Which
from pipeline.dead.topic import DeadTopic
from pipeline.settings import Settings


def put(settings: Settings, *messages: dict[str, Any]) -> list[int]:
    """Send messages, in their order; their offsets."""

    async def send() -> list[int]:
        async with AIOKafkaProducer(
            bootstrap_servers=settings.kafka, max_request_size=settings.max_message_bytes
        ) as producer:
            futures = [await producer.send(**message) for message in messages]
            return [(await future).offset for future in futures]

    return asyncio.run(send())


def letter(settings: Settings, letter: DeadLetter, partition: int | None = None) -> dict[str, Any]:
    """The message of a letter, to be put."""
    key, value, headers = dead.message(letter)
    return {
        "topic": settings.topic_dead,
        "key": key,
        "value": value,
        "headers": headers,
        "partition": partition,
    }


def mark(settings: Settings, letter: DeadLetter, partition: int) -> dict[str, Any]:
    """The message of a mark, to be put."""
    headers = dead.mark(dead.identity(letter))
    return {"topic": settings.topic_dead, "value": b"", "headers": headers, "partition": partition}


def throw_away(settings: Settings, topic: str, before: int, partition: int = 0) -> None:
    """Have Kafka throw away what stands before an offset, as it does when its time is over."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_records({TopicPartition(topic, partition): before})
    admin.close()


def open_letters(settings: Settings) -> list[DeadLetter]:
    """The letters that are open, the oldest first."""
    with DeadTopic(settings) as topic:
        topic.read()
        return sorted((letter for _, letter in topic.letters(Which())), key=lambda each: each.failed)


def retried(settings: Settings) -> int:
    """How many letters were retried."""
    with DeadTopic(settings) as topic:
        topic.read()
        return topic.register.counts().retried


def put_letters(settings: Settings, letters: Iterable[DeadLetter]) -> None:
    """Have letters stand on the topic."""
    put(settings, *(letter(settings, each) for each in letters))
