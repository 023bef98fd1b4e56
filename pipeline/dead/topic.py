"""Reading the topic of dead letters: all that stood on it at one moment; no group, no commits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from msgspec import UNSET

from pipeline import kafka_security
from pipeline.article import DeadLetter
from pipeline.dead import letters
from pipeline.dead.register import Entry, Register, Which
from pipeline.errors import NewswireError
from pipeline.settings import MIB, Settings

OnProgress: TypeAlias = Callable[[int, int], None]
"""Told how many messages were read, and of how many."""

QUIET_S = 20.0
"""Seconds without an answer after which the broker counts as away."""

NEAR = 1000
"""Messages between two that are wanted which are read over; more are jumped over."""

_POLL_MS = 500
_TRY_MS = 5_000
_CLOSE_MS = 2_000


class NoTopicError(NewswireError):
    """The broker has no topic of dead letters."""


class Original(NamedTuple):
    """A message as it stands, or stood, on the topic that it came from."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class DeadTopic:
    """The letters that stood on the topic when it was read. Use as a context manager; call ``read`` first.

    Attributes:
        register: what was read, letter by letter.
        where: the topic and its broker, for a person.
    """

    def __init__(self, settings: Settings) -> None:
        """Touches nothing yet."""
        self._settings = settings
        self._name = settings.topic_dead
        self._consumer: Any = None
        self._other: Any = None
        self.where = f"'{settings.topic_dead}' at {settings.kafka}"
        self.register = Register()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for consumer in (self._consumer, self._other):
            if consumer is not None:
                with suppress(OSError, KafkaError):
                    consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
        self.register.close()

    def read(self, on_progress: OnProgress = lambda _done, _total: None) -> None:
        """Read all that stands on the topic now into the register.

        Raises:
            NoTopicError: there is no such topic.
            NewswireError: there is no room for the table on the disk.
            KafkaError: the broker does not answer, or refuses.
            KafkaSecurityError, TokenError: it does not let us in, or no token is given.
        """
        kafka_security.require_now(self._settings)
        self._consumer = _consumer(self._settings)
        if self._name not in self._consumer.topics():
            raise NoTopicError(
                f"Kafka at {self._settings.kafka} has no topic '{self._name}': a worker makes it, or "
                "`newswire feed`"
            )
        numbers = self._consumer.partitions_for_topic(self._name) or ()
        partitions = [TopicPartition(self._name, number) for number in sorted(numbers)]
        begins = self._consumer.beginning_offsets(partitions)
        ends = self._consumer.end_offsets(partitions)
        total = sum(ends[each] - begins[each] for each in partitions)
        done = 0
        try:
            for record in _records(self._consumer, begins, ends):
                self._take(record)
                done += 1
                on_progress(done, total)
        except sqlite3.Error as error:
            raise NewswireError(
                f"the letters cannot be sorted: {error}; make room in the folder of temporary files, or name "
                "another in SQLITE_TMPDIR"
            ) from error

    def _take(self, record: Any) -> None:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        retried = letters.retried(record.headers)
        if retried is not None:
            self.register.mark(retried, record.partition, record.timestamp)
            return
        try:
            letter = letters.letter(record.key, record.value, record.headers)
        except ValueError as error:
            self.register.stranger(place, str(error))
        else:
            self.register.add(letter, record.partition, record.offset)

    def letters(self, which: Which) -> Iterator[tuple[Entry, DeadLetter]]:
        """The letters that are meant, whole, partition by partition in the order of offsets; streams.

        What Kafka has thrown away since it was read is passed over.

        Raises:
            KafkaError: the broker does not answer.
        """
        for partition in sorted(self._consumer.partitions_for_topic(self._name) or ()):
            yield from self._whole(self.register.in_place(which, partition), partition)

    def letter(self, entry: Entry) -> DeadLetter:
        """One letter, whole.

        Raises:
            NewswireError: Kafka has thrown it away since it was read.
            KafkaError: the broker does not answer.
        """
        for _, letter in self._whole(iter([entry]), entry.partition):
            return letter
        raise NewswireError(f"the dead letter {entry.id} is no more on {self.where}: its time there is over")

    def _whole(self, entries: Iterator[Entry], partition: int) -> Iterator[tuple[Entry, DeadLetter]]:
        place = TopicPartition(self._name, partition)
        end = self._consumer.end_offsets([place])[place]
        entry = next(entries, None)
        while entry is not None:
            for record in _records(self._consumer, {place: entry.offset}, {place: end}):
                while entry is not None and entry.offset < record.offset:
                    entry = next(entries, None)
                if entry is not None and entry.offset == record.offset:
                    letter = _if_still_there(entry, record)
                    if letter is not None:
                        yield entry, letter
                    entry = next(entries, None)
                if entry is None or entry.offset - record.offset > NEAR:
                    break
            else:
                return

    def original(self, letter: DeadLetter) -> Original | None:
        """The message that a letter without its bytes tells of, if it is still on the topic it came from.

        Raises:
            KafkaError: the broker does not answer.
        """
        assert letter.topic is not UNSET
        assert letter.offset is not UNSET
        if self._other is None:
            self._other = _consumer(self._settings)
        place = TopicPartition(letter.topic, letter.partition)
        if place.topic not in self._other.topics():
            return None
        if place.partition not in (self._other.partitions_for_topic(place.topic) or ()):
            return None
        begin, end = self._other.beginning_offsets([place]), self._other.end_offsets([place])
        if not begin[place] <= letter.offset < end[place]:
            return None
        for record in _records(self._other, {place: letter.offset}, {place: letter.offset + 1}):
            same = len(record.value or b"") == letter.omitted and letter.key in (UNSET, record.key)
            return Original(record.key, record.value, tuple(record.headers)) if same else None
        return None

    def topics(self) -> set[str]:
        """The topics that the broker has.

        Raises:
            KafkaError: the broker does not answer.
        """
        return set(self._consumer.topics())


