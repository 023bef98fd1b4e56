"""The enrich agent: raw articles in, enriched articles out, acked once the broker has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faust
from faust.types import EventT

from pipeline.agents.app import DeadLetterOffice, Message, Outlet, consume, make
from pipeline.agents.conveyor import Conveyor
from pipeline.article import Failure
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Outcome
from pipeline.settings import Settings


def app(settings: Settings, pool: ModelPool) -> faust.App:
    """The app that consumes raw articles and has them enriched by a started pool."""
    hop = make("enrich", settings, buffered=2 * settings.enrich_batch)
    enriched = Outlet(hop, settings.topic_enriched)
    office = DeadLetterOffice(hop, settings)

    async def work(events: Sequence[EventT[Any]]) -> list[Outcome]:
        return await pool.enrich([event.message.value or b"" for event in events])

    async def deliver(events: Sequence[EventT[Any]], outcomes: list[Outcome]) -> None:
        done = [
            (event, each) for event, each in zip(events, outcomes, strict=True) if isinstance(each, bytes)
        ]
        failures = [
            (event, each) for event, each in zip(events, outcomes, strict=True) if isinstance(each, Failure)
        ]
        too_large = await enriched.send([Message(event.message.key, value) for event, value in done])
        failures += [
            (done[place][0], Failure("enrich", type(error).__name__, str(error)))
            for place, error in too_large.items()
        ]
        await office.send(failures)

    consume(
        hop,
        settings.topic_raw,
        lambda: Conveyor(work, deliver, width=settings.processes + 1),
        batch=settings.enrich_batch,
        linger_s=settings.linger_s,
    )
    return hop
