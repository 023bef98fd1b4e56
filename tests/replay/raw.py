"""Raw articles on a topic of the test's own, and what a replay makes of them."""

from __future__ import annotations

import asyncio
from typing import Any

from elasticsearch import Elasticsearch
from kafka import KafkaProducer
from msgspec import structs

from pipeline import article
from pipeline.article import RawArticle
from pipeline.replay import Start, Summary, run
from pipeline.settings import Settings
from pipeline.sink import names
from tests.enrich.models import load
from tests.enrich.models import value as raw_value


def raw(guid: str, version: int = 1, body: str = "Un mot.", **fields: Any) -> RawArticle:
    """A raw article; what its body says is done to the models (see ``tests.enrich.models``)."""
    made = article.decode_raw(raw_value(body))
    return structs.replace(
        made, id=article.article_id("Test", guid, ""), guid=guid, version=version, **fields
    )


def put(settings: Settings, *articles: RawArticle | bytes, partition: int | None = None) -> None:
    """Feed articles, or bytes that are none, in their order."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka, max_request_size=settings.max_message_bytes)
    sent = []
    for each in articles:
        value = each if isinstance(each, bytes) else article.encode(each)
        key = b"k" if isinstance(each, bytes) else each.id.encode()
        sent.append(producer.send(settings.topic_raw, key=key, value=value, partition=partition))
    for future in sent:
        future.get(60)
    producer.close()


def replayed(settings: Settings, start: Start) -> Summary:
    """Replay with quick models until the end."""
    return asyncio.run(run(settings, start, load=load))


def versions(settings: Settings, index: str) -> dict[str, int]:
    """The version of each article of a generation or an alias by its guid."""
    with Elasticsearch(str(settings.elasticsearch)) as client:
        there = index if index == settings.index else names.all_of(index)
        client.indices.refresh(index=there, ignore_unavailable=True)
        hits = client.search(index=there, size=10_000, ignore_unavailable=True)["hits"]["hits"]
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_source"]["guid"]: hit["_source"]["version"] for hit in hits}
