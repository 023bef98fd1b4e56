"""The health pages on a real broker: 503 exactly when the worker does not get on, or is not there yet."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from faust.types import EventT
from prometheus_client import CollectorRegistry, Counter, Gauge

from pipeline.agents import health as health_room
from pipeline.agents.health import LIVE, METRICS, READY, Health, HealthPortError
from pipeline.agents.hop import Hop
from pipeline.agents.offsets import Offsets
from pipeline.agents.progress import Reading
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.agents.broker import put, spread
from tests.agents.hops import going
from tests.agents.scraped import Scraped
from tests.feeding import fresh
from tests.services import Stack
from tests.workers import Worker, eventually

HOST = "127.0.0.1"


def quiet(**changes: Any) -> Settings:
    return Settings(kafka=f"{HOST}:1", health_port=free_port(HOST), **changes)


async def ask(settings: Settings, page: str) -> tuple[int, dict[str, Any]]:
    url = f"http://{HOST}:{settings.health_port}{page}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        body: dict[str, Any] = await response.json()
        return response.status, body


def test_a_worker_that_starts_lives_and_is_not_ready() -> None:
    settings = quiet()

    async def main() -> None:
        health = Health(settings)
        assert await health.serve() == settings.health_port
        assert (await ask(settings, LIVE))[0] == 200
        status, body = await ask(settings, READY)
        assert (status, body["state"], body["reasons"]) == (503, "starting", ["the worker is starting"])
        await health.close()

    asyncio.run(main())


def test_a_service_that_is_waited_for_makes_it_not_ready() -> None:
    settings = quiet()

    async def main() -> None:
        health = Health(settings, lambda: ["waiting for Elasticsearch"])
        health.watch([])
        await health.serve()
        status, body = await ask(settings, READY)
        assert (status, body["reasons"][0]) == (503, "waiting for Elasticsearch")
        assert (await ask(settings, LIVE))[0] == 200
        await health.close()

    asyncio.run(main())


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server((HOST, 0)) as taken:
        settings = quiet().model_copy(update={"health_port": taken.getsockname()[1]})

        async def main() -> None:
            health = Health(settings)
            try:
                await health.serve()
            finally:
                await health.close()

        with pytest.raises(HealthPortError, match=r"choose another port with --health-port"):
            asyncio.run(main())


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain"),
        ("text/html,*/*;q=0.8", "text/plain"),
        ("text/plain;version=0.0.4", "text/plain"),
        ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "application/openmetrics-text"),
        ("application/openmetrics-text;version=abc", "text/plain"),
        ("text/plain;version=1e9;escaping=", "text/plain"),
    ],
)
def test_metrics_are_served_in_the_format_that_is_asked_for(accept: str, kind: str) -> None:
    settings = quiet()
    registry = CollectorRegistry()
    Counter("newswire_test", "A test.", registry=registry).inc(3)

    async def main() -> tuple[str, str]:
        health = Health(settings, registry=registry)
        await health.serve()
        url = f"http://{HOST}:{settings.health_port}{METRICS}"
        async with (
            aiohttp.ClientSession(headers={"Accept": accept}) as session,
            session.get(url) as response,
        ):
            assert response.status == 200
            text = await response.text()
        await health.close()
        return response.headers["Content-Type"], text

    given, text = asyncio.run(main())
    assert given.startswith(f"{kind}; version=")
    assert Scraped(text, is_open=kind != "text/plain").value("newswire_test_total") == 3


def test_a_metric_that_cannot_be_read_costs_the_answer_and_nothing_else() -> None:
    settings = quiet()
    registry = CollectorRegistry()
    Gauge("newswire_test", "A test.", registry=registry).set_function(lambda: 1 / 0)

    async def main() -> None:
        health = Health(settings, registry=registry)
        await health.serve()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{HOST}:{settings.health_port}{METRICS}") as response,
        ):
            assert response.status == 500
        assert (await ask(settings, LIVE))[0] == 200
        await health.close()

    asyncio.run(main())


@pytest.fixture
def settings(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(health_room, "_LOOK_S", 0.2)
    return fresh(stack.settings, tmp_path, partitions=2, health_port=free_port(HOST), stuck_s=2)


class Gate:
    """Work that waits until it is let on."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def work(self, _: Sequence[EventT[Any]]) -> None:
        await self.open.wait()

    async def deliver(self, _: Sequence[EventT[Any]], __: None) -> None:
        pass


async def becomes(settings: Settings, page: str, status: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            found, body = await ask(settings, page)
            if found == status:
                return body
            await asyncio.sleep(0.1)


@pytest.mark.services
def test_a_worker_that_does_not_get_on_is_ill_until_it_does(settings: Settings) -> None:
    put(settings, settings.topic_raw, b"one", b"two")

    async def main() -> None:
        gate = Gate()
        hop = Hop("test", settings.topic_raw, settings)
        hop.run(gate.work, gate.deliver, batch=4, width=2)
        health = Health(settings)
        await health.serve()
        async with going(hop):
            health.watch([hop])
            body = await becomes(settings, LIVE, 503)
            assert body["hops"]["test"]["lag"] == 2
            assert body["hops"]["test"]["partitions"] == [0, 1]
            assert "no commit advanced in partitions" in body["reasons"][0]
            gate.open.set()
            body = await becomes(settings, READY, 200)
            assert body["hops"]["test"] == {"agent": "running", "partitions": [0, 1], "lag": 0, "stuck": []}
            await hop.drain(5)
        assert (await ask(settings, LIVE))[1]["hops"]["test"]["agent"] == "dead"
        await health.close()

    asyncio.run(main())


@pytest.mark.services
def test_offsets_are_the_brokers_own(settings: Settings) -> None:
    spread(settings, settings.topic_raw, 50)

    async def main() -> None:
        async with Offsets(settings) as offsets:
            before = await offsets.of(f"{settings.group}-test", settings.topic_raw)
            assert {number: reading.committed for number, reading in before.items()} == {0: 0, 1: 0}
            assert sum(reading.lag for reading in before.values()) == 50
            gate = Gate()
            gate.open.set()
            hop = Hop("test", settings.topic_raw, settings)
            hop.run(gate.work, gate.deliver, batch=4, width=2)
            async with going(hop), asyncio.timeout(60):
                while True:
                    found = await offsets.of(hop.group, hop.source)
                    if not sum(reading.lag for reading in found.values()):
                        break
                    await asyncio.sleep(0.2)
                await hop.drain(5)
            assert found == {number: Reading(reading.end, reading.end) for number, reading in before.items()}

    asyncio.run(main())


@pytest.mark.services
def test_a_broker_that_is_away_makes_it_not_ready_and_costs_no_life(
    stack: Stack, settings: Settings, tmp_path: Path
) -> None:
    port = settings.health_port
    with Worker(settings, tmp_path, "--only", "index", "--health-port", str(port)):
        eventually(lambda: asyncio.run(ask(settings, READY))[0] == 200, within_s=60, what="a ready worker")
        stack.kafka.kill9()
        try:
            eventually(lambda: asyncio.run(ask(settings, READY))[0] == 503, within_s=60, what="503")
            assert asyncio.run(ask(settings, LIVE))[0] == 200
        finally:
            stack.kafka.start()
        eventually(lambda: asyncio.run(ask(settings, READY))[0] == 200, within_s=90, what="a ready worker")
