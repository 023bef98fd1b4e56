"""Bytewax: a dataflow from its Kafka source into its Kafka sink and a sink of our own for Elasticsearch.

Started by ``python -m bytewax.run``, one process a core (its page "Execution"), with recovery, without which
it reads from the beginning after each start ("Recovery": at least once). ``flat_map_batch`` has batches.
It has no consumer groups: its processes are a cluster, which is started again as a whole when one dies.
https://docs.bytewax.io/stable/guide/concepts/recovery.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from elasticsearch import Elasticsearch, helpers

from bench.peers.job import BULK, Done, job, tell_ready

work = job()
settings = work.settings


class IndexPart(StatelessSinkPartition[Done]):
    """One worker's connection to Elasticsearch."""

    def __init__(self) -> None:
        self._client = Elasticsearch(str(settings.elasticsearch))

    def write_batch(self, items: list[Done]) -> None:
        """Write what came at once in one bulk request."""
        helpers.bulk(self._client, (each.action for each in items), index=settings.index)


class Index(DynamicSink[Done]):
    """Documents in Elasticsearch."""

    def build(self, _step: str, _worker: int, _workers: int) -> IndexPart:
        """A part for each worker."""
        return IndexPart()


def enrich(batch: list[KafkaSourceMessage[Any, Any]]) -> Iterable[Done]:
    """A whole batch at once."""
    return work.done([message.value for message in batch])


def message(done: Done) -> KafkaSinkMessage[Any, Any]:
    """What goes to the topic."""
    return KafkaSinkMessage(done.key, done.value)


flow = Dataflow("news")
raw = op.input("raw", flow, KafkaSource(settings.brokers, [work.source], batch_size=BULK))
enriched = op.flat_map_batch("enrich", raw, enrich)
if work.publishes:
    op.output(
        "enriched", op.map("message", enriched, message), KafkaSink(settings.brokers, settings.topic_enriched)
    )
if work.sinks:
    op.output("index", enriched, Index())
tell_ready()
