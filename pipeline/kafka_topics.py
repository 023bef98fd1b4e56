"""The Kafka topics: makes sure that they are there, with the partitions and sizes of the settings."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from pipeline import kafka_security
from pipeline.kafka_waiting import patiently
from pipeline.settings import Settings

TIMEOUT_MS = 30_000

COMPRESSION = "zstd"
"""How all that we write to them is compressed: smaller than by gzip, in a tenth of its time."""

_DAY_MS = 24 * 3600 * 1000
_FOREVER = -1


async def ensure(settings: Settings, *, patience_s: float | None = None) -> list[str]:
    """Create the topics that are missing; wait for the broker with back-off, visibly.

    Args:
        settings: where the broker is, and how the topics are to be.
        patience_s: give up after so many seconds; never by default.

    Returns:
        The names of the topics that were created.

    Raises:
        aiokafka.errors.KafkaError: the broker refused, or was away for longer than the patience.
    """
    async for attempt in patiently(settings, "make the topics", patience_s=patience_s):
        with attempt:
            made = await _create_missing(settings)
    return made


async def _create_missing(settings: Settings) -> list[str]:
    client = AIOKafkaAdminClient(
        bootstrap_servers=settings.kafka, client_id="newswire", **kafka_security.aiokafka(settings)
    )
    try:
        await client.start()
        there = set(await client.list_topics())
        missing = [topic for topic in wanted(settings) if topic.name not in there]
        if missing:
            answer = await client.create_topics(missing, timeout_ms=TIMEOUT_MS)
            for name, code, *message in answer.topic_errors:
                error = for_code(code)
                if error not in (NoError, TopicAlreadyExistsError):
                    raise error(f"topic '{name}' cannot be created: {' '.join(filter(None, message))}")
        return [topic.name for topic in missing]
    finally:
        await client.close()


def wanted(settings: Settings) -> list[NewTopic]:
    """The topics, as they are to be. Dead letters are kept until somebody removes them."""
    kept = {
        settings.topic_raw: settings.retention_days * _DAY_MS,
        settings.topic_enriched: settings.retention_days * _DAY_MS,
        settings.topic_alerts: settings.retention_days * _DAY_MS,
        settings.topic_dead: _FOREVER,
    }
    return [
        NewTopic(
            name=name,
            num_partitions=settings.partitions,
            replication_factor=settings.replication,
            topic_configs={
                "max.message.bytes": str(settings.max_message_bytes),
                "retention.ms": str(retention_ms),
                # What is acknowledged stands on all replicas but one: that one's broker may be away.
                "min.insync.replicas": str(max(1, settings.replication - 1)),
                # A feeder whose clock is wrong must not write what is already too old to be kept.
                "message.timestamp.type": "LogAppendTime",
            },
        )
        for name, retention_ms in kept.items()
    ]
