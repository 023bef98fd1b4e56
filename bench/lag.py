"""What a look at the lag costs: seconds, CPU seconds and memory, by partitions and groups."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from kafka import KafkaAdminClient, KafkaProducer

from bench.looks import SPREAD, Job
from bench.taken import taken
from tests.services import Stack

SIMULATED = tuple((partitions, groups) for groups in (1, 5, 20) for partitions in (100, 250, 500, 1000))
REAL = ((50, 5), (100, 5), (200, 1), (200, 5))

_BYTES = 1000
_BEYOND = 100
_MIB = 1024 * 1024


def main(
    looks: Annotated[int, typer.Option(help="Looks that are measured of each size.")] = 20,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/lag.json"),
) -> None:
    """Measure a look at a simulated admin client, and at a Kafka of its own: some five minutes."""
    with _kafka() as brokers:
        figures = measure(brokers, looks)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(table(figures))
    _say(f"written to {out}")


def measure(
    brokers: str,
    looks: int,
    simulated: Sequence[tuple[int, int]] = SIMULATED,
    real: Sequence[tuple[int, int]] = REAL,
) -> dict[str, Any]:
    """The figures.

    Args:
        brokers: a broker that runs; topics are made there, and deleted.
        looks: how many are measured of each size, after a window full of others.
        simulated: partitions and groups of each size that is simulated at the admin client.
        real: the same on the broker.
    """
    sizes = []
    for partitions, groups in simulated:
        sizes.append({"broker": "simulated", **_size(Job(partitions, _names(groups), looks))})
    for partitions, groups in real:
        with _topic(brokers, partitions, groups, looks) as topic:
            sizes.append({"broker": "real", **_size(Job(partitions, _names(groups), looks, brokers, topic))})
    return {**taken(), "versions": {"kafka-python": version("kafka-python")}, "looks": looks, "sizes": sizes}


def _names(groups: int) -> list[str]:
    mark = uuid.uuid4().hex[:8]
    return [f"{mark}-{number}" for number in range(groups)]


def _size(job: Job) -> dict[str, Any]:
    """What it took, in a process of its own: its memory is that of the looks alone."""
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "bench.looks", msgspec.json.encode(job).decode()]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found = {
        "partitions": job.partitions,
        "groups": len(job.groups),
        "load": round(load, 1),
        **msgspec.json.decode(done.stdout),
    }
    _say(_row(found))
    return found


@contextmanager
def _kafka() -> Iterator[str]:
    """A broker of our own; no Elasticsearch is needed."""
    stack = Stack()
    try:
        stack.kafka.start()
        yield stack.settings.kafka
    finally:
        stack.close()


@contextmanager
def _topic(brokers: str, partitions: int, groups: int, looks: int) -> Iterator[str]:
    """A topic in which each partition holds more than one fetch takes, before every group's offset."""
    name = f"bench.{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=brokers)
    admin.create_topics(
        {name: {"num_partitions": partitions, "replication_factor": 1}}, wait_for_metadata=True
    )
    try:
        producer = KafkaProducer(bootstrap_servers=brokers)
        for number in range(partitions * (SPREAD * groups + looks + _BEYOND)):
            producer.send(name, os.urandom(_BYTES), partition=number % partitions)
        producer.close()
        yield name
    finally:
        admin.delete_topics([name])
        admin.close()


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown: medians, and the most."""
    lines = [
        "| broker | partitions | groups | s a look, median | most | CPU s, median | most | first, s | MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [f"| {each['broker']} {_row(each)}" for each in figures["sizes"]]
    loads = [each["load"] for each in figures["sizes"]]
    lines += ["", f"{figures['machine']}; load {min(loads):g} to {max(loads):g}."]
    return "\n".join(lines)


def _row(of: Mapping[str, Any]) -> str:
    cells = [f"{of['partitions']:,}", str(of["groups"])]
    for what in ("seconds", "CPU seconds"):
        cells += [f"{statistics.median(of[what]):.2f}", f"{max(of[what]):.2f}"]
    cells += [f"{of['first'][0]:.2f}", f"{of['MiB']:.0f}"]
    return f"| {' | '.join(cells)} |"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
