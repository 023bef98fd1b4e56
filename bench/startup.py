"""How long a worker takes from being typed to its first article, and the memory of each of its processes."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import psutil
import typer
from kafka import KafkaConsumer, TopicPartition

from bench import corpus, memory
from bench.taken import taken
from pipeline import kafka_topics
from pipeline.article import encode
from pipeline.enrich import zygote
from pipeline.settings import Settings
from pipeline.settings import settings as in_force
from tests.agents.broker import put
from tests.services import Stack, apart
from tests.workers import environment

PATIENCE_S = 300.0
NAMES = {zygote.NAME.decode(): "zygote", zygote.MODELS_NAME.decode(): "models"}
BARE = {
    "an interpreter": "pass",
    "import spacy": "import spacy",
    "our models, loaded": (
        "from pipeline.enrich import load; from pipeline.settings import Settings; load(Settings())"
    ),
}


Line = tuple[float, dict[str, Any]]
"""When a line of the log came, and the line."""


class Start(NamedTuple):
    """One start of a worker, with an article that waits for it.

    Attributes:
        enriched_s: seconds from typing until the article stood on the topic of enriched ones.
        ready_s: seconds until the worker said that it was ready: all three agents.
        cpu_s: CPU seconds of all its processes by then.
        parts_s: seconds until each part was there, as the worker tells.
        memory: of each process, by name, once it has done some work.
    """

    enriched_s: float
    ready_s: float
    cpu_s: float
    parts_s: dict[str, float]
    memory: dict[str, memory.Memory]


def main(  # noqa: PLR0917 - typer passes options by name
    rounds: Annotated[int, typer.Option(help="Starts of each; the median counts.")] = 5,
    processes: Annotated[str, typer.Option(help="Model processes, one kind of start each.")] = "2,4",
    articles: Annotated[int, typer.Option(help="Articles that are done before memory is measured.")] = 200,
    code: Annotated[Path, typer.Option(help="The checkout whose worker is started.")] = Path(),
    running: Annotated[bool, typer.Option(help="Use the services of the settings in force.")] = False,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/startup.json"),
) -> None:
    """Measure, by default on services of its own; takes two minutes on a quiet machine."""
    figures: dict[str, Any] = {**taken(), "bare": {}, "starts": {}}
    for name, program in BARE.items():
        figures["bare"][name] = _median([bare(program, code) for _ in range(rounds)])
        _say(f"{name}: {figures['bare'][name]}")
    with nullcontext() if running else Stack(brief=False) as stack:
        services = in_force() if stack is None else stack.settings
        for count in map(int, processes.split(",")):
            starts = list(_starts(apart(services, processes=count), rounds, articles, code))
            figures["starts"][str(count)] = summary(starts)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(table(figures))
    _say(f"written to {out}")


def bare(program: str, code: Path = Path()) -> dict[str, float]:
    """Wall-clock and CPU seconds of a Python program without a worker around it."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program], env=_environment(os.environ, code), cwd=code)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a program to measure ended with {process.returncode}: {program}")
    return {"s": time.perf_counter() - began, "cpu_s": used.ru_utime + used.ru_stime}


def _starts(settings: Settings, rounds: int, articles: int, code: Path) -> Iterator[Start]:
    """So many starts, after one that makes the topics and the index, and fills the caches."""
    asyncio.run(kafka_topics.ensure(settings))
    for number in range(-1, rounds):
        start = _start(settings, number, articles, code)
        if number >= 0:
            _say(
                f"{settings.processes} processes: enriched after {start.enriched_s:.2f} s, ready after"
                f" {start.ready_s:.2f} s, CPU {start.cpu_s:.2f} s, {start.parts_s}"
            )
            yield start


def _start(settings: Settings, number: int, articles: int, code: Path) -> Start:
    first, *more = map(encode, corpus.articles(1 + articles, f"start-{number}", seed=number))
    put(settings, settings.topic_raw, first)
    with _enriched(settings) as consumer:
        began = time.perf_counter()
        with _worker(settings, code) as (process, lines):
            _wait_for(consumer, 1)
            enriched_s = time.perf_counter() - began
            while not (
                ready := next((line for line in lines if line[1]["event"] == "the worker is ready"), None)
            ):
                if time.perf_counter() > began + PATIENCE_S or process.poll() is not None:
                    raise RuntimeError(f"the worker is not ready: {lines}")
                time.sleep(0.01)
            cpu_s = sum(sum(each.cpu_times()[:4]) for each in _tree(process.pid))
            put(settings, settings.topic_raw, *more)
            _wait_for(consumer, articles)
            return Start(
                enriched_s,
                ready[0] - began,
                cpu_s,
                ready[1].get("after_s", {}),
                memory_of(_tree(process.pid)),
            )


