"""All of our processes that have metrics, at work on one small load: what Prometheus is to see."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests import corpus
from tests.agents.broker import put
from tests.lag.there import There
from tests.monitoring.running import HOST, Prometheus
from tests.workers import Worker, environment, eventually

ARTICLES = 40
"""Articles that the folder gives; the push feed gives one more."""

NO_ARTICLE = b"no article"
"""What a message that cannot be read holds."""


class Newsroom(NamedTuple):
    """What runs.

    Attributes:
        settings: of all processes.
        prometheus: which asks them.
        ports: of each, by the name of the job that asks it.
        idle: a consumer group that has members no more, and of which messages wait.
    """

    settings: Settings
    prometheus: Prometheus
    ports: Mapping[str, int]
    idle: str


@contextmanager
def at_work(settings: Settings, folder: Path) -> Iterator[Newsroom]:
    """Start everything, and give it articles, one thing that is none, and a group that stands still."""
    jobs = ("newswire-worker", "newswire-lag", "newswire-feeder", "newswire-push")
    ports = {job: free_port(HOST) for job in jobs}
    settings = settings.model_copy(update={"health_port": ports["newswire-worker"]})
    idle = f"{settings.group}-idle"
    incoming = folder / "incoming"
    incoming.mkdir()
    with Worker(settings, folder), There(settings) as there:
        for partition in range(settings.partitions):
            there.commit(idle, settings.topic_raw, 0, partition=partition)
        with (
            _command(settings, folder, "lag", *_lag(settings, idle, ports["newswire-lag"])),
            _command(settings, folder, "feed", *_feeds(folder, incoming, ports)),
            Prometheus(folder, ports) as prometheus,
        ):
            room = Newsroom(settings, prometheus, ports, idle)
            everybody = f"sum(up) == {len(ports)}"
            eventually(lambda: bool(prometheus.query(everybody)), within_s=60, what="targets that are up")
            _load(room, incoming)
            yield room


def _load(room: Newsroom, incoming: Path) -> None:
    corpus.write(incoming / ".wire", corpus.articles(ARTICLES)).rename(incoming / "wire.jsonl")
    (incoming / "broken.json").write_bytes(b'{"headline": "Two words", "body": ')
    put(room.settings, room.settings.topic_raw, NO_ARTICLE)
    article = {"guid": "desk:1", "version": 1, "headline": "Dépêche", "body": "Le mot passe à Paris."}
    url = f"http://{HOST}:{room.ports['newswire-push']}/articles"
    assert httpx.post(url, content=json.dumps(article), timeout=60).status_code == httpx.codes.ACCEPTED


def _lag(settings: Settings, idle: str, port: int) -> Sequence[str]:
    groups = [f"{settings.group}-{hop}" for hop in ("enrich", "index", "watch")]
    named = [part for group in (*groups, idle) for part in ("--group", group)]
    return ("serve", "--no-index", "--every", "1", "--window", "5", "--port", str(port), *named)


def _feeds(folder: Path, incoming: Path, ports: Mapping[str, int]) -> Sequence[str]:
    config = folder / "feeds.toml"
    config.write_text(
        f'[[feed]]\nname = "wire"\ntype = "folder"\npath = "{incoming}"\nquiet = 0.2\npatience = 0.5\n'
        f'[[feed]]\nname = "desk"\ntype = "push"\nport = {ports["newswire-push"]}\n'
    )
    spool = ("--spool", str(folder / "spool"))
    return ("run", "--config", str(config), "--metrics-port", str(ports["newswire-feeder"]), *spool)


@contextmanager
def _command(settings: Settings, folder: Path, *arguments: str) -> Iterator[None]:
    """A command of ours that goes on until it is told to stop."""
    with (folder / f"{arguments[0]}.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *arguments],
            cwd=folder,
            env=environment(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
