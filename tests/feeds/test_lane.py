"""A feed in its own thread: it never runs far ahead, waits for what it handed over, and ends when stopped."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, cast

import pytest

from pipeline.feeds import lane as lanes
from pipeline.feeds.handed import Broken, Done, Ended, Message, Read, Refused, Send, Started, Trouble
from pipeline.feeds.lane import AHEAD, Lane
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context, Outcome, Rejected

LINES = b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(100))
BASE = Context(
    source="agency", feed="-", location="", received=datetime(2024, 6, 19, tzinfo=UTC), limit=2**20
)


class Bytes:
    def __init__(self, data: bytes, file: Any = None) -> None:
        self.location = "/in/a"
        self._data = data
        self._file = file

    def open(self) -> BinaryIO:
        return cast("BinaryIO", self._file or io.BytesIO(self._data))


class Given:
    name = "given"
    total: int | None = None
    atomic = False

    def __init__(self, *batches: Iterable[Item | Unreadable]) -> None:
        self._batches = batches
        self.told: list[Result] = []
        self.threads: set[str] = set()
        self.asked = 0
        self.closed = False

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        return base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        try:
            for batch in self._batches:
                self._note()
                self.asked += 1
                yield batch
        finally:
            self.closed = True

    def acknowledge(self, item: Item, result: Result) -> None:  # noqa: ARG002 - the shape of all feeds
        self._note()
        self.told.append(result)

    def _note(self) -> None:
        self.threads.add(threading.current_thread().name)


class Desk:
    """Takes what a lane hands over, in the test's thread."""

    def __init__(self, feed: Given, *, restart: bool = False) -> None:
        self.stop = threading.Event()
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.lane = Lane(feed, BASE, self.inbox.put, self.stop, restart=restart)
        self.lane.start()

    def take(self, seconds: float = 10) -> Message:
        return self.inbox.get(timeout=seconds)

    def nothing(self, seconds: float = 0.4) -> bool:
        try:
            self.inbox.get(timeout=seconds)
        except Empty:
            return True
        return False

    def run(self, on_send: Callable[[Send], None] | None = None) -> list[Message]:
        """Settle all that comes until the lane ends."""
        found: list[Message] = []
        while not found or not isinstance(found[-1], Ended):
            found.append(self.take())
            match found[-1]:
                case Send() as send:
                    self.lane.took()
                    (on_send or settle)(send)
                case _:
                    pass
        return found


def settle(send: Send) -> None:
    send.tally.settle(accepted=int(not isinstance(send.outcome, Rejected)))


def kinds(messages: list[Message]) -> list[type]:
    return [type(message) for message in messages]


def test_what_it_hands_over_in_its_order() -> None:
    feed = Given([Bytes(b"One.")], [Unreadable(location="/in/b", reason="gone")])
    messages = Desk(feed).run()
    assert kinds(messages) == [Started, Send, Read, Done, Trouble, Ended]
    assert feed.told == [Result(accepted=1, rejected=0, failed=0)]
    assert feed.threads == {"feed given"}
    assert feed.closed


def test_it_never_runs_far_ahead_of_what_is_sent() -> None:
    feed = Given([Bytes(LINES)])
    desk = Desk(feed)
    sends: list[Message] = []
    assert isinstance(desk.take(), Started)
    while len(sends) < AHEAD:
        sends.append(desk.take())
    assert desk.nothing()
    desk.lane.took()
    assert isinstance(desk.take(), Send)
    assert desk.nothing()
    desk.stop.set()
    desk.lane.abandon(5)


def test_what_it_holds_when_it_is_stopped_is_handed_over_to_be_counted() -> None:
    desk = Desk(Given([Bytes(LINES)]))
    sends = [desk.take() for _ in range(AHEAD + 1)][1:]
    time.sleep(0.1)  # it has read one more, and waits
    desk.stop.set()
    found: list[Message] = []
    desk.lane.abandon(5)
    while not found or not isinstance(found[-1], Ended):
        found.append(desk.take())
    assert [type(message) for message in found if isinstance(message, Send)] == [Send]
    assert len(sends) == AHEAD


def test_the_next_batch_is_asked_for_when_all_is_settled() -> None:
    feed = Given([Bytes(b"One.")], [Bytes(b"Two.")])
    desk = Desk(feed)
    desk.take()
    send = desk.take()
    assert isinstance(send, Send)
    desk.lane.took()
    assert isinstance(desk.take(), Read)
    assert desk.nothing()
    assert (feed.asked, feed.told) == (1, [])
    settle(send)
    assert isinstance(desk.take(), Done)
    assert isinstance(desk.take(), Send)
    assert len(feed.told) == 1
    desk.stop.set()
    desk.lane.abandon(5)


def test_what_could_not_be_sent_any_more_is_not_acknowledged() -> None:
    feed = Given([Bytes(b"One.")])
    Desk(feed).run(lambda send: send.tally.settle(lost=True))
    assert feed.told == []


def test_once_stopped_what_is_on_its_way_is_waited_for() -> None:
    feed = Given([Bytes(b"One.")], [Bytes(b"Two.")])
    desk = Desk(feed)

    def late(send: Send) -> None:
        desk.stop.set()
        time.sleep(0.5)
        settle(send)

    messages = desk.run(late)
    assert len(feed.told) == 1
    assert messages[-1] == Ended(desk.lane, stopped=True)


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "GRACE_S", 0.3)
    feed = Given([Bytes(b"One.")], [Bytes(b"Two.")])
    desk = Desk(feed)
    start = time.monotonic()
    desk.run(lambda _: desk.stop.set())
    assert time.monotonic() - start < 5
    assert feed.told == []


