"""Raw articles onto Kafka: each one acknowledged by the broker, or reported with what stood in its way."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from aiokafka.errors import KafkaError as AioKafkaError
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import AuthorizationError, KafkaError, MessageSizeTooLargeError
from msgspec import Struct

from pipeline import dead, kafka_security, kafka_topics
from pipeline.article import DeadLetter, RawArticle, encode
from pipeline.errors import NewswireError
from pipeline.settings import Settings

Done: TypeAlias = Callable[[Exception | None], None]
"""Told once what became of a message: ``None`` when the broker has it, else why not."""

BUFFER = 32 * 1024 * 1024
"""Bytes that may be on their way at once; kafka-python itself has no bound."""

PATIENCE_S = 5.0
"""Seconds without an answer from the broker after which it is said that we wait."""

RETRY_S = 2.0
"""Seconds between two tries to reach a broker that does not answer."""

NEW_TOPIC_S = 10.0
"""Seconds that a broker may take to know a topic that was just made."""

OVERHEAD = 64 * 1024
"""Bytes that a message takes beside its value: key, headers, framing."""

_NEVER_MS = 2**31 - 1
_TRY_MS = 5_000

log = structlog.get_logger(__name__)


class UnknownTopicError(NewswireError):
    """The broker answers and has no such topic."""


class StoppedError(Exception):
    """The wait for the broker was ended from outside."""


class Message(Struct, frozen=True, array_like=True):
    """What is sent, byte for byte."""

    topic: str
    key: bytes | None
    value: bytes
    headers: dead.Headers


def article_message(article: RawArticle, settings: Settings) -> Message:
    """An article as it goes onto ``news.raw``: under its id."""
    return Message(settings.topic_raw, article.id.encode(), encode(article), [])


def letter_message(letter: DeadLetter, settings: Settings) -> Message:
    """A dead letter as it goes onto ``news.dead``."""
    return Message(settings.topic_dead, *dead.message(letter))


@dataclass(frozen=True, slots=True)
class _Posted:
    """What is on its way, and its place in the order of sending."""

    number: int
    message: Message
    done: Done


class Producer:
    """Sends messages in the background and bounds what is on its way; waits for a broker that is down.

    When the broker refuses one message, kafka-python fails all that are on their way with the same error, and
    takes no others. So whatever fails is sent once more, alone, by a new producer: the culprit fails again,
    and nobody else. An innocent message may then be on the topic twice.

    ``on_wait`` is told, in a sentence and every few seconds, what is being waited for. Once ``stop`` is set,
    nothing waits any more. With ``make_topics`` topics that are missing are made when the broker answers for
    the first time. Use it from one thread; a ``Done`` is called in another.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_wait: Callable[[str], None] | None = None,
        stop: threading.Event | None = None,
        buffer: int = BUFFER,
        make_topics: bool = False,
    ) -> None:
        self._settings = settings
        self._make_topics = make_topics
        self._on_wait = on_wait or (lambda message: log.warning("waiting", reason=message))
        self._stop = stop or threading.Event()
        self._buffer = buffer
        self._changed = threading.Condition()
        self._bytes = 0
        self.unacknowledged = 0
        """Messages on their way."""
        self._sent = 0
        self._heard = 0.0
        self._aside: list[tuple[_Posted, Exception]] = []
        self._broken = False
        self._kafka: Any = None
        self._ready = False

    def connect(self) -> None:
        """Wait until the broker answers and has the topics.

        Raises:
            UnknownTopicError: it lacks one of them.
            StoppedError: stopped meanwhile.
            KafkaError: it refuses, for a reason that waiting does not cure.
            KafkaSecurityError, TokenError: it does not let us in, or no token is given.
        """
        missing_since = None
        while True:
            try:
                if self._connected():
                    return
                missing_since = None
            except UnknownTopicError:
                missing_since = missing_since or time.monotonic()
                if time.monotonic() - missing_since > NEW_TOPIC_S:
                    raise
            self._stop.wait(RETRY_S if missing_since is None else RETRY_S / 10)

    def _connected(self) -> bool:
        """Try once; what stands in the way is told."""
        self._go_on()
        try:
            _answers(self._settings)
            if self._make_topics:
                _make_topics(self._settings)
                self._make_topics = False
            _check_topics(self._settings)
            if self._kafka is None:
                self._kafka = KafkaProducer(**_options(self._settings))
            # Once it knows the topics, sending never waits for the broker: we do, and can be stopped.
            for topic in (self._settings.topic_raw, self._settings.topic_dead):
                self._kafka.partitions_for(topic)
        except (KafkaError, AioKafkaError, OSError) as error:
            if isinstance(error, (KafkaError, AioKafkaError)) and not error.retriable:
                raise
            reason = str(error) or type(error).__name__
            self._on_wait(f"waiting for Kafka at {self._settings.kafka}: {reason}")
            return False
        self._ready = True
        return True

    def post(self, message: Message, done: Done) -> None:
        """Put a message on its way; blocks while too much is on its way.

        Raises:
            UnknownTopicError: the topic is not there.
            StoppedError: stopped while waiting; ``done`` is not called.
            KafkaError: the broker refuses, as for ``connect``.
        """
        if not self._ready:
            self.connect()
        self._wait(lambda: self._bytes == 0 or self._bytes + len(message.value) <= self._buffer)
        with self._changed:
            self._heard = self._heard if self.unacknowledged else time.monotonic()
            self._bytes += len(message.value)
            self.unacknowledged += 1
            self._sent += 1
        self._hand(_Posted(self._sent, message, done), self._set_aside)

    def _hand(self, posted: _Posted, failed: Callable[[_Posted, Exception], None]) -> None:
        """Hand a message to kafka-python."""
        message = posted.message
        try:
            future = self._kafka.send(
                message.topic, key=message.key, value=message.value, headers=message.headers
            )
        except MessageSizeTooLargeError as error:  # told before anything is sent: nobody else suffers
            self._settle(posted, error)
        except (KafkaError, ValueError) as error:  # ValueError: the topic went away under our hands
            failed(posted, error)
        else:
            future.add_callback(lambda _: self._settle(posted, None))
            future.add_errback(lambda error: failed(posted, error))

    def _settle(self, posted: _Posted, error: Exception | None) -> None:
        """Tell what became of a message. The count falls last: whoever sees it at zero has heard of all."""
        try:
            posted.done(error)
        finally:
            with self._changed:
                self._heard = time.monotonic()
                self._bytes -= len(posted.message.value)
                self.unacknowledged -= 1
                self._changed.notify_all()

    def _set_aside(self, posted: _Posted, error: Exception) -> None:
        if isinstance(error, AuthorizationError):  # all that we send is refused: no message is at fault
            self._settle(posted, error)
            return
        with self._changed:
            self._broken = True
            self._aside.append((posted, error))
            self._changed.notify_all()

    def _give_up(self, posted: _Posted, error: Exception) -> None:
        self._broken = True
        self._settle(posted, error)

    def _send_again(self) -> None:
        """Send what failed once more, one by one, in the order in which it was sent at first."""
        self._await(lambda: self.unacknowledged == len(self._aside))
        self._aside.sort(key=lambda each: each[0].number)
        while self._aside:
            self._renew()
            posted, _ = self._aside.pop(0)
            self._hand(posted, self._give_up)
            self._await(lambda: self.unacknowledged == len(self._aside))
        self._renew()

    def _renew(self) -> None:
        """Put another producer in the place of one that failed."""
        if self._broken:
            self._leave()
            self._broken = False
            self.connect()

    def tend(self) -> None:
        """Send once more what failed, and say so if the broker is silent; waits for nothing else.

        For those who wait otherwise than by ``flush``: call it every now and then.

        Raises:
            KafkaError: the broker refuses, as for ``connect``.
            StoppedError: stopped, with something left to send once more.
        """
        self._wait(lambda: True)
        if self.unacknowledged and time.monotonic() - self._heard > PATIENCE_S:
            self._say_so()
            self._heard = time.monotonic()

    def flush(self, timeout_s: float | None = None) -> int:
        """Wait until all is acknowledged, or stopped, or for so many seconds; the number that is not.

        When a timeout is given, the wait goes on after ``stop`` until it ends.
        """
        if timeout_s is not None:
            with self._changed:
                self._changed.wait_for(lambda: self.unacknowledged == len(self._aside), timeout_s)
            return self.unacknowledged
        try:
            self._wait(lambda: not self.unacknowledged)
        except StoppedError:
            log.info("stopped with messages unacknowledged", messages=self.unacknowledged)
        return self.unacknowledged

    def close(self, timeout_s: float = 1.0) -> None:
        """Leave the broker; what is still on its way after so many seconds fails."""
        if self.flush(timeout_s):
            log.warning("left Kafka with messages unacknowledged", messages=self.unacknowledged)
            if self._kafka is not None:
                # Its own close gives up, and leaves all running, when there is something it cannot flush.
                self._kafka._sender.force_close()  # noqa: SLF001 - there is no public way
                self._kafka._sender.join()  # noqa: SLF001 - there is no public way
        self._leave()
        while self._aside:
            self._settle(*self._aside.pop())

    def _leave(self) -> None:
        if self._kafka is not None:
            self._kafka.close(timeout=_TRY_MS / 1000)
        self._kafka = None
        self._ready = False

    def _wait(self, ready: Callable[[], bool]) -> None:
        """Wait until ``ready``; what fails meanwhile is sent once more."""
        self._await(lambda: bool(self._aside) or ready())
        while self._aside:
            self._send_again()
            self._await(lambda: bool(self._aside) or ready())

    def _await(self, ready: Callable[[], bool]) -> None:
        """Wait for acknowledgements until ``ready``, saying so while none comes."""
        quiet = time.monotonic()
        with self._changed:
            while not ready():
                self._go_on()
                before = self.unacknowledged
                self._changed.wait(0.2)
                if self.unacknowledged != before:
                    quiet = time.monotonic()
                elif time.monotonic() - quiet > PATIENCE_S:
                    self._say_so()
                    quiet = time.monotonic()

    def _say_so(self) -> None:
        count = self.unacknowledged
        self._on_wait(f"waiting for Kafka at {self._settings.kafka}: {count} messages are not acknowledged")

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise StoppedError("stopped while waiting for Kafka")


