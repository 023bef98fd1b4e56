"""The memory of processes: each keeps its name, each look is written down, and growth is told from noise."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.memory import Growth, Sample, Sampler, Slots, growth
from tests.workers import eventually

CHILD = (
    "import sys; print(1, flush=True); sys.stdin.readline(); x = b'x' * 2**26; print(2, flush=True); input()"
)


def sample(done: int, rss: float, process: str = "worker") -> Sample:
    return Sample(done / 50, done, process, 1, rss, None, None)


class Named(NamedTuple):
    pid: int


def named(slots: Slots, *pids: int) -> dict[str, int]:
    return {name: process.pid for name, process in slots.named(map(Named, pids)).items()}


def test_processes_are_numbered() -> None:
    assert named(Slots("models"), 20, 10) == {"models 1": 10, "models 2": 20}


def test_a_process_keeps_its_name_while_others_come_and_go() -> None:
    slots = Slots("models")
    named(slots, 10, 20)
    assert named(slots, 20) == {"models 2": 20}
    assert named(slots, 20, 30) == {"models 2": 20, "models 1": 30}
    assert named(slots, 5, 20, 30) == {"models 1": 30, "models 2": 20, "models 3": 5}


@given(st.lists(st.sets(st.integers(1, 9), max_size=4), max_size=8))
def test_names_are_never_more_than_processes_at_once(turns: list[set[int]]) -> None:
    slots = Slots("models")
    most = 0
    for living in turns:
        names = named(slots, *living)
        most = max(most, len(living))
        assert set(names.values()) == living
        assert set(names) <= {f"models {number}" for number in range(1, most + 1)}


def test_memory_that_grows_is_seen_and_written_down(tmp_path: Path) -> None:
    file = tmp_path / "memory.csv"
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        process = psutil.Process(child.pid)
        with Sampler(lambda: {"child": process}, lambda: 7, file, every_s=0.05) as sampler:
            eventually(lambda: bool(sampler.samples), within_s=20, what="a sample")
            child.stdin.write(b"\n")
            child.stdin.flush()
            child.stdout.readline()
            seen = len(sampler.samples)
            eventually(lambda: len(sampler.samples) > seen + 1, within_s=20, what="a sample after it grew")
        child.communicate(b"\n")
    first, last = sampler.samples[0], sampler.samples[-1]
    assert (first.process, first.pid, first.done) == ("child", child.pid, 7)
    assert 60 < last.rss - first.rss < 70
    assert last.uss is not None
    assert last.pss is not None
    assert last.uss <= last.pss <= last.rss
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == len(sampler.samples)
    assert float(rows[-1]["rss"]) == last.rss


def test_a_process_that_ended_is_left_out(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        gone = psutil.Process(child.pid)
    both = {"gone": gone, "here": psutil.Process()}
    with Sampler(lambda: both, lambda: 0, tmp_path / "memory.csv", every_s=0.01) as sampler:
        eventually(lambda: len(sampler.samples) > 2, within_s=20, what="samples")
    assert {each.process for each in sampler.samples} == {"here"}


def test_growth_is_from_the_first_ten_thousand_to_the_end() -> None:
    samples = [sample(done, 100 if done < 10_000 else 200 + done / 1000) for done in range(0, 100_001, 500)]
    (grown,) = growth(samples, 100_000)
    assert (grown.process, grown.peak) == ("worker", 300)
    assert grown.before == pytest.approx(215, abs=0.5)
    assert grown.after == pytest.approx(295, abs=0.5)
    assert grown.percent == pytest.approx(100 * 80 / 215, abs=0.5)


def test_what_a_process_takes_while_it_warms_up_is_no_growth() -> None:
    samples = [sample(done, min(done / 20, 400)) for done in range(0, 100_001, 500)]
    assert growth(samples, 100_000) == [Growth("worker", 400, 400, 400)]


@given(st.integers(0, 1000), st.integers(2, 10))
def test_single_peaks_are_no_growth(seed: int, height: int) -> None:
    """Nine of ten looks see the same, and each tenth whatever a batch takes at that moment."""
    chooser = random.Random(seed)
    samples = [
        sample(done, 250 * (height if chooser.random() < 0.1 else 1)) for done in range(0, 100_001, 200)
    ]
    (grown,) = growth(samples, 100_000)
    assert grown.percent == 0


def test_each_process_is_judged_alone_and_those_seen_only_once_are_not_judged() -> None:
    samples = [sample(done, 100, "worker") for done in range(0, 1001, 10)]
    samples += [sample(done, 100 + done, "models 1") for done in range(0, 1001, 10)]
    samples += [sample(done, 100, "feeder") for done in range(0, 500, 10)]
    grown = growth(samples, 1000, 100)
    assert [one.process for one in grown] == ["worker", "models 1"]
    assert grown[0].percent == 0
    assert grown[1].percent == pytest.approx(100 * (1050 / 245 - 1), abs=2)


def test_a_process_that_shrinks_has_less_than_no_growth() -> None:
    assert Growth("worker", 200, 150, 220).percent == -25
