"""The Faust apps: one consumer group a hop, set up so that nothing is lost and nothing piles up."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn, cast

import faust
import stamina
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError
from faust.types import EventT, StreamT, TopicT
from msgspec import UNSET

from pipeline import dead
from pipeline.agents.conveyor import Conveyor
from pipeline.article import DeadLetter, Failure
from pipeline.settings import Settings

FOREVER_S = 7 * 24 * 3600.0
FETCH_BYTES = 1024 * 1024
_SEND_ERRORS = (KafkaError, ProducerSendError)

log = structlog.get_logger(__name__)


def make(hop: str, settings: Settings, *, buffered: int) -> faust.App:
    """A Faust app for one hop, with a consumer group of its own.

    Args:
        hop: the hop's name.
        settings: where the broker is.
        buffered: how many events may wait in memory in front of the agent.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    return faust.App(
        f"{settings.group}-{hop}",
        broker=[f"kafka://{broker.strip()}" for broker in settings.kafka.split(",")],
        datadir=str(settings.var / "faust"),
        store="memory://",
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        producer_max_request_size=settings.max_message_bytes,
        producer_compression_type="gzip",
        producer_linger_ms=5,
        consumer_max_fetch_size=FETCH_BYTES,
        broker_max_poll_records=buffered,
        stream_buffer_maxsize=buffered,
        # What is under way at a rebalance is read again: waiting for it would stall the whole group.
        stream_wait_empty=False,
        # An agent may wait for a service for as long as that takes; its heartbeats go on meanwhile.
        broker_max_poll_interval=FOREVER_S,
        stream_processing_timeout=FOREVER_S,
        broker_commit_interval=1.0,
        # A worker that was killed gives its partitions up after so many seconds.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        worker_redirect_stdouts=False,
    )


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
        self._topic = topic(app, name)
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
        for message in messages:
            try:
                # The first wait ends when it has its place in line, the second when the broker has it.
                under_way.append(
                    await self._topic.send(
                        key=message.key, value=message.value, headers=list(message.headers)
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
    return DeadLetter(
        stage=failure.stage,
        error_type=failure.error_type,
        error_message=failure.error_message,
        failed=datetime.now(UTC),
        attempts=failure.attempts,
        value=message.value or b"",
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=UNSET if message.key is None else message.key,
    )


def consume(
    app: faust.App,
    name: str,
    conveyor: Callable[[], Conveyor[EventT[Any], Any]],
    *,
    batch: int,
    linger_s: float,
) -> None:
    """Make the app's agent: batches of events from a topic onto a conveyor.

    An error that nobody foresaw ends the process. Were the agent merely started again, as Faust does, the
    events that it held would be neither done nor read again until the next rebalance, and later acks would
    step over them; a process that is started again reads all of them.

    Args:
        app: the app that gets the agent.
        name: the topic to read.
        conveyor: makes the conveyor, anew each time the agent starts.
        batch: how many events a batch holds at most.
        linger_s: how many seconds a batch may wait to fill.
    """

    async def agent(stream: StreamT[bytes]) -> None:
        # The name is not in the interface, and what is yielded are events, not values.
        batches: AsyncIterator[Sequence[EventT[Any]]] = cast("Any", stream).noack_take(batch, within=linger_s)
        try:
            async with conveyor() as line:
                async for events in batches:
                    await line.put(events)
        except Exception:
            log.critical(
                "the agent failed: the worker stops; start it again and it goes on where it was",
                agent=app.conf.id,
                exc_info=True,
            )
            _die()

    app.agent(topic(app, name), name=f"{app.conf.id}-agent")(agent)


def _die() -> NoReturn:
    logging.shutdown()
    os._exit(os.EX_SOFTWARE)
