"""A contender at work: ended with the bench, counted by process."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bench.peers import parts, running
from bench.peers.articles import messages, news
from bench.peers.contenders import CONFLUENT, Contender, ours
from bench.peers.observed import Seen, repeated
from bench.peers.place import PYTHON
from pipeline.settings import Settings
from tests.services import Stack
from tests.workers import eventually

PARENT = """
import subprocess, sys, time
from bench.peers.running import leashed
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], preexec_fn=leashed)
print(child.pid, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def test_nothing_outlives_a_bench_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        child = int(bench.stdout.readline())
        assert alive(child)
        bench.kill()
    eventually(lambda: not alive(child), within_s=10, what="the end of what it had started")


def test_cpu_seconds_are_those_between_two_looks() -> None:
    assert running.used({"main": 1.0}, {"main": 1.5, "models 1": 0.25}) == {"main": 0.5, "models 1": 0.25}


def test_a_contender_that_ends_is_told_with_what_it_said(tmp_path: Path) -> None:
    said = "import sys; print('no such broker'); sys.exit(3)"
    broken = Contender(
        name="Broken", command=lambda *_: [sys.executable, "-c", said], setting="", version="", groups=()
    )
    settings = Settings(var=tmp_path, processes=1)
    contender = running.Running(broken, settings, "light", sinks=False)
    contender._children[0] = subprocess.Popen([sys.executable, "-c", said], stdout=subprocess.DEVNULL)
    contender._output(0).write_text("no such broker\n")
    contender._children[0].wait()
    with pytest.raises(running.StartError, match=r"Broken ended with 3:\nno such broker"):
        contender.check()


def test_an_article_counts_as_twice_only_beside_its_first_message() -> None:
    assert repeated([Seen("a", 1.0), Seen("b", 2.0), Seen("a", 3.0), Seen("a", 4.0)]) == 2
    assert repeated([]) == 0


@pytest.mark.services
@pytest.mark.skipif(not PYTHON.is_file(), reason="the peers are not installed: make var/peers/ready")
@pytest.mark.parametrize("one", [ours("enrich", "index"), CONFLUENT], ids=["ours", "a peer"])
def test_a_round_tells_what_it_took(one: Contender, stack: Stack) -> None:
    sent = messages(news(24, ("fr", "en"), "round", 1), 4)
    task = parts.Task("light", sinks=True, warm=sent[:8], messages=sent[8:])
    settings = stack.settings.model_copy(update={"processes": 1})
    found = parts.measured(one, settings, task)
    assert found.rate > 0
    assert sum(found.cpu.values()) > 0
    assert found.memory["peak RSS"] >= found.memory["PSS"] > 0
