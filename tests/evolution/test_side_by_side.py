"""Two workers in one group, and messages as the last release wrote them beside those of today."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError
from kafka import KafkaProducer

from pipeline.article import article_id
from pipeline.feed import feed
from pipeline.sink import templates
from tests import corpus
from tests.evolution import old
from tests.evolution.fleet import Member, indexed
from tests.feeding import fresh, letters
from tests.services import Stack
from tests.workers import eventually

pytestmark = pytest.mark.services

EACH = 40


def old_messages(name: str, prefix: str) -> list[dict[str, Any]]:
    """Articles as the last release may have written them, every other one with all the fields that it has."""
    made = []
    for number in range(EACH):
        guid = f"{prefix}:{number}"
        fields = {"id": article_id("old", guid, ""), "guid": guid, "source": "old", "version": number}
        whole = number % 2 == 0
        if whole:  # what each takes the place of is no other one's
            fields |= {"replaces": {"guid": f"before:{guid}"}}
        made.append(old.message(name, whole=whole, **fields))
    return made


def test_messages_of_both_versions_end_in_the_index_exactly_once(stack: Stack, tmp_path: Path) -> None:
    settings = fresh(stack.settings, tmp_path / "var", processes=1)
    raw, enriched = old_messages(old.RAW, "raw"), old_messages(old.ENRICHED, "enriched")
    with Member(settings, tmp_path) as one, Member(settings, tmp_path) as another:
        producer = KafkaProducer(bootstrap_servers=settings.kafka)
        for topic, messages in ((settings.topic_raw, raw), (settings.topic_enriched, enriched)):
            for message in messages:
                producer.send(topic, key=message["id"].encode(), value=json.dumps(message).encode())
        producer.close()
        path = corpus.write(tmp_path / "new.jsonl", corpus.articles(EACH, prefix="new"))
        assert feed([path], settings).accepted == EACH
        eventually(lambda: len(indexed(settings)) >= 3 * EACH, within_s=120, what="all in the index")
        eventually(
            lambda: one.done("index") + another.done("index") >= 3 * EACH, within_s=30, what="all acked"
        )
        shares = [member.done(stage) for member in (one, another) for stage in ("enrich", "index")]
    wanted = [message["guid"] for message in (*raw, *enriched)] + [f"new:{n}" for n in range(EACH)]
    assert indexed(settings) == dict.fromkeys(wanted, 1)
    assert letters(settings) == []
    assert all(shares), f"one of the two had nothing to do: {shares}"


def test_an_old_worker_leaves_the_fields_that_a_new_one_put_into_the_index(stack: Stack) -> None:
    """This version is the old one here: the new one knows a field more."""

    async def main() -> None:
        alias = f"news-{uuid.uuid4().hex[:8]}"
        index = f"{alias}-000001"
        async with AsyncElasticsearch(str(stack.settings.elasticsearch)) as client:
            await templates.ensure_templates(client, alias)
            await client.indices.create(index=index)
            await client.indices.put_mapping(index=index, properties={"unheard_of": {"type": "keyword"}})
            await templates.fit(client, index)
            await client.index(index=index, document={"unheard_of": "night"}, refresh=True)
            assert (await client.count(index=index, query={"term": {"unheard_of": "night"}}))["count"] == 1
            with pytest.raises(BadRequestError, match="dynamic introduction of"):
                await client.index(index=index, document={"room": "night"})
            await client.indices.delete(index=index)
            await client.indices.delete_index_template(name=templates.index_template(alias)[0])

    asyncio.run(main())
