"""A worker whose agent meets an error that nobody foresaw: run by the tests as a process of its own."""

import asyncio
from collections.abc import Sequence
from typing import Any

from faust.types import EventT

from pipeline import kafka_topics, log
from pipeline.agents import app
from pipeline.agents.conveyor import Conveyor
from pipeline.settings import settings


async def work(events: Sequence[EventT[Any]]) -> None:
    if any(event.message.value == b"surprise" for event in events):
        raise KeyError("a bug")


async def deliver(_: Sequence[EventT[Any]], __: None) -> None:
    pass


async def main() -> None:
    log.configure("INFO", json=True)
    await kafka_topics.ensure(settings())
    hop = app.make("failing", settings(), buffered=8)
    app.consume(hop, settings().topic_raw, lambda: Conveyor(work, deliver, 2), batch=1, linger_s=0.05)
    await hop.start()
    await hop.wait_until_stopped()


if __name__ == "__main__":
    asyncio.run(main())
