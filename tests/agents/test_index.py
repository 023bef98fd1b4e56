"""The index agent on the real services: each message is in the index or a dead letter before it is acked."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from msgspec import structs

from pipeline.agents import index
from pipeline.agents.outcomes import Report
from pipeline.article import encode
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Sink
from tests.agents.broker import acked, put
from tests.agents.hops import going
from tests.agents.reporting import Recorded
from tests.feeding import fresh, letters
from tests.services import Stack
from tests.sink.articles import NOON, article
from tests.sink.faulty import FaultyProxy

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, index_batch=4, linger_s=1.0)


def run(
    settings: Settings,
    *values: bytes | None,
    report: Report | None = None,
    written: index.Written = lambda _: None,
) -> dict[str, int]:
    """Index these messages, until all are acked; the version of each document by its guid."""
    put(settings, settings.topic_enriched, *values)

    async def main() -> None:
        sink = Sink(settings)
        await sink.ready()
        async with going(index.hop(settings, sink, report, written)):
            await acked(settings, "index", settings.topic_enriched, len(values))
        await sink.close()

    asyncio.run(main())
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        client.indices.refresh(index=settings.index)
        found = client.search(index=settings.index, size=100)["hits"]["hits"]
    return {hit["_source"]["guid"]: hit["_source"]["version"] for hit in found}


def message(guid: str, version: int = 1) -> bytes:
    return encode(article(guid, version=version))


def test_articles_are_in_the_index_when_they_are_acked(settings: Settings) -> None:
    guids = [f"g{number}" for number in range(10)]
    assert run(settings, *map(message, guids)) == dict.fromkeys(guids, 1)
    assert letters(settings) == []


def test_an_older_version_behind_a_newer_one_changes_nothing(settings: Settings) -> None:
    assert run(settings, message("g", 3), message("g", 1), message("g", 2)) == {"g": 3}
    assert letters(settings) == []


def test_of_texts_with_the_same_version_the_last_one_stays(settings: Settings) -> None:
    run(settings, *[encode(article("g", body=f"Texte {number}.")) for number in range(30)])
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        (hit,) = client.search(index=settings.index)["hits"]["hits"]
    assert hit["_source"]["body"] == "Texte 29."


def test_what_is_no_enriched_article_is_a_dead_letter_and_the_rest_goes_on(settings: Settings) -> None:
    raw = encode(structs.replace(article("raw"), source=""))
    assert run(settings, message("a"), b"[]", None, raw, message("b")) == {"a": 1, "b": 1}
    dead = letters(settings)
    assert [(letter.stage, letter.offset, letter.value) for letter in dead] == [
        ("validate", 1, b"[]"),
        ("validate", 2, b""),
        ("validate", 3, raw),
    ]


def test_what_elasticsearch_refuses_is_a_dead_letter_with_its_reason(settings: Settings) -> None:
    """A request refused as a whole, then its half, then the one: that one is at fault."""
    with FaultyProxy(settings, [413, 413, 413]) as proxy:
        assert run(proxy.settings, *map(message, "abcd")) == {"b": 1, "c": 1, "d": 1}
    (letter,) = letters(settings)
    assert (letter.stage, letter.offset, letter.value) == ("index", 0, message("a"))
    assert "the proxy says no" in letter.error_message


def test_elasticsearch_that_is_busy_is_waited_for(settings: Settings) -> None:
    with FaultyProxy(settings, [429, 503, "lost", "unheard"]) as proxy:
        assert run(proxy.settings, *map(message, "ab")) == {"a": 1, "b": 1}
    assert letters(settings) == []


def test_what_became_of_each_article_is_told_with_the_seconds_since_it_was_enriched(
    settings: Settings,
) -> None:
    """The first batch is refused as a whole, then its first half: the newest version of one article."""
    report = Recorded()
    values = (message("a", 3), b"[]", message("a", 2), message("b"), message("a", 1))
    with FaultyProxy(settings, [413, 413]) as proxy:
        run(proxy.settings, *values, report=report)
    assert [(each.fate, each.letter) for each in report.settled] == [
        ("dead", "index"),
        ("dead", "validate"),
        ("done", ""),
        ("done", ""),
        ("stale", ""),
    ]
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        hits = client.search(index=settings.index)["hits"]["hits"]
    told = [each.seconds for each in report.settled if each.seconds is not None]
    assert sorted(told) == sorted(
        (datetime.fromisoformat(hit["_source"]["indexed"]) - NOON).total_seconds() for hit in hits
    )


def test_who_listens_hears_of_what_was_written_and_of_nothing_else(settings: Settings) -> None:
    heard: list[str] = []
    with FaultyProxy(settings, ["half", 429]) as proxy:
        run(
            proxy.settings,
            *(message(guid) for guid in "abcd"),
            message("a", 0),
            written=lambda documents: heard.extend(each.fields["guid"] for each in documents),
        )
    assert sorted(heard) == ["a", "b", "c", "d"]
