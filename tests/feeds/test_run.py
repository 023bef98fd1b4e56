"""A run on a real broker: every piece becomes an article or a dead letter; none stops another."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest
from msgspec import structs

from pipeline.feeds.report import Event, Summary
from pipeline.feeds.run import Run
from pipeline.feeds.shape import Item, Result, StoppedReadingError, Unreadable
from pipeline.formats.shape import Context, Rejected
from tests.feeding import fed, fresh, letters, noise
from tests.formats.test_formats import BROKEN

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Settings
    from tests.services import Stack

GOOD = b"date 2024-06-19 The next article passes."


class Bytes:
    """An item of bytes in memory."""

    def __init__(self, location: str, data: bytes, file: Any = None) -> None:
        self.location = location
        self.data = data
        self._file = file

    def open(self) -> BinaryIO:
        return cast("BinaryIO", self._file or io.BytesIO(self.data))


class Given:
    """A feed that gives what the test gives it, and remembers what it was told."""

    name = "given"
    atomic = False

    def __init__(self, *batches: Iterable[Item | Unreadable], total: int | None = None) -> None:
        self._batches = batches
        self.total = total
        self.told: list[tuple[str, Result]] = []

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        yield from self._batches

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        return base

    def acknowledge(self, item: Item, result: Result) -> None:
        self.told.append((item.location, result))


class Ran:
    """A run over feeds, with all that it told."""

    def __init__(
        self,
        settings: Settings,
        *feeds: Given,
        stop: threading.Event | None = None,
        together: bool = False,
    ) -> None:
        self.events: list[Event] = []
        context = Context(
            source="agency",
            feed="",
            location="",
            received=datetime.now(UTC),
            limit=settings.max_article_bytes,
            language="fr",
        )
        run = Run(settings, context, self.events.append, stop or threading.Event())
        self.summary: Summary = run.run(list(feeds), together=together)

    @property
    def problems(self) -> list[str]:
        return [event.message for event in self.events if event.problem]


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


pytestmark = pytest.mark.services


def test_every_broken_file_becomes_a_dead_letter_and_the_articles_between_pass(here: Settings) -> None:
    items: list[Item | Unreadable] = []
    for name, data in BROKEN.items():
        items += [Bytes(name, data), Bytes(f"after {name}", GOOD + name.encode())]
    feed = Given(items)
    ran = Ran(here, feed)
    assert ran.summary.accepted == len(BROKEN)
    assert ran.summary.exit_code == 1
    assert {each.provenance.location for each in fed(here)} == {f"after {name}" for name in BROKEN}
    dead = letters(here)
    assert len(dead) == ran.summary.rejected >= len(BROKEN)
    assert {str(letter.location).partition(", byte ")[0] for letter in dead} == set(BROKEN)
    for letter in dead:
        name = str(letter.location).partition(", byte ")[0]
        assert letter.error_message
        assert letter.value == b"" or letter.value in BROKEN[name]
        assert any(letter.location in line for line in ran.problems if letter.location)
    assert [location for location, _ in feed.told] == [item.location for item in items]


def test_a_piece_too_large_for_a_letter_says_where_its_bytes_are(here: Settings) -> None:
    Ran(here, Given([Bytes("/in/huge", b"\0" * (here.max_article_bytes + 1))]))
    (letter,) = letters(here)
    assert letter.value == b""
    assert "1,048,577 bytes are too many to be kept here" in letter.error_message
    assert letter.location == "/in/huge, byte 0"


def test_the_original_bytes_of_a_bad_line_are_kept(here: Settings) -> None:
    lines = b'{"guid": "a", "body": "x"}\n{"guid": "b", "body": 7}\n{"guid": "c", "body": "y"}\n'
    feed = Given([Bytes("/in/wire.jsonl", lines)])
    ran = Ran(here, feed)
    assert sorted(str(each.guid) for each in fed(here)) == ["a", "c"]
    (letter,) = letters(here)
    assert letter.value == b'{"guid": "b", "body": 7}\n'
    assert (letter.stage, letter.error_type) == ("parse", "type")
    assert ran.problems == [f"/in/wire.jsonl, byte 27: {letter.error_message}"]
    reasons = (f"byte 27: {letter.error_message}",)
    assert feed.told == [("/in/wire.jsonl", Result(accepted=2, rejected=1, failed=0, reasons=reasons))]


def test_an_item_is_acknowledged_when_its_articles_are_and_not_before(here: Settings) -> None:
    there: list[int] = []

    class Counting(Given):
        def acknowledge(self, item: Item, result: Result) -> None:
            there.append(len(fed(here)))
            super().acknowledge(item, result)

    lines = b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(300))
    feed = Counting([Bytes("/in/a", lines)])
    Ran(here, feed)
    assert there == [300]


def test_each_batch_is_settled_before_the_next_is_asked_for(here: Settings) -> None:
    told: list[int] = []

    class Waiting(Given):
        def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
            for number in range(3):
                told.append(len(self.told))
                yield [Bytes(f"/in/{number}", GOOD)]

    Ran(here, Waiting())
    assert told == [0, 1, 2]


def test_what_the_broker_refuses_is_told_with_its_place(stack: Stack, tmp_path: Path) -> None:
    # The topic takes less than the settings allow, as when somebody else made it.
    strict = fresh(stack.settings, tmp_path, max_article_bytes=4096)
    feed = Given([Bytes("/in/large", noise(60_000).encode()), Bytes("/in/small", GOOD)])
    ran = Ran(strict.model_copy(update={"max_article_bytes": 1024 * 1024}), feed)
    assert (ran.summary.failed, ran.summary.accepted, ran.summary.exit_code) == (1, 1, 1)
    (problem,) = ran.problems
    assert problem.startswith("/in/large, byte 0: the broker did not take it: ")
    assert [result.settled for _, result in feed.told] == [False, True]


def test_what_cannot_be_opened_or_read_is_told_and_the_next_passes(here: Settings) -> None:
    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of a file
            raise OSError(5, "Input/output error")

    feed = Given(
        [
            Unreadable(location="/in/locked", reason="Permission denied"),
            Bytes("/in/torn", b"", Broken()),
            Bytes("/in/good", GOOD),
        ]
    )
    ran = Ran(here, feed)
    assert ran.problems == [
        "/in/locked: cannot be read: Permission denied",
        "/in/torn: cannot be read: Input/output error",
    ]
    assert (ran.summary.unreadable, ran.summary.accepted, ran.summary.files) == (2, 1, 1)
    assert [location for location, _ in feed.told] == ["/in/good"]


def test_a_stop_within_a_file_leaves_it_unacknowledged(here: Settings) -> None:
    stop = threading.Event()

    class Stopping(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            if b'"7"' in line:
                stop.set()
            return line

    lines = b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(50))
    feed = Given([Bytes("/in/first", GOOD), Bytes("/in/a", lines, Stopping(lines))], total=None)
    ran = Ran(here, feed, stop=stop)
    assert ran.summary.stopped
    assert ran.summary.exit_code == 1
    assert ran.summary.unacknowledged == 0
    assert [location for location, _ in feed.told] == ["/in/first"]
    assert len(fed(here)) == ran.summary.accepted == 8


def test_a_huge_stream_is_not_held(here: Settings) -> None:
    small = here.model_copy(update={"max_article_bytes": 4096})

    class Endless(io.RawIOBase):
        """A line of 200 MB that is made as it is read, and an article behind it."""

        def __init__(self) -> None:
            self.left = 200 * 1024 * 1024
            self.last = b'x"}\n{"guid": "last", "body": "x"}\n'
            self.largest = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self.largest = max(self.largest, len(buffer))
            data = (b'{"body": "' + b"x" * len(buffer))[: len(buffer)] if self.left else self.last
            if self.left:
                data = data if self.left == 200 * 1024 * 1024 else b"x" * len(buffer)
                self.left = max(0, self.left - len(data))
            else:
                self.last = b""
            buffer[: len(data)] = data
            return len(data)

    source = Endless()
    ran = Ran(small, Given([Bytes("stdin", b"", io.BufferedReader(source))]))
    assert source.largest < 1024 * 1024
    assert (ran.summary.rejected, ran.summary.accepted) == (1, 1)
    assert "too large: 209," in ran.problems[0]


def test_progress_is_told_with_the_total(here: Settings) -> None:
    ran = Ran(here, Given([Bytes("/in/a", GOOD)], total=len(GOOD)))
    progress = [event for event in ran.events if event.kind == "progress"]
    assert [event.bytes for event in progress] == sorted(event.bytes for event in progress)
    assert (progress[-1].bytes, progress[-1].total) == (len(GOOD), len(GOOD))
    done = [event for event in ran.events if event.kind == "item"]
    assert [(event.message, event.accepted) for event in done] == [("/in/a", 1)]
    assert ran.summary.bytes == len(GOOD)


def test_what_the_feed_awaits_is_no_dead_letter_and_what_came_before_it_is_not_sent(here: Settings) -> None:
    class Patient(Given):
        def defers(self, item: Item, rejected: Rejected) -> bool:
            return item.location == "/in/half" and rejected.kind == "type"

    half = b'{"guid": "a", "body": "x"}\n{"guid": "b", "body": 7}\n'
    feed = Patient([Bytes("/in/half", half), Bytes("/in/bad", half), Bytes("/in/good", GOOD)])
    ran = Ran(here, feed)
    assert [(place, result.settled, result.deferred) for place, result in feed.told] == [
        ("/in/half", False, True),
        ("/in/bad", True, False),
        ("/in/good", True, False),
    ]
    assert len(letters(here)) == ran.summary.rejected == 1
    assert {each.provenance.location for each in fed(here)} == {"/in/bad", "/in/good"}
    assert ran.problems[0].startswith("/in/half, byte 27: ")
    assert ran.problems[0].endswith("; waiting for the rest")
    assert ran.summary.files == 2


def test_nothing_of_an_atomic_item_that_is_wrong_is_sent(here: Settings) -> None:
    class Whole(Given):
        atomic = True

    lines = b'{"guid": "a", "body": "x"}\n{"guid": "b", "body": 7}\n'
    feed = Whole([Bytes("/in/a", lines), Bytes("/in/b", GOOD)])
    ran = Ran(here, feed)
    assert [result.rejected for _, result in feed.told] == [1, 0]
    assert (ran.summary.accepted, ran.summary.rejected) == (1, 1)
    assert letters(here) == []
    assert [each.provenance.location for each in fed(here)] == ["/in/b"]


class Endless(Given):
    """A feed that gives one batch, and then waits for a stop, as a service does."""

    def __init__(self, name: str, stop: threading.Event, *batches: Iterable[Item | Unreadable]) -> None:
        super().__init__(*batches)
        self.name = name
        self._stop = stop

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        yield from self._batches
        self._stop.wait()


def when(stop: threading.Event, true: Callable[[], bool]) -> threading.Thread:
    """A thread that stops the run when something has become true, or after a minute."""

    def wait() -> None:
        end = time.monotonic() + 60
        while not true() and time.monotonic() < end:
            time.sleep(0.05)
        stop.set()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_feeds_together_do_not_wait_for_each_other(here: Settings) -> None:
    stop = threading.Event()
    first = Endless("first", stop, [Bytes("/in/a", GOOD)])
    second = Endless("second", stop, [Bytes("/in/b", GOOD + b" Second.")])
    waiting = when(stop, lambda: bool(first.told and second.told))
    ran = Ran(here, first, second, stop=stop, together=True)
    waiting.join()
    assert first.told
    assert second.told
    assert ran.summary.exit_code == 0
    assert {name: one.accepted for name, one in ran.summary.feeds.items()} == {"first": 1, "second": 1}
    assert not any(one.up for one in ran.summary.feeds.values())
    assert all(one.last_article for one in ran.summary.feeds.values())


def test_a_feed_that_waits_for_bytes_does_not_hold_up_another(here: Settings) -> None:
    stop = threading.Event()

    class Silent(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:  # noqa: ARG002 - the shape of a file
            stop.wait()
            raise StoppedReadingError

    silent = Endless("silent", stop, [Bytes("stdin", b"", io.BufferedReader(Silent()))])
    lively = Endless("lively", stop, [Bytes("/in/b", GOOD)])
    waiting = when(stop, lambda: bool(lively.told))
    ran = Ran(here, silent, lively, stop=stop, together=True)
    waiting.join()
    assert len(fed(here)) == 1
    assert silent.told == []
    assert ran.summary.stopped


def test_a_feed_that_breaks_down_is_told_and_started_again_and_the_others_go_on(here: Settings) -> None:
    stop = threading.Event()

    class Fragile(Endless):
        tries = 0

        def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
            self.tries += 1
            if self.tries <= 2:
                raise ConnectionResetError("the other side hung up")
            yield from super().batches()

    fragile = Fragile("fragile", stop, [Bytes("/in/a", GOOD)])
    steady = Endless("steady", stop, [Bytes("/in/b", GOOD + b" Steady.")])
    waiting = when(stop, lambda: bool(fragile.told and steady.told))
    ran = Ran(here, fragile, steady, stop=stop, together=True)
    waiting.join()
    assert len(fed(here)) == 2
    assert ran.problems == [
        "the other side hung up; trying again in 1 s",
        "the other side hung up; trying again in 2 s",
    ]
    counts = ran.summary.feeds["fragile"]
    assert (counts.errors, counts.accepted, counts.last_error) == (2, 1, ran.problems[-1])
    assert ran.summary.feeds["steady"].errors == 0
    assert ran.summary.exit_code == 1


def test_one_after_the_other_a_feed_that_breaks_down_ends_the_run(here: Settings) -> None:
    class Broken(Given):
        def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
            yield [Bytes("/in/a", GOOD)]
            raise OSError("the folder is gone")

    broken, stop = Broken(), threading.Event()
    with pytest.raises(OSError, match="the folder is gone"):
        Ran(here, broken, Given([Bytes("/in/b", GOOD)]), stop=stop)
    assert stop.is_set()
    assert [each.provenance.location for each in fed(here)] == ["/in/a"]
    assert [location for location, _ in broken.told] == ["/in/a"]


def test_a_large_file_of_one_feed_does_not_keep_another_waiting(here: Settings) -> None:
    stop = threading.Event()
    lines = b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(20_000))
    took: list[float] = []

    class Impatient(Endless):
        def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
            for number in range(10):
                start = time.monotonic()
                yield [Bytes(f"/push/{number}", GOOD + b" %d." % number)]
                took.append(time.monotonic() - start)
            stop.set()

    large = Endless("large", stop, [Bytes("/in/large", lines)])
    Ran(here, large, Impatient("impatient", stop), stop=stop, together=True)
    assert len(took) == 10
    assert max(took) < 1


def test_the_counts_of_several_feeds_in_one_object_are_apart(here: Settings) -> None:
    class Both(Given):
        name = "poll"
        names = ("one", "two")

        def context(self, item: Item, base: Context) -> Context:
            return structs.replace(base, feed=item.location.removeprefix("/in/"))

    feed = Both(
        [
            Bytes("/in/one", GOOD),
            Bytes("/in/two", b'{"body": 7}'),
            Unreadable(location="/in/two", reason="gone", feed="two", what="was not fetched"),
        ]
    )
    ran = Ran(here, feed)
    feeds = ran.summary.feeds
    assert set(feeds) == {"one", "two"}
    assert (feeds["one"].accepted, feeds["one"].rejected) == (1, 0)
    assert (feeds["two"].accepted, feeds["two"].rejected, feeds["two"].unreadable) == (0, 1, 1)
    assert feeds["two"].last_error == "/in/two: was not fetched: gone"
    assert {event.feed for event in ran.events if event.problem} == {"two"}


def test_of_several_feeds_one_without_a_total_leaves_it_open(here: Settings) -> None:
    ran = Ran(here, Given([Bytes("/in/a", GOOD)], total=40), Given([Bytes("stdin", GOOD)]))
    assert {event.total for event in ran.events} == {None}
    assert {each.provenance.feed for each in fed(here)} == {"given"}
