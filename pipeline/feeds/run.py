"""One run: reads what the feeds give, by its format, onto Kafka, and keeps count of every piece."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from kafka.errors import KafkaError
from msgspec import structs

from pipeline import formats
from pipeline.article import DeadLetter, RawArticle
from pipeline.feeds.report import Event, Kind, OnEvent, Summary
from pipeline.feeds.shape import Feed, Item, Result, StoppedReadingError, Unreadable
from pipeline.producer import Producer, StoppedError
from pipeline.settings import Settings

REASONS = 10
"""Faults of one item that are told to its feed."""

GRACE_S = 10.0
"""Seconds that a stopped run waits for the acknowledgements of what it sent."""


class _Tally:
    """What is known of one item: pieces on their way, and what became of the others."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result = Result(accepted=0, rejected=0, failed=0)
        self.pending = 0
        self.read = False


class Run:
    """One run: the only place that counts. Acknowledgements come in Kafka's thread and wait in a queue."""

    def __init__(
        self, settings: Settings, context: formats.Context, on_event: OnEvent, stop: threading.Event
    ) -> None:
        self._context = context
        self._on_event = on_event
        self._stop = stop
        self._limit = settings.max_article_bytes
        self._producer = Producer(settings, on_wait=lambda message: self._tell("waiting", message), stop=stop)
        self._settled: deque[tuple[_Tally, str, bool, Exception | None]] = deque()
        self._summary = Summary()
        self._total: int | None = None

    def run(self, feeds: list[Feed]) -> Summary:
        """Read the feeds one after the other, each to its end or until stopped.

        Raises:
            UnknownTopicError: the broker lacks a topic.
            KafkaError: it refuses to talk to us.
            OSError: a folder cannot be watched, or what was fed cannot be remembered.
        """
        start = time.monotonic()
        totals = [feed.total for feed in feeds]
        self._total = None if None in totals else sum(total or 0 for total in totals)
        try:
            self._producer.connect()
            for each in feeds:
                self._feed(each)
        except (StoppedError, StoppedReadingError):
            self._summary.stopped = True
        finally:
            self._summary.unacknowledged = self._producer.flush(GRACE_S if self._stop.is_set() else 0)
            self._drain()
            self._producer.close()
        self._summary.seconds = time.monotonic() - start
        return self._summary

    def _feed(self, each: Feed) -> None:
        for batch in each.batches():
            tallies: deque[_Tally] = deque()
            try:
                for item in batch:
                    self._go_on()
                    if isinstance(item, Unreadable):
                        self._unreadable(item.location, item.reason)
                        continue
                    tallies.append(_Tally(item))
                    self._read(tallies[-1], each)
                    self._acknowledge(each, tallies)
                self._producer.flush()
            finally:
                if self._stop.is_set():
                    self._producer.flush(GRACE_S)
                self._acknowledge(each, tallies)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise StoppedError("stopped before all was read")

    def _read(self, tally: _Tally, each: Feed) -> None:
        """Send all that an item holds; of an atomic feed's item nothing, if a piece of it is rejected."""
        location = tally.item.location
        context = each.context(
            tally.item,
            structs.replace(self._context, feed=each.name, location=location, received=datetime.now(UTC)),
        )
        try:
            with tally.item.open() as file:
                counted = _Counted(file, self._read_bytes)
                outcomes: Iterable[formats.Outcome] = formats.read(formats.Stream(counted), context)
                if each.atomic:
                    outcomes = list(outcomes)
                    refused = [one for one in outcomes if isinstance(one, formats.Rejected)]
                    for one in refused:
                        self._reject(tally, one)
                    outcomes = [] if refused else outcomes
                for outcome in outcomes:
                    self._send(tally, outcome)
        except OSError as error:
            self._unreadable(location, error.strerror or str(error))
        else:
            tally.read = True
            self._summary.files += 1

    def _send(self, tally: _Tally, outcome: formats.Outcome) -> None:
        self._go_on()
        place = f"{tally.item.location}, byte "
        if isinstance(outcome, RawArticle):
            place += str(outcome.provenance.offset)
        else:
            place = outcome.place
            self._reject(tally, outcome)
        article = isinstance(outcome, RawArticle)

        def done(error: Exception | None) -> None:
            self._settled.append((tally, place, article, error))

        tally.pending += 1
        if isinstance(outcome, RawArticle):
            self._producer.send(outcome, done)
        else:
            self._producer.send_dead(_letter(outcome, self._limit), done)
        self._drain()

    def _reject(self, tally: _Tally, rejected: formats.Rejected) -> None:
        """Count a piece that is no article, and say why."""
        self._summary.rejected += 1
        tally.result = structs.replace(
            tally.result,
            rejected=tally.result.rejected + 1,
            reasons=(*tally.result.reasons, rejected.reason)[:REASONS],
            truncated=tally.result.truncated or rejected.kind == "truncated",
        )
        self._tell("rejected", f"{rejected.place}: {rejected.reason}")

    def _acknowledge(self, each: Feed, tallies: deque[_Tally]) -> None:
        """Tell the feed of the first items as far as they are done with."""
        self._drain()
        while tallies and not tallies[0].pending:
            tally = tallies.popleft()
            if tally.read:
                each.acknowledge(tally.item, tally.result)
                self._tell("item", tally.item.location)

    def _drain(self) -> None:
        """Count what the broker has answered meanwhile."""
        while self._settled:
            tally, place, article, error = self._settled.popleft()
            tally.pending -= 1
            if error is not None:
                self._summary.failed += 1
                tally.result = structs.replace(tally.result, failed=tally.result.failed + 1)
                what = "the broker did not take it" if article else "the broker did not take its dead letter"
                self._tell("failed", f"{place}: {what}: {_reason(error)}")
            elif article:
                self._summary.accepted += 1
                tally.result = structs.replace(tally.result, accepted=tally.result.accepted + 1)

    def _unreadable(self, location: str, reason: str) -> None:
        self._summary.unreadable += 1
        self._tell("unreadable", f"{location}: cannot be read: {reason}")

    def _read_bytes(self, count: int) -> None:
        self._summary.bytes += count
        self._tell("progress", "")

    def _tell(self, kind: Kind, message: str) -> None:
        self._on_event(
            Event(
                kind=kind,
                message=message,
                bytes=self._summary.bytes,
                total=self._total,
                accepted=self._summary.accepted,
            )
        )


class _Counted:
    """A file that says how many bytes were read of it."""

    def __init__(self, file: BinaryIO, on_read: Callable[[int], None]) -> None:
        self._file = file
        self._on_read = on_read

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self._on_read(len(data))
        return data

    def readline(self, size: int, /) -> bytes:
        data = self._file.readline(size)
        self._on_read(len(data))
        return data


def _letter(rejected: formats.Rejected, limit: int) -> DeadLetter:
    """The dead letter of a rejected piece; one that is too large to be copied says where its bytes are."""
    keep = rejected.complete and rejected.size <= limit
    note = "" if keep else f" (its {rejected.size:,} bytes are too many to be kept here: read them there)"
    return DeadLetter(
        stage=rejected.stage,
        error_type=rejected.kind,
        error_message=rejected.reason + note,
        failed=datetime.now(UTC),
        attempts=1,
        value=rejected.data if keep else b"",
        location=rejected.place,
    )


def _reason(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}" if str(error) and isinstance(error, KafkaError) else str(error) or name
