"""Waiting for Kafka: attempts with growing pauses, for as long as it takes, and said in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import stamina
import structlog
from aiokafka.errors import KafkaError

from pipeline import kafka_security
from pipeline.settings import Settings

log = structlog.get_logger(__name__)


def curable(error: Exception, also: tuple[type[KafkaError], ...] = ()) -> bool:
    """Whether waiting may help: no broker answers, or it says itself that one may try again.

    aiokafka may answer a cancellation with an error of its own; whoever was told to stop must not go on.

    Args:
        error: what an attempt met.
        also: errors that may pass too where the attempt may be repeated whatever became of it.
    """
    task = asyncio.current_task()
    stopping = task is not None and task.cancelling() > 0
    passing = isinstance(error, also) or (isinstance(error, KafkaError) and bool(error.retriable))
    return passing and not stopping


async def patiently(
    settings: Settings,
    what: str,
    *,
    also: tuple[type[KafkaError], ...] = (),
    patience_s: float | None = None,
) -> AsyncIterator[AbstractContextManager[None]]:
    """Attempts with growing, jittered pauses, as long as only waiting is needed.

    Args:
        settings: where the broker is.
        what: what is attempted, as the log says it.
        also: as for ``curable``.
        patience_s: give up after so many seconds; never by default.

    Raises:
        KafkaSecurityError, TokenError: a broker is there and does not let us in, or no token is given.
    """

    def goes_on(error: Exception) -> bool:
        if not curable(error, also):
            return False
        log.warning("waiting for Kafka", address=settings.kafka, to=what, error=str(error) or repr(error))
        return True

    async for attempt in stamina.retry_context(
        on=goes_on, attempts=None, timeout=patience_s, wait_initial=0.2, wait_max=10
    ):
        if attempt.num > 1 and (hint := await kafka_security.require(settings)):
            log.warning("waiting for Kafka", address=settings.kafka, to=what, error=hint)
        yield attempt