def test_an_abandoned_lane_ends_at_once() -> None:
    feed = Given([Bytes(b"One.")], [Bytes(b"Two.")])
    desk = Desk(feed)
    desk.take()
    desk.take()
    desk.stop.set()
    start = time.monotonic()
    desk.lane.abandon(5)
    assert time.monotonic() - start < 2


class Fragile(Given):
    """It breaks down before its batches as often as it is told to."""

    def __init__(self, failures: int, *batches: Iterable[Item | Unreadable]) -> None:
        super().__init__(*batches)
        self.failures = failures

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        yield []
        if self.failures:
            self.failures -= 1
            raise ValueError("out of order")
        yield from super().batches()


def test_a_lane_that_is_not_to_start_again_tells_and_ends() -> None:
    messages = Desk(Fragile(1)).run()
    (broken,) = [one for one in messages if isinstance(one, Broken)]
    assert str(broken.error) == "out of order"
    assert broken.delay is None


def test_the_delay_doubles_and_is_bounded_and_starts_anew_after_a_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "LONGEST_S", 3.0)
    delays: list[float] = []

    class Quick(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            delays.append(timeout or 0)
            return self.is_set()

    class Worse(Given):
        tries = 0

        def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
            self.tries += 1
            if self.tries == 5:
                yield [Bytes(b"One.")]
            if self.tries <= 6:
                raise OSError("no route")

    desk = Desk.__new__(Desk)
    desk.stop, desk.inbox = Quick(), SimpleQueue()
    desk.lane = Lane(Worse(), BASE, desk.inbox.put, desk.stop, restart=True)
    desk.lane.start()
    messages = desk.run()
    assert delays == [1, 2, 3, 3, 1, 2]
    assert [one.delay for one in messages if isinstance(one, Broken)] == delays


def test_a_stop_ends_the_wait_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LONGEST_S", 3600.0)
    desk = Desk(Fragile(9), restart=True)
    while not isinstance(desk.take(), Broken):
        pass
    desk.stop.set()
    assert isinstance(desk.take(), Ended)


def test_a_batch_that_breaks_off_leaves_what_was_read_acknowledged() -> None:
    def broken() -> Iterator[Item | Unreadable]:
        yield Bytes(b"One.")
        raise ConnectionError("hung up")

    feed = Given(broken())
    messages = Desk(feed).run()
    assert len(feed.told) == 1
    assert kinds(messages).index(Done) < kinds(messages).index(Broken)
    assert feed.closed


def test_a_fault_of_a_format_rejects_the_file_and_the_next_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(stream: Any, context: Context) -> Iterator[Outcome]:
        data = stream.read(100)
        if data == b"bad":
            raise RecursionError("too deep")
        yield from original(stream_of(data), context)

    from pipeline import formats
    from pipeline.formats.stream import stream_of

    original = formats.read
    monkeypatch.setattr(formats, "read", read)
    feed = Given([Bytes(b"bad"), Bytes(b"Good.")])
    sends = [one for one in Desk(feed).run() if isinstance(one, Send)]
    assert isinstance(sends[0].outcome, Rejected)
    assert "our fault: RecursionError: too deep" in sends[0].outcome.reason
    assert sends[0].outcome.size == 3
    assert [result.rejected for result in feed.told] == [1, 0]


def test_a_fault_of_what_is_read_from_is_no_fault_of_the_format() -> None:
    class Odd(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of a file
            raise RuntimeError("channel closed")

    feed = Given([Bytes(b"", Odd())])
    messages = Desk(feed).run()
    (trouble,) = [one for one in messages if isinstance(one, Trouble)]
    assert trouble.what.reason == "RuntimeError: channel closed"
    assert feed.told == []


def test_of_a_long_item_that_may_be_awaited_the_first_part_is_sent_and_the_rest_is_not() -> None:
    class Patient(Given):
        def defers(self, item: Item, rejected: Rejected) -> bool:  # noqa: ARG002 - the shape of such feeds
            return True

    def lines(count: int) -> bytes:
        return (
            b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(count)) + b'{"body": 7}\n'
        )

    feed = Patient([Bytes(lines(10)), Bytes(lines(lanes.HELD + 5) + b'{"guid": "z", "body": "z"}\n')])
    messages = Desk(feed).run()
    assert [result.deferred for result in feed.told] == [True, True]
    assert [result.accepted for result in feed.told] == [0, lanes.HELD + 5]
    assert kinds(messages).count(Refused) == 2
    assert Done not in kinds(messages)


def test_what_a_feed_does_not_want_is_neither_sent_nor_counted() -> None:
    class Choosy(Given):
        def wanted(self, item: Item, outcome: Outcome) -> bool:  # noqa: ARG002 - the shape of such feeds
            return not isinstance(outcome, Rejected) and outcome.guid == "7"

    feed = Choosy([Bytes(LINES + b'{"body": 7}\n')])
    assert kinds(Desk(feed).run()).count(Send) == 1
    assert feed.told == [Result(accepted=1, rejected=0, failed=0)]
