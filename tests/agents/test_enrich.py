"""The enrich agent on a real broker: each raw message is enriched or a dead letter before it is acked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pipeline.agents import enrich
from pipeline.agents.outcomes import Report
from pipeline.article import decode_enriched
from pipeline.enrich.pool import ModelPool
from pipeline.settings import Settings
from tests.agents.broker import acked, put
from tests.agents.hops import going
from tests.agents.reporting import Recorded
from tests.enrich.models import load, value
from tests.feeding import fresh, letters, records
from tests.services import Stack

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, processes=2, max_article_bytes=2000, enrich_batch=4)


def run(settings: Settings, count: int, report: Report | None = None) -> None:
    """Run the agent until so many messages of the raw topic are acked and committed."""

    async def main() -> None:
        async with ModelPool(settings, load) as pool, going(enrich.hop(settings, pool, report)):
            await acked(settings, "enrich", settings.topic_raw, count)

    asyncio.run(main())


def test_articles_keep_their_key_and_their_order(settings: Settings) -> None:
    put(settings, settings.topic_raw, *[value(f"article {number}") for number in range(10)])
    run(settings, 10)
    found = records(settings, settings.topic_enriched)
    assert [decode_enriched(record.value).body for record in found] == [f"article {n}" for n in range(10)]
    assert {record.key for record in found} == {b"k"}
    assert letters(settings) == []


def test_what_cannot_be_enriched_is_a_dead_letter_with_its_bytes_and_the_rest_goes_on(
    settings: Settings,
) -> None:
    sent = [value("one"), b"\xff\x00", value("raise"), value("die"), value("two"), None]
    put(settings, settings.topic_raw, *sent)
    run(settings, 6)
    bodies = [decode_enriched(record.value).body for record in records(settings, settings.topic_enriched)]
    assert bodies == ["one", "two"]
    dead = letters(settings)
    assert [(letter.stage, letter.error_type, letter.offset) for letter in dead] == [
        ("validate", "InvalidArticleError", 1),
        ("enrich", "ZeroDivisionError", 2),
        ("enrich", "ProcessDiedError", 3),
        ("validate", "InvalidArticleError", 5),
    ]
    # How often depends on which came in one batch; one that kills its process is tried again alone.
    assert all(letter.attempts >= 1 for letter in dead)
    assert dead[2].attempts >= 2
    assert [letter.value for letter in dead] == [b"\xff\x00", value("raise"), value("die"), b""]
    assert {letter.topic for letter in dead} == {settings.topic_raw}


def test_an_enriched_article_that_no_topic_takes_is_a_dead_letter(settings: Settings) -> None:
    put(settings, settings.topic_raw, value("grow"), value("after"))
    run(settings, 2)
    (letter,) = letters(settings)
    assert (letter.stage, letter.error_type) == ("enrich", "TooLargeError")
    assert letter.value == value("grow")


def test_what_was_acked_is_not_read_again(settings: Settings) -> None:
    put(settings, settings.topic_raw, value("first"))
    run(settings, 1)
    put(settings, settings.topic_raw, value("second"))
    run(settings, 2)
    bodies = [decode_enriched(record.value).body for record in records(settings, settings.topic_enriched)]
    assert bodies == ["first", "second"]


def test_what_became_of_each_article_is_told_with_the_seconds_since_it_was_received(
    settings: Settings,
) -> None:
    sent = [value("one"), b"\xff\x00", value("raise"), value("grow"), value("two"), None]
    put(settings, settings.topic_raw, *sent)
    report = Recorded()
    run(settings, len(sent), report)
    assert [(each.fate, each.letter) for each in report.settled] == [
        ("done", ""),
        ("dead", "validate"),
        ("dead", "enrich"),
        ("dead", "enrich"),
        ("done", ""),
        ("dead", "validate"),
    ]
    instants = [decode_enriched(record.value) for record in records(settings, settings.topic_enriched)]
    assert [each.seconds for each in report.settled if each.fate == "done"] == [
        (each.enriched - each.received).total_seconds() for each in instants
    ]
    assert sum(size for size, _ in report.batches) == len(sent)
    assert report.in_flight == 0