@contextmanager
def _enriched(settings: Settings) -> Iterator[KafkaConsumer]:
    """A consumer of what is enriched from now on."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, group_id=None)
    try:
        places = [TopicPartition(settings.topic_enriched, number) for number in range(settings.partitions)]
        consumer.assign(places)
        consumer.seek_to_end(*places)
        for place in places:
            consumer.position(place)
        yield consumer
    finally:
        consumer.close()


def _wait_for(consumer: KafkaConsumer, count: int) -> None:
    end = time.perf_counter() + PATIENCE_S
    while count > 0:
        count -= sum(map(len, consumer.poll(timeout_ms=100).values()))
        if time.perf_counter() > end:
            raise TimeoutError(f"not within {PATIENCE_S:g} s: {count} more enriched articles")


@contextmanager
def _worker(settings: Settings, code: Path) -> Iterator[tuple[subprocess.Popen[str], list[Line]]]:
    """A worker, and the lines that it has logged so far, each with the time when it came."""
    lines: list[Line] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "worker"],
        env=_environment(environment(settings), code),
        cwd=code,
        stderr=subprocess.PIPE,
        text=True,
    )

    def read() -> None:
        assert process.stderr is not None
        lines.extend(
            (time.perf_counter(), json.loads(line)) for line in process.stderr if line.startswith("{")
        )

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield process, lines
    finally:
        process.terminate()
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def _environment(variables: Mapping[str, str], code: Path) -> dict[str, str]:
    return {**variables, "PYTHONPATH": str(code.resolve())}


def _tree(pid: int) -> list[psutil.Process]:
    worker = psutil.Process(pid)
    return [worker, *worker.children(recursive=True)]


def memory_of(tree: Sequence[psutil.Process]) -> dict[str, memory.Memory]:
    """The memory of a worker and of its children, by name; several model processes are numbered."""
    found: dict[str, memory.Memory] = {}
    for process in tree:
        name = "worker" if process is tree[0] else _name(process)
        if name == "models":
            name = f"models {1 + sum(each.startswith('models') for each in found)}"
        found[name] = memory.of(process)
    return found


def _name(process: psutil.Process) -> str:
    if name := NAMES.get(process.name()):
        return name
    return "models" if "spawn_main" in " ".join(process.cmdline()) else "helper"


def summary(starts: Sequence[Start]) -> dict[str, Any]:
    """Medians, the extremes of what the bar is for, and the memory as it was at the median of its sum."""
    total = [sum(each.pss or 0 for each in start.memory.values()) for start in starts]
    usual = starts[total.index(statistics.median_low(total))]
    return {
        "enriched_s": [round(each.enriched_s, 2) for each in starts],
        "ready_s": [round(each.ready_s, 2) for each in starts],
        "cpu_s": [round(each.cpu_s, 2) for each in starts],
        "parts_s": _median([each.parts_s for each in starts]),
        "memory": {name: used._asdict() for name, used in usual.memory.items()},
        "pss": round(statistics.median_low(total), 1),
    }


def _median(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(each[name] for each in measured), 2) for name in measured[0]}


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [
        f"Taken {figures['when']} at {figures['commit']} on {figures['machine']}.",
        "",
        "| what | seconds | CPU seconds |",
        "| --- | ---: | ---: |",
    ]
    rows += [f"| {name} | {one['s']:g} | {one['cpu_s']:g} |" for name, one in figures["bare"].items()]
    for count, start in figures["starts"].items():
        rows += [
            f"| worker, {count} model processes: {what} | {_spread(start[key])} | {cpu} |"
            for what, key, cpu in (
                ("first article enriched", "enriched_s", ""),
                ("all agents ready", "ready_s", _spread(start["cpu_s"])),
            )
        ]
        rows += [f"| – {part} there | {seconds:g} | |" for part, seconds in start["parts_s"].items()]
    rows += ["", "| MiB | resident (RSS) | share (PSS) | its own (USS) |", "| --- | ---: | ---: | ---: |"]
    for count, start in figures["starts"].items():
        for name, used in start["memory"].items():
            rows.append(
                f"| {count} processes: {name} | {used['rss']:g} | {used['pss']:g} | {used['uss']:g} |"
            )
        rows.append(f"| {count} processes: all together | | {start['pss']:.0f} | |")
    return "\n".join(rows)


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):g} ({min(values):g} to {max(values):g})"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
