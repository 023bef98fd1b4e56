"""The soak: many articles with ever new words through the whole pipeline, and no process may grow."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated, Any, BinaryIO, NoReturn, Self, cast

import psutil
import typer
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan
from kafka import KafkaConsumer, TopicPartition

from bench import curves, ever_new, writers
from bench.memory import WARM, Growth, Sampler, Slots, growth
from pipeline import search
from pipeline.article import article_id
from pipeline.enrich import zygote
from pipeline.settings import Settings
from tests.services import Stack
from tests.workers import Worker, environment, model_processes

BAR_PERCENT = 5.0
"""What each process of ours may grow by after the first 10,000 articles."""

SERVICES = ("Kafka", "Elasticsearch")
SOURCE = "soak"
AHEAD = 2000
"""Articles on their way at most: enough that nobody waits for work, too few to pile up."""

STUCK_S = 300.0
LOOK_S = 1.0
TELL_S = 30.0


class SoakError(Exception):
    """The run came to nothing; the message says why."""


def main(
    articles: Annotated[int, typer.Option(min=100, help="Articles to feed.")] = 100_000,
    every: Annotated[float, typer.Option(help="Seconds between two looks at the memory.")] = 1.0,
    out: Annotated[Path, typer.Option(help="Folder of the samples, the figures and the picture.")] = Path(
        "var/soak"
    ),
) -> None:
    """Run on services of its own; 100,000 articles take about half an hour on two cores.

    Exit code 0 if every article is searchable exactly once and no process of ours has grown by 5 %.
    """
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (
        Stack(brief=False) as stack,
        Worker(stack.settings, out) as worker,
        Feeder(stack.settings, out) as feeder,
    ):
        soak = Soak(stack, worker, feeder, articles)
        with Sampler(soak.processes, lambda: soak.done, out / "memory.csv", every) as sampler:
            soak.run()
        wrong = soak.wrong()
    warm = min(WARM, articles // 10)
    grown = growth(sampler.samples, articles, warm)
    figures = _figures(articles, time.monotonic() - began, grown, wrong)
    (out / "soak.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(_table(grown, warm))
    for line in figures["failures"]:
        _say(f"failed: {line}")
    curves.draw(sampler.samples, out / "soak.png", warm)
    _say(f"written to {out}")
    raise typer.Exit(1 if figures["failures"] else 0)


class Feeder:
    """A ``newswire feed`` process that reads articles from its standard input."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._output = folder / "feeder.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", "feed", "--source", SOURCE, "--json", "-"],
                env=environment(self._settings),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def write(self, lines: Sequence[bytes]) -> None:
        """Hand articles over; waits while the feeder does."""
        pipe = self._pipe()
        pipe.writelines(lines)
        pipe.flush()

    def close(self) -> None:
        """Say that there are no more, and have the last ones acknowledged.

        Raises:
            SoakError: not all were accepted.
        """
        self._pipe().close()
        assert self.process is not None
        if self.process.wait(STUCK_S):
            raise SoakError(f"the feeder ended with {self.process.returncode}; see {self._output}")

    def _pipe(self) -> BinaryIO:
        assert self.process is not None
        return cast("BinaryIO", self.process.stdin)


