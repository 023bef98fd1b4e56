"""One index of watches for all tests of them, empty before each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from pipeline.settings import Settings
from pipeline.watch.watcher import Watcher
from tests.services import Stack, apart


@pytest.fixture(scope="session")
def shared(stack: Stack) -> Iterator[Settings]:
    """Settings whose watches are ready."""
    settings = apart(stack.settings, webhooks_internal=True)

    async def make() -> None:
        watcher = Watcher(settings)
        await watcher.ready()
        await watcher.close()

    asyncio.run(make())
    yield settings
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        for name in (f"watches-{settings.index}", f"watched-{settings.index}-*", f"{settings.index}-*"):
            found = client.indices.get(index=name, ignore_unavailable=True)
            for each in found.body:
                client.indices.delete(index=each)


@pytest.fixture
def settings(shared: Settings) -> Settings:
    """The same, and nothing is kept yet."""
    with Elasticsearch(str(shared.elasticsearch), request_timeout=60) as client:
        client.delete_by_query(index=f"watches-{shared.index}", query={"match_all": {}}, refresh=True)
    return shared
