"""Hops that do nothing but note what they were given."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from faust.types import EventT

from pipeline.agents.hop import Hop
from pipeline.settings import Settings


class Recorder:
    """Work that takes so long, and what was seen of it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.worked: Counter[tuple[int, int]] = Counter()
        self.delivered: Counter[tuple[int, int]] = Counter()

    async def work(self, events: Sequence[EventT[Any]]) -> None:
        self.worked.update((event.message.partition, event.message.offset) for event in events)
        await asyncio.sleep(self.seconds)

    async def deliver(self, events: Sequence[EventT[Any]], _: None) -> None:
        self.delivered.update((event.message.partition, event.message.offset) for event in events)


def hop_with(recorder: Recorder, settings: Settings, *, batch: int = 4, width: int = 2) -> Hop:
    hop = Hop("test", settings.topic_raw, settings)
    hop.run(recorder.work, recorder.deliver, batch=batch, width=width)
    return hop


async def reached(count: int, *recorders: Recorder, within_s: float = 60) -> None:
    """Wait until they have delivered so many different messages together."""
    await until(lambda: len(set().union(*(each.delivered for each in recorders))) >= count, within_s)


async def until(happened: Callable[[], bool], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
