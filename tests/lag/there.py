"""Topics and consumer groups of a test's own on the running Kafka: made, filled, committed to, deleted."""

from __future__ import annotations

import time
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from pipeline.settings import Settings
from tests.workers import eventually


class There:
    """What a test does to the broker; all of it has happened when a method returns."""

    def __init__(self, settings: Settings) -> None:
        self._brokers = settings.kafka
        self._admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
        self._producer = KafkaProducer(bootstrap_servers=settings.kafka, linger_ms=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.close()
        self._admin.close()

    def make(self, *topics: str, partitions: int = 2, **configs: str) -> None:
        """Topics whose messages keep the timestamps that they are given."""
        each = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
        self._admin.create_topics(dict.fromkeys(topics, each), wait_for_metadata=True)

    def remove(self, topic: str) -> None:
        self._admin.delete_topics([topic])
        eventually(lambda: topic not in self._admin.list_topics(), within_s=30, what="a topic that is gone")

    def widen(self, topic: str, partitions: int) -> None:
        self._admin.create_partitions({topic: partitions})
        eventually(lambda: self._count(topic) == partitions, within_s=30, what="partitions that are there")

    def write(self, topic: str, count: int, *, partition: int = 0, ago_s: float = 0, size: int = 10) -> None:
        """Messages that were written so many seconds ago, a millisecond apart."""
        at = round((time.time() - ago_s) * 1000)
        sent = [
            self._producer.send(topic, b"x" * size, partition=partition, timestamp_ms=at + number)
            for number in range(count)
        ]
        self._producer.flush()
        for one in sent:
            one.get(10)

    def transact(self, topic: str) -> None:
        """One message in a transaction, and so the mark of its end behind it."""
        producer = KafkaProducer(bootstrap_servers=self._brokers, transactional_id=topic)
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, b"x", partition=0)
        producer.commit_transaction()
        producer.close()

    def commit(self, group: str, topic: str, offset: int, *, partition: int = 0) -> None:
        """For a group without members."""
        place = TopicPartition(topic, partition)
        answer = self._admin.alter_group_offsets(group, {place: OffsetAndMetadata(offset, "", -1)})
        assert answer[place].errno == 0, answer

    def expire(self, topic: str, before: int) -> None:
        """Delete messages, as retention does."""
        self._admin.delete_records({TopicPartition(topic, 0): before})

    def forget(self, group: str) -> None:
        assert self._admin.delete_groups([group]) == {group: "OK"}

    def member(self, group: str, topic: str) -> Any:
        """A consumer that has all partitions of the topic and reads none; to be closed."""
        consumer = KafkaConsumer(
            topic, bootstrap_servers=self._brokers, group_id=group, client_id="slow", enable_auto_commit=False
        )

        def assigned() -> bool:
            consumer.poll(timeout_ms=50)
            return bool(consumer.assignment())

        eventually(assigned, within_s=30, what="a member that has partitions")
        return consumer

    def _count(self, topic: str) -> int:
        return len(self._admin.describe_topics([topic])[0]["partitions"])
