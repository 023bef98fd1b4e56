"""A run on a real broker: every piece becomes an article or a dead letter; none stops another."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest

from pipeline.feeds.report import Event, Summary
from pipeline.feeds.run import Run
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats.shape import Context
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

    def __init__(self, settings: Settings, *feeds: Given, stop: threading.Event | None = None) -> None:
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
        self.summary: Summary = run.run(list(feeds))

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
    assert feed.told == [("/in/wire.jsonl", Result(accepted=2, rejected=1, failed=0))]


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


def test_of_several_feeds_one_without_a_total_leaves_it_open(here: Settings) -> None:
    ran = Ran(here, Given([Bytes("/in/a", GOOD)], total=40), Given([Bytes("stdin", GOOD)]))
    assert {event.total for event in ran.events} == {None}
    assert {each.provenance.feed for each in fed(here)} == {"given"}
