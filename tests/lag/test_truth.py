"""What is told against what is known: a consumer stops for a known time, under a known rate of writing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NamedTuple, Self

import pytest
from kafka import KafkaConsumer, KafkaProducer

from pipeline.lag import GroupLag, Monitor
from pipeline.settings import Settings
from tests.lag.there import There
from tests.workers import eventually

RATE = 20.0
"""Messages a second."""
STOPPED_S = 4.0
WINDOW_S = 2.0
TOLERANCE_S = 1.0
"""What clocks may differ by: the broker's, which stamps, and the one that looks. Nothing waits for it."""
LATE_S = 30.0
LOG_APPEND_TIME: Any = {"message.timestamp.type": "LogAppendTime"}
"""As our own topics have it."""


class Written(NamedTuple):
    """The time before a message was sent, and the one after the broker had it: it was stamped in between."""

    before: float
    after: float


class Writer:
    """Writes a message every 1/RATE seconds, one at a time, for the length of a ``with`` block.

    Attributes:
        lock: whoever holds it knows that nothing is on its way.
        written: of each message by its offset.
    """

    def __init__(self, settings: Settings) -> None:
        self.lock = threading.Lock()
        self.written: list[Written] = []
        self._topic = settings.topic_raw
        self._producer = KafkaProducer(bootstrap_servers=settings.kafka, linger_ms=0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._producer.close()

    def rate(self, seconds: float) -> float:
        """Messages a second that were written lately; on a slow machine it is less than was meant."""
        since = time.time() - seconds
        return sum(one.after > since for one in self.written) / seconds

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            due += 1 / RATE
            with self.lock:
                before = time.time()
                self._producer.send(self._topic, b"x", partition=0).get(10)
                self.written.append(Written(before, time.time()))


@contextmanager
def reading(settings: Settings) -> Iterator[None]:
    """A consumer of the group that commits all that it gets, for the length of a ``with`` block."""
    ended = threading.Event()

    def run() -> None:
        consumer: Any = KafkaConsumer(
            settings.topic_raw,
            bootstrap_servers=settings.kafka,
            group_id=f"{settings.group}-enrich",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        while not ended.is_set():
            if consumer.poll(timeout_ms=100):
                consumer.commit()
        consumer.close(autocommit=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class Truth:
    """Looks, each of which is compared with what is known; remembers the statuses."""

    def __init__(self, monitor: Monitor, writer: Writer) -> None:
        self._monitor = monitor
        self._writer = writer
        self.statuses: list[str] = []

    def look(self) -> GroupLag:
        """One look while nothing is on its way: the lag is exact, and its seconds are right."""
        with self._writer.lock:
            earliest = time.time()
            group = self._monitor.sample().groups[0]
            latest = time.time()
            written = list(self._writer.written)
        [one] = [each for each in group.partitions if each.partition == 0]
        committed = one.committed_offset or 0
        assert (one.log_end_offset, one.lag) == (len(written), len(written) - committed)
        assert group.lag == one.lag
        assert group.measured
        assert group.seconds is not None
        if one.lag:
            waits = written[committed]
            assert group.seconds >= earliest - waits.after - TOLERANCE_S
            assert group.seconds <= latest - waits.before + TOLERANCE_S
        else:
            assert group.seconds == 0
        self.statuses.append(group.status)
        return group

    def until(self, what: str, condition: Any) -> GroupLag:
        """Look until it is so, ten times in each window."""
        found: list[GroupLag] = []

        def so() -> bool:
            found[:] = [self.look()]
            return bool(condition(found[0]))

        eventually(so, within_s=LATE_S, what=what)
        return found[0]


@pytest.mark.services
def test_a_consumer_that_stops_for_a_known_time_and_goes_on(own: Settings, there: There) -> None:
    there.make(own.topic_raw, own.topic_enriched, **LOG_APPEND_TIME)
    with Monitor(own, [f"{own.group}-enrich"], window_s=WINDOW_S) as monitor, Writer(own) as writer:
        truth = Truth(monitor, writer)
        with reading(own):
            eventually(lambda: monitor.sample().groups[0].lag == 0, within_s=LATE_S, what="a reader")
            truth.until("a full window of a reader that keeps up", lambda group: group.complete == 1)
            assert set(truth.statuses) == {"OK"}
        stopped_at = time.monotonic()
        first = truth.look()
        while time.monotonic() < stopped_at + STOPPED_S:
            truth.look()
            time.sleep(WINDOW_S / 10)
        last = truth.look()
        assert (last.status, last.members, last.consume_rate, last.catch_up_s) == ("STOPPED", 0, 0, None)
        assert last.seconds is not None
        assert first.seconds is not None
        assert last.seconds - first.seconds >= STOPPED_S - TOLERANCE_S
        known = writer.rate(WINDOW_S)
        assert last.produce_rate == pytest.approx(known, rel=0.3)
        assert last.trend == last.produce_rate
        with reading(own):
            truth.until("a reader that has caught up", lambda group: group.status == "OK" and not group.lag)
    assert [status for status, _ in groupby(truth.statuses)] == ["OK", "STOPPED", "OK"]
