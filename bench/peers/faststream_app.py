"""FastStream: a batch subscriber that publishes a batch, on librdkafka (``faststream.confluent``).

The default policy commits before the work is done; its page "Acknowledgement" has ``AckPolicy.ACK`` for at
least once. The models would block its loop, so they run in a thread of their own.
https://faststream.ag2.ai/latest/confluent/Consumer/Batch/
"""

from __future__ import annotations

import asyncio

from elasticsearch import AsyncElasticsearch, helpers
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker, KafkaMessage, KafkaPublishMessage

from bench.peers.job import BULK, job, tell_ready

work = job()
settings = work.settings
broker = KafkaBroker(settings.brokers, logger=None)
app = FastStream(broker, logger=None)
client = AsyncElasticsearch(str(settings.elasticsearch))


async def as_it_is(message: KafkaMessage) -> list[bytes]:
    """Bytes stay bytes: ours is the one who decodes them."""
    values: list[bytes] = message.body
    return values


@broker.subscriber(
    work.source,
    group_id=settings.group,
    auto_offset_reset="earliest",
    batch=True,
    max_records=BULK,
    decoder=as_it_is,
    ack_policy=AckPolicy.ACK,
)
async def enrich(values: list[bytes]) -> None:
    """A batch: acknowledged when this returns."""
    done = await asyncio.to_thread(work.done, values)
    if work.publishes:
        messages = (KafkaPublishMessage(each.value, key=each.key) for each in done)
        await broker.publish_batch(*messages, topic=settings.topic_enriched)
    if work.sinks:
        await helpers.async_bulk(client, [each.action for each in done], index=settings.index)


if __name__ == "__main__":
    tell_ready()
    asyncio.run(app.run())
