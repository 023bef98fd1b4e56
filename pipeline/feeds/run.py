"""One run: what the feeds read goes on its way, and one thread, which never waits, counts every piece."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Literal, TypeAlias, assert_never

from kafka.errors import KafkaError
from msgspec import Struct

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.feeds.handed import (
    Broken,
    Done,
    Ended,
    Failed,
    FromFeed,
    Message,
    Parcel,
    Read,
    Refused,
    Said,
    Send,
    Started,
    Tally,
    Trouble,
)
from pipeline.feeds.lane import GRACE_S, Lane
from pipeline.feeds.outlets import Outlets
from pipeline.feeds.packing import packed
from pipeline.feeds.report import Event, Kind, OnEvent, Summary, Waiting
from pipeline.feeds.shape import Feed, Several
from pipeline.feeds.spool import SpoolError, Store
from pipeline.producer import StoppedError
from pipeline.settings import Settings

TICK_S = 0.2
"""Seconds after which a quiet run looks for a stop."""

LEAVE_S = 2.0
"""Seconds that a stopped feed has, beyond the wait for acknowledgements, to end."""

Counter: TypeAlias = Literal["files", "accepted", "rejected", "failed", "unreadable", "errors", "bytes"]


class _Answered(Struct, frozen=True):
    """The broker, or the spool, has answered to a piece."""

    tally: Tally
    place: str
    article: bool
    error: Exception | None


_Inbox: TypeAlias = SimpleQueue[Message | _Answered]


class Run:
    """One run: the only place that counts. Each feed reads in a thread of its own.

    The feeds' messages and the answers to what was sent wait in one queue; of each feed only a few pieces do,
    so that a busy one neither fills the memory nor keeps another waiting.
    """

    def __init__(
        self,
        settings: Settings,
        context: formats.Context,
        on_event: OnEvent,
        stop: threading.Event,
        store: Store | None = None,
    ) -> None:
        """``stop`` ends the run, and is set where an error ends it, so that all feeds hear of it."""
        self._settings = settings
        self._context = context
        self._on_event = on_event
        self._stop = stop
        self._inbox: _Inbox = SimpleQueue()
        self._outlets = Outlets(settings, store, self._inbox.put)
        self._open = 0
        self._leaving = False
        self._lanes: dict[Lane, None] = {}
        self._waiting: deque[Lane] = deque()
        self._total: int | None = None
        self.summary = Summary()
        """The counts so far; other threads may read them."""

    def run(self, feeds: list[Feed], *, together: bool = False) -> Summary:
        """Read the feeds, each to its end or until stopped, and send on what is in the spool.

        Without ``together`` they are read one after the other, and one that fails ends the run. With it all
        are read at once, and one that fails is told and, after a while, started again.

        Raises:
            SpoolError: the spool cannot be used any more.
            UnknownTopicError: the broker lacks a topic, and does not make it.
            KafkaError: it refuses to talk to us.
            OSError: a folder cannot be watched, or what was fed cannot be remembered.
        """
        start = time.monotonic()
        totals = [feed.total for feed in feeds]
        self._total = None if None in totals else sum(total or 0 for total in totals)
        self._waiting.extend(
            Lane(feed, self._context, self._inbox.put, self._stop, restart=together) for feed in feeds
        )
        try:
            self._outlets.start(feeds)
            self._start(len(feeds) if together else 1)
            self._work()
        except BaseException:
            self._stop.set()
            raise
        finally:
            self._leave()
        self.summary.seconds = time.monotonic() - start
        return self.summary

    def waiting(self) -> Waiting | None:
        """What waits in the spool, if there is one; from any thread."""
        return self._outlets.waiting()

    def _start(self, count: int) -> None:
        while self._waiting and count:
            lane = self._waiting.popleft()
            self._lanes[lane] = None
            lane.start()
            count -= 1

    def _work(self) -> None:
        """Take what comes until no feed is left and all is sent, or until stopped."""
        end = None
        while self._lanes or not (self._stop.is_set() or self._outlets.idle):
            with contextlib.suppress(Empty):
                self._take(self._inbox.get(timeout=TICK_S))
            if self._stop.is_set():
                if end is None:
                    end = time.monotonic() + GRACE_S + LEAVE_S
                    self._outlets.stop()
                if time.monotonic() > end:
                    self._give_up()
                    return
        self.summary.stopped = self.summary.stopped or not self._outlets.answered

    def _give_up(self) -> None:
        """Leave the feeds that do not end; what they read last is not acknowledged, so it comes again."""
        self.summary.stopped = True
        for lane in self._lanes:
            self._tell("feed", "it did not end in time when it was stopped", lane.feed.name)

    def _leave(self) -> None:
        """Leave the feeds, the spool and the broker, and count what has no answer."""
        self._leaving = True
        for lane in self._lanes:
            lane.abandon(LEAVE_S)
        self._outlets.leave()
        with contextlib.suppress(Empty):
            while True:
                self._take_last(self._inbox.get_nowait())
        self.summary.unacknowledged = self._open
        left = self.summary.spool = self.waiting()
        if left and left.messages:
            self._tell("waiting", f"left in the spool, safe, and sent when it is used again: {left}")

    def _take_last(self, message: Message | _Answered) -> None:
        """What came when nobody took anything any more: only answers still count."""
        match message:
            case _Answered():
                self._answered(message)
            case Said():
                self._said(message)
            case Send():
                self._open += 1
            case _:
                pass

    def _take(self, message: Message | _Answered) -> None:
        match message:
            case _Answered():
                self._answered(message)
            case Said():
                self._said(message)
            case Failed():
                raise message.error
            case _:
                self._hear(message)

    def _hear(self, message: FromFeed) -> None:
        """Take what a feed says."""
        match message:
            case Started():
                self._mark(message.lane.feed, up=True)
            case Send():
                self._send(message.tally, message.outcome)
            case Refused():
                self._refused(message)
            case Read():
                self._count(message.feed, "bytes", message.size)
                self._tell("progress", "", message.feed)
            case Done():
                self._count(message.tally.feed, "files")
                self._tell("item", message.tally.item.location, message.tally.feed)
            case Trouble():
                trouble = message.what
                self._count(message.feed, "unreadable")
                self._tell(
                    "unreadable", f"{trouble.location}: {trouble.what}: {trouble.reason}", message.feed
                )
            case Broken():
                self._broken(message)
            case Ended():
                self._ended(message)
            case _:
                assert_never(message)

    def _send(self, tally: Tally, outcome: formats.Outcome) -> None:
        lane = tally.lane
        article = isinstance(outcome, RawArticle)
        if isinstance(outcome, RawArticle):
            place = f"{tally.item.location}, byte {outcome.provenance.offset}"
        else:
            place = outcome.place
            self._count(tally.feed, "rejected")
            self._tell("rejected", f"{place}: {outcome.reason}", tally.feed)

        def done(error: Exception | None) -> None:
            self._inbox.put(_Answered(tally, place, article, error))

        self._open += 1
        self._outlets.of(lane.feed).put(
            Parcel(packed(outcome, self._settings), not lane.feed.atomic, lane.took, done)
        )

    def _answered(self, answer: _Answered) -> None:
        """Note what became of a piece; one that was not sent since the run ends stays without an answer."""
        tally, error = answer.tally, answer.error
        if isinstance(error, StoppedError) or (error and self._leaving):
            self.summary.stopped = True
            tally.settle(lost=True)
            return
        self._open -= 1
        failure = _failure(error)
        if failure:
            self._count(tally.feed, "failed")
            what = "" if answer.article else "its dead letter: "
            self._tell("failed", f"{answer.place}: {what}{failure}", tally.feed)
        elif answer.article:
            self._count(tally.feed, "accepted")
            self.summary.of(tally.feed).last_article = datetime.now(UTC)
        tally.settle(accepted=int(answer.article and not failure), failure=failure)

    def _said(self, said: Said) -> None:
        if said.kind == "failed":
            self.summary.failed += 1
        self._tell(said.kind, said.message)

    def _refused(self, message: Refused) -> None:
        tally, rejected = message.tally, message.rejected
        if message.deferred:
            reason = f"{rejected.place}: {rejected.reason}; waiting for the rest"
            self._tell("waiting", reason, tally.feed)
            return
        self._count(tally.feed, "rejected")
        self._tell("rejected", f"{rejected.place}: {rejected.reason}", tally.feed)

    def _broken(self, message: Broken) -> None:
        if message.delay is None and not self._stop.is_set():
            raise message.error
        name = message.lane.feed.name
        again = "" if message.delay is None else f"; trying again in {message.delay:g} s"
        self._mark(message.lane.feed, up=False)
        self._count(name, "errors")
        self._tell("feed", f"{_reason(message.error)}{again}", name)

    def _ended(self, message: Ended) -> None:
        self._lanes.pop(message.lane)
        self._mark(message.lane.feed, up=False)
        if message.stopped or (self._waiting and self._stop.is_set()):
            self.summary.stopped = True
        elif not self._stop.is_set():
            self._start(1)

    def _mark(self, feed: Feed, *, up: bool) -> None:
        for name in feed.names if isinstance(feed, Several) else (feed.name,):
            self.summary.of(name).up = up

    def _count(self, feed: str, counter: Counter, more: int = 1) -> None:
        for counts in (self.summary, self.summary.of(feed)):
            setattr(counts, counter, getattr(counts, counter) + more)

    def _tell(self, kind: Kind, message: str, feed: str = "") -> None:
        if feed and kind in ("rejected", "failed", "unreadable", "feed"):
            self.summary.of(feed).last_error = message
        self._on_event(
            Event(
                kind=kind,
                message=message,
                feed=feed,
                bytes=self.summary.bytes,
                total=self._total,
                accepted=self.summary.accepted,
            )
        )


def _failure(error: Exception | None) -> str:
    """Why a piece was not taken, if it was not."""
    if error is None or isinstance(error, SpoolError):
        return str(error or "")
    return f"the broker did not take it: {_reason(error)}"


def _reason(error: Exception) -> str:
    name = type(error).__name__
    named = isinstance(error, (KafkaError, LookupError, TypeError, ValueError))
    return f"{name}: {error}" if str(error) and named else str(error) or name
