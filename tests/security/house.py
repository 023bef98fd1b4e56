"""Processes that get their secrets by file, and all that they ever said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from pipeline.settings import Settings
from tests.workers import eventually

_NAMES = {*Settings.model_fields} - {"entities", "cache"}


def environment(settings: Settings, folder: Path) -> dict[str, str]:
    """Variables for what is no secret, and a folder with a file for each secret."""
    secrets = folder / f"secrets-{uuid.uuid4().hex}"
    secrets.mkdir()
    given = {"NEWSWIRE_SECRETS": str(secrets)}
    for name in settings.model_fields_set & _NAMES:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            (secrets / f"newswire_{name}").write_text(value.get_secret_value())
        elif value is not None:
            given[f"NEWSWIRE_{name.upper()}"] = str(value)
    usual = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    return {**usual, **given}


class House:
    """Runs commands and workers, and keeps what they print.

    Attributes:
        said: all of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def newswire(self, settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *words],
            env=environment(settings, self._folder),
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self._said += done.stdout + done.stderr
        return done

    def worker(self, settings: Settings, agent: str) -> None:
        """Start a worker of one agent."""
        output = self._folder / f"{agent}.log"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.security.light_worker", agent],
                env=environment(settings, self._folder),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self._running.append((process, output))

    def ready(self) -> None:
        """Wait until all workers say so."""
        for process, output in self._running:
            eventually(
                lambda process=process, output=output: _ready(process, output),  # type: ignore[misc]  # mypy cannot tell what a lambda with defaults is
                within_s=90,
                what=f"a worker that is ready; see {output}",
            )

    def stop(self) -> None:
        """Stop the workers."""
        for process, _ in self._running:
            process.send_signal(signal.SIGTERM)
        for process, output in self._running:
            process.wait(30)
            self._said += output.read_text()
        self._running.clear()

    @property
    def said(self) -> str:
        return self._said + "".join(output.read_text() for _, output in self._running)


def _ready(process: subprocess.Popen[bytes], output: Path) -> bool:
    said = output.read_text()
    assert process.poll() is None, said
    return "the worker is ready" in said