def _answers(settings: Settings) -> None:
    """Find a broker that takes connections; kafka-python leaves sockets open when it finds none itself.

    Raises:
        OSError: none does; the last one's reason.
        KafkaSecurityError, TokenError: it does not let us in, or no token is given.
    """
    reason = OSError("no broker is named")
    for broker in settings.brokers:
        host, _, port = broker.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_TRY_MS / 1000).close()
        except OSError as error:
            reason = error
        else:
            if hint := kafka_security.require_now(settings):
                raise OSError(hint)
            return
    raise reason


def _make_topics(settings: Settings) -> None:
    """Make the topics that are missing.

    Raises:
        OSError, aiokafka.errors.KafkaError: the broker does not answer in time, or refuses.
    """
    seconds = _TRY_MS / 1000
    making = kafka_topics.ensure(settings, patience_s=seconds / 2)
    try:
        asyncio.run(asyncio.wait_for(making, seconds))
    except TimeoutError as error:
        raise OSError(f"no answer in {seconds:g} s") from error


def _check_topics(settings: Settings) -> None:
    """Ask for the topics by listing them: to ask for one by name may create it, whatever the client forbids.

    Raises:
        UnknownTopicError: one of them is not there.
        KafkaError: the broker does not answer, or refuses.
    """
    client = KafkaAdminClient(
        bootstrap_servers=settings.brokers,
        client_id="newswire-feed",
        bootstrap_timeout_ms=_TRY_MS,
        **kafka_security.kafka_python(settings),
    )
    try:
        there = set(client.list_topics())
    finally:
        client.close()
    for topic in (settings.topic_raw, settings.topic_dead):
        if topic not in there:
            raise UnknownTopicError(
                f"Kafka at {settings.kafka} has no topic '{topic}': a worker or `newswire up` makes it"
            )


def _options(settings: Settings) -> dict[str, Any]:
    """How kafka-python is to work: idempotent, patient, and thrifty."""
    return {
        "bootstrap_servers": settings.brokers,
        "client_id": "newswire-feed",
        "enable_idempotence": True,
        "acks": "all",
        "compression_type": kafka_topics.COMPRESSION,
        "linger_ms": 20,
        "batch_size": 128 * 1024,
        "max_request_size": settings.max_article_bytes + OVERHEAD,
        "delivery_timeout_ms": _NEVER_MS,
        "max_block_ms": _TRY_MS,
        "bootstrap_timeout_ms": _TRY_MS,
        "reconnect_backoff_max_ms": 1_000,
        **kafka_security.kafka_python(settings),
    }
