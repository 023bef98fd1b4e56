"""The loop that keeps and exports the lag, on real services and while one of them is away."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import structlog
from elasticsearch import Elasticsearch
from prometheus_client import CollectorRegistry

from pipeline.lag import Snapshot, broker, monitor
from pipeline.lag import serve as serving
from pipeline.lag.index import template
from pipeline.lag.metrics import LagMetricsError
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.lag.there import There

NOWHERE = "http://127.0.0.1:9"


def serve(
    settings: Settings, looks: int, *, enough: Callable[[], bool] = lambda: False, **options: Any
) -> list[Snapshot | None]:
    """What was seen in so many looks, or until it is enough."""
    seen: list[Snapshot | None] = []

    async def until_enough() -> None:
        ended_by = asyncio.Event()

        def on_sample(snapshot: Snapshot | None) -> None:
            seen.append(snapshot)
            if len(seen) == looks or enough():
                ended_by.set()

        work = asyncio.create_task(serving.serve(settings, every_s=0.05, on_sample=on_sample, **options))
        waiting = asyncio.create_task(ended_by.wait())
        await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
        work.cancel()
        waiting.cancel()
        [ended] = await asyncio.gather(work, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), f"it ended by itself: {ended!r}"

    asyncio.run(until_enough())
    return seen


def troubles(logs: list[Any]) -> list[tuple[str, str]]:
    return [(each["event"], each["of"]) for each in logs if "of" in each]


@pytest.mark.services
def test_looks_are_kept_in_elasticsearch(
    made: Settings, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.write(made.topic_raw, 3)
    kept, keep = 0, serving._keep

    def and_count(*arguments: Any) -> None:
        nonlocal kept
        keep(*arguments)
        kept += 1

    monkeypatch.setattr(serving, "_keep", and_count)
    with Elasticsearch(str(made.elasticsearch), request_timeout=60) as client:
        try:
            serve(made, 0, enough=lambda: kept == 3)
            client.indices.refresh(index=f"{made.index}-lag-*")
            found = client.search(
                index=f"{made.index}-lag-*", size=100, query={"term": {"hop": "enrich"}}, sort="@timestamp"
            )["hits"]["hits"]
        finally:
            for name in client.indices.get(index=f"{made.index}-lag-*"):
                client.indices.delete(index=name)
            client.options(ignore_status=404).indices.delete_index_template(name=template(made.index)[0])
    totals = [each["_source"] for each in found if "partition" not in each["_source"]]
    assert len({each["@timestamp"] for each in totals}) == len(totals) >= 3
    assert {each["lag"] for each in totals} == {3}


@pytest.mark.services
def test_metrics_are_those_of_the_newest_look(
    made: Settings, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.write(made.topic_raw, 3)
    port, pages = free_port("127.0.0.1"), []
    look = serving._look

    def and_fetch(*arguments: Any) -> Snapshot | None:
        pages.append(httpx.get(f"http://127.0.0.1:{port}/metrics").text)
        return look(*arguments)

    monkeypatch.setattr(serving, "_look", and_fetch)
    serve(made, 2, index=False, port=port)
    assert "newswire_lag_up 0.0" in pages[0]
    labels = f'consumergroup="{made.group}-enrich",partition="0",topic="{made.topic_raw}"'
    assert f"kafka_consumergroup_lag{{{labels}}} 3.0" in pages[1]


@pytest.mark.services
def test_what_was_seen_too_long_ago_is_not_exported(made: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "OLD_S", -1.0)
    port, pages = free_port("127.0.0.1"), []
    look = serving._look

    def and_fetch(*arguments: Any) -> Snapshot | None:
        pages.append(httpx.get(f"http://127.0.0.1:{port}/metrics").text)
        return look(*arguments)

    monkeypatch.setattr(serving, "_look", and_fetch)
    assert all(serve(made, 2, index=False, port=port))
    assert "newswire_lag_up 0.0" in pages[1]
    assert "kafka_consumergroup_lag{" not in pages[1]


@pytest.mark.services
def test_an_elasticsearch_that_hangs_does_not_hold_up_looking(
    made: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, looked = threading.Event(), 0

    def hang(*_: Any) -> None:
        hanging.wait(60)

    def enough() -> bool:
        nonlocal looked
        looked += 1
        if looked == 3:
            hanging.set()
        return looked == 3

    monkeypatch.setattr(serving, "_keep", hang)
    assert len(serve(made, 0, enough=enough)) >= 3


@pytest.mark.services
def test_an_elasticsearch_that_is_away_is_told_once_and_looking_goes_on(made: Settings) -> None:
    away = made.model_copy(update={"elasticsearch": NOWHERE})
    with structlog.testing.capture_logs() as logs:
        seen = serve(away, 3, index=True)
    assert all(seen)
    assert troubles(logs) == [("not well", "Elasticsearch")]


@pytest.mark.services
def test_a_group_that_is_ill_is_told_when_it_becomes_so_and_when_it_is_well(
    made: Settings, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.write(made.topic_raw, 9)
    there.commit(f"{made.group}-enrich", made.topic_raw, 9)
    offsets = iter([2, 1, 9, 9])
    look = serving._look

    def and_commit(*arguments: Any) -> Snapshot | None:
        snapshot = look(*arguments)
        there.commit(f"{made.group}-enrich", made.topic_raw, next(offsets, 9))
        return snapshot

    monkeypatch.setattr(serving, "_look", and_commit)
    with structlog.testing.capture_logs() as logs:
        serve(made, 4, index=False)
    name = f"group {made.group}-enrich"
    assert troubles(logs) == [("not well", name), ("well again", name)]


def test_a_kafka_that_is_away_is_told_once_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "ANSWER_MS", 300)
    with structlog.testing.capture_logs() as logs:
        seen = serve(Settings(kafka="127.0.0.1:9", elasticsearch=NOWHERE), 2, index=True)
    assert seen[:2] == [None, None]
    assert troubles(logs) == [("not well", "Kafka")]


@pytest.mark.parametrize(
    ("kinds", "lines"),
    [
        (["away", "away"], ["away"]),
        (["away", "forbidden", "forbidden"], ["away", "forbidden"]),
        (["away", None, "away"], ["away", "", "away"]),
    ],
)
def test_trouble_is_told_anew_when_it_is_another(kinds: list[str | None], lines: list[str]) -> None:
    told: dict[str, str] = {}
    with structlog.testing.capture_logs() as logs:
        for number, kind in enumerate(kinds):
            serving._tell(told, "Kafka", kind and f"Kafka at host:9092: {kind} {number}", kind)
    assert [
        each.get("reason", "").removeprefix("Kafka at host:9092: ").split(" ")[0] for each in logs
    ] == lines


def test_a_port_that_is_taken_ends_it_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        work = serving.serve(Settings(kafka="127.0.0.1:9"), index=False, port=taken.getsockname()[1])
        with pytest.raises(LagMetricsError, match="choose another --port"):
            asyncio.run(work)


@pytest.mark.services
def test_metrics_can_be_among_those_that_somebody_else_serves(made: Settings, there: There) -> None:
    there.write(made.topic_raw, 3)
    registry, found = CollectorRegistry(), []
    labels = {"consumergroup": f"{made.group}-enrich", "topic": made.topic_raw, "partition": "0"}

    def enough() -> bool:
        found.append(registry.get_sample_value("kafka_consumergroup_lag", labels))
        return len(found) == 2

    serve(made, 0, enough=enough, index=False, registry=registry)
    assert found == [3, 3]
    assert list(registry.collect()) == []


def test_closing_the_clients_holds_up_nobody_else_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that is under way has the clients; the loop goes on while it ends."""
    looking, ending = threading.Event(), threading.Event()

    def look(*_: Any) -> None:
        looking.set()
        ending.wait(30)

    monkeypatch.setattr(monitor.Monitor, "close", look)

    async def main() -> None:
        away = Settings(kafka="127.0.0.1:9", elasticsearch=NOWHERE)
        task = asyncio.create_task(serving.serve(away, index=False))
        await asyncio.sleep(0)
        task.cancel()
        async with asyncio.timeout(20):
            while not looking.is_set():  # noqa: ASYNC110 - a thread tells nobody
                await asyncio.sleep(0.01)
        assert not task.done()
        ending.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    monkeypatch.setattr(broker, "ANSWER_MS", 300)
    asyncio.run(main())
