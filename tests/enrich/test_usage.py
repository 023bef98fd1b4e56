"""What child processes have used: nothing is lost of one that is killed, and the count never falls."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from pipeline.enrich.usage import Usage

BURN = """
import sys, time
while time.process_time() < {seconds}: pass
sys.stdout.write("done"); sys.stdout.flush()
sys.stdin.read()
"""


class Child:
    """A process that has used so many CPU seconds, and then waits."""

    def __init__(self, seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", BURN.format(seconds=seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.read(4) == b"done"

    def kill(self) -> None:
        """Kill it, and leave it a zombie."""
        self.process.kill()
        while psutil.Process(self.process.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def child() -> Iterator[Callable[[float], Child]]:
    made: list[Child] = []

    def make(seconds: float) -> Child:
        made.append(Child(seconds))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_before_there_is_any_it_is_nothing() -> None:
    usage = Usage(list)
    assert (usage.cpu_s(), usage.living()) == (0.0, 0)


def test_the_seconds_of_all_that_live_are_added(child: Callable[[float], Child]) -> None:
    one, two = child(0.2), child(0.3)
    usage = Usage(lambda: [one.process.pid, two.process.pid])
    assert 0.45 < usage.cpu_s() < 2
    assert usage.living() == 2


def test_of_one_that_is_killed_nothing_is_lost_and_nothing_counts_twice(
    child: Callable[[float], Child],
) -> None:
    one = child(0.3)
    pids = [one.process.pid]
    usage = Usage(lambda: pids)
    alive = usage.cpu_s()
    one.kill()
    zombie = usage.cpu_s()
    assert usage.living() == 0
    one.close()
    gone = usage.cpu_s()
    pids.clear()
    forgotten = usage.cpu_s()
    assert 0.25 < alive <= zombie <= gone <= forgotten < alive + 0.1


def test_those_before_it_do_not_count(child: Callable[[float], Child]) -> None:
    child(0.3).close()
    assert Usage(list).cpu_s() == 0


def test_the_next_one_counts_beside_those_that_have_ended(child: Callable[[float], Child]) -> None:
    pids: list[int] = []
    usage = Usage(lambda: pids)
    child(0.2).close()
    pids.append(child(0.2).process.pid)
    assert 0.35 < usage.cpu_s() < 2


def test_a_process_that_is_not_there_counts_nothing(child: Callable[[float], Child]) -> None:
    gone = child(0.0)
    usage = Usage(lambda: [gone.process.pid])
    gone.close()
    assert usage.living() == 0
    assert usage.cpu_s() < 1
