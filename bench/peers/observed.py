"""What stands on the topics and in the index: made anew for each round, counted, and removed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import NamedTuple, Self

import msgspec
from elasticsearch import AsyncElasticsearch, Elasticsearch, NotFoundError
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from pipeline import kafka_topics
from pipeline.settings import Settings
from pipeline.sink import templates
from tests.services import apart

_STEADY = "Stable"


class Seen(NamedTuple):
    """One message: its article's id, and when the broker took it, in seconds since 1970."""

    article: str
    at: float


class _Id(msgspec.Struct):
    id: str


_id = msgspec.json.Decoder(_Id)


class Broker:
    """A look at Kafka, for the length of a ``with`` block."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin = KafkaAdminClient(bootstrap_servers=settings.brokers)
        self._consumer = KafkaConsumer(
            bootstrap_servers=settings.brokers,
            group_id=None,
            enable_auto_commit=False,
            consumer_timeout_ms=5_000,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.close()
        self._consumer.close()

    def steady(self, groups: Sequence[str], members: int) -> bool:
        """Whether each of these groups has so many members, and partitions are given to all of them."""
        if not groups:
            return True
        described = self._admin.describe_groups(list(groups))
        return all(
            each.get("group_state") == _STEADY and len(each.get("members") or ()) == members
            for each in (described.get(name, {}) for name in groups)
        )

    def count(self, topic: str) -> int:
        """Messages on a topic that was made for this round."""
        return sum(self._consumer.end_offsets(self._partitions(topic)).values())

    def read(self, topic: str) -> list[Seen]:
        """All messages on a topic, in the order in which the broker took them."""
        partitions = self._partitions(topic)
        left = sum(self._consumer.end_offsets(partitions).values())
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning()
        found: list[Seen] = []
        while left > 0:
            for records in self._consumer.poll(1_000).values():
                found += [Seen(_id.decode(each.value).id, each.timestamp / 1000) for each in records]
                left -= len(records)
        return sorted(found, key=lambda each: each.at)

    def _partitions(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for number in range(self._settings.partitions)]

    def remove(self) -> None:
        """Delete the topics."""
        self._admin.delete_topics([each.name for each in kafka_topics.wanted(self._settings)])


@contextmanager
def round_apart(settings: Settings, *, ours: bool, prefix: str = "news") -> Iterator[Settings]:
    """Topics, group and index for one round of one contender; they are removed at its end.

    Args:
        settings: where the services are.
        ours: whether Newswire makes the index itself, as it does; else one is made from the same templates.
        prefix: of the index's name; another one than ours has no templates: its fields are what its
            documents make them.
    """
    own = apart(settings)
    own = own.model_copy(update={"index": own.index.replace("news", prefix, 1)})
    asyncio.run(_make(own, index=not ours, like_ours=prefix == "news"))
    try:
        yield own
    finally:
        with Broker(own) as broker:
            broker.remove()
        _remove_index(own)


async def _make(settings: Settings, *, index: bool, like_ours: bool) -> None:
    await kafka_topics.ensure(settings)
    if not index:
        return
    async with AsyncElasticsearch(str(settings.elasticsearch)) as client:
        if like_ours:
            await templates.ensure_templates(client, settings.index)
        # Made before, since two processes of QuixStreams that both make it do not get on: one ends.
        await client.indices.create(index=f"{settings.index}-1", aliases={settings.index: {}})


def _remove_index(settings: Settings) -> None:
    with Elasticsearch(str(settings.elasticsearch)) as client:
        found = client.indices.get(index=f"{settings.index},{settings.index}-*", ignore_unavailable=True)
        for name in found.body:
            client.indices.delete(index=name)
        with suppress(NotFoundError):  # it was not made from templates
            client.indices.delete_index_template(name=templates.index_template(settings.index)[0])


def written(client: Elasticsearch, settings: Settings) -> int:
    """Documents that the index was given, as it counts them without a refresh; some perhaps twice."""
    try:
        found = client.indices.stats(index=settings.index, metric="indexing")
    except NotFoundError:
        return 0
    return int(found["_all"]["primaries"].get("indexing", {}).get("index_total", 0))


def searchable(client: Elasticsearch, settings: Settings) -> int:
    """Documents in the index, after a refresh."""
    try:
        client.indices.refresh(index=settings.index)
        return int(client.count(index=settings.index)["count"])
    except NotFoundError:
        return 0


def indexed(client: Elasticsearch, settings: Settings) -> set[str]:
    """The ids of all documents in the index, after a refresh."""
    client.indices.refresh(index=settings.index)
    found = client.search(index=settings.index, size=10_000, source=False)
    return {hit["_id"] for hit in found["hits"]["hits"]}


def repeated(seen: Sequence[Seen]) -> int:
    """Messages that stand on a topic beside the first of the same article."""
    return sum(count - 1 for count in Counter(each.article for each in seen).values())
