"""Alerts as they come, for whoever looks at a terminal or reads a pipe; joins no group, commits nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection

from aiokafka import AIOKafkaConsumer

from pipeline import kafka_security, kafka_topics
from pipeline.article import Alert, decode_alert
from pipeline.settings import Settings

_PATIENCE_S = 20.0


async def tail(
    settings: Settings, names: Collection[str] = (), ready: Callable[[], None] = lambda: None
) -> AsyncGenerator[Alert, None]:
    """The alerts from now on.

    Args:
        settings: where the broker is.
        names: of the watches; all of them by default.
        ready: is called when nothing is missed any more.

    Raises:
        KafkaError: the broker does not answer.
    """
    await kafka_topics.ensure(settings, patience_s=_PATIENCE_S)
    consumer = AIOKafkaConsumer(
        settings.topic_alerts,
        bootstrap_servers=settings.kafka,
        client_id="newswire-tail",
        **kafka_security.aiokafka(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="latest",
    )
    await consumer.start()
    try:
        for partition in consumer.assignment():
            await consumer.position(partition)
        ready()
        async for record in consumer:
            try:
                alert = decode_alert(record.value or b"")
            except ValueError:  # somebody else's
                continue
            if not names or alert.watch in names:
                yield alert
    finally:
        await consumer.stop()
