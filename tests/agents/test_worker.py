"""The worker as a process: what it needs, what it outlives, how it ends."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import faust
import psutil
import pytest
from aiokafka.errors import KafkaConnectionError

from pipeline import kafka_topics, search
from pipeline.agents import worker as worker_room
from pipeline.agents.hop import Hop
from pipeline.agents.offsets import Offsets
from pipeline.article import encode
from pipeline.feed import feed
from pipeline.settings import MIB, Settings
from tests import corpus
from tests.agents.broker import put
from tests.agents.recorder import Recorder, hop_with
from tests.services import Stack, apart
from tests.sink.articles import article
from tests.workers import Worker, eventually, model_processes

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return apart(stack.settings, var=tmp_path / "var", processes=2)


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[Worker]:
    with Worker(settings, tmp_path) as running:
        yield running


def found(settings: Settings) -> int:
    try:
        return search.count(settings)
    except search.SearchError:  # an index that was made a moment ago may not answer yet
        return 0


def lag(settings: Settings) -> int:
    """Messages that the index hop has left to do."""

    async def ask() -> int:
        async with Offsets(settings) as offsets:
            readings = await offsets.of(f"{settings.group}-index", settings.topic_enriched)
            return sum(reading.lag for reading in readings.values())

    return asyncio.run(ask())


def give(settings: Settings, folder: Path, count: int, prefix: str) -> None:
    path = corpus.write(folder / f"{prefix}.jsonl", corpus.articles(count, prefix=prefix))
    assert feed([path], settings).accepted == count


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_its_models_with_it(worker: Worker, number: signal.Signals) -> None:
    assert worker.process is not None
    models = psutil.Process(worker.process.pid).children(recursive=True)
    assert len(models) >= 2
    assert worker.stop(number) == 0
    assert not any(child.is_running() for child in models)
    told = worker.output.read_text()
    assert "Traceback" not in told
    assert "Stopping..." not in told, "what goes on within Faust is nobody's concern"


def test_sigterm_under_load_finishes_what_is_under_way_within_ten_seconds(
    settings: Settings, worker: Worker, tmp_path: Path
) -> None:
    give(settings, tmp_path, 600, "many")
    eventually(lambda: found(settings) >= 50, within_s=60, what="progress")
    start = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - start < 10
    assert "left to the next worker" not in worker.output.read_text()
    worker.start()
    eventually(lambda: found(settings) == 600, within_s=120, what="all articles in the index")


def test_an_elasticsearch_that_is_away_fills_no_memory_and_is_caught_up_with(
    stack: Stack, settings: Settings, tmp_path: Path
) -> None:
    """42 MB of copy wait on the topic meanwhile, not in the worker; and SIGTERM is obeyed all the same."""
    settings = settings.model_copy(update={"in_flight_mib": 4})
    body = "Le mot passe. " * 3000
    with Worker(settings, tmp_path, "--only", "index") as index:
        assert index.process is not None
        put(settings, settings.topic_enriched, encode(article("first", body=body)))
        eventually(lambda: found(settings) == 1, within_s=60, what="the first article")
        before = psutil.Process(index.process.pid).memory_info().rss
        stack.elasticsearch.kill9()
        try:
            put(
                settings,
                settings.topic_enriched,
                *[encode(article(f"meanwhile:{number}", body=body)) for number in range(1000)],
            )
            eventually(lambda: lag(settings) == 1000, within_s=60, what="lag before the index hop")
            time.sleep(5)
            grown = psutil.Process(index.process.pid).memory_info().rss - before
            assert grown < (settings.in_flight_mib + 20) * MIB, f"the worker grew by {grown / MIB:.0f} MiB"
            start = time.monotonic()
            assert index.stop() == 0
            assert time.monotonic() - start < 10
        finally:
            stack.elasticsearch.start()
        index.start()
        eventually(lambda: found(settings) == 1001, within_s=180, what="all articles in the index")


def test_a_broker_that_is_killed_is_waited_for(
    stack: Stack, settings: Settings, worker: Worker, tmp_path: Path
) -> None:
    give(settings, tmp_path, 10, "before")
    eventually(lambda: found(settings) == 10, within_s=60, what="ten articles")
    stack.kafka.kill9()
    stack.kafka.start()
    give(settings, tmp_path, 10, "after")
    eventually(lambda: found(settings) == 20, within_s=90, what="ten more articles")
    assert worker.process is not None
    assert worker.process.poll() is None


def test_a_broker_that_goes_away_while_the_worker_starts_is_waited_for(settings: Settings) -> None:
    asyncio.run(kafka_topics.ensure(settings))
    tried: list[str] = []

    def make() -> Hop:
        kafka = settings.kafka if tried else "127.0.0.1:9"
        tried.append(kafka)
        hop = Hop("test", settings.topic_raw, settings.model_copy(update={"kafka": kafka}))
        hop.run(nothing, nothing, batch=1, width=1)
        return hop

    async def nothing(*_: object) -> None:
        pass

    async def main() -> None:
        hop = await worker_room._begin(settings, make)
        try:
            assert hop.app.started
            await hop.drain(5)
        finally:
            await hop.stop()

    asyncio.run(main())
    assert tried == ["127.0.0.1:9", settings.kafka]


def test_a_consumer_that_fails_before_anybody_waits_for_it_is_started_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust's start then returns as if all were well: its thread was quicker than the one that started it."""
    asyncio.run(kafka_topics.ensure(settings))
    start = faust.App.start
    tried: list[faust.App] = []

    async def returning(app: faust.App) -> None:
        tried.append(app)
        if len(tried) == 1:
            app._crash(KafkaConnectionError("nobody listens"))
        else:
            await start(app)

    monkeypatch.setattr(faust.App, "start", returning)

    async def main() -> None:
        hop = await worker_room._begin(settings, lambda: hop_with(Recorder(), settings))
        await hop.stop()
        assert hop.app is tried[1]

    asyncio.run(main())
    assert len(tried) == 2


