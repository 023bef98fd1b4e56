"""aiokafka by the first page of its documentation: ``async for``, with what it commits by itself.

https://aiokafka.readthedocs.io/en/stable/
"""

from __future__ import annotations

import asyncio
import json

from aiokafka import AIOKafkaConsumer
from elasticsearch import AsyncElasticsearch

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings


async def main() -> None:
    """Run until a signal."""
    place = settings()
    consumer = AIOKafkaConsumer(
        place.topic_raw,
        bootstrap_servers=place.kafka,
        group_id=place.group,
        auto_offset_reset="earliest",
        value_deserializer=json.loads,
    )
    tell_ready()
    async with consumer, AsyncElasticsearch(str(place.elasticsearch)) as client:
        async for message in consumer:
            await client.index(index=place.index, id=message.value["id"], document=enrich(message.value))


if __name__ == "__main__":
    asyncio.run(main())
