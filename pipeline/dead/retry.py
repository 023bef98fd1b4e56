"""Dead letters go back to the topic they came from, each once, and a mark on their own topic says so.

The mark follows the broker's acknowledgement. Whoever is killed in between leaves the letter open, so that it
is sent once more next time: harmless, since the same article twice is one document. Nothing is ever lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError
from msgspec import UNSET, Struct

from pipeline import kafka_security
from pipeline.article import DeadLetter
from pipeline.dead import letters
from pipeline.dead.register import Entry
from pipeline.dead.topic import DeadTopic, Original
from pipeline.errors import NewswireError
from pipeline.kafka_topics import COMPRESSION
from pipeline.settings import MIB, Settings

BATCH = 200
BATCH_BYTES = 8 * MIB
"""Letters, and bytes, that are under way at once."""

ANSWER_S = 20.0
"""Seconds after which a broker that does not acknowledge counts as away."""

LEAVE_S = 5.0

_NO_LIMIT = 2**31 - 1

OnProgress = Callable[[int], None]
OnTrouble = Callable[["Trouble"], None]


class Trouble(Struct, frozen=True):
    """A letter that was not retried: why, and what to do."""

    id: str
    reason: str


class BrokerAwayError(NewswireError):
    """The broker stopped answering on the way; what was not acknowledged is still open."""


class Report(Struct):
    """What became of a retry."""

    sent: int = 0
    not_sent: int = 0


class _Parcel(NamedTuple):
    """What is to be sent for a letter: back to its topic, and then the marks."""

    entry: Entry
    letter: DeadLetter
    original: Original


class _Post(NamedTuple):
    """A message on its way; ``partition`` where it must not be chosen by the key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: letters.Headers
    partition: int | None = None


def retry(
    topic: DeadTopic,
    chosen: Iterable[tuple[Entry, DeadLetter]],
    settings: Settings,
    *,
    on_progress: OnProgress = lambda _sent: None,
    on_trouble: OnTrouble = lambda _trouble: None,
) -> Report:
    """Send letters back to where they came from.

    Args:
        topic: the dead letters, read.
        chosen: those to send, with their bytes.
        settings: where the broker is.
        on_progress: told how many were sent.
        on_trouble: told of each letter that was not sent.

    Raises:
        BrokerAwayError: the broker stopped answering; says how many were sent before.
        KafkaError: the broker does not answer at all, or refuses.
    """
    return asyncio.run(_Retry(topic, settings, on_progress, on_trouble).run(chosen))


class _Retry:
    def __init__(
        self, topic: DeadTopic, settings: Settings, on_progress: OnProgress, on_trouble: OnTrouble
    ) -> None:
        self._topic = topic
        self._settings = settings
        self._on_progress = on_progress
        self._on_trouble = on_trouble
        self._report = Report()
        self._there = topic.topics()

    async def run(self, chosen: Iterable[tuple[Entry, DeadLetter]]) -> Report:
        async with _Sender(self._settings) as sender:
            # Reading blocks the loop; nothing is under way meanwhile.
            for batch in _batches(self._parcels(chosen)):
                await self._send(sender, batch)
        return self._report

    def _parcels(self, chosen: Iterable[tuple[Entry, DeadLetter]]) -> Iterator[_Parcel]:
        for entry, letter in chosen:
            original = self._original(entry, letter)
            if original is not None:
                yield _Parcel(entry, letter, original)

    def _original(self, entry: Entry, letter: DeadLetter) -> Original | None:
        """What is to be sent; ``None`` if nothing can be, which is told."""
        if not letters.came_from_topic(letter):
            self._trouble(
                entry,
                f"it came from no topic but from a feed, which rejected it at {entry.origin}: mend it there, "
                "or what `newswire dead export` writes, and feed it again",
            )
            return None
        if letter.topic not in self._there:
            self._trouble(entry, f"the topic '{letter.topic}' that it came from is no more; make it again")
            return None
        if letter.omitted is UNSET:
            return _kept(letter)
        original = self._topic.original(letter)
        if original is None:
            self._trouble(
                entry,
                f"its {letter.omitted:,} bytes were too large for a dead letter, and they are gone from "
                f"{entry.origin}, too: let its feed send the article again",
            )
        return original

    async def _send(self, sender: _Sender, batch: Sequence[_Parcel]) -> None:
        """Send the originals; once the broker has them, the marks."""
        sent: list[_Parcel] = []
        for parcel, error in zip(batch, await sender.send([_back(each) for each in batch]), strict=True):
            if error is None:
                sent.append(parcel)
            else:
                self._trouble(parcel.entry, f"the broker did not take it: {_reason(error)}")
                self._away(error)
        marks = [(parcel, mark) for parcel in sent for mark in self._marks(parcel)]
        unmarked = {}
        for (parcel, _), error in zip(marks, await sender.send([mark for _, mark in marks]), strict=True):
            if error is not None:
                unmarked[parcel.entry.id] = (parcel.entry, error)
        self._report.sent += len(sent) - len(unmarked)
        for entry, error in unmarked.values():
            self._trouble(
                entry,
                f"it was sent, but not marked as retried ({_reason(error)}); to retry it again is harmless",
            )
            self._away(error)
        self._on_progress(self._report.sent)

    def _marks(self, parcel: _Parcel) -> list[_Post]:
        """A mark behind each open copy, so in the same partition."""
        key = None if parcel.letter.key is UNSET else parcel.letter.key
        return [
            _Post(self._settings.topic_dead, key, b"", letters.mark(parcel.entry.id), partition)
            for partition in self._topic.register.open_copies(parcel.entry.id)
        ]

    def _trouble(self, entry: Entry, reason: str) -> None:
        self._report.not_sent += 1
        self._on_trouble(Trouble(entry.id, reason))

    def _away(self, error: BaseException) -> None:
        if _is_away(error):
            raise BrokerAwayError(
                f"Kafka at {self._settings.kafka} does not answer any more ({_reason(error)}): "
                f"{self._report.sent} letters were retried, the others are open; run it again when it is back"
            ) from error


