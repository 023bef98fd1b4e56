"""A hop whose agent meets an error that nobody foresaw: run by the tests as a process of its own."""

import asyncio
from collections.abc import Sequence
from typing import Any

from faust.types import EventT

from pipeline import kafka_topics, log
from pipeline.agents.hop import Hop
from pipeline.settings import settings


async def work(events: Sequence[EventT[Any]]) -> None:
    if any(event.message.value == b"surprise" for event in events):
        raise KeyError("a bug")
    if any(event.message.value == b"slow" for event in events):
        await asyncio.sleep(3600)


async def deliver(_: Sequence[EventT[Any]], __: None) -> None:
    pass


async def main() -> None:
    log.configure("INFO", json=True)
    await kafka_topics.ensure(settings())
    hop = Hop("failing", settings().topic_raw, settings())
    hop.run(work, deliver, batch=1, width=2)
    await hop.app.start()
    await hop.app.wait_until_stopped()


if __name__ == "__main__":
    asyncio.run(main())
