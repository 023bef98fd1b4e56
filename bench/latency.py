"""Seconds from the feeder's call until an article stands on the enriched topic, and until it is found."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition
from msgspec import structs

from bench.feeding import feed
from pipeline.article import RawArticle
from pipeline.settings import Settings

POLL_S = 0.05
"""Seconds between two searches, by so much an article may have been found before."""

PATIENCE_S = 120.0
MOST = 1000
"""Articles that one search shows, of those that are to be found yet."""


class Latencies(NamedTuple):
    """Seconds from the feeder's call, for each article, in order of size.

    Attributes:
        enriched: until it stood on the enriched topic, where a consumer read it.
        found: until a search found it.
    """

    enriched: list[float]
    found: list[float]


def measured(articles: Sequence[RawArticle], rate: float, settings: Settings, seed: int = 1) -> Latencies:
    """Feed articles of one source of their own at a rate, each apart from the others, as news comes.

    Args:
        articles: what is fed.
        rate: articles a second in the mean; the gaps are distributed exponentially.
        settings: where the services are, and a worker at work.
        seed: of the gaps.

    Raises:
        TimeoutError: some were not found ``PATIENCE_S`` after the last was fed.
    """
    ids = frozenset(each.id for each in articles)
    ended = threading.Event()
    enriched, found = _Seen(ids), _Seen(ids)
    handed: dict[str, _Handed] = {}
    consumer = _at_the_end(settings)
    watchers = [
        threading.Thread(target=_read, args=(consumer, enriched, ended)),
        threading.Thread(target=_search, args=(settings, articles[0].source, handed, found, ended)),
    ]
    for each in watchers:
        each.start()
    try:
        feed(_paced(articles, rate, random.Random(seed), handed), settings)
        for each in watchers:
            each.join(PATIENCE_S)
        if not (enriched.all and found.all):
            raise TimeoutError(f"{len(ids) - len(found.at)} articles were not found in {PATIENCE_S:g} s")
    finally:
        ended.set()
        for each in watchers:
            each.join()
        consumer.close()
    return Latencies(_since(handed, enriched.at), _since(handed, found.at))


class _Handed(NamedTuple):
    """When an article was handed to the producer, by both clocks."""

    at: float
    received: datetime


class _Seen:
    """When each of some articles was seen first."""

    def __init__(self, ids: frozenset[str]) -> None:
        self._ids = ids
        self.at: dict[str, float] = {}

    @property
    def all(self) -> bool:
        return len(self.at) == len(self._ids)

    def see(self, article: str, now: float) -> None:
        if article in self._ids:
            self.at.setdefault(article, now)


def _paced(
    articles: Sequence[RawArticle], rate: float, chance: random.Random, handed: dict[str, _Handed]
) -> Iterator[RawArticle]:
    """Each when it is due; notes when that was."""
    due = time.perf_counter()
    for each in articles:
        due += chance.expovariate(rate)
        time.sleep(max(0.0, due - time.perf_counter()))
        handed[each.id] = moment = _Handed(time.perf_counter(), datetime.now(UTC))
        yield structs.replace(each, received=moment.received)


def _at_the_end(settings: Settings) -> KafkaConsumer:
    """A consumer of the enriched topic, which has what comes from now on."""
    consumer = KafkaConsumer(
        bootstrap_servers=settings.brokers, group_id=None, fetch_max_wait_ms=100, enable_auto_commit=False
    )
    topic = settings.topic_enriched
    parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    consumer.assign(parts)
    for part, end in consumer.end_offsets(parts).items():
        consumer.seek(part, end)
    return consumer


def _read(consumer: KafkaConsumer, seen: _Seen, ended: threading.Event) -> None:
    while not (seen.all or ended.is_set()):
        for records in consumer.poll(timeout_ms=100).values():
            now = time.perf_counter()
            for record in records:
                seen.see((record.key or b"").decode(), now)


def _search(
    settings: Settings, source: str, handed: Mapping[str, _Handed], seen: _Seen, ended: threading.Event
) -> None:
    """Searches for what is missing yet, and asks for no more than that: searching takes what is measured."""
    with Elasticsearch(str(settings.elasticsearch)) as client:
        while not (seen.all or ended.is_set()):
            time.sleep(POLL_S)
            missing = [moment.received for each, moment in [*handed.items()] if each not in seen.at]
            if not missing:
                continue
            since = min(missing).isoformat().replace("+00:00", "Z")
            answer = client.search(
                index=settings.index,
                query={
                    "bool": {
                        "filter": [{"term": {"source": source}}, {"range": {"received": {"gte": since}}}]
                    }
                },
                size=MOST,
                source=False,
                stored_fields="_none_",
                docvalue_fields=[{"field": "id"}],
                filter_path="hits.hits.fields",
            )
            now = time.perf_counter()
            for hit in answer.get("hits", {}).get("hits", ()):
                seen.see(hit["fields"]["id"][0], now)


def _since(handed: Mapping[str, _Handed], seen: Mapping[str, float]) -> list[float]:
    return sorted(seen[article] - moment.at for article, moment in handed.items())
