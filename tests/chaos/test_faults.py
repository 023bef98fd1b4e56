"""The faults: struck as often as asked, with pauses; whoever was frozen goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.settings import Settings
from tests.chaos import faults
from tests.chaos.cast import Cast, until
from tests.services import Stack


@pytest.fixture
def process() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as running:
        yield psutil.Process(running.pid)
        running.kill()


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    return Cast(Settings(var=tmp_path / "var"), Stack(tmp_path / "stack"), tmp_path / "case")


def test_it_is_struck_as_often_as_asked_with_pauses(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    struck: list[tuple[int, int, float]] = []
    monkeypatch.setattr(faults, "PAUSE_S", 0.2)
    monkeypatch.setitem(
        faults.TARGETS, "nobody", lambda _, number, turn: struck.append((number, turn, time.monotonic()))
    )
    faults.strike(cast, signal.SIGKILL, "nobody", 3)
    assert [(number, turn) for number, turn, _ in struck] == [(signal.SIGKILL, turn) for turn in range(3)]
    assert struck[1][2] - struck[0][2] >= 0.2


def test_who_is_frozen_goes_on(process: psutil.Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "FROZEN_S", 0.5)
    frozen = threading.Thread(target=faults._freeze, args=(process,))
    frozen.start()
    assert until(lambda: process.status() == psutil.STATUS_STOPPED, 0.4)
    frozen.join()
    assert process.status() != psutil.STATUS_STOPPED


def test_who_is_killed_while_frozen_is_not_waited_for(process: psutil.Process) -> None:
    threading.Timer(0.3, process.kill).start()
    began = time.monotonic()
    faults._freeze(process)
    assert time.monotonic() - began < faults.FROZEN_S / 2


def test_all_workers_of_a_hop_have_their_turn(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.enrichers += [cast.worker(f"enrich-{each}", "enrich") for each in (1, 2)]
    cast.indexers += [cast.worker(f"index-{each}", "index") for each in (1, 2)]
    hit: list[str] = []
    monkeypatch.setattr(faults, "_actor", lambda actor, _cast, _number: hit.append(actor.name))
    monkeypatch.setattr(faults, "PAUSE_S", 0)
    for target in ("enrich worker", "index worker", "feeder"):
        faults.strike(cast, signal.SIGTERM, target, 3)
    assert hit == ["enrich-1", "enrich-2", "enrich-1", "index-1", "index-2", "index-1", *["feeder"] * 3]
