"""A contender at work: its processes, started, told apart and ended by pid, and what they use."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bench.peers.contenders import Contender
from bench.peers.job import Work
from bench.peers.observed import Broker
from bench.peers.place import ROOT
from pipeline.local.ports import free_port
from pipeline.settings import MIB, Settings
from tests.services import HOST
from tests.workers import environment

START_S = 300.0
_POLL_S = 0.1
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_READY = ("the peer is ready", "the worker is ready")
_libc = ctypes.CDLL(None)


class StartError(RuntimeError):
    """A contender did not come to work; the message says where its output is."""


def leashed() -> None:
    """In a new process, before its program: be killed when the bench ends, however it ends."""
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)


class Running:
    """A contender's processes for the length of a ``with`` block; they have their models and partitions.

    Args:
        contender: who.
        settings: topics, group and index, which are there already; ``processes`` of it are started.
        work: what it does with an article.
        sinks: whether it writes to the index.
    """

    def __init__(self, contender: Contender, settings: Settings, work: Work, *, sinks: bool) -> None:
        self._contender = contender
        self._settings = settings
        self._environment = {
            **environment(settings),
            "PEERS_WORK": work,
            "PEERS_SINK": str(int(sinks)),
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.count = 1 if contender.alone else settings.processes
        self._ports = [free_port(HOST) for _ in range(self.count)]
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._starts = 0
        self._spent: dict[str, float] = {}

    def __enter__(self) -> Self:
        try:
            if self._contender.before is not None:
                before = self._contender.before(self._settings, 0, self.count, self._ports)
                subprocess.run(before, check=True, cwd=ROOT, env=self._environment)
            self.start(range(self.count))
        except BaseException:
            self.kill(list(self._children))
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill(list(self._children))

    def start(self, numbers: range | list[int]) -> None:
        """Start some of its processes and wait until they are at work.

        Raises:
            StartError: they ended, or took too long.
        """
        end = time.monotonic() + START_S
        for number in numbers:
            self._starts += 1
            command = self._contender.command(self._settings, number, self.count, self._ports)
            with self._output(number).open("wb") as output:
                self._children[number] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    preexec_fn=leashed,  # noqa: PLW1509 - it calls one function in C and takes no lock
                )
        groups = [each.format(self._settings.group) for each in self._contender.groups]
        with Broker(self._settings) as broker:
            while not (all(map(self._is_ready, self._children)) and broker.steady(groups, self.count)):
                self.check()
                if time.monotonic() > end:
                    raise StartError(f"{self._contender.name} is not ready; see {self._output(0)}")
                time.sleep(_POLL_S)

    def kill(self, numbers: list[int]) -> None:
        """``kill -9`` for some of its processes; those that these have end with them."""
        for number in numbers:
            child = self._children.pop(number)
            with suppress(psutil.NoSuchProcess):
                family = psutil.Process(child.pid).children(recursive=True)
                child.kill()
                child.wait()
                for each in psutil.wait_procs(family, timeout=5)[1]:
                    each.kill()

    def check(self) -> None:
        """See that all live.

        Raises:
            StartError: one ended.
        """
        for number, child in self._children.items():
            if child.poll() is not None:
                text = self._output(number).read_text(errors="replace")[-2000:]
                raise StartError(f"{self._contender.name} ended with {child.returncode}:\n{text}")

    @property
    def living(self) -> list[int]:
        """The numbers of its processes."""
        return list(self._children)

    def processes(self) -> Iterator[tuple[str, psutil.Process]]:
        """Its processes by name, those for models among them."""
        for number, child in self._children.items():
            own = psutil.Process(child.pid)
            yield ("main" if self._contender.alone else f"process {number + 1}"), own
            for place, each in enumerate(
                sorted(own.children(recursive=True), key=lambda one: one.pid), start=1
            ):
                yield f"{each.name()} {place}", each

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each process since it began."""
        return {name: cpu_of(each) for name, each in self.processes()}

    def memory(self) -> dict[str, float]:
        """MiB of all together: the most that was resident, and what they have now, what is shared divided."""
        peak = now = 0.0
        for _, each in self.processes():
            status = Path(f"/proc/{each.pid}/status").read_text()
            peak += int(status.partition("VmHWM:")[2].split()[0]) / 1024
            now += each.memory_full_info().pss / MIB
        return {"peak RSS": round(peak), "PSS": round(now)}

    def _is_ready(self, number: int) -> bool:
        text = self._output(number).read_text(errors="replace")
        return any(each in text for each in _READY)

    def _output(self, number: int) -> Path:
        return self._settings.var / f"{self._settings.group}-{number}.log"


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process since it began, its children not counted."""
    times = process.cpu_times()
    return float(times.user + times.system)


def services(settings: Settings) -> dict[str, psutil.Process]:
    """The broker and Elasticsearch, where they run on this machine: by the port that they listen at."""
    wanted = {
        int(settings.brokers[0].rpartition(":")[2]): "Kafka",
        settings.nodes[0].port: "Elasticsearch",
    }
    found: dict[str, psutil.Process] = {}
    with suppress(psutil.AccessDenied):
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.pid and each.laddr.port in wanted:
                found[wanted[each.laddr.port]] = psutil.Process(each.pid)
    return found


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds of each process between two looks; those that began meanwhile began at nothing."""
    return {name: round(seconds - before.get(name, 0.0), 3) for name, seconds in after.items()}


def cpu_times(running: Running, settings: Settings) -> dict[str, float]:
    """CPU seconds of a contender's processes and of the services."""
    return running.cpu() | {name: cpu_of(each) for name, each in services(settings).items()}
