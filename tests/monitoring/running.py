"""A real Prometheus with our configuration, on free ports, asking the tests' processes each second."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import yaml

from pipeline.local.ports import free_port
from tests.monitoring import asked
from tests.monitoring.programs import program
from tests.workers import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

HOST = "127.0.0.1"


def configuration(targets: Mapping[str, int]) -> dict[str, Any]:
    """What is shipped, but each job asks this port of this machine, and everything happens each second."""
    shipped: dict[str, Any] = yaml.safe_load((asked.FOLDER / "prometheus.yml").read_text())
    shipped["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    shipped["rule_files"] = [str(asked.FOLDER / name) for name in shipped["rule_files"]]
    for job in shipped["scrape_configs"]:
        del job["dns_sd_configs"]
        job["static_configs"] = [{"targets": [f"{HOST}:{targets[job['job_name']]}"]}]
    return shipped


class Prometheus:
    """It runs for the length of a ``with`` block.

    Attributes:
        url: where it listens.
    """

    def __init__(self, folder: Path, targets: Mapping[str, int]) -> None:
        self._folder = folder
        self._port = free_port(HOST)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://{HOST}:{self._port}"
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration(targets)))

    def __enter__(self) -> Self:
        command = program("prometheus")
        assert command
        with (self._folder / "prometheus.log").open("wb") as output:
            self._process = subprocess.Popen(
                [
                    command,
                    f"--config.file={self._folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address={HOST}:{self._port}",
                    "--log.level=warn",
                ],
                cwd=self._folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        eventually(self._ready, within_s=60, what=f"a Prometheus; see {self._folder / 'prometheus.log'}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """What an expression gives now: labels and value of each series; an error fails the test."""
        answer = httpx.post(f"{self.url}/api/v1/query", data={"query": expression}).json()
        assert answer["status"] == "success", f"{expression}: {answer['error']}"
        result = answer["data"]["result"]
        if answer["data"]["resultType"] == "scalar":
            return [({}, float(result[1]))]
        return [(one["metric"], float(one["value"][1])) for one in result]

    def value(self, expression: str) -> float | None:
        """The one value that an expression gives now, if it gives one."""
        found = self.query(expression)
        return found[0][1] if len(found) == 1 else None

    def get(self, path: str) -> Any:
        """What the API says."""
        return httpx.get(f"{self.url}/api/v1/{path}").json()["data"]

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "prometheus.log").read_text()
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/-/ready").is_success
        return False
