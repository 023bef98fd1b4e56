"""Bare aiokafka: ``getmany``, the work in a thread, ``send``, ``async_bulk``, then a commit by hand.

As its page "Consumer client" has "Manual vs automatic committing": at least once. What has to take long runs
in an executor there ("Consumer client", "Detecting Consumer Failures"), so that heartbeats go on.
https://aiokafka.readthedocs.io/en/stable/consumer.html
"""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from elasticsearch import AsyncElasticsearch, helpers

from bench.peers.job import BULK, job, tell_ready


async def main() -> None:
    """Run until a signal."""
    work = job()
    settings = work.settings
    consumer = AIOKafkaConsumer(
        work.source,
        bootstrap_servers=settings.kafka,
        group_id=settings.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka)
    tell_ready()
    async with consumer, producer, AsyncElasticsearch(str(settings.elasticsearch)) as client:
        while True:
            found = await consumer.getmany(timeout_ms=100, max_records=BULK)
            values = [message.value for messages in found.values() for message in messages]
            if not values:
                continue
            done = await asyncio.to_thread(work.done, values)
            if work.publishes:
                sent = [
                    await producer.send(settings.topic_enriched, key=each.key, value=each.value)
                    for each in done
                ]
                await asyncio.gather(*sent)
            if work.sinks:
                await helpers.async_bulk(client, [each.action for each in done], index=settings.index)
            await consumer.commit()


if __name__ == "__main__":
    asyncio.run(main())
