"""When what was written can be found: one article at a time is searched for until it is there."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, waiting
from pipeline.sink.bulk import Document

EVERY_S = 0.075
"""Seconds from an answer to the next question."""

APART_S = 1.0
"""Seconds from one article to the next at least."""

GIVE_UP_S = 30.0
"""Seconds after which an article is looked for no longer; it counts as if it had been found then."""

_ANSWER_S = 5.0

log = structlog.get_logger(__name__)


class Probe:
    """Picks an article now and then, and measures until a search finds it. Whatever fails hurts nobody.

    Args:
        settings: where Elasticsearch is, and the alias that is searched.
        seen: hears of each article that was found, or given up: the seconds since it was indexed, as its
            document says, and since it was received.
    """

    def __init__(self, settings: Settings, seen: Callable[[float, float], None]) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_ANSWER_S))
        self._alias = settings.index
        self._seen = seen
        self._task: asyncio.Task[None] | None = None
        self._began = float("-inf")

    def offer(self, documents: Sequence[Document]) -> None:
        """These have just been written; one of them may be looked for. Does not wait."""
        busy = self._task is not None and not self._task.done()
        if documents and not busy and time.monotonic() - self._began >= APART_S:
            self._began = time.monotonic()
            self._task = asyncio.create_task(self._measure(random.choice(documents)))

    async def close(self) -> None:
        """Look no further; what is under way is not told."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.close()

    async def _measure(self, document: Document) -> None:
        try:
            indexed = indexed_at(document)
            await self._until_found(document, indexed)
            now = datetime.now(UTC)
            self._seen((now - indexed).total_seconds(), (now - document.received).total_seconds())
        except Exception:
            log.exception("when articles can be found is not measured", article=document.id)

    async def _until_found(self, document: Document, indexed: datetime) -> None:
        try:
            async with asyncio.timeout(GIVE_UP_S):
                while not await self._is_found(document, indexed):  # noqa: ASYNC110 - an index tells nobody
                    await asyncio.sleep(EVERY_S)
        except TimeoutError:
            log.warning("what was written is not found", article=document.id, given_up_after_s=GIVE_UP_S)

    async def _is_found(self, document: Document, indexed: datetime) -> bool:
        """Whether a search finds what was written, or what was written after it."""
        try:
            found = await self._client.search(
                index=self._alias,
                query={"ids": {"values": [document.id]}},
                source_includes=["indexed"],
                version=True,
            )
        except (ApiError, TransportError) as error:
            log.debug("a search for what was written failed", reason=waiting.said(error))
            return False
        return any(
            (hit["_version"], datetime.fromisoformat(hit["_source"]["indexed"]))
            >= (document.version, indexed)
            for hit in found["hits"]["hits"]
        )


def indexed_at(document: Document) -> datetime:
    """When a document was indexed, as it says itself."""
    return datetime.fromisoformat(document.fields["indexed"])
