"""The memory of processes over time: sampled into a CSV, and by how much that of each has grown."""

from __future__ import annotations

import csv
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self, TypeVar

import psutil

from pipeline.settings import MIB

WARM = 10_000
"""Articles after which a process should have all the memory that it will ever need."""


class Sample(NamedTuple):
    """The memory of one process at one moment, in MiB.

    Attributes:
        seconds: since sampling began.
        done: articles that were searchable by then.
        process: the name of its part, which another process may have after it.
        pid: which process it was.
        rss: resident.
        pss: resident, with what is shared divided among those who share it; none where we may not see it.
        uss: its own alone, which would be free if it ended; none where we may not see it.
    """

    seconds: float
    done: int
    process: str
    pid: int
    rss: float
    pss: float | None
    uss: float | None


class Memory(NamedTuple):
    """The memory of a process in MiB, as in ``Sample``.

    Model processes share what was loaded before they were forked: ``rss`` counts it in each of them, and only
    ``pss`` can be added up.
    """

    rss: float
    pss: float | None
    uss: float | None


class Numbered(Protocol):
    """What has a number as processes do."""

    @property
    def pid(self) -> int: ...  # noqa: D102 - as psutil has it


Process = TypeVar("Process", bound=Numbered)


class Slots:
    """Lasting names for processes of one kind that take each other's place."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._pids: list[int] = []

    def named(self, processes: Iterable[Process]) -> dict[str, Process]:
        """The living ones by name: each keeps its own, and a new one gets the first that is free."""
        living = {process.pid: process for process in processes}
        for pid in sorted(living.keys() - set(self._pids)):
            free = [place for place, old in enumerate(self._pids) if old not in living]
            if free:
                self._pids[free[0]] = pid
            else:
                self._pids.append(pid)
        return {
            f"{self._kind} {place}": living[pid]
            for place, pid in enumerate(self._pids, start=1)
            if pid in living
        }


class Sampler:
    """Samples processes every few seconds, from a thread of its own, while its ``with`` block lasts.

    Attributes:
        samples: what was seen so far.

    Args:
        find: the living processes by name.
        done: how many articles are searchable.
        file: the CSV that each sample is written to at once.
        every_s: how often.
    """

    def __init__(
        self,
        find: Callable[[], Mapping[str, psutil.Process]],
        done: Callable[[], int],
        file: Path,
        every_s: float,
    ) -> None:
        self.samples: list[Sample] = []
        self._find = find
        self._done = done
        self._file = file
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        with self._file.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(Sample._fields)
            while not self._ended.wait(self._every_s):
                for name, process in self._find().items():
                    with suppress(psutil.NoSuchProcess):  # it ended since it was found
                        sample = _sample(name, process, time.monotonic() - began, self._done())
                        self.samples.append(sample)
                        rows.writerow(sample)
                file.flush()


def _sample(name: str, process: psutil.Process, seconds: float, done: int) -> Sample:
    return Sample(round(seconds, 1), done, name, process.pid, *of(process))


def of(process: psutil.Process) -> Memory:
    """The memory of a process now."""
    try:
        used = process.memory_full_info()
    except psutil.AccessDenied:  # it runs as another user: only the coarse figure is open to all
        return Memory(_mib(process.memory_info().rss), None, None)
    return Memory(_mib(used.rss), _mib(used.pss), _mib(used.uss))


def _mib(count: int) -> float:
    return round(count / MIB, 2)


class Growth(NamedTuple):
    """How much a process took just after the first articles, at the end, and at most, in MiB."""

    process: str
    before: float
    after: float
    peak: float

    @property
    def percent(self) -> float:
        """By how much it grew; negative where it shrank."""
        return 100 * (self.after / self.before - 1)


def growth(samples: Sequence[Sample], total: int, warm: int = WARM) -> list[Growth]:
    """How much each process has grown, by name.

    Memory goes up and down with the articles in work, so medians are compared: that of the samples in the
    tenth of all articles that follows the first ``warm``, and that of those in the last tenth.

    Args:
        samples: of a whole run.
        total: articles of the run.
        warm: articles that are not looked at.

    Returns:
        One for each process that was seen in both.
    """
    tenth = total // 10
    found = []
    for name in dict.fromkeys(sample.process for sample in samples):
        mine = [sample for sample in samples if sample.process == name]
        before = [sample.rss for sample in mine if warm <= sample.done < warm + tenth]
        after = [sample.rss for sample in mine if sample.done >= total - tenth]
        if before and after:
            found.append(
                Growth(
                    name,
                    statistics.median(before),
                    statistics.median(after),
                    max(sample.rss for sample in mine),
                )
            )
    return found
