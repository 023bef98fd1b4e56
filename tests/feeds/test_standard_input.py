"""Standard input: read as it comes, to its end or until stopped."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipeline.feeds.shape import Result, StoppedReadingError
from pipeline.feeds.standard_input import StandardInput, StdinConfig
from pipeline.formats import Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The two ends of a pipe; a test may close the one that is written to."""
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    try:
        os.close(writer)
    except OSError:
        return


def test_it_is_one_item_that_is_read_to_its_end(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    feed = StandardInput(threading.Event(), reader)
    os.write(writer, b"one\ntwo")
    os.close(writer)
    (batch,) = feed.batches()
    (item,) = batch
    assert item.location == "stdin"
    with feed.open() as file:
        assert file.readline(100) == b"one\n"
        assert file.read(100) == b"two"
        assert file.read(100) == b""
    feed.acknowledge(feed, Result(accepted=1, rejected=0, failed=0))


def test_a_line_is_there_before_the_end_is(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    os.write(writer, b"one\ntw")
    with StandardInput(threading.Event(), reader).open() as file:
        assert file.readline(100) == b"one\n"


def test_a_stop_ends_the_wait_for_more(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    stop = threading.Event()
    os.write(writer, b"half a li")
    with StandardInput(stop, reader).open() as file:
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(StoppedReadingError):
            file.readline(100)


def test_the_descriptor_stays_open(pipe: tuple[int, int]) -> None:
    reader, _ = pipe
    StandardInput(threading.Event(), reader).open().close()
    os.fstat(reader)


def test_a_file_has_a_total_and_a_pipe_none(pipe: tuple[int, int], tmp_path: Path) -> None:
    assert StandardInput(threading.Event(), pipe[0]).total is None
    (tmp_path / "x").write_bytes(b"12345")
    with (tmp_path / "x").open("rb") as file:
        feed = StandardInput(threading.Event(), file.fileno())
        assert feed.total == 5
        with feed.open() as opened:
            assert opened.read(100) == b"12345"


def test_the_configuration_says_what_holds_for_its_articles(pipe: tuple[int, int]) -> None:
    base = Context(source="-", feed="-", location="", received=datetime.now(UTC), limit=1024)
    plain = StandardInput(threading.Event(), pipe[0])
    assert plain.name == "stdin"
    assert plain.context(plain, base) == base
    feed = StandardInput(threading.Event(), pipe[0], config=StdinConfig(name="pipe", language="fr"))
    context = feed.context(feed, base)
    assert (feed.name, context.feed, context.source, context.language) == ("pipe", "pipe", "pipe", "fr")
