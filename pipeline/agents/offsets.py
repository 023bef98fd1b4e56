"""How far consumer groups are, asked of the broker itself: what a worker believes of itself may be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from pipeline import kafka_security
from pipeline.agents.progress import Reading
from pipeline.settings import Settings

_REQUEST_MS = 10_000


class Offsets:
    """Asks the broker with two clients of its own, which join no group; use it as an async context manager.

    Raises:
        aiokafka.errors.KafkaError: the broker does not answer; make a new one then.
    """

    def __init__(self, settings: Settings) -> None:
        options: dict[str, Any] = {
            "bootstrap_servers": settings.kafka,
            "client_id": "newswire-health",
            "request_timeout_ms": _REQUEST_MS,
            **kafka_security.aiokafka(settings),
        }
        self._admin = AIOKafkaAdminClient(**options)
        self._consumer = AIOKafkaConsumer(**options)

    async def __aenter__(self) -> Self:
        try:
            await self._admin.start()
            await self._consumer.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._consumer.stop()
        await self._admin.close()

    async def of(self, group: str, topic: str) -> dict[int, Reading]:
        """How far a group is in each partition of a topic; where it committed nothing, at its beginning."""
        partitions = await self._partitions(topic)
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        begins: Mapping[TopicPartition, int] = await self._consumer.beginning_offsets(partitions)
        committed = await self._admin.list_consumer_group_offsets(group)
        found = {}
        for each in partitions:
            known = committed.get(each)
            start = begins[each] if known is None or known.offset < 0 else known.offset
            found[each.partition] = Reading(start, ends[each])
        return found

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        [description] = await self._admin.describe_topics([topic])
        return [TopicPartition(topic, each["partition"]) for each in description["partitions"]]
