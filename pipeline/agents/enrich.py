"""The enrich hop: raw articles in, enriched articles out, acked once the broker has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from faust.types import EventT
from msgspec import Struct

from pipeline.agents.hop import Hop
from pipeline.agents.outcomes import Report, Settled
from pipeline.agents.outlet import DeadLetterOffice, Message, Outlet
from pipeline.article import Failure
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Outcome
from pipeline.settings import Settings

BURST_S = 0.01
"""Seconds in which what Faust has read already comes to its batch.

No longer: while all processes are at work batches fill by themselves, and else nobody gains by waiting.
"""


class _Instants(Struct, frozen=True):
    """All that is read of an enriched article here."""

    received: datetime
    enriched: datetime


_instants = msgspec.json.Decoder(_Instants)


def hop(settings: Settings, pool: ModelPool, report: Report | None = None) -> Hop:
    """The hop that consumes raw articles and has them enriched by a started pool."""
    made = Hop("enrich", settings.topic_raw, settings, report)
    enriched = Outlet(made.app, settings.topic_enriched)
    office = DeadLetterOffice(made.app, settings)

    async def work(events: Sequence[EventT[Any]]) -> list[Outcome]:
        return await pool.enrich([event.message.value or b"" for event in events])

    async def deliver(events: Sequence[EventT[Any]], outcomes: list[Outcome]) -> list[Settled]:
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
        dead = {id(event): Settled("dead", failure.stage) for event, failure in failures}
        return [dead.get(id(event)) or _settled(each) for event, each in zip(events, outcomes, strict=True)]

    # One batch more than there are processes: a process that is done finds the next one waiting.
    made.run(
        work, deliver, batch=settings.enrich_batch, width=settings.processes + 1, linger_s=lambda: BURST_S
    )
    return made


def _settled(outcome: Outcome) -> Settled:
    """What became of an article that stands on its topic."""
    assert isinstance(outcome, bytes)
    instants = _instants.decode(outcome)
    return Settled(seconds=(instants.enriched - instants.received).total_seconds())
