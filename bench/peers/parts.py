"""One round of one contender: fed, watched until all is there, and what it took; or with a kill in it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from elasticsearch import Elasticsearch
from msgspec import Struct

from bench.peers.articles import Message
from bench.peers.contenders import OURS, Contender
from bench.peers.job import Work
from bench.peers.observed import Broker, indexed, repeated, round_apart, searchable, written
from bench.peers.place import PYTHON, ROOT
from bench.peers.running import Running, cpu_times, leashed, used
from pipeline.settings import Settings

PATIENCE_S = 600.0
QUIET_S = 60.0
"""Seconds without anything new after which what is not there counts as lost; sessions end within 45."""

_POLL_S = 0.1


class Task(NamedTuple):
    """What every contender of a part is given.

    Attributes:
        work: what is done with an article.
        sinks: whether it goes into the index, until which it is waited for; else for the topic.
        warm: messages before those that count.
        messages: those that count.
        prefix: of the index's name.
    """

    work: Work
    sinks: bool
    warm: Sequence[Message]
    messages: Sequence[Message]
    prefix: str = "news"


class Round(Struct, frozen=True, kw_only=True):
    """What one round took.

    Attributes:
        rate: messages a second, from the first produced until the last is there.
        cpu: CPU seconds by process.
        memory: MiB of the contender's processes.
    """

    rate: float
    cpu: dict[str, float]
    memory: dict[str, float]


class Survived(Struct, frozen=True, kw_only=True):
    """What became of a round's articles when a process was killed half way.

    Attributes:
        articles: how many were sent.
        standing: messages on its topic when the kill came.
        lost_topic: articles that never came to its topic.
        twice_topic: messages that stand there beside the first of the same article.
        lost_index: articles that never came to the index.
        seconds: from the kill until the last came.
    """

    articles: int
    standing: int
    lost_topic: int
    twice_topic: int
    lost_index: int
    seconds: float


def measured(contender: Contender, settings: Settings, task: Task) -> Round:
    """One round: started, warmed, fed, and ended."""
    with (
        round_apart(settings, ours=contender.name == OURS, prefix=task.prefix) as own,
        Elasticsearch(str(settings.elasticsearch)) as client,
        Broker(own) as broker,
        _feeding(own, task) as feed,
        Running(contender, own, task.work, sinks=task.sinks) as running,
    ):
        there = _there(broker, client, own, task)
        feed(task.warm)
        _until(lambda: there(len(task.warm)), running)
        before = cpu_times(running, settings)
        began = feed(task.messages)
        _until(lambda: there(len(task.warm) + len(task.messages)), running)
        ended = time.time()
        cpu = used(before, cpu_times(running, settings))
        memory = running.memory()
        if not task.sinks:  # the broker knows it to the millisecond
            ended = broker.read(own.topic_enriched)[len(task.warm) + len(task.messages) - 1].at
    return Round(rate=len(task.messages) / (ended - began), cpu=cpu, memory=memory)


def killed(contender: Contender, settings: Settings, task: Task) -> Survived:
    """One round in which a process is killed once half stands on the topic, and started again at once."""
    wanted = {key.decode() for _, key, _ in (*task.warm, *task.messages)}
    with (
        round_apart(settings, ours=contender.name == OURS) as own,
        Elasticsearch(str(settings.elasticsearch)) as client,
        Broker(own) as broker,
        _feeding(own, task) as feed,
        Running(contender, own, task.work, sinks=True) as running,
    ):
        feed(task.warm)
        _until(lambda: searchable(client, own) >= len(task.warm), running)
        feed(task.messages)
        half = len(task.warm) + len(task.messages) // 2
        _until(lambda: broker.count(own.topic_enriched) >= half, running)
        running.kill([0])
        began, standing = time.monotonic(), broker.count(own.topic_enriched) - len(task.warm)
        if contender.together:
            running.kill(running.living)
        running.start(range(running.count) if contender.together else [0])
        last = _quiet(lambda: (broker.count(own.topic_enriched), searchable(client, own)), len(wanted))
        seen = broker.read(own.topic_enriched)
        return Survived(
            articles=len(task.messages),
            standing=standing,
            lost_topic=len(wanted - {each.article for each in seen}),
            twice_topic=repeated(seen),
            lost_index=len(wanted - indexed(client, own)),
            seconds=round(max(0.0, last - began), 1),
        )


def _there(broker: Broker, client: Elasticsearch, own: Settings, task: Task) -> Callable[[int], bool]:
    """Whether so many are where they are to come to."""
    if not task.sinks:
        return lambda count: broker.count(own.topic_enriched) >= count
    return lambda count: written(client, own) >= count and searchable(client, own) >= count


def _until(condition: Callable[[], bool], running: Running) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        running.check()
        if time.monotonic() > end:
            raise TimeoutError(f"not all came within {PATIENCE_S:g} s")
        time.sleep(_POLL_S)


def _quiet(look: Callable[[], tuple[int, int]], wanted: int) -> float:
    """When the last thing came: once all is there and nothing moves for a while, or nothing for longer."""
    seen, since = look(), time.monotonic()
    while time.monotonic() - since < (5.0 if min(seen) >= wanted else QUIET_S):
        time.sleep(0.5)
        if (now := look()) != seen:
            seen, since = now, time.monotonic()
    return since


@contextmanager
def _feeding(own: Settings, task: Task) -> Iterator[Callable[[Sequence[Message]], float]]:
    """Something that feeds messages and says when the first was produced, in seconds since 1970."""
    topic = own.topic_enriched if task.work == "ready" else own.topic_raw
    with tempfile.TemporaryDirectory() as folder:
        feeders: dict[int, subprocess.Popen[str]] = {}
        for messages in (task.warm, task.messages):
            file = Path(folder, str(id(messages)))
            file.write_bytes(msgspec.msgpack.encode(messages))
            feeders[id(messages)] = _feeder(own.kafka, topic, file)
        try:
            yield lambda messages: _fed(feeders[id(messages)])
        finally:
            for feeder in feeders.values():
                feeder.kill()
                feeder.communicate()


def _feeder(brokers: str, topic: str, file: Path) -> subprocess.Popen[str]:
    """A process that has all at hand and waits to be told."""
    process = subprocess.Popen(
        [str(PYTHON), "-m", "bench.peers.feeder", brokers, topic, str(file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=leashed,  # noqa: PLW1509 - it calls one function in C and takes no lock
    )
    _line(process.stdout)
    return process


def _fed(feeder: subprocess.Popen[str]) -> float:
    assert feeder.stdin is not None
    feeder.stdin.write("go\n")
    feeder.stdin.flush()
    return float(_line(feeder.stdout))


def _line(stream: IO[Any] | None) -> str:
    assert stream is not None
    line = str(stream.readline())
    if not line:
        raise RuntimeError("the feeder ended before it was done")
    return line
