"""How a replay speaks to Kafka: a broker that is away is waited for, and the log says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaTimeoutError

from pipeline import kafka_security, kafka_waiting
from pipeline.settings import Settings

FETCH_BYTES = 8 * 1024 * 1024
PARTITION_BYTES = 1024 * 1024

MAY_PASS = (KafkaTimeoutError,)


def patiently(settings: Settings, what: str) -> AsyncIterator[AbstractContextManager[None]]:
    """Attempts without end; a request that had no answer in time is made again, as each may be repeated."""
    return kafka_waiting.patiently(settings, what, also=MAY_PASS)


async def consumer(settings: Settings, group: str | None = None) -> AIOKafkaConsumer:
    """A consumer that is started, with nothing assigned; it commits by itself never."""
    async for attempt in patiently(settings, "reach a broker"):
        with attempt:
            made = AIOKafkaConsumer(
                bootstrap_servers=settings.kafka,
                client_id="newswire-replay",
                **kafka_security.aiokafka(settings),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="none",
                fetch_max_bytes=FETCH_BYTES,
                max_partition_fetch_bytes=PARTITION_BYTES,
            )
            try:
                await made.start()
            except BaseException:
                await made.stop()
                raise
    return made
