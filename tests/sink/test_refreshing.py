"""What was written is searchable soon, on the real Elasticsearch; what goes wrong hurts nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch
from structlog.testing import capture_logs

from pipeline.settings import Settings
from pipeline.sink import refreshing
from pipeline.sink.bulk import Document
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.refreshing import Refresher
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy

AWAY = Settings(elasticsearch="http://127.0.0.1:9")
SOME = [Document("a", 1, datetime.now(UTC), {})]


def refreshing_with(settings: Settings, work: Callable[[Refresher], Awaitable[None]]) -> None:
    async def main() -> None:
        refresher = Refresher(settings)
        try:
            await work(refresher)
        finally:
            await refresher.close()

    asyncio.run(main())


def refreshes(client: Elasticsearch, settings: Settings) -> int:
    """How often somebody has asked for one."""
    stats = client.indices.stats(index=settings.index, metric="refresh")
    return int(stats["_all"]["primaries"]["refresh"]["external_total"])


@pytest.mark.services
def test_what_was_written_is_found_though_the_index_itself_never_shows_it(
    own: Settings, client: Elasticsearch
) -> None:
    async def work(refresher: Refresher) -> None:
        sink = Sink(own)
        await sink.ready()
        await asyncio.to_thread(
            client.indices.put_settings, index=f"{own.index}-*", settings={"refresh_interval": "-1"}
        )
        for name in ("a", "b", "c"):
            await sink.index([article(name)], refresher.offer)
        async with asyncio.timeout(60):
            while (await asyncio.to_thread(client.count, index=own.index))["count"] < 3:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        await sink.close()

    refreshing_with(own, work)


@pytest.mark.services
def test_many_batches_at_once_are_shown_together(own: Settings, client: Elasticsearch) -> None:
    before: list[int] = []

    async def work(refresher: Refresher) -> None:
        sink = Sink(own)
        await sink.ready()
        await sink.close()
        await asyncio.to_thread(
            client.indices.put_settings, index=f"{own.index}-*", settings={"refresh_interval": "-1"}
        )
        before.append(await asyncio.to_thread(refreshes, client, own))
        for _ in range(100):
            refresher.offer(SOME)
            await asyncio.sleep(0)
        assert refresher._task is not None
        await refresher._task

    refreshing_with(own, work)
    assert refreshes(client, own) - before[0] <= 2


def test_nothing_written_is_nothing_to_show() -> None:
    async def work(refresher: Refresher) -> None:
        refresher.offer([])
        assert refresher._task is None

    refreshing_with(AWAY, work)


def test_an_elasticsearch_that_is_away_is_not_asked_again_and_again() -> None:
    async def work(refresher: Refresher) -> None:
        refresher.offer(SOME)
        assert refresher._task is not None
        await refresher._task
        assert refresher._next - time.monotonic() > refreshing.REFUSED_PAUSE_S / 2
        refresher.offer(SOME)
        await asyncio.sleep(0.05)
        assert not refresher._task.done()

    with capture_logs() as logs:
        refreshing_with(AWAY, work)
    assert [each["log_level"] for each in logs] == ["debug"]


@pytest.mark.services
def test_the_longer_it_takes_the_less_often_it_is_done(own: Settings) -> None:
    async def work(refresher: Refresher) -> None:
        sink = Sink(own)
        await sink.ready()
        await sink.close()
        refresher.offer(SOME)
        assert refresher._task is not None
        began = time.monotonic()
        await refresher._task
        took, pause = time.monotonic() - began, refresher._next - time.monotonic()
        assert pause <= max(refreshing.LEAST_PAUSE_S, took / refreshing.SHARE)
        assert pause > 0.9 * refreshing.LEAST_PAUSE_S

    refreshing_with(own, work)


@pytest.mark.services
def test_a_refused_refresh_leaves_the_worker_alone(own: Settings) -> None:
    with FaultyProxy(own, [403], path="/_refresh") as proxy, capture_logs() as logs:

        async def work(refresher: Refresher) -> None:
            refresher.offer(SOME)
            assert refresher._task is not None
            await refresher._task

        refreshing_with(proxy.settings, work)
    assert [each["event"] for each in logs] == ["what was written is not shown at once"]
