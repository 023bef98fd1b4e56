"""The Kafka topics: made once, whoever comes first."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError
from kafka.admin import KafkaAdminClient

from pipeline import kafka_topics
from pipeline.settings import Settings
from tests.services import Stack, apart


def test_topics_hold_an_enriched_article_of_the_largest_raw_one() -> None:
    settings = Settings(max_article_bytes=10_000, partitions=7, replication=3)
    wanted = kafka_topics.wanted(settings)
    assert [topic.name for topic in wanted] == ["news.raw", "news.enriched", "news.alerts", "news.dead"]
    for topic in wanted:
        assert (topic.num_partitions, topic.replication_factor) == (7, 3)
        assert int(topic.topic_configs["max.message.bytes"]) == 80_000


@pytest.mark.parametrize(("replicas", "enough"), [(1, "1"), (2, "1"), (3, "2"), (5, "4")])
def test_one_replica_may_be_away_and_no_more(replicas: int, enough: str) -> None:
    for topic in kafka_topics.wanted(Settings(replication=replicas)):
        assert topic.topic_configs["min.insync.replicas"] == enough


def test_dead_letters_are_kept_and_articles_for_as_long_as_is_asked() -> None:
    kept = {
        topic.name: topic.topic_configs["retention.ms"]
        for topic in kafka_topics.wanted(Settings(retention_days=2))
    }
    assert kept == {
        **dict.fromkeys(("news.raw", "news.enriched", "news.alerts"), "172800000"),
        "news.dead": "-1",
    }


def test_the_brokers_clock_says_how_old_a_message_is() -> None:
    """With the feeder's own, one whose clock is a year behind would write what is deleted at once."""
    for topic in kafka_topics.wanted(Settings()):
        assert topic.topic_configs["message.timestamp.type"] == "LogAppendTime"


def test_a_broker_that_stays_away_is_an_error_after_the_patience() -> None:
    with pytest.raises(KafkaConnectionError):
        asyncio.run(kafka_topics.ensure(Settings(kafka="127.0.0.1:9"), patience_s=0.5))


def test_a_stop_that_comes_back_as_an_error_is_a_stop_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def swallow(_: Settings) -> list[str]:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            raise KafkaConnectionError from error
        return []

    async def stopped() -> None:
        waiting = asyncio.create_task(kafka_topics.ensure(Settings()))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait_for(waiting, 5)

    monkeypatch.setattr(kafka_topics, "_create_missing", swallow)
    with pytest.raises(KafkaConnectionError):
        asyncio.run(stopped())


@pytest.mark.services
def test_what_the_broker_will_never_do_is_told_at_once(stack: Stack) -> None:
    settings = apart(stack.settings, topic_raw="wants.three", replication=3)
    with pytest.raises(KafkaError, match=r"wants\.three.*replica"):
        asyncio.run(kafka_topics.ensure(settings))


@pytest.mark.services
def test_what_is_missing_is_made_and_what_is_there_is_left(stack: Stack) -> None:
    settings = apart(stack.settings)

    async def both() -> list[list[str]]:
        return list(await asyncio.gather(kafka_topics.ensure(settings), kafka_topics.ensure(settings)))

    asyncio.run(both())
    assert asyncio.run(kafka_topics.ensure(settings)) == []
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        found = {one["name"]: one for one in admin.describe_topics([settings.topic_raw])}
        assert len(found[settings.topic_raw]["partitions"]) == settings.partitions
    finally:
        admin.close()
