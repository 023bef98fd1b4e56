"""Watches of a test's own on the running Elasticsearch, and the alerts that came of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from elasticsearch import AsyncElasticsearch

from pipeline.article import Alert, decode_alert
from pipeline.settings import Settings
from pipeline.watch import Watch, watch
from pipeline.watch.store import Store
from tests.feeding import records

EARLIER = datetime.now(UTC) - timedelta(minutes=5)


def made(
    settings: Settings,
    name: str = "w",
    query: str = "traité",
    *,
    created: datetime = EARLIER,
    webhook: str | None = None,
    secret_env: str | None = None,
) -> Watch:
    return watch(name, query, created, settings, webhook=webhook, secret_env=secret_env)


@asynccontextmanager
async def store(settings: Settings) -> AsyncIterator[Store]:
    """The watches of these settings."""
    async with AsyncElasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        yield Store(client, settings.index)


def keep(settings: Settings, *watches: Watch) -> None:
    async def add() -> None:
        async with store(settings) as kept:
            await kept.ensure()
            for each in watches:
                await kept.add(each)

    asyncio.run(add())


def alerts(settings: Settings) -> list[Alert]:
    """The alerts on the topic; each stands under its watch's name and carries its id."""
    found = records(settings, settings.topic_alerts)
    read = [decode_alert(record.value) for record in found]
    assert [record.key for record in found] == [alert.watch.encode() for alert in read]
    assert [dict(record.headers)["id"] for record in found] == [alert.id.encode() for alert in read]
    return read
