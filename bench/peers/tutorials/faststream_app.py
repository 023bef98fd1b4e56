"""FastStream by its page "Confluent's Kafka quick start": a subscriber for one message.

https://faststream.ag2.ai/latest/confluent/
"""

from __future__ import annotations

import asyncio
from typing import Any

from elasticsearch import AsyncElasticsearch
from faststream import FastStream
from faststream.confluent import KafkaBroker

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings

place = settings()
broker = KafkaBroker(place.brokers)
app = FastStream(broker)
client = AsyncElasticsearch(str(place.elasticsearch))


@broker.subscriber(place.topic_raw, group_id=place.group, auto_offset_reset="earliest")
async def handle(article: dict[str, Any]) -> None:
    """One article."""
    await client.index(index=place.index, id=article["id"], document=enrich(article))


if __name__ == "__main__":
    tell_ready()
    asyncio.run(app.run())
