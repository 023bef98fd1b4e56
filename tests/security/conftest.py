"""One Kafka and one Elasticsearch with everything locked, for all tests of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pipeline import access, kafka_topics
from pipeline.settings import Settings
from tests.security.authority import Authority, Tokens
from tests.security.locked_elasticsearch import LockedElasticsearch
from tests.security.locked_kafka import LockedKafka
from tests.services import apart, new_folder


class Locked:
    """Both services, an authority that signed for them, and topics and indices of this run's own.

    Attributes:
        own: the names of topics, groups and the index; addressed as whoever may do everything.
    """

    def __init__(self, folder: Path, kafka: LockedKafka, elasticsearch: LockedElasticsearch) -> None:
        self.folder = folder
        self.kafka = kafka
        self.elasticsearch = elasticsearch
        self.own = apart(
            Settings(
                kafka=f"127.0.0.1:{kafka.login_port}",
                kafka_security="sasl_plaintext",
                kafka_sasl="PLAIN",
                kafka_user="admin",
                kafka_password=kafka.password,
                var=folder,
                partitions=1,
                processes=1,
                **elasticsearch.settings(
                    elasticsearch=elasticsearch.admin_url,
                ),
            )
        )

    def by(self, role: str, *, way: str = "scram", at: str | None = None, **changes: Any) -> Settings:
        """Settings of who has one role at the brokers, and one at Elasticsearch if it is named.

        Args:
            role: of the one at the brokers, or ``nobody``.
            way: how it comes to the brokers.
            at: its role at Elasticsearch.
            changes: of other settings.
        """
        names = ("topic_raw", "topic_enriched", "topic_dead", "topic_alerts", "group", "index")
        more = {name: getattr(self.own, name) for name in (*names, "partitions", "processes")}
        if at:
            key = asyncio.run(access.key(at, settings=self.own))
            more |= self.elasticsearch.settings(key)
        more["var"] = self.folder / "var"
        return self.kafka.by(way, f"{role}-{self.own.group}", **{**more, **changes})


@pytest.fixture(scope="session")
def locked() -> Iterator[Locked]:
    folder = new_folder()
    authority = Authority(folder / "ca")
    with ExitStack() as stack:
        tokens = stack.enter_context(Tokens(authority, folder))
        kafka = LockedKafka(new_folder(), authority, tokens)
        elasticsearch = LockedElasticsearch(new_folder(), authority)
        with ThreadPoolExecutor() as both:
            started = [both.submit(stack.enter_context, one) for one in (kafka, elasticsearch)]
        for one in started:
            one.result()
        made = Locked(folder, kafka, elasticsearch)
        asyncio.run(kafka_topics.ensure(made.own, patience_s=30))
        roles = (*access.kafka_roles(), "nobody")
        kafka.add_users(*(f"{role}-{made.own.group}" for role in roles))
        for role in access.kafka_roles():
            access.give(role, f"User:{role}-{made.own.group}", made.own)
        asyncio.run(access.put_templates(made.own))
        yield made
