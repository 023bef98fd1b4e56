"""Makes what was written searchable at once while that costs little; else the index does, each second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, waiting
from pipeline.sink.bulk import Document

SHARE = 0.1
"""Share of the time that refreshing takes at most: the longer it takes, the less often it is done."""

LEAST_PAUSE_S = 0.1
REFUSED_PAUSE_S = 60.0
"""Seconds until the next try where Elasticsearch refuses, or is away; nothing is lost by waiting."""

_ANSWER_S = 30.0

log = structlog.get_logger(__name__)


class Refresher:
    """Asks Elasticsearch to show what was written. Whatever fails hurts nobody: it is shown a second later.

    Args:
        settings: where Elasticsearch is, and the alias that is written to.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_ANSWER_S))
        self._alias = settings.index
        self._task: asyncio.Task[None] | None = None
        self._new = False
        self._next = float("-inf")

    def offer(self, documents: Sequence[Document]) -> None:
        """These have just been written. Does not wait."""
        if not documents:
            return
        self._new = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Refresh no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.close()

    async def _run(self) -> None:
        while self._new:
            await asyncio.sleep(self._next - time.monotonic())
            self._new = False
            self._next = time.monotonic() + await self._refresh()

    async def _refresh(self) -> float:
        """Refresh, and tell how many seconds to do without."""
        began = time.monotonic()
        try:
            await self._client.indices.refresh(index=self._alias, ignore_unavailable=True)
        except (ApiError, TransportError) as error:
            log.debug("what was written is not shown at once", reason=waiting.said(error))
            return REFUSED_PAUSE_S
        return max(LEAST_PAUSE_S, (time.monotonic() - began) / SHARE)