class Soak:
    """One run: feeds as fast as articles become searchable, until the last one is.

    Attributes:
        done: articles that a search finds.
    """

    def __init__(self, stack: Stack, worker: Worker, feeder: Feeder, articles: int) -> None:
        self.done = 0
        self._stack = stack
        self._worker = worker
        self._feeder = feeder
        self._articles = articles
        self._ahead = min(AHEAD, articles // 20)  # so that the feeder is seen in a short run's last tenth too
        self._models = Slots("models")
        self._told = 0.0

    def processes(self) -> dict[str, psutil.Process]:
        """All that live, by name."""
        found: dict[str, psutil.Process | None] = {
            "Kafka": self._stack.kafka.find().process,
            "Elasticsearch": self._stack.elasticsearch.find().process,
        }
        for name, process in (("worker", self._worker.process), ("feeder", self._feeder.process)):
            if process is not None and process.poll() is None:
                with suppress(psutil.NoSuchProcess):
                    found[name] = psutil.Process(process.pid)
        with suppress(psutil.NoSuchProcess):
            if worker := found.get("worker"):
                found |= self._models.named(model_processes(worker.pid))
                for each in worker.children():
                    if each.name() == zygote.NAME.decode():
                        found["zygote"] = each
        return {name: process for name, process in found.items() if process is not None}

    def run(self) -> None:
        """Feed everything and wait until it is searchable.

        Raises:
            SoakError: worker or feeder ended, or nothing became searchable for five minutes.
        """
        lines = self._lines()
        sent, moved = 0, time.monotonic()
        while self.done < self._articles:
            room = min(self.done + self._ahead, self._articles) - sent
            if room > 0:
                self._feeder.write([next(lines) for _ in range(room)])
                sent += room
                if sent == self._articles:
                    self._feeder.close()
            time.sleep(LOOK_S)
            before, self.done = self.done, search.count(self._stack.settings)
            moved = time.monotonic() if self.done > before else moved
            self._check(moved)
            self._tell(sent)

    def _lines(self) -> Iterator[bytes]:
        return map(writers.jsonl, ever_new.articles(self._articles, SOURCE))

    def _check(self, moved: float) -> None:
        worker = self._worker.process
        if worker is None or worker.poll() is not None:
            raise SoakError(f"the worker ended; see {self._worker.output}")
        if time.monotonic() > moved + STUCK_S:
            raise SoakError(
                f"{self.done} of {self._articles} articles are searchable, and for {STUCK_S:g} s no other"
            )

    def _tell(self, sent: int) -> None:
        if time.monotonic() > self._told + TELL_S:
            self._told = time.monotonic()
            memory = []
            for name, process in self.processes().items():
                with suppress(psutil.NoSuchProcess):
                    memory.append(f"{name} {process.memory_info().rss >> 20}")
            _say(f"{sent} fed, {self.done} searchable; MiB: {', '.join(memory)}")

    def wrong(self) -> list[str]:
        """What is not as it must be: every article in the index exactly once, and no dead letter."""
        settings = self._stack.settings
        expected = {article_id(SOURCE, ever_new.guid(number), "") for number in range(self._articles)}
        with Elasticsearch(str(settings.elasticsearch)) as client:
            found = [hit["_id"] for hit in scan(client, index=settings.index, source=False, size=5000)]
        dead = _messages(settings, settings.topic_dead)
        return _wrong(expected, found, dead)


def _wrong(expected: AbstractSet[str], found: Sequence[str], dead: int) -> list[str]:
    there = set(found)
    problems = {
        "articles were lost": len(expected - there),
        "articles are in the index twice": len(found) - len(there),
        "articles were never fed": len(there - expected),
        "dead letters were written": dead,
    }
    return [f"{count} {what}" for what, count in problems.items() if count]


def _end(number: int, _: FrameType | None) -> NoReturn:
    """Leave by the front door, so that all that was started is stopped."""
    sys.exit(128 + number)


def _messages(settings: Settings, topic: str) -> int:
    """How many messages were ever put onto a topic."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        return sum(consumer.end_offsets(partitions).values())
    finally:
        consumer.close()


def _figures(articles: int, seconds: float, grown: Sequence[Growth], wrong: Sequence[str]) -> dict[str, Any]:
    return {
        "when": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "articles": articles,
        "minutes": round(seconds / 60, 1),
        "processes": [one._asdict() | {"percent": round(one.percent, 2)} for one in grown],
        "failures": [*wrong, *_failures(grown)],
    }


def _failures(grown: Sequence[Growth]) -> list[str]:
    """Which processes of ours have grown too much, or were not there to be seen."""
    ours = [one for one in grown if one.process not in SERVICES]
    missing = {"worker", "feeder", "models 1"} - {one.process for one in ours}
    return [
        *(f"{name} was not seen both at the start and at the end" for name in sorted(missing)),
        *(f"{one.process} has grown by {one.percent:.1f} %" for one in ours if one.percent >= BAR_PERCENT),
    ]


def _table(grown: Sequence[Growth], warm: int) -> str:
    """The growth of each process after the first articles, as Markdown."""
    rows = [
        f"| process | MiB after the first {warm:,} | MiB at the end | highest | growth |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {one.process} | {one.before:.1f} | {one.after:.1f} | {one.peak:.1f} | {one.percent:+.1f} % |"
        for one in grown
    ]
    return "\n".join(rows)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    typer.run(main)