def test_model_processes_that_are_killed_cost_no_article(
    settings: Settings, worker: Worker, tmp_path: Path
) -> None:
    assert worker.process is not None
    give(settings, tmp_path, 300, "many")
    for share in (1, 60, 120):
        eventually(lambda share=share: found(settings) >= share, within_s=60, what="progress")  # type: ignore[misc]  # a default binds the loop's value
        for child in model_processes(worker.process.pid):
            child.kill()
    eventually(lambda: found(settings) == 300, within_s=120, what="all articles in the index")
    assert worker.stop() == 0


def test_two_workers_share_the_work_and_one_may_leave(
    settings: Settings, worker: Worker, tmp_path: Path
) -> None:
    give(settings, tmp_path, 200, "first")
    with Worker(settings, tmp_path, "--only", "enrich") as second:
        give(settings, tmp_path, 200, "second")
        eventually(lambda: found(settings) >= 150, within_s=90, what="some of the articles")
        assert second.stop(signal.SIGKILL) == -signal.SIGKILL
    eventually(lambda: found(settings) == 400, within_s=120, what="all articles in the index")
    assert worker.stop() == 0


def test_one_agent_alone_does_only_its_part(settings: Settings, tmp_path: Path) -> None:
    with Worker(settings, tmp_path, "--only", "index") as index:
        give(settings, tmp_path, 5, "raw")
        assert index.process is not None
        assert model_processes(index.process.pid) == []
        assert found(settings) == 0
        with Worker(settings, tmp_path, "--only", "enrich"):
            eventually(lambda: found(settings) == 5, within_s=60, what="five articles")


def test_models_that_cannot_be_loaded_are_said_at_once(settings: Settings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"spacy": {"fr": "fr_no_such_pipeline"}})
    worker = Worker(wrong, tmp_path)
    with pytest.raises(AssertionError, match=r"the worker ended with 1:(.|\n)*fr_no_such_pipeline"):
        worker.start()
