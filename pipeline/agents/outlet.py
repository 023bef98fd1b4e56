"""Where a hop's results go: a topic, or the dead letters, each message confirmed by the broker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

import faust
import stamina
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError
from faust.types import EventT, TopicT

from pipeline import dead
from pipeline.article import DeadLetter, Failure
from pipeline.settings import Settings

_SEND_ERRORS = (KafkaError, ProducerSendError)

log = structlog.get_logger(__name__)


def topic(app: faust.App, name: str) -> TopicT:
    """A topic of raw bytes that is there already."""
    return app.topic(name, key_type=bytes, value_type=bytes, allow_empty=True)


class TooLargeError(ValueError):
    """A message is over the size that its topic takes; the message says by how much."""


class Message(NamedTuple):
    """What is to stand on a topic."""

    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


class Outlet:
    """Sends to a topic and returns when the broker has confirmed; waits for a broker that is away."""

    def __init__(self, app: faust.App, name: str) -> None:
        self._app = app
        self._name = name

    async def send(self, messages: Sequence[Message]) -> dict[int, TooLargeError]:
        """Send messages so that those with the same key stand on the topic in their order.

        After a failure all from the first that failed on are sent again, so that no later one stays ahead of
        an earlier one.

        Returns:
            Those that the topic will never take because of their size, by their place.
        """
        refused: dict[int, TooLargeError] = {}
        confirmed = 0
        async for attempt in stamina.retry_context(
            on=_SEND_ERRORS, attempts=None, timeout=None, wait_initial=0.5, wait_max=30
        ):
            with attempt:
                if attempt.num > 1:
                    log.warning("waiting for Kafka", topic=self._name, attempt=attempt.num)
                for error in await self._put(messages[confirmed:]):
                    if error is not None and not _is_too_large(error):
                        raise error
                    if error is not None:
                        size = len(messages[confirmed].value)
                        refused[confirmed] = TooLargeError(f"{size} bytes are too large for {self._name}")
                    confirmed += 1
        return refused

    async def _put(self, messages: Sequence[Message]) -> list[BaseException | None]:
        """What became of each message up to the first that could not even be put on its way."""
        under_way: list[Awaitable[object]] = []
        # Past the topic's own ``send``, which takes as long again for what is nothing but bytes.
        producer = await self._app.maybe_start_producer()
        for message in messages:
            try:
                # The first wait ends when it has its place in line, the second when the broker has it.
                under_way.append(
                    await producer.send(
                        self._name, message.key, message.value, None, None, list(message.headers)
                    )
                )
            except _SEND_ERRORS as error:
                under_way.append(_failed(error))
                if not _is_too_large(error):
                    break
        results = await asyncio.gather(*under_way, return_exceptions=True)
        return [result if isinstance(result, BaseException) else None for result in results]


async def _failed(error: Exception) -> NoReturn:
    raise error


def _is_too_large(error: BaseException) -> bool:
    return isinstance(error.__cause__ or error, MessageSizeTooLargeError)


class DeadLetterOffice:
    """Sends what cannot be processed to the dead-letter topic, with the reason and the original bytes."""

    def __init__(self, app: faust.App, settings: Settings) -> None:
        self._outlet = Outlet(app, settings.topic_dead)

    async def send(self, failures: Sequence[tuple[EventT[Any], Failure]]) -> None:
        """Send events there and return when the broker has confirmed.

        An event too large for the topic goes without its bytes: the letter says where they are.
        """
        letters = [_letter(event, failure) for event, failure in failures]
        too_large = await self._outlet.send([Message(*dead.message(letter)) for letter in letters])
        await self._outlet.send(
            [Message(*dead.message(dead.without_bytes(letters[place]))) for place in too_large]
        )


def _letter(event: EventT[Any], failure: Failure) -> DeadLetter:
    message = event.message
    log.error(
        "an article goes to the dead letters",
        stage=failure.stage,
        reason=failure.error_message,
        place=f"{message.topic}/{message.partition}/{message.offset}",
    )
    return dead.of_record(failure, message, datetime.now(UTC))