def _if_still_there(entry: Entry, record: Any) -> DeadLetter | None:
    """The letter of an entry, unless the topic was made anew and something else stands in its place."""
    try:
        letter = letters.letter(record.key, record.value, record.headers)
    except ValueError:
        return None
    return letter if letters.identity(letter) == entry.id else None


def _records(consumer: Any, begins: dict[Any, int], ends: dict[Any, int]) -> Iterator[Any]:
    """All records from those offsets on and before these, as they come.

    Raises:
        KafkaTimeoutError: the broker falls silent before the end.
    """
    left = {place for place, end in ends.items() if begins[place] < end}
    consumer.assign(sorted(left))
    consumer.resume(*left)  # those that were read before are still paused
    for place in left:
        consumer.seek(place, begins[place])
    heard, positions = time.monotonic(), dict(begins)
    while left:
        for place, records in consumer.poll(timeout_ms=_POLL_MS).items():
            yield from (record for record in records if record.offset < ends[place])
        # Not the last record's offset: what is behind it may be gone, and then no record comes any more.
        now = {place: consumer.position(place, timeout_ms=_TRY_MS) or 0 for place in left}
        if any(now[place] > positions[place] for place in left):
            heard = time.monotonic()
        elif time.monotonic() - heard > QUIET_S:
            raise KafkaTimeoutError(f"no answer for {QUIET_S:g} s while reading {min(left).topic}")
        positions.update(now)
        finished = {place for place in left if now[place] >= ends[place]}
        consumer.pause(*finished)
        left -= finished


def _consumer(settings: Settings) -> Any:
    return KafkaConsumer(
        bootstrap_servers=settings.brokers,
        client_id="newswire-dead",
        **kafka_security.kafka_python(settings),
        group_id=None,
        enable_auto_commit=False,
        # What the broker throws away while we read is gone; we go on with the oldest that is left.
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        max_partition_fetch_bytes=1 * MIB,
        fetch_max_bytes=16 * MIB,
        bootstrap_timeout_ms=_TRY_MS,
        request_timeout_ms=int(QUIET_S * 1000),
        reconnect_backoff_max_ms=1_000,
    )
