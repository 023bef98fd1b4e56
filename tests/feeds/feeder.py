"""A ``newswire feed`` process that can be fed, asked, stopped and killed, with what it said in a file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import httpx

from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.feeds.taking import until
from tests.workers import environment

PUSH = """
[[feed]]
name = "post"
type = "push"
port = {port}
"""


def line(guid: object, body: str = "x") -> bytes:
    """An article as a line of JSON."""
    return json.dumps({"guid": str(guid), "body": body}).encode() + b"\n"


class Feeder:
    """Used in a ``with`` block, at whose end it is killed if it still runs."""

    def __init__(
        self, settings: Settings, folder: Path, *arguments: str, stdin: Any = subprocess.DEVNULL
    ) -> None:
        self._stderr = folder / f"feeder-{id(self):x}.log"
        with self._stderr.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", "feed", *arguments, "--json"],
                cwd=folder,
                env=environment(settings),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=output,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def said(self) -> str:
        """Its standard error so far."""
        return self._stderr.read_text(errors="replace")

    def wait_for(self, said: str, seconds: float = 60) -> None:
        """Wait until it has said that."""
        until(lambda: said in self.said or self.process.poll() is not None, seconds)
        assert said in self.said, self.said

    def feed(self, data: bytes) -> None:
        """Put bytes on its standard input."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ended(self, number: signal.Signals | None = None, seconds: float = 60) -> tuple[int, Any]:
        """Its exit code and its summary, at its own end or after a signal."""
        if number:
            self.process.send_signal(number)
        elif self.process.stdin:
            self.process.stdin.close()
            self.process.stdin = None
        out, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, json.loads(out) if out else None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Inbox(Feeder):
    """``newswire feed run`` with a push feed, and a client of it."""

    def __init__(self, settings: Settings, folder: Path, *arguments: str, more: str = "") -> None:
        port = free_port("127.0.0.1")
        folder.joinpath("feeds.toml").write_text(PUSH.format(port=port) + more)
        super().__init__(settings, folder, "run", *arguments)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        until(self._listens, 60)

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.said
        try:
            self.health()
        except httpx.TransportError:
            return False
        return True

    def health(self) -> Any:
        """What ``GET /health`` says."""
        return self.client.get("/health").json()

    def post(self, content: bytes) -> httpx.Response:
        return self.client.post("/articles", content=content)

    def kill(self) -> None:
        self.client.close()
        super().kill()
