"""The dead letters of a replay: as those of the live stream, so that each message has one and not two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from pipeline import dead, kafka_security
from pipeline.article import DeadLetter, Failure
from pipeline.kafka_topics import COMPRESSION
from pipeline.replay import kafka
from pipeline.replay.reader import Message
from pipeline.settings import Settings

log = structlog.get_logger(__name__)


class Letters:
    """Sends what cannot be processed to the dead letters; use as an async context manager.

    Args:
        settings: where the broker is, and the topic.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def send(self, failures: Sequence[tuple[Message, Failure]]) -> None:
        """Send them and return when the broker has confirmed, however long it is away."""
        for message, failure in failures:
            letter = dead.of_record(failure, message, datetime.now(UTC))
            log.warning(
                "an article goes to the dead letters",
                stage=failure.stage,
                reason=letter.error_message,
                place=f"{message.topic}/{message.partition}/{message.offset}",
            )
            try:
                await self._put(letter)
            except MessageSizeTooLargeError:
                await self._put(dead.without_bytes(letter))

    async def _put(self, letter: DeadLetter) -> None:
        key, value, headers = dead.message(letter)
        async for attempt in kafka.patiently(self._settings, "send a dead letter"):
            with attempt:
                producer = await self._started()
                await producer.send_and_wait(self._settings.topic_dead, value, key=key, headers=headers)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka,
                client_id="newswire-replay",
                **kafka_security.aiokafka(self._settings),
                acks="all",
                enable_idempotence=True,
                compression_type=COMPRESSION,
                max_request_size=self._settings.max_message_bytes,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _leave(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
