"""A zygote that was begun early: the first who wants one gets it, and it loads what it is told."""

from __future__ import annotations

import threading
from multiprocessing import Pipe

import psutil
import pytest

from pipeline.enrich import ahead
from pipeline.enrich.zygote import Zygote
from pipeline.settings import Settings
from tests.enrich.models import load
from tests.workers import newswire


def test_the_first_who_wants_one_gets_the_one_that_was_begun() -> None:
    ahead.begin()
    [begun] = ahead._begun
    first, second = ahead.started(), ahead.started()
    assert first is begun
    assert second.process.pid != begun.process.pid
    for each in (first, second):
        each.control.close()
        assert each.process.wait(60) != 0  # nobody told it what to load


def test_it_loads_what_it_is_told_and_has_spacy_already() -> None:
    ahead.begin()
    [begun] = ahead._begun
    zygote = Zygote(Settings(), load)
    ours, theirs = Pipe()
    with ours, theirs:
        assert zygote.fork(theirs, threading.Event()) is not None
        assert zygote.pid == begun.process.pid
        assert ours.recv() == ""
        assert "spacy" in {
            part for each in psutil.Process(zygote.pid).memory_maps() for part in each.path.split("/")
        }
    zygote.close()


def test_one_that_ended_before_it_was_wanted_is_replaced() -> None:
    ahead.begin()
    [begun] = ahead._begun
    begun.process.kill()
    begun.process.wait()
    zygote = Zygote(Settings(), load)
    ours, theirs = Pipe()
    with ours, theirs:
        assert zygote.fork(theirs, threading.Event()) is not None
        assert zygote.pid != begun.process.pid
    zygote.close()


@pytest.mark.parametrize("arguments", [["worker", "--help"], ["worker", "--only", "nothing"], ["--version"]])
def test_a_command_that_needs_no_models_ends_as_ever(arguments: list[str]) -> None:
    done = newswire(Settings(), *arguments)
    assert done.returncode == (2 if "nothing" in arguments else 0)
    assert "Traceback" not in done.stderr
