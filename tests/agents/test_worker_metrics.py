"""The metrics of a real worker, from raw copy to what can be found: they say what was fed, and no more."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from elasticsearch import Elasticsearch

from pipeline import __version__
from pipeline.agents import worker
from pipeline.feed import feed
from pipeline.lag.index import template
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.agents.broker import put
from tests.agents.scraped import OPEN, Scraped
from tests.feeding import fresh
from tests.services import Stack
from tests.workers import Worker, eventually

pytestmark = pytest.mark.services

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=2, processes=1, health_port=free_port("127.0.0.1"))


def settled(settings: Settings, **counts: int) -> Scraped:
    """The metrics once each hop has acked so many articles."""
    found = Scraped("")

    def are_there() -> bool:
        nonlocal found
        found = Scraped.of(settings.health_port)
        return all(
            found.value("newswire_articles_total", stage=stage) == count for stage, count in counts.items()
        )

    eventually(are_there, within_s=120, what=f"metrics with {counts}")
    return found


def check_histograms(found: Scraped, enriched: int, indexed: int) -> None:
    """As many observations as articles, and a sample of what can be found."""
    assert found.value("newswire_hop_seconds_count", hop="enriched") == enriched
    assert found.value("newswire_hop_seconds_count", hop="indexed") == indexed
    sample = found.value("newswire_hop_seconds_count", hop="searchable")
    assert 1 <= sample == found.value("newswire_total_seconds_count") <= indexed
    assert 0 < found.value("newswire_hop_seconds_sum", hop="searchable") < 30 * sample
    between = sum(found.value("newswire_hop_seconds_sum", hop=hop) for hop in ("enriched", "indexed"))
    assert between > 0


def test_what_was_fed_is_counted_once_at_each_hop_and_what_is_poisoned_as_a_dead_letter(
    settings: Settings, tmp_path: Path
) -> None:
    fed = feed([SAMPLES], settings).accepted
    assert fed > 10
    with Worker(settings, tmp_path):
        before = settled(settings, enrich=fed, index=fed, watch=fed)
        for stage in ("enrich", "index", "watch"):
            assert before.value("newswire_articles_total", stage=stage, outcome="done") == fed
            assert before.value("newswire_batch_articles_sum", stage=stage) == fed
            assert before.value("newswire_in_flight", stage=stage) == 0
            batches = before.value("newswire_batch_articles_count", stage=stage)
            assert before.value("newswire_batch_seconds_count", stage=stage) == batches > 0
        assert before.value("newswire_dead_letters_total") == 0
        eventually(lambda: sampled(settings) > 0, within_s=60, what="an article of the sample")

        put(settings, settings.topic_raw, b"poison")
        put(settings, settings.topic_enriched, b"poison", None)
        after = settled(settings, enrich=fed + 1, index=fed + 2, watch=fed + 2)
        assert after.value("newswire_articles_total", stage="enrich", outcome="dead") == 1
        assert after.value("newswire_articles_total", stage="index", outcome="dead") == 2
        assert after.value("newswire_dead_letters_total", stage="validate") == 3
        assert after.value("newswire_dead_letters_total") == 3
        check_histograms(after, enriched=fed, indexed=fed)

        assert after.value("newswire_model_seconds_total") > before.value("newswire_model_processes") == 1
        assert after.value("newswire_bulk_retries_total") == 0
        assert after.value("newswire_waiting", service="kafka") == 0
        assert after.value("newswire_waiting", service="elasticsearch") == 0
        assert after.value("newswire_worker_info", version=__version__) == 1
        assert Scraped.of(settings.health_port, OPEN).series() >= counted(after)


def sampled(settings: Settings) -> float:
    return Scraped.of(settings.health_port).value("newswire_total_seconds_count")


def counted(found: Scraped) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Our own series, but when each began: the formats say that differently."""
    return {each for each in found.series() if each[0].startswith("newswire_") and "_created" not in each[0]}


def test_the_lag_is_among_the_metrics_and_in_elasticsearch_if_it_is_asked_for(
    settings: Settings, tmp_path: Path
) -> None:
    with (
        Worker(settings, tmp_path, "--only", "index", "--lag") as running,
        Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client,
    ):
        names = [f"{settings.group}-enrich", f"{settings.group}-index"]

        def is_there() -> bool:
            found = Scraped.of(settings.health_port)
            return (
                found.value("newswire_lag_up") == 1
                and client.indices.exists(index=f"{settings.index}-lag-*", allow_no_indices=False).body
            )

        put(settings, settings.topic_raw, b"one", b"two")
        eventually(is_there, within_s=60, what="the lag")
        found = Scraped.of(settings.health_port)
        for name in names:
            assert found.value("kafka_consumergroup_lag", consumergroup=name) >= 0
        assert "error" not in running.output.read_text().lower()
        assert running.stop(within_s=15) == 0
        for name in client.indices.get(index=f"{settings.index}-lag-*"):
            client.indices.delete(index=name)
        client.options(ignore_status=404).indices.delete_index_template(name=template(settings.index)[0])


def test_without_the_option_no_lag_is_told(settings: Settings, tmp_path: Path) -> None:
    with Worker(settings, tmp_path, "--only", "watch"):
        found = Scraped.of(settings.health_port)
    assert "newswire_lag_up" not in found.families
    assert "newswire_model_processes" not in found.families


def waited_for(settings: Settings, name: worker.Name) -> dict[str, float]:
    """Which services a worker waits for that cannot start, once it waits for one."""
    services = ("kafka", "elasticsearch")

    async def main() -> dict[str, float]:
        running = asyncio.create_task(worker.run(settings, [name]))
        found: dict[str, float] = {}
        async with asyncio.timeout(60):
            while not any(found.values()):
                await asyncio.sleep(0.1)
                with suppress(httpx.ConnectError):
                    page = await asyncio.to_thread(Scraped.of, settings.health_port)
                    found = {each: page.value("newswire_waiting", service=each) for each in services}
        signal.raise_signal(signal.SIGTERM)
        await running
        return found

    return asyncio.run(main())


def test_a_kafka_that_is_waited_for_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"kafka": "127.0.0.1:9"})
    assert waited_for(away, "enrich") == {"kafka": 1, "elasticsearch": 0}


def test_an_elasticsearch_that_is_waited_for_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"elasticsearch": "http://127.0.0.1:9"})
    assert waited_for(away, "index")["elasticsearch"] == 1
