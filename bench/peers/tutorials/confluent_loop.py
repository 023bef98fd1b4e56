"""confluent-kafka by the loop of its README: ``poll``, with what it commits by itself.

https://docs.confluent.io/kafka-clients/python/current/overview.html
"""

from __future__ import annotations

import json

from confluent_kafka import Consumer
from elasticsearch import Elasticsearch

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings


def main() -> None:
    """Run until a signal."""
    place = settings()
    consumer = Consumer(
        {"bootstrap.servers": place.kafka, "group.id": place.group, "auto.offset.reset": "earliest"}
    )
    client = Elasticsearch(str(place.elasticsearch))
    consumer.subscribe([place.topic_raw])
    tell_ready()
    while True:
        message = consumer.poll(1.0)
        if message is None or message.error():
            continue
        article = json.loads(message.value())
        client.index(index=place.index, id=article["id"], document=enrich(article))


if __name__ == "__main__":
    main()
