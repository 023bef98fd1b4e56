"""Feeding from within a bench: all of it is on the topic, or it is said what is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kafka.errors import MessageSizeTooLargeError
from msgspec import structs

from bench import news
from bench.feeding import feed
from pipeline import kafka_topics
from pipeline.settings import Settings
from tests.feeding import records
from tests.services import Stack, apart

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack) -> Settings:
    made = apart(stack.settings, partitions=1, max_article_bytes=50_000)
    asyncio.run(kafka_topics.ensure(made))
    return made


def test_articles_stand_on_the_topic_in_their_order(settings: Settings) -> None:
    articles = news.articles(20, "feeding", data=Path("nowhere"))
    feed(iter(articles), settings)
    found = [(record.key or b"").decode() for record in records(settings, settings.topic_raw)]
    assert found == [each.id for each in articles]


def test_an_article_that_is_not_taken_is_no_measurement(settings: Settings) -> None:
    (one,) = news.articles(1, "feeding", data=Path("nowhere"))
    with pytest.raises(MessageSizeTooLargeError):
        feed([structs.replace(one, body="x" * 2_000_000)], settings)
