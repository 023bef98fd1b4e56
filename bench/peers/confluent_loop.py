"""Bare confluent-kafka (librdkafka): ``consume``, the work, ``produce``, ``parallel_bulk``, then a commit.

As its overview has "Synchronous commits", which it calls at least once.
https://docs.confluent.io/kafka-clients/python/current/overview.html
"""

from __future__ import annotations

from collections import deque

from confluent_kafka import Consumer, Producer
from elasticsearch import Elasticsearch, helpers

from bench.peers.job import BULK, job, tell_ready


def main() -> None:
    """Run until a signal."""
    work = job()
    settings = work.settings
    consumer = Consumer(
        {
            "bootstrap.servers": settings.kafka,
            "group.id": settings.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    producer = Producer({"bootstrap.servers": settings.kafka})
    client = Elasticsearch(str(settings.elasticsearch))
    consumer.subscribe([work.source])
    tell_ready()
    while True:
        found = consumer.consume(BULK, timeout=0.1)
        values = [message.value() for message in found if not message.error()]
        if not values:
            continue
        done = work.done(values)
        if work.publishes:
            for each in done:
                producer.produce(settings.topic_enriched, key=each.key, value=each.value)
            producer.flush()
        if work.sinks:
            actions = (each.action for each in done)
            deque(helpers.parallel_bulk(client, actions, index=settings.index), maxlen=0)
        consumer.commit(asynchronous=False)


if __name__ == "__main__":
    main()
