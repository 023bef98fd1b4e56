"""The whole way of an article, each part of it with the rights of its role."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline import access, kafka_security, search
from pipeline.lag import Monitor
from pipeline.settings import Settings
from tests.security.conftest import Locked


class Chain:
    """Topics and an index of their own, and who has which role there."""

    def __init__(self, locked: Locked, folder: Path) -> None:
        self._locked = locked
        self._folder = folder
        mark = f"chain-{uuid.uuid4().hex[:8]}"
        topics = {f"topic_{name}": f"{mark}.{name}" for name in ("raw", "enriched", "dead", "alerts")}
        self._names = {**topics, "group": mark, "index": mark}
        self._there = locked.own.model_copy(update=self._names)
        for role in access.kafka_roles():
            access.give(role, f"User:{role}-{locked.own.group}", self._there)
        self.keys: set[str] = set()

    def by(self, role: str, *, way: str = "scram", at: str | None = None) -> Settings:
        more: dict[str, Any] = {"var": self._folder / role}
        if at:
            key = asyncio.run(access.key(at, settings=self._there))
            self.keys.add(key)
            more |= self._locked.elasticsearch.settings(key)
        return self._locked.by(role, way=way, **self._names, **more)


def at(settings: Settings) -> dict[str, Any]:
    names = ("elasticsearch", "elasticsearch_ca", "elasticsearch_api_key")
    return {name: getattr(settings, name) for name in names}


def count(settings: Settings) -> int:
    try:
        return search.count(settings)
    except search.SearchError:  # there is no index yet
        return 0


def behind(settings: Settings) -> list[int | None]:
    with Monitor(settings) as monitor:
        return [each.lag for each in monitor.sample().groups]


def alerts(settings: Settings) -> list[dict[str, Any]]:
    consumer = KafkaConsumer(bootstrap_servers=settings.brokers, **kafka_security.kafka_python(settings))
    place = TopicPartition(settings.topic_alerts, 0)
    consumer.assign([place])
    consumer.seek(place, 0)
    found = consumer.poll(timeout_ms=20_000)
    consumer.close()
    return [json.loads(record.value) for records in found.values() for record in records]
