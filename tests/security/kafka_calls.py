"""What anybody may try at a broker: each call either succeeds or is refused for want of a right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import AuthorizationError, for_code
from kafka.structs import OffsetAndMetadata

from pipeline import kafka_security
from pipeline.settings import Settings

_MS = 10_000


class Caller:
    """Somebody at the broker, with a client for each kind of call; use as a context manager.

    Args:
        settings: who it is.
        own: whose topics and groups are meant.
    """

    def __init__(self, settings: Settings, own: Settings) -> None:
        self._own = own
        options: dict[str, Any] = {
            "bootstrap_servers": settings.brokers,
            "bootstrap_timeout_ms": _MS,
            **kafka_security.kafka_python(settings),
        }
        self._admin = KafkaAdminClient(**options)
        self._producer = KafkaProducer(**options, max_block_ms=_MS, enable_idempotence=False, retries=0)
        self._consumer = KafkaConsumer(**options, enable_auto_commit=False, auto_offset_reset="earliest")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._admin, self._producer, self._consumer):
            client.close()

    @property
    def calls(self) -> dict[str, Callable[[], None]]:
        """Every call by its name; each raises ``AuthorizationError`` where it is refused."""
        own = self._own
        topics = {
            "raw": own.topic_raw,
            "enriched": own.topic_enriched,
            "dead": own.topic_dead,
            "alerts": own.topic_alerts,
        }
        groups = ("enrich", "index", "watch", "webhook-desk", "replay-1")
        return {
            **{f"write {name}": partial(self._write, topic) for name, topic in topics.items()},
            **{f"read {name}": partial(self._read, topic) for name, topic in topics.items()},
            **{f"describe {name}": partial(self._describe, topic) for name, topic in topics.items()},
            **{f"commit as {name}": partial(self._commit, name) for name in groups},
            "see offsets of our groups": partial(self._group, f"{own.group}-enrich"),
            "see offsets of other groups": partial(self._group, "somebody-else"),
            "delete group replay-1": partial(self._forget, f"{own.group}-replay-1"),
            "delete group enrich": partial(self._forget, f"{own.group}-enrich"),
            "make topics": self._make,
            "delete topics": partial(self._remove, own.topic_raw),
            "widen topics": partial(self._widen, own.topic_raw),
            "write, read other topics": self._others,
            "give rights": self._give,
        }

    def _write(self, topic: str) -> None:
        self._producer.send(topic, b"x").get(10)

    def _read(self, topic: str) -> None:
        # To read takes the right to describe, for want of which a consumer would look for the topic for ever.
        self._describe(topic)
        place = TopicPartition(topic, 0)
        self._consumer.assign([place])
        self._consumer.seek(place, 0)
        for _ in range(20):
            if self._consumer.poll(timeout_ms=500):
                return
        raise AssertionError(f"nothing came from {topic}")

    def _describe(self, topic: str) -> None:
        [found] = self._admin.describe_topics([topic])
        _raise(found["error_code"])

    def _commit(self, name: str) -> None:
        topic = {"enrich": self._own.topic_raw, "webhook-desk": self._own.topic_alerts}.get(
            name, self._own.topic_raw if name.startswith("replay") else self._own.topic_enriched
        )
        place = TopicPartition(topic, 0)
        answer = self._admin.alter_group_offsets(
            f"{self._own.group}-{name}", {place: OffsetAndMetadata(1, "", -1)}
        )
        _raise(answer[place].errno)

    def _group(self, group: str) -> None:
        self._admin.list_group_offsets([group])

    def _forget(self, group: str) -> None:
        said = self._admin.delete_groups([group])[group]
        if "Authorization" in str(said) or "AUTHORIZATION" in str(said):
            raise AuthorizationError(str(said))

    def _make(self) -> None:
        # It is there, which is told to those only who may make it.
        answer = self._admin.create_topics(
            {self._own.topic_raw: {"num_partitions": 1, "replication_factor": 1}}, raise_errors=False
        )
        _raise(answer["topics"][0]["error_code"])

    def _remove(self, topic: str) -> None:
        answer = self._admin.delete_topics([topic], raise_errors=False)
        _raise(answer["topics"][0]["error_code"])

    def _widen(self, topic: str) -> None:
        # It has as many already, which is told to those only who may change that.
        answer = self._admin.create_partitions({topic: 1}, raise_errors=False)
        _raise(answer.results[0].error_code)

    def _others(self) -> None:
        refused = 0
        for call in (self._write, self._read):
            try:
                call("payroll")
            except AuthorizationError:
                refused += 1
        if refused:
            assert refused == 2
            raise AuthorizationError("payroll")

    def _give(self) -> None:
        rule = ACL(
            "User:mallory",
            "*",
            ACLOperation.ALL,
            ACLPermissionType.ALLOW,
            ResourcePattern(ResourceType.TOPIC, "payroll"),
        )
        failed = self._admin.create_acls([rule])["failed"]
        if failed:
            raise failed[0]


def _raise(code: int) -> None:
    kind = for_code(code)
    if issubclass(kind, AuthorizationError):
        raise kind


def may(call: Callable[[], None]) -> bool:
    """Whether the broker lets somebody make a call."""
    try:
        call()
    except AuthorizationError:
        return False
    return True
