"""The worker: runs hops until it is told to stop, and lets them finish what is under way."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

import structlog

from pipeline import kafka_topics
from pipeline.agents import enrich, index, lag, watch
from pipeline.agents.health import Health
from pipeline.agents.hop import Hop
from pipeline.agents.metrics import Metrics, Name
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Load
from pipeline.enrich.zygote import Zygote, shipped
from pipeline.errors import NewswireError
from pipeline.kafka_waiting import patiently
from pipeline.settings import Settings
from pipeline.sink.bulk import Document
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.refreshing import Refresher
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
    refresher: Refresher
    pool: ModelPool | None
    metrics: Metrics

    def written(self, documents: Sequence[Document]) -> None:
        """Elasticsearch has these: they are to be found soon, and how soon is measured."""
        self.refresher.offer(documents)
        self.probe.offer(documents)


async def run(
    settings: Settings, names: Sequence[Name], models: Zygote | Load = shipped, *, with_lag: bool = False
) -> None:
    """Run some hops in this process until SIGTERM or SIGINT.

    Args:
        settings: where the services are, and how much may be under way.
        names: the hops.
        models: as for ``ModelPool``.
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
        parts = _parts(settings, ModelPool(settings, models) if "enrich" in names else None, stack)
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
        hops: list[Hop] = []
        stack.push_async_callback(_stop, hops)
        start = asyncio.create_task(_start(settings, names, parts, hops, reached))
        after_s = await _unless(stop, start)
        if after_s is None:
            return
        health.watch(hops)
        gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
        log.info(
            "the worker is ready",
            agents=list(names),
            kafka=settings.kafka,
            health_port=port,
            after_s=after_s,
        )
        await _until(stop, hops)
        health.state = "stopping"
        log.info("the worker stops")
        await asyncio.gather(*(hop.drain(DRAIN_S) for hop in hops))


def _parts(settings: Settings, pool: ModelPool | None, stack: contextlib.AsyncExitStack) -> _Parts:
    """What the hops work with; it is closed with the stack."""
    metrics, sink, watcher = Metrics(), Sink(settings), Watcher(settings)
    probe, refresher = Probe(settings, metrics.searchable), Refresher(settings)
    for one in (sink, watcher, probe, refresher):
        stack.push_async_callback(one.close)
    metrics.waits("elasticsearch", lambda: bool(sink.waiting or watcher.waiting))
    metrics.retries(lambda: sink.repeated)
    if pool is not None:
        stack.push_async_callback(pool.close)
        metrics.models(pool.usage.living, pool.usage.cpu_s)
    return _Parts(sink, watcher, probe, refresher, pool, metrics)


async def _start(
    settings: Settings, names: Sequence[Name], parts: _Parts, hops: list[Hop], reached: asyncio.Event
) -> dict[str, float]:
    """Everything side by side: what is read before the models are there waits for them.

    Args:
        settings: as for ``run``.
        names: as for ``run``.
        parts: what the hops work with.
        hops: where those go that are at work.
        reached: told once Kafka could be reached.

    Returns:
        Seconds from the start of the process until each part was there.
    """
    report = {name: parts.metrics.hop(name) for name in names}
    after_s: dict[str, float] = {}

    async def there(part: str, work: Awaitable[None]) -> None:
        await work
        after_s[part] = round(_age_s(), 2)

    async def begin(make: Callable[[], Hop], ready: Callable[[], Awaitable[None]] | None = None) -> None:
        await reached.wait()
        if ready is not None:
            await ready()
        hops.append(await _begin(settings, make))

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(there("topics", _ensure_topics(settings, reached)))
            if parts.pool is not None:
                group.create_task(there("models", parts.pool.start()))
                group.create_task(
                    there("enrich", begin(partial(enrich.hop, settings, parts.pool, report["enrich"])))
                )
            if "index" in names:
                make = partial(index.hop, settings, parts.sink, report["index"], parts.written)
                group.create_task(there("index", begin(make, parts.sink.ready)))
            if "watch" in names:
                make = partial(watch.hop, settings, parts.watcher, report["watch"])
                group.create_task(there("watch", begin(make)))
    except ExceptionGroup as problems:
        raise problems.exceptions[0] from None
    return after_s


def _age_s() -> float:
    """Seconds since this process began, its imports included."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


async def _ensure_topics(settings: Settings, reached: asyncio.Event) -> None:
    await kafka_topics.ensure(settings)
    reached.set()


async def _stop(hops: Sequence[Hop]) -> None:
    await asyncio.gather(*(hop.stop() for hop in hops))


async def _begin(settings: Settings, make: Callable[[], Hop]) -> Hop:
    """A started hop; a broker that went away while the models were loaded is waited for."""
    async for attempt in patiently(settings, "join the consumer group"):
        with attempt:
            hop = make()
            try:
                await _join(hop)
            except BaseException:
                await hop.stop()
                raise
    return hop


async def _join(hop: Hop) -> None:
    """Start it; when its consumer's thread fails at once, Faust's own start returns as if all were well."""
    await hop.app.start()
    if hop.app.crash_reason is not None:
        raise hop.app.crash_reason


async def _unless(stop: asyncio.Event, start: asyncio.Task[dict[str, float]]) -> dict[str, float] | None:
    """What the start gives, or nothing if the signal to stop came first."""
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
