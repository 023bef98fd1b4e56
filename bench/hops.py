"""What the hops cost with more partitions and more workers, behind models that cost next to nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Self

import httpx
import msgspec
import psutil
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from msgspec import structs
from prometheus_client.parser import text_string_to_metric_families

from bench import varied
from bench.growing import Cpu
from bench.light import Job
from pipeline import kafka_topics
from pipeline.article import EnrichedArticle, RawArticle, article_id, encode
from pipeline.local.ports import free_port
from pipeline.producer import Producer, article_message
from pipeline.settings import MIB, Settings
from tests.services import HOST, Stack, apart
from tests.workers import environment, eventually, model_processes

PARTITIONS = (4, 16, 64)
WORKERS = (1, 2, 4)
PROCESSES = 2
"""Model processes of each worker."""

BURN_MS = 1.0
SLEEP_MS = 20.0
"""What an article costs models that work, and models that only wait: two processes do 100 a second then."""

SPREAD = 16
"""Partitions where workers are counted: several for each of them."""

TRICKLE = 64
TRICKLES = 120
"""Articles fed each second until every worker has its partitions, and seconds for which that may take."""

LOOK_S = 0.25
PATIENCE_S = 600.0

_TOLD = {
    "newswire_articles_total": "done",
    "newswire_batch_articles_sum": "batched",
    "newswire_batch_articles_count": "batches",
}
_RAW_FIELDS = RawArticle.__struct_fields__

Say = Callable[[str], None]
Hop = Literal["enrich", "index"]


class _Workers:
    """Worker processes with light models, while its ``with`` block lasts.

    Args:
        settings: of each of them, but for the port of its health pages.
        job: what each does.
        count: how many.
    """

    def __init__(self, settings: Settings, job: Job, count: int) -> None:
        self._settings = settings
        self._job = job
        self._ports = [free_port(HOST) for _ in range(count)]
        self._running: list[subprocess.Popen[bytes]] = []
        self._client = httpx.Client()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        outputs = [self._settings.var / f"light-{port}.log" for port in self._ports]
        for port, output in zip(self._ports, outputs, strict=True):
            own = self._settings.model_copy(update={"health_port": port})
            with output.open("wb") as file:
                self._running.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "bench.light", msgspec.json.encode(self._job).decode()],
                        env=environment(own),
                        stdout=file,
                        stderr=subprocess.STDOUT,
                    )
                )
        for each, output in zip(self._running, outputs, strict=True):
            what = f"a worker is ready; {output}"
            eventually(partial(_is_ready, each, output), within_s=PATIENCE_S, what=what)

    def __exit__(self, *_: object) -> None:
        self._client.close()
        models = [one for each in self._running for one in _models(each.pid)]
        for each in self._running:
            each.kill()
            each.wait()
        psutil.wait_procs(models, timeout=30)

    def processes(self) -> dict[str, psutil.Process]:
        """Workers and their model processes, by name."""
        found = {f"worker {number}": psutil.Process(each.pid) for number, each in enumerate(self._running, 1)}
        models = [one for each in self._running for one in _models(each.pid)]
        return found | {f"models {number}": each for number, each in enumerate(models, 1)}

    def told(self) -> list[dict[str, float]]:
        """What the metrics of each say: ``done``, ``batches`` and ``batched`` of each hop.

        Raises:
            RuntimeError: one has ended.
        """
        if ended := [each for each in self._running if each.poll() is not None]:
            raise RuntimeError(f"a worker ended with {ended[0].returncode}; see {self._settings.var}")
        return [_read(self._client.get(f"http://{HOST}:{port}/metrics").text) for port in self._ports]


def _read(metrics: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if what := _TOLD.get(sample.name):
                found[f"{sample.labels['stage']} {what}"] += sample.value
    return found


def _together(told: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = {name for each in told for name in each}
    return {name: sum(each.get(name, 0) for each in told) for name in names}


def _is_ready(process: subprocess.Popen[bytes], output: Path) -> bool:
    text = output.read_text(errors="replace")
    if process.poll() is not None:
        raise RuntimeError(f"a worker ended with {process.returncode}:\n{text}")
    return "the worker is ready" in text


def _models(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return model_processes(pid)
    return []


class Copy:
    """Articles to feed: real news with other words, raw or enriched.

    Args:
        bases: the news.
    """

    def __init__(self, bases: Sequence[EnrichedArticle]) -> None:
        self._bases = bases
        self._seed = 10

    def enriched(self, count: int) -> Iterator[EnrichedArticle]:
        """So many, received now, that have never been given before."""
        self._seed += 1
        seed, now = self._seed, datetime.now(UTC)
        for each in varied.articles(self._bases, count, seed):
            guid = f"{seed}:{each.guid}"
            identity = article_id(each.source, guid, "")
            created = f"{now:%Y-%m-%dT%H:%M:%SZ}"
            yield structs.replace(each, id=identity, guid=guid, received=now, enriched=now, created=created)

    def raw(self, count: int) -> Iterator[RawArticle]:
        """Likewise, as the wire gives them."""
        for each in self.enriched(count):
            fields = {name: getattr(each, name) for name in _RAW_FIELDS}
            yield RawArticle(**fields | {"language_declared": each.language})


Feed = Callable[[int], None]
"""Makes so many articles, then feeds them."""


def _raw(settings: Settings, copy: Copy, count: int) -> Feed:
    """Feeds raw articles, as feeders do."""
    source = copy.raw(count)

    def feed(some: int) -> None:
        made = list(islice(source, some))
        producer = Producer(settings)
        try:
            for each in made:
                producer.post(article_message(each, settings), _acknowledged)
            producer.flush()
        finally:
            producer.close()

    return feed


def _acknowledged(error: Exception | None) -> None:
    if error is not None:
        raise error


def _enriched(settings: Settings, copy: Copy, count: int) -> Feed:
    """Feeds enriched articles, compressed as the enrich hop does it."""
    source = ((each.id.encode(), encode(each)) for each in copy.enriched(count))

    def feed(some: int) -> None:
        made = list(islice(source, some))
        producer = KafkaProducer(
            bootstrap_servers=settings.brokers,
            compression_type="gzip",
            linger_ms=5,
            acks="all",
            max_request_size=settings.max_message_bytes,
        )
        for key, value in made:
            producer.send(settings.topic_enriched, key=key, value=value)
        producer.flush()
        producer.close()

    return feed


@contextmanager
def _topics(settings: Settings) -> Iterator[None]:
    """Topics of our own, deleted in the end."""
    asyncio.run(kafka_topics.ensure(settings))
    try:
        yield
    finally:
        admin = KafkaAdminClient(bootstrap_servers=settings.brokers)
        admin.delete_topics([topic.name for topic in kafka_topics.wanted(settings)])
        admin.close()


def run(
    stack: Stack,
    copy: Copy,
    job: Job,
    *,
    partitions: int,
    workers: int,
    articles: int,
    warm: int,
) -> dict[str, Any]:
    """One run: a backlog is fed, then read. What is read first warms up, and some is left in the end.

    Args:
        stack: services that run.
        copy: what is fed.
        job: of each worker; without the hop ``enrich``, enriched articles are fed.
        partitions: of each topic.
        workers: how many.
        articles: how many are measured.
        warm: how many are there before the workers are.
    """
    settings = apart(stack.settings, partitions=partitions, processes=PROCESSES)
    # Some are done while they are fed; and batches are acked as a whole.
    count = articles + articles // 3 + 2 * workers * settings.index_batch
    last: Hop = "index" if "index" in job.hops else "enrich"
    with _topics(settings):
        most = warm + TRICKLES * TRICKLE + count
        feed = _raw(settings, copy, most) if "enrich" in job.hops else _enriched(settings, copy, most)
        cpu = Cpu({"Kafka": _broker(stack)})
        feed(warm)
        fed = cpu.ms(warm)["Kafka"]
        with ExitStack() as exits:
            at_work = exits.enter_context(_Workers(settings, job, workers))
            fed_since = _until_all_work(at_work, last, feed)
            feed(count)
            found = _measured(stack, at_work, last, articles, warm + fed_since + count)
        topics = {"raw": settings.topic_raw, "enriched": settings.topic_enriched}
        sizes = {name: _bytes(stack, settings, topic) for name, topic in topics.items()}
    told = found.pop("told")
    return {
        "partitions": partitions,
        "workers": workers,
        **structs.asdict(job),
        **found,
        "feeding, Kafka CPU ms": fed,
        "bytes an article": {name: size for name, size in sizes.items() if size},
        "articles a batch": {
            hop: round(told[f"{hop} batched"] / told[f"{hop} batches"], 1)
            for hop in job.hops
            if told.get(f"{hop} batches")
        },
    }


def _until_all_work(workers: _Workers, hop: Hop, feed: Feed) -> int:
    """Feed a few, again and again, until every worker has done some; how many that were."""
    fed = 0
    for _ in range(TRICKLES):
        feed(TRICKLE)
        fed += TRICKLE
        time.sleep(1)
        if all(each[f"{hop} done"] for each in workers.told()):
            return fed
    raise RuntimeError(f"a worker has got nothing of {fed} articles: {workers.told()}")


def _measured(stack: Stack, workers: _Workers, last: Hop, articles: int, there: int) -> dict[str, Any]:
    """Rate, CPU and memory, over so many of those that are there."""
    done = f"{last} done"
    told = workers.told()
    processes = {**workers.processes(), "Kafka": _broker(stack), "Elasticsearch": _node(stack)}
    before, cpu = _together(told), Cpu(processes)
    most: dict[str, int] = {}

    def enough(found: Sequence[Mapping[str, float]]) -> bool:
        for name, each in processes.items():
            most[name] = max(most.get(name, 0), each.memory_info().rss)
        return _sum(found, done) >= min(there, before[done] + articles)

    after = _together(_until(workers, enough))
    count = max(1, int(after[done] - before[done]))
    seconds, ms = cpu.seconds, cpu.ms(count)
    return {
        "articles": count,
        "articles/s": round(count / seconds, 1),
        "CPU ms an article": _by_kind(ms),
        "MiB": {kind: round(max(_of(most, kind)) / MIB) for kind in _kinds(most)},
        "told": {name: value - before.get(name, 0) for name, value in after.items()},
    }


def _until(workers: _Workers, so: Callable[[Sequence[dict[str, float]]], bool]) -> Sequence[dict[str, float]]:
    """What the workers tell as soon as it is so.

    Raises:
        RuntimeError: it never is; the message has what they tell.
    """
    end = time.monotonic() + PATIENCE_S
    while not so(told := workers.told()):
        if time.monotonic() > end:
            raise RuntimeError(f"nothing more is done within {PATIENCE_S:g} s: {told}")
        time.sleep(LOOK_S)
    return told


def _sum(told: Sequence[Mapping[str, float]], name: str) -> float:
    return sum(each[name] for each in told)


def _kinds(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.rpartition(" ")[0] or name for name in names))


def _of(values: Mapping[str, Any], kind: str) -> list[Any]:
    return [value for name, value in values.items() if (name.rpartition(" ")[0] or name) == kind]


def _by_kind(ms: Mapping[str, float]) -> dict[str, float]:
    """Of all workers together, and so on: an article is in one of them."""
    return {kind: round(sum(_of(ms, kind)), 3) for kind in _kinds(ms)}


def _bytes(stack: Stack, settings: Settings, topic: str) -> int:
    """What a message takes of the broker's disk; 0 if there is none."""
    files = (stack.kafka.folder / "data").glob(f"{topic}-[0-9]*/*.log")
    size = sum(each.stat().st_size for each in files)
    consumer = KafkaConsumer(bootstrap_servers=settings.brokers, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    messages = sum(consumer.end_offsets(places).values())
    consumer.close()
    return round(size / messages) if messages else 0


def _broker(stack: Stack) -> psutil.Process:
    process = stack.kafka.find().process
    assert process is not None
    return process


def _node(stack: Stack) -> psutil.Process:
    process = stack.elasticsearch.find().process
    assert process is not None
    return process


def by_partitions(
    stack: Stack, copy: Copy, say: Say, *, articles: int, rounds: int, partitions: Sequence[int] = PARTITIONS
) -> Iterator[dict[str, Any]]:
    """Both hops in one worker, in rounds in turn; before each, a broker that has just been started."""
    job = Job(hops=["enrich", "index"], burn_ms=BURN_MS)
    warm = max(200, articles // 10)
    run(stack, copy, job, partitions=partitions[0], workers=1, articles=articles // 2, warm=warm)
    for _ in range(rounds):
        for number in partitions:
            stack.kafka.stop()
            stack.kafka.start()
            found = run(stack, copy, job, partitions=number, workers=1, articles=articles, warm=warm)
            say(f"{number} partitions: {found['articles/s']}/s, CPU ms {found['CPU ms an article']}")
            yield found


def by_workers(
    stack: Stack, copy: Copy, say: Say, *, articles: int, workers: Sequence[int] = WORKERS
) -> Iterator[dict[str, Any]]:
    """Each hop alone: what waits for models that sleep, then what has no models to wait for at all."""
    sleeping = Job(hops=["enrich"], sleep_ms=SLEEP_MS)
    idle, index = Job(hops=["enrich"]), Job(hops=["index"])
    runs = [(sleeping, count) for count in workers] + [(idle, 1), (index, 1), (index, 2)]
    for job, count in runs:
        many = articles // 2 * count if job is sleeping else articles
        found = run(
            stack, copy, job, partitions=SPREAD, workers=count, articles=many, warm=max(200, many // 10)
        )
        say(f"{job.hops[0]}, {count} workers: {found['articles/s']}/s, CPU ms {found['CPU ms an article']}")
        yield found
