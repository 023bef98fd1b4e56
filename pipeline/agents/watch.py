"""The watch hop: enriched articles in, alerts for what watches wait for, acked once the broker has them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from faust.types import EventT

from pipeline import article
from pipeline.agents.hop import Hop
from pipeline.agents.outcomes import Report
from pipeline.agents.outlet import Message, Outlet
from pipeline.article import Alert, InvalidArticleError
from pipeline.settings import Settings
from pipeline.watch.couriers import Couriers
from pipeline.watch.watcher import Arrived, Watcher

SWEEP_S = 1.0
"""Seconds between two looks at which embargoes have ended."""

PAUSE_S = 5.0
"""Seconds until what failed is tried again."""

_FIRST = 0

log = structlog.get_logger(__name__)


def hop(settings: Settings, watcher: Watcher, report: Report | None = None) -> Hop:
    """The hop that holds enriched articles against watches, once it could prepare what these need.

    Whoever has the first partition also looks after what embargoes hold back; webhooks are shared out by
    Kafka's own consumer groups.
    """
    made = Hop("watch", settings.topic_enriched, settings, report)
    outlet = Outlet(made.app, settings.topic_alerts)
    prepared = asyncio.Event()

    async def prepare() -> None:
        await watcher.prepare()
        prepared.set()

    async def work(events: Sequence[EventT[Any]]) -> list[Arrived]:
        return [each for event in events if (each := _arrived(event)) is not None]

    async def send(alerts: Sequence[Alert]) -> None:
        messages = [
            Message(each.watch.encode(), article.encode(each), [("id", each.id.encode())]) for each in alerts
        ]
        for place, error in (await outlet.send(messages)).items():
            log.error(
                "an alert is lost", watch=alerts[place].watch, article=alerts[place].article, reason=error
            )

    async def deliver(_: Sequence[EventT[Any]], arrived: list[Arrived]) -> None:
        await prepared.wait()
        await watcher.alert(arrived, send)

    async def release() -> None:
        await asyncio.sleep(SWEEP_S)
        if _FIRST in made.assigned():
            await watcher.release(send)

    async def sweep() -> None:
        await prepared.wait()
        await _again("alerts of embargoes that end", release)

    async def webhooks() -> None:
        await prepared.wait()
        await _again("posts to webhooks", Couriers(settings, watcher.watches).run)

    # One batch at a time: it is held against all watches at once, and Elasticsearch has the work, not we.
    made.run(work, deliver, batch=settings.index_batch, width=1)
    made.app.task(prepare)
    made.app.task(sweep)
    made.app.task(webhooks)
    return made


async def _again(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; whatever it fails of is in the log, and ends no other work."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("work of the watches failed; it is tried again", work=what, again_in_s=PAUSE_S)
            await asyncio.sleep(PAUSE_S)


def _arrived(event: EventT[Any]) -> Arrived | None:
    """The article of an event; None where it is none: the index hop makes a dead letter of that."""
    try:
        return Arrived(article.decode_enriched(event.message.value or b""), _at(event))
    except InvalidArticleError:
        return None


def _at(event: EventT[Any]) -> datetime:
    """When an event reached the topic; its producer may have said anything."""
    now = datetime.now(UTC)
    try:
        return min(datetime.fromtimestamp(event.message.timestamp, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
