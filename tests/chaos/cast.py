"""Who plays in a case: two workers a hop and a feeder, each a process that is started again when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from pipeline.settings import Settings
from tests.services import Stack
from tests.workers import environment, model_processes

ROOT = Path(__file__).parents[2]
RESTART_S = 0.5
STEP_S = 0.05
KILL_AFTER_S = 60.0


class Actor:
    """A process of ours; whoever supervises it starts it again when it has ended.

    Attributes:
        ends: how it ended each time, by exit code (minus a signal's number).
    """

    def __init__(self, name: str, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.output = folder / f"{name}.log"
        self.ends: Counter[int] = Counter()
        self._command = [sys.executable, *command]
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_at = 0.0

    @property
    def pid(self) -> int:
        """The process as it is now; 0 where there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def start(self) -> None:
        """Start the process; its output goes behind that of the one before it."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=dict(self._variables), stdout=output, stderr=subprocess.STDOUT
            )

    def tend(self) -> None:
        """Start it again if it ended half a second ago."""
        process = self._process
        if process is None:
            if time.monotonic() - self._ended_at >= RESTART_S:
                self.start()
        elif process.poll() is not None:
            self.ends[process.returncode] += 1
            self._ended_at = time.monotonic()
            self._process = None

    def await_pid(self, within_s: float = 30) -> int:
        """The process; waits for one that is just being started again."""
        end = time.monotonic() + within_s
        while not self.pid:
            assert time.monotonic() < end, f"{self.name} was not started again; see {self.output}"
            time.sleep(STEP_S)
        return self.pid

    def models(self) -> list[psutil.Process]:
        """Its model processes."""
        try:
            return model_processes(self.pid) if self.pid else []
        except psutil.NoSuchProcess:
            return []

    def leave(self) -> None:
        """Kill it, and what hangs on it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass
class Cast:
    """The processes and the services of one case.

    Attributes:
        settings: topics, groups, index and folders of this case alone.
        stack: the services.
        poisonable: whether the workers' models heed what poisoned copy says.
        enrichers: the workers that enrich.
        indexers: the workers that index.
        feeder: watches the folder ``inbox``.
        stopped: seconds that each process took to end which was asked to.
    """

    settings: Settings
    stack: Stack
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    poisonable: bool = False
    enrichers: list[Actor] = field(default_factory=list)
    indexers: list[Actor] = field(default_factory=list)
    extras: list[Actor] = field(default_factory=list)
    stopped: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir(parents=True)
        self.feeder = self.actor("feeder", "-m", "pipeline", "feed", "--watch", str(self.inbox))
        self._leaving = threading.Event()
        self._lock = threading.Lock()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor")

    def actor(self, name: str, *command: str) -> Actor:
        """A Python process that has this case's settings; not started yet."""
        variables = {**os.environ, **environment(self.settings), **self.variables}
        return Actor(name, command, variables, self.folder)

    def worker(self, name: str, *hops: str) -> Actor:
        """A worker for one hop or several, not started yet."""
        if self.poisonable:
            return self.actor(name, "-m", "tests.chaos.poisonable", *hops)
        only = ["--only", *hops] if len(hops) == 1 else []
        return self.actor(name, "-m", "pipeline", "worker", *only)

    @property
    def actors(self) -> list[Actor]:
        """All of them."""
        return [*self.enrichers, *self.indexers, *self.extras, self.feeder]

    def __enter__(self) -> Self:
        for actor in self.actors:
            actor.start()
        self._supervisor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._supervisor.join()
        for actor in self.actors:
            actor.leave()

    def join(self, actor: Actor) -> None:
        """Start one more, and have it supervised."""
        with self._lock:
            actor.start()
            self.extras.append(actor)

    def part(self, actor: Actor, number: signal.Signals) -> None:
        """Stop one for good."""
        with self._lock:
            self.extras.remove(actor)
        self.hit(actor.pid, number)
        actor.leave()

    def hit(self, pid: int, number: signal.Signals) -> None:
        """Send a process a signal that is to end it and wait until it has; after a minute it is killed.

        How long that took is noted for SIGTERM.
        """
        began = time.monotonic()
        process = psutil.Process(pid)
        process.send_signal(number)
        if number == signal.SIGKILL:
            return
        if not until(lambda: ended(process), KILL_AFTER_S):
            process.kill()
        self.stopped.append(time.monotonic() - began)

    def ends(self) -> str:
        """How processes ended that were started again, for people."""
        return "; ".join(
            f"{actor.name}: {', '.join(f'{count} of {code}' for code, count in sorted(actor.ends.items()))}"
            for actor in self.actors
            if actor.ends
        )

    def _supervise(self) -> None:
        while not self._leaving.wait(STEP_S):
            with self._lock:
                for actor in self.actors:
                    actor.tend()


def ended(process: psutil.Process) -> bool:
    """Whether a process has ended; one that nobody has reaped yet has ended too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], bool], within_s: float, step_s: float = STEP_S) -> bool:
    """Wait for a condition; whether it came to hold in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step_s)
    return False
