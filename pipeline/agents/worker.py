"""The worker: runs the agents until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from typing import Literal

import faust
import structlog

from pipeline import kafka_topics
from pipeline.agents import enrich, index
from pipeline.enrich.pool import ModelPool
from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Sink

Hop = Literal["enrich", "index"]

log = structlog.get_logger(__name__)


class WorkerCrashedError(NewswireError):
    """A Faust app stopped by itself; what it had not acked will be read again."""


async def run(settings: Settings, hops: Sequence[Hop]) -> None:
    """Run the agents of some hops in this process until SIGTERM or SIGINT.

    Raises:
        ModelStartError: the models cannot be loaded.
        WorkerCrashedError: an app stopped by itself.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        start = asyncio.create_task(_start(settings, hops, stack))
        apps = await _unless(stop, start)
        if apps is None:
            return
        log.info("the worker is ready", agents=list(hops), kafka=settings.kafka)
        await _until(stop, apps)
        log.info("the worker stops")


async def _start(
    settings: Settings, hops: Sequence[Hop], stack: contextlib.AsyncExitStack
) -> list[faust.App]:
    await kafka_topics.ensure(settings)
    apps: list[faust.App] = []
    if "enrich" in hops:
        apps.append(enrich.app(settings, await stack.enter_async_context(ModelPool(settings))))
    if "index" in hops:
        sink = Sink(settings)
        stack.push_async_callback(sink.close)
        await sink.ready()
        apps.append(index.app(settings, sink))
    for app in apps:
        stack.push_async_callback(app.stop)
        await app.start()
    return apps


async def _unless(stop: asyncio.Event, start: asyncio.Task[list[faust.App]]) -> list[faust.App] | None:
    """The started apps, or nothing if the signal to stop came first."""
    signalled = asyncio.create_task(stop.wait())
    await asyncio.wait([signalled, start], return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if start.done():
        return start.result()
    start.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await start
    return None


async def _until(stop: asyncio.Event, apps: Sequence[faust.App]) -> None:
    waits = [
        asyncio.create_task(stop.wait()),
        *(asyncio.create_task(app.wait_until_stopped()) for app in apps),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    for app in apps:
        if app.crashed:
            raise WorkerCrashedError(f"{app.conf.id}: {app.crash_reason!r}")
