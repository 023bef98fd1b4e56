"""How a replay speaks to Kafka: a broker that is away is waited for, and the log says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import stamina
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from pipeline.settings import Settings

FETCH_BYTES = 8 * 1024 * 1024
PARTITION_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


async def patiently(settings: Settings, what: str) -> AsyncIterator[AbstractContextManager[None]]:
    """Attempts with growing, jittered pauses, without end, as long as only waiting is needed.

    Args:
        settings: where the broker is.
        what: what is attempted, as the log says it.
    """

    def goes_on(error: Exception) -> bool:
        if not _may_pass(error):
            return False
        log.warning("waiting for Kafka", address=settings.kafka, to=what, error=str(error) or repr(error))
        return True

    async for attempt in stamina.retry_context(
        on=goes_on, attempts=None, timeout=None, wait_initial=0.2, wait_max=10
    ):
        yield attempt


def _may_pass(error: Exception) -> bool:
    """No broker answers, or it says itself that one may try again.

    aiokafka may answer a cancellation with an error of its own; whoever was told to stop must not go on.
    """
    task = asyncio.current_task()
    stopping = task is not None and task.cancelling() > 0
    curable = isinstance(error, KafkaTimeoutError) or (isinstance(error, KafkaError) and error.retriable)
    return curable and not stopping


async def consumer(settings: Settings, group: str | None = None) -> AIOKafkaConsumer:
    """A consumer that is started, with nothing assigned; it commits by itself never."""
    async for attempt in patiently(settings, "reach a broker"):
        with attempt:
            made = AIOKafkaConsumer(
                bootstrap_servers=settings.kafka,
                client_id="newswire-replay",
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
