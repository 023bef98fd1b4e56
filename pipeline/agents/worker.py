"""The worker: runs hops until it is told to stop, and lets them finish what is under way."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import get_args

import structlog

from pipeline import kafka_topics
from pipeline.agents import enrich, index, lag, watch
from pipeline.agents.health import Health
from pipeline.agents.hop import Hop
from pipeline.agents.metrics import Metrics, Name
from pipeline.enrich import load as load_models
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Load
from pipeline.errors import NewswireError
from pipeline.kafka_waiting import patiently
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.searchable import Probe
from pipeline.watch.watcher import Watcher

__all__ = ["DRAIN_S", "NAMES", "Name", "WorkerCrashedError", "run"]

NAMES: tuple[Name, ...] = get_args(Name)
"""All hops."""

DRAIN_S = 5.0
"""Seconds that what is under way has to be finished once the worker is told to stop."""

log = structlog.get_logger(__name__)


class WorkerCrashedError(NewswireError):
    """A Faust app stopped by itself; what it had not acked will be read again."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the hops work with."""

    sink: Sink
    watcher: Watcher
    probe: Probe
    metrics: Metrics
    load: Load


async def run(
    settings: Settings, names: Sequence[Name], load: Load = load_models, *, with_lag: bool = False
) -> None:
    """Run some hops in this process until SIGTERM or SIGINT.

    Args:
        settings: where the services are, and how much may be under way.
        names: the hops.
        load: makes the models, in each model process; a function that can be imported there.
        with_lag: keep and export the lag of all our groups, too.

    Raises:
        ModelStartError: the models cannot be loaded.
        HealthPortError: the health pages cannot be served.
        WorkerCrashedError: an app stopped by itself.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        parts = _parts(settings, load, stack)
        health = Health(
            settings,
            lambda: list(filter(None, (parts.sink.waiting, parts.watcher.waiting))),
            parts.metrics.registry,
        )
        stack.push_async_callback(health.close)
        reached = asyncio.Event()
        parts.metrics.waits("kafka", lambda: health.kafka_is_silent or not reached.is_set())
        port = await health.serve() if settings.health_port else None
        if with_lag:
            await stack.enter_async_context(lag.exported(settings, parts.metrics.registry))
        start = asyncio.create_task(_start(settings, names, parts, stack, reached))
        hops = await _unless(stop, start)
        if hops is None:
            return
        health.watch(hops)
        log.info("the worker is ready", agents=list(names), kafka=settings.kafka, health_port=port)
        await _until(stop, hops)
        health.state = "stopping"
        log.info("the worker stops")
        await asyncio.gather(*(hop.drain(DRAIN_S) for hop in hops))


def _parts(settings: Settings, load: Load, stack: contextlib.AsyncExitStack) -> _Parts:
    """What the hops work with; it is closed with the stack."""
    metrics, sink, watcher = Metrics(), Sink(settings), Watcher(settings)
    probe = Probe(settings, metrics.searchable)
    for one in (sink, watcher, probe):
        stack.push_async_callback(one.close)
    metrics.waits("elasticsearch", lambda: bool(sink.waiting or watcher.waiting))
    metrics.retries(lambda: sink.repeated)
    return _Parts(sink, watcher, probe, metrics, load)


async def _start(
    settings: Settings,
    names: Sequence[Name],
    parts: _Parts,
    stack: contextlib.AsyncExitStack,
    reached: asyncio.Event,
) -> list[Hop]:
    """The hops at work, once Kafka could be reached, of which ``reached`` tells, and all else is there."""
    await kafka_topics.ensure(settings)
    reached.set()
    report = {name: parts.metrics.hop(name) for name in names}
    makers: list[Callable[[], Hop]] = []
    if "enrich" in names:
        pool = await stack.enter_async_context(ModelPool(settings, parts.load))
        parts.metrics.models(pool.usage.living, pool.usage.cpu_s)
        makers.append(partial(enrich.hop, settings, pool, report["enrich"]))
    if "index" in names:
        await parts.sink.ready()
        makers.append(partial(index.hop, settings, parts.sink, report["index"], parts.probe.offer))
    if "watch" in names:
        makers.append(partial(watch.hop, settings, parts.watcher, report["watch"]))
    return await stack.enter_async_context(_started(settings, makers))


@contextlib.asynccontextmanager
async def _started(settings: Settings, makers: Sequence[Callable[[], Hop]]) -> AsyncIterator[list[Hop]]:
    """The hops at work; they are stopped side by side."""
    hops: list[Hop] = []
    try:
        for make in makers:
            hops.append(await _begin(settings, make))  # noqa: PERF401 - those before one that fails must be stopped
        yield hops
    finally:
        await asyncio.gather(*(hop.stop() for hop in hops))


async def _begin(settings: Settings, make: Callable[[], Hop]) -> Hop:
    """A started hop; a broker that went away while the models were loaded is waited for."""
    async for attempt in patiently(settings, "join the consumer group"):
        with attempt:
            hop = make()
            try:
                await hop.app.start()
            except BaseException:
                await hop.stop()
                raise
    return hop


async def _unless(stop: asyncio.Event, start: asyncio.Task[list[Hop]]) -> list[Hop] | None:
    """The started hops, or nothing if the signal to stop came first."""
    signalled = asyncio.create_task(stop.wait())
    await asyncio.wait([signalled, start], return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if start.done():
        return start.result()
    start.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await start
    return None


async def _until(stop: asyncio.Event, hops: Sequence[Hop]) -> None:
    waits = [
        asyncio.create_task(stop.wait()),
        *(asyncio.create_task(hop.app.wait_until_stopped()) for hop in hops),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    for hop in hops:
        if hop.app.crashed:
            raise WorkerCrashedError(f"{hop.group}: {hop.app.crash_reason!r}")
