"""Topics of a test's own on the running Kafka, and what stands on them."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, TopicPartition

from pipeline import dead, kafka_topics
from pipeline.article import DeadLetter, RawArticle, decode_raw
from tests.services import apart

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Settings


def fresh(settings: Settings, var: Path, **changes: Any) -> Settings:
    """The settings with topics that nobody else uses, created, and with a ``var`` of their own."""
    own = apart(settings, var=var, **changes)
    asyncio.run(kafka_topics.ensure(own, patience_s=60))
    for topic in (own.topic_raw, own.topic_enriched, own.topic_dead):
        _wait_for(own, topic)
    return own


def _wait_for(settings: Settings, topic: str) -> None:
    """A broker that has just started takes a moment to know a topic that was just made."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka)
    while not consumer.partitions_for_topic(topic):
        time.sleep(0.1)
    consumer.close()


def noise(characters: int) -> str:
    """Text that does not compress, three bytes a character, so that the broker too sees how large it is."""
    return "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA5), k=characters)))


def records(settings: Settings, topic: str) -> list[Any]:
    """All records of a topic, in the order of their partitions and offsets."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Any] = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            for batch in consumer.poll(timeout_ms=500).values():
                found += batch
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()


def fed(settings: Settings) -> list[RawArticle]:
    """The articles on ``news.raw``; each stands under its own id."""
    found = records(settings, settings.topic_raw)
    articles = [decode_raw(record.value) for record in found]
    assert [record.key for record in found] == [article.id.encode() for article in articles]
    return articles


def letters(settings: Settings) -> list[DeadLetter]:
    """The dead letters on ``news.dead``."""
    return [
        dead.letter(record.key, record.value, record.headers)
        for record in records(settings, settings.topic_dead)
    ]
