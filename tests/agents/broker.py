"""Messages of a test's own on the running Kafka, and how far a hop has committed."""

from __future__ import annotations

from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from pipeline.settings import Settings


def put(settings: Settings, topic: str, *values: bytes | None) -> None:
    """Send messages, each acknowledged before the next."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka)
    for value in values:
        producer.send(topic, key=b"k", value=value).get(timeout=30)
    producer.close()


def committed(settings: Settings, hop: str, topic: str | None = None) -> int | None:
    """The offset that a hop has committed in partition 0 of a topic (``news.raw`` by default)."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        offsets = admin.list_group_offsets([f"{settings.group}-{hop}"])[f"{settings.group}-{hop}"]
    finally:
        admin.close()
    place = offsets.get(TopicPartition(topic or settings.topic_raw, 0))
    return None if place is None or place.offset < 0 else place.offset
