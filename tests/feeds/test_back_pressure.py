"""A broker that is away: feeding waits and says so, holds little, and tells what is not acknowledged."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pipeline import producer
from tests.feeding import fed, fresh, noise
from tests.feeds.feeder import Feeder, line
from tests.feeds.taking import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings
    from tests.services import Stack

FOLDER = """
[[feed]]
name = "wire"
type = "folder"
path = "in"
quiet = 0.2
"""

pytestmark = pytest.mark.services


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Iterator[Settings]:
    """A test may stop the broker; it runs again afterwards."""
    (tmp_path / "in").mkdir()
    yield fresh(stack.settings, tmp_path / "var")
    stack.kafka.start()


def test_files_wait_for_a_broker_that_is_stopped_and_come_again(
    stack: Stack, here: Settings, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / "in" / f"{number:02}.txt").write_text(f"Story {number}.")
    stack.kafka.stop()
    with Feeder(here, tmp_path, "in") as feeder:
        feeder.wait_for(f"waiting for Kafka at {here.kafka}")
        time.sleep(0.5)
        code, summary = feeder.ended(signal.SIGTERM)
        assert "Traceback" not in feeder.said
    assert (code, summary["stopped"], summary["accepted"], summary["files"]) == (1, True, 0, 0)
    assert 1 <= summary["unacknowledged"] <= 20
    stack.kafka.start()
    with Feeder(here, tmp_path, "in") as feeder:
        code, summary = feeder.ended()
    assert (code, summary["accepted"], summary["unacknowledged"]) == (0, 20, 0)
    assert len({each.id for each in fed(here)}) == 20


def test_a_file_is_moved_when_the_broker_has_it_and_not_before(
    stack: Stack, here: Settings, tmp_path: Path
) -> None:
    (tmp_path / "feeds.toml").write_text(FOLDER)
    done = tmp_path / "in" / "done"
    with Feeder(here, tmp_path, "run") as feeder:
        (tmp_path / "in" / "a.jsonl").write_bytes(line("a") + line("b"))
        until((done / "a.jsonl").exists, 60)
        stack.kafka.kill9()
        (tmp_path / "in" / "c.jsonl").write_bytes(line("c") + line("d"))
        feeder.wait_for("2 messages are not acknowledged")
        assert (tmp_path / "in" / "c.jsonl").exists()
        assert not (done / "c.jsonl").exists()
        stack.kafka.start()
        until((done / "c.jsonl").exists, 60)
        code, summary = feeder.ended(signal.SIGTERM)
    assert (code, summary["accepted"], summary["unacknowledged"]) == (0, 4, 0)
    assert {str(each.guid) for each in fed(here)} == {"a", "b", "c", "d"}


def test_standard_input_tells_how_many_were_not_acknowledged(
    stack: Stack, here: Settings, tmp_path: Path
) -> None:
    with Feeder(here, tmp_path, "-", stdin=subprocess.PIPE) as feeder:
        feeder.feed(line("before"))
        until(lambda: len(fed(here)) == 1, 60)
        stack.kafka.kill9()
        feeder.feed(b"".join(map(line, range(20))))
        feeder.wait_for("20 messages are not acknowledged")
        code, summary = feeder.ended(signal.SIGTERM)
    assert (code, summary["stopped"], summary["accepted"]) == (1, True, 1)
    assert (summary["unacknowledged"], summary["failed"]) == (20, 0)


def test_while_the_broker_is_away_no_more_is_read_than_fits_the_buffer(
    stack: Stack, here: Settings, tmp_path: Path
) -> None:
    written: list[int] = []
    with Feeder(here, tmp_path, "-", stdin=subprocess.PIPE) as feeder:
        feeder.feed(line("before"))
        until(lambda: len(fed(here)) == 1, 60)
        stack.kafka.kill9()

        def write() -> None:
            with contextlib.suppress(OSError):
                for number in range(500):
                    feeder.feed(line(number, noise(40_000)))  # an article of 120 kB
                    written.append(number)

        writing = threading.Thread(target=write)
        writing.start()
        feeder.wait_for("messages are not acknowledged")
        before = -1
        while before != len(written):
            before = len(written)
            time.sleep(3)
        feeder.process.kill()
        writing.join(60)
    most = producer.BUFFER // 120_000 + 8 + 8  # eight that are not sent yet, and what pipe and reader hold
    assert 100 < before <= most