class _Sender:
    """Sends messages and tells what became of each; after an error with a new producer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kafka: Any = None

    async def __aenter__(self) -> Self:
        await self._renew()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def send(self, posts: Sequence[_Post]) -> list[BaseException | None]:
        """Send messages, in their order, and wait for the broker.

        One that the broker refuses may take others down with it; so each that failed is sent again, alone.
        """
        errors = await self._put(posts)
        failed = [place for place, error in enumerate(errors) if error is not None]
        for place in failed:
            if _is_away(errors[place]):
                return errors  # no message is at fault: the broker is away
            await self._renew()
            if len(posts) > 1:
                (errors[place],) = await self._put(posts[place : place + 1])
        if failed:
            await self._renew()
        return errors

    async def _put(self, posts: Sequence[_Post]) -> list[BaseException | None]:
        under_way: list[Any] = []
        away: KafkaError | None = None
        for post in posts:
            try:
                # One after the other: this wait ends when the message has its place in line.
                under_way.append(away or await self._kafka.send(**post._asdict()))
            except KafkaError as error:
                under_way.append(error)
                away = error if _is_away(error) else None
        # An idempotent producer tries for ever by itself.
        waiting = {each for each in under_way if not isinstance(each, KafkaError)}
        heard: set[Any] = waiting
        while waiting and heard:
            heard, waiting = await asyncio.wait(
                waiting, timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED
            )
        return [_error(each) for each in under_way]

    async def _renew(self) -> None:
        await self._leave()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka,
            client_id="newswire-dead",
            **kafka_security.aiokafka(self._settings),
            enable_idempotence=True,
            acks="all",
            compression_type=COMPRESSION,
            # The topic has taken it before, so it alone says what is too large.
            max_request_size=_NO_LIMIT,
            request_timeout_ms=int(ANSWER_S * 1000),
        )
        self._kafka = producer
        await producer.start()

    async def _leave(self) -> None:
        """Nothing that counts is under way; with a broker that is away, its own stop would wait."""
        producer, self._kafka = self._kafka, None
        if producer is not None:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(producer.stop(), LEAVE_S)


def _kept(letter: DeadLetter) -> Original:
    value = None if letter.tombstone else letter.value
    return Original(None if letter.key is UNSET else letter.key, value, letters.pairs(letter.headers))


def _back(parcel: _Parcel) -> _Post:
    """The original message, with the number of attempts. Neither key nor value: the clients refuse that."""
    assert parcel.letter.topic is not UNSET
    key, value, headers = parcel.original
    if key is None and value is None:
        value = b""
    return _Post(parcel.letter.topic, key, value, letters.sent_back(headers, parcel.letter.attempts))


def _batches(parcels: Iterable[_Parcel]) -> Iterator[list[_Parcel]]:
    batch: list[_Parcel] = []
    size = 0
    for parcel in parcels:
        batch.append(parcel)
        size += len(parcel.original.value or b"")
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _error(outcome: Any) -> BaseException | None:
    """What became of a message: an error, or a future that may be open."""
    error: BaseException | None
    if isinstance(outcome, KafkaError):
        error = outcome
    elif outcome.done():
        error = outcome.exception()
    else:
        error = KafkaTimeoutError(f"no answer for {ANSWER_S:g} s")
    return error


def _is_away(error: BaseException | None) -> bool:
    """Whether the broker, and no message, is at fault."""
    return isinstance(error, KafkaTimeoutError) or (isinstance(error, KafkaError) and bool(error.retriable))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
