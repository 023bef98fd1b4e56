"""Looks for as long as it runs: each look goes to Elasticsearch, and is there for Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack

import structlog
from prometheus_client import CollectorRegistry

from pipeline.lag.broker import LagError
from pipeline.lag.index import LagIndex, LagIndexError
from pipeline.lag.metrics import HOST, LagMetrics, served
from pipeline.lag.monitor import WINDOW_S, Monitor
from pipeline.lag.shape import Snapshot
from pipeline.settings import Settings

EVERY_S = 10.0
OLD_S = 10.0
"""Seconds by which a look may be late; then what was seen last is exported no longer."""

log = structlog.get_logger(__name__)


async def serve(
    settings: Settings,
    groups: Iterable[str] | None = None,
    *,
    every_s: float = EVERY_S,
    window_s: float = WINDOW_S,
    index: bool = True,
    port: int | None = None,
    host: str = HOST,
    registry: CollectorRegistry | None = None,
    on_sample: Callable[[Snapshot | None], None] = lambda _: None,
) -> None:
    """Look again and again until cancelled. A service that is away is told once, and waited for.

    What was seen while Elasticsearch is away, or while it takes longer than from one look to the next, is not
    kept for it; looking goes on.

    Args:
        settings: where the services are.
        groups: as for ``Monitor``.
        every_s: seconds from one look to the next.
        window_s: as for ``Monitor``.
        index: write to Elasticsearch.
        port: serve metrics for Prometheus at this port, 0 for any; none by default.
        host: address at which they are served.
        registry: metrics that somebody else serves, to which these are added meanwhile.
        on_sample: hears each look, ``None`` for one that failed.

    Raises:
        LagMetricsError: the port cannot be had.
    """
    newest: Snapshot | None = None
    seen = time.monotonic()

    def exported() -> Snapshot | None:
        return newest if time.monotonic() - seen <= every_s + OLD_S else None

    async with AsyncExitStack() as stack:
        monitor = Monitor(settings, groups, window_s=window_s)
        # It waits for a look that is under way; others in this loop go on meanwhile.
        stack.push_async_callback(asyncio.to_thread, monitor.close)
        writer = stack.enter_context(LagIndex(settings)) if index else None
        metrics = LagMetrics(settings.kafka, exported)
        bound = stack.enter_context(served(metrics, port, host))
        if registry is not None:
            registry.register(metrics)
            stack.callback(registry.unregister, metrics)
        log.info("watching the lag", every_s=every_s, window_s=window_s, metrics_port=bound, index=index)
        told: dict[str, str] = {}
        keeping: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            newest = await asyncio.to_thread(_look, monitor, told)
            seen = time.monotonic()
            if keeping is not None and keeping.done():
                keeping = keeping.result()  # nothing, or the error that ends all
            if newest is not None and writer is not None and keeping is None:
                keeping = asyncio.create_task(asyncio.to_thread(_keep, writer, newest, told))
            on_sample(newest)
            due = max(due + every_s, loop.time())
            await asyncio.sleep(due - loop.time())


def _look(monitor: Monitor, told: dict[str, str]) -> Snapshot | None:
    try:
        snapshot = monitor.sample()
    except LagError as error:
        # Different errors of one outage end with the same advice, and begin with the same address.
        _tell(told, "Kafka", str(error), str(error).rpartition("; ")[2])
        return None
    _tell(told, "Kafka", None)
    for group in snapshot.groups:
        _tell(
            told, f"group {group.group}", None if group.status == "OK" else f"{group.status}: {group.reason}"
        )
    return snapshot


def _keep(writer: LagIndex, snapshot: Snapshot, told: dict[str, str]) -> None:
    try:
        writer.write(snapshot)
    except LagIndexError as error:
        _tell(told, "Elasticsearch", str(error), type(error.__cause__).__name__)
    else:
        _tell(told, "Elasticsearch", None)


def _tell(told: dict[str, str], what: str, trouble: str | None, kind: str | None = None) -> None:
    """Say what is wrong when it comes to be so, and when it is over; not each time.

    Args:
        told: what was said of what is wrong now.
        what: of what.
        trouble: what is wrong with it.
        kind: of trouble: as long as it is the same, it is said once; by default how ``trouble`` begins.
    """
    kind = kind or (trouble.partition(":")[0] if trouble else None)
    if kind == told.get(what):
        return
    if kind is None:
        del told[what]
        log.info("well again", of=what)
    else:
        told[what] = kind
        log.warning("not well", of=what, reason=trouble)
