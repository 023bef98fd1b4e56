"""The lag exporter beside the hops: what ``newswire lag serve`` does, in the worker's own process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from prometheus_client import CollectorRegistry

from pipeline.settings import Settings

AGAIN_S = 30.0
"""Seconds until it begins anew after it failed."""

ENDS_S = 5.0
"""Seconds that its task has to end; a request in a thread has a limit of its own, and is waited for."""

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def exported(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Look at the lag meanwhile, keep it in Elasticsearch, and have it among these metrics.

    Whatever it fails of is in the log, and ends nothing else.
    """
    task = asyncio.create_task(_for_ever(settings, registry))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=ENDS_S)


async def _for_ever(settings: Settings, registry: CollectorRegistry) -> None:
    while True:
        try:
            from pipeline.lag import serve  # noqa: PLC0415 - a worker without it loads no second Kafka client

            await serve.serve(settings, registry=registry)
        except Exception:
            log.exception("the lag is not exported; it is tried again", again_in_s=AGAIN_S)
        await asyncio.sleep(AGAIN_S)
