"""The watch hop: enriched articles in, alerts for what watches wait for, acked once the broker has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from faust.types import EventT

from pipeline import article
from pipeline.agents.hop import Hop
from pipeline.agents.outlet import Message, Outlet
from pipeline.article import Alert, InvalidArticleError
from pipeline.settings import Settings
from pipeline.watch.couriers import Couriers
from pipeline.watch.watcher import Arrived, Watcher

SWEEP_S = 1.0
"""Seconds between two looks at which embargoes have ended."""

_FIRST = 0

log = structlog.get_logger(__name__)


def hop(settings: Settings, watcher: Watcher) -> Hop:
    """The hop that holds enriched articles against the watches of a watcher that is ready.

    Whoever has the first partition also looks after what embargoes hold back; webhooks are shared out by
    Kafka's own consumer groups.
    """
    made = Hop("watch", settings.topic_enriched, settings)
    outlet = Outlet(made.app, settings.topic_alerts)

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
        await watcher.alert(arrived, send)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            if _FIRST in made.assigned():
                await watcher.release(send)

    async def webhooks() -> None:
        await Couriers(settings, watcher.watches).run()

    # One batch at a time: it is held against all watches at once, and Elasticsearch has the work, not we.
    made.run(work, deliver, batch=settings.index_batch, width=1)
    made.app.task(sweep)
    made.app.task(webhooks)
    return made


def _arrived(event: EventT[Any]) -> Arrived | None:
    """The article of an event; None where it is none: the index hop makes a dead letter of that."""
    value = event.message.value or b""
    try:
        return Arrived(
            article.decode_enriched(value), value, datetime.fromtimestamp(event.message.timestamp, UTC)
        )
    except InvalidArticleError:
        return None
