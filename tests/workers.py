"""Real workers for the tests: processes of their own that can be stopped and killed like any other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from pipeline.enrich.zygote import MODELS_NAME
from pipeline.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process has these settings."""
    names = settings.model_fields_set
    given = {
        f"NEWSWIRE_{name.upper()}": json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in ((name, getattr(settings, name)) for name in names)
    }
    return {**os.environ, **given}


def of_version(code: Path | None) -> dict[str, str]:
    """The environment in which Python finds the package in a checkout; by default the one that runs."""
    return {} if code is None else {"PYTHONPATH": str(code)}


def newswire(
    settings: Settings, *arguments: str, within_s: float = 250, code: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with these settings to its end; ``code`` is the checkout of another version."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        env=environment(settings) | of_version(code),
        cwd=code,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


def eventually(condition: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.2)


def model_processes(parent: int) -> list[psutil.Process]:
    """The model processes of a process that are alive."""
    found = []
    for child in psutil.Process(parent).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended
            if child.name() == MODELS_NAME.decode() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


class Worker:
    """A ``newswire worker`` process, its output in a file; ``code`` is the checkout of another version."""

    def __init__(self, settings: Settings, folder: Path, *arguments: str, code: Path | None = None) -> None:
        self._code = code
        self._settings = settings
        self._arguments = arguments
        self._folder = folder
        self._started = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self._folder / f"worker-{id(self):x}-{self._started}.log"

    def start(self, *, ready_within_s: float = 60) -> None:
        """Start it and wait until it says that it is ready."""
        self._started += 1
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", "worker", *self._arguments],
                env=environment(self._settings) | of_version(self._code),
                cwd=self._code,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        eventually(self._ready, within_s=ready_within_s, what=f"a worker that is ready; see {self.output}")

    def _ready(self) -> bool:
        assert self.process is not None
        text = self.output.read_text(errors="replace")
        assert self.process.poll() is None, f"the worker ended with {self.process.returncode}:\n{text}"
        return "the worker is ready" in text

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within_s: float = 30) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        code = self.process.wait(within_s)
        _, alive = psutil.wait_procs(children, timeout=within_s)
        assert not alive, f"model processes outlived their worker: {alive}"
        return code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGKILL)
