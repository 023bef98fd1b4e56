"""The cast: who ends is started again unless it is to leave, and how long a stop took is known."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.settings import Settings
from tests.chaos.cast import Actor, Cast, until
from tests.services import Stack

# Heeds SIGTERM after a moment, as a worker does that has something to finish.
SLOW = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), sys.exit(0)))
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def actor(tmp_path: Path) -> Iterator[Actor]:
    made = Actor("actor", ["-c", SLOW], os.environ, tmp_path)
    yield made
    made.leave()


@pytest.fixture
def cast(tmp_path: Path, actor: Actor) -> Iterator[Cast]:
    made = Cast(Settings(var=tmp_path / "var"), Stack(tmp_path / "stack"), tmp_path / "case")
    made.feeder = actor
    with made:
        yield made


def is_up(actor: Actor, times: int) -> bool:
    return until(lambda: actor.output.read_text().count("up") == times, 10)


def test_who_ends_is_started_again_and_its_output_goes_on(cast: Cast, actor: Actor) -> None:
    assert is_up(actor, 1)
    first = actor.pid
    cast.hit(first, signal.SIGKILL)
    assert is_up(actor, 2)
    assert actor.await_pid() not in (0, first)
    assert actor.ends == {-signal.SIGKILL: 1}
    assert cast.ends() == "actor: 1 of -9"


def test_how_long_a_stop_took_is_noted(cast: Cast, actor: Actor) -> None:
    assert is_up(actor, 1)
    cast.hit(actor.pid, signal.SIGTERM)
    (seconds,) = cast.stopped
    assert 0.3 <= seconds < 5
    assert is_up(actor, 2)
    assert actor.ends == {0: 1}


def test_who_parts_is_not_started_again(cast: Cast, tmp_path: Path) -> None:
    guest = Actor("guest", ["-c", SLOW], os.environ, tmp_path)
    cast.join(guest)
    assert is_up(guest, 1)
    cast.part(guest, signal.SIGTERM)
    time.sleep(1)
    assert guest.pid == 0
    assert guest not in cast.actors
    assert guest.output.read_text().count("up") == 1


def test_nobody_is_left_behind(tmp_path: Path, actor: Actor) -> None:
    cast = Cast(Settings(var=tmp_path / "var"), Stack(tmp_path / "stack"), tmp_path / "case")
    cast.feeder = actor
    with cast:
        assert is_up(actor, 1)
        process = psutil.Process(actor.pid)
    assert not process.is_running()
    assert actor.models() == []


def test_who_is_never_started_again_is_told(actor: Actor) -> None:
    with pytest.raises(AssertionError, match=r"actor was not started again; see .*actor\.log"):
        actor.await_pid(within_s=0)


def test_a_process_has_the_settings_of_the_case(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, group="of-this-case")
    cast = Cast(settings, Stack(tmp_path / "stack"), tmp_path / "case", {"EXTRA": "1"})
    shows = cast.actor("shows", "-c", "import os; print(os.environ['NEWSWIRE_GROUP'], os.environ['EXTRA'])")
    shows.start()
    assert until(lambda: shows.output.read_text() == "of-this-case 1\n", 10)
    shows.leave()
