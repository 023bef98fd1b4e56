"""Faust by its own first page: an agent, one article after the other.

https://faust-streaming.github.io/faust/playbooks/quickstart.html
"""

from __future__ import annotations

from typing import Any

import faust
from elasticsearch import AsyncElasticsearch
from faust.types import StreamT

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings

place = settings()
app = faust.App(place.group, broker=f"kafka://{place.kafka}", value_serializer="json")
raw = app.topic(place.topic_raw)
client = AsyncElasticsearch(str(place.elasticsearch))


@app.agent(raw)
async def handle(articles: StreamT[dict[str, Any]]) -> None:
    """Article by article."""
    async for article in articles:
        await client.index(index=place.index, id=article["id"], document=enrich(article))


tell_ready()
