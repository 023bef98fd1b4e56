"""Bytewax by its pages "Kafka" and "Custom connectors": a map, and a sink that indexes what it is given.

https://docs.bytewax.io/stable/guide/advanced-concepts/custom-connectors.html
"""

from __future__ import annotations

import json
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from elasticsearch import Elasticsearch

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings

place = settings()


class IndexPart(StatelessSinkPartition[dict[str, Any]]):
    """One worker's connection to Elasticsearch."""

    def __init__(self) -> None:
        self._client = Elasticsearch(str(place.elasticsearch))

    def write_batch(self, items: list[dict[str, Any]]) -> None:
        """Index one after the other."""
        for item in items:
            self._client.index(index=place.index, id=item["id"], document=item)


class Index(DynamicSink[dict[str, Any]]):
    """Documents in Elasticsearch."""

    def build(self, _step: str, _worker: int, _workers: int) -> IndexPart:
        """A part for each worker."""
        return IndexPart()


def read(message: KafkaSourceMessage[Any, Any]) -> dict[str, Any]:
    """The article in a message."""
    article: dict[str, Any] = json.loads(message.value)
    return article


flow = Dataflow("news")
raw = op.input("raw", flow, KafkaSource(place.brokers, [place.topic_raw]))
op.output("index", op.map("enrich", op.map("read", raw, read), enrich), Index())
tell_ready()
