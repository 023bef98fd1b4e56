"""Reading the real topic: each letter once, whole, and an end in time whatever the broker does."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from kafka.errors import KafkaError
from msgspec import structs

from pipeline import dead
from pipeline.article import DeadLetter, Header
from pipeline.dead import topic as reading
from pipeline.dead.register import Which
from pipeline.dead.topic import DeadTopic, NoTopicError
from pipeline.errors import NewswireError
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.dead.letters import from_feed, from_topic
from tests.dead.standing import letter, mark, open_letters, put, put_letters, throw_away
from tests.feeding import fresh
from tests.services import Stack


def test_a_broker_that_is_away_is_told_soon() -> None:
    begin = time.monotonic()
    with DeadTopic(Settings(kafka=f"127.0.0.1:{free_port('127.0.0.1')}")) as topic, pytest.raises(KafkaError):
        topic.read()
    assert time.monotonic() - begin < 20


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


@pytest.fixture
def alone(stack: Stack, tmp_path: Path) -> Settings:
    """With one partition, so that all stands in one order."""
    return fresh(stack.settings, tmp_path, partitions=1)


@pytest.mark.services
class TestReading:
    def test_an_empty_topic_has_none(self, here: Settings) -> None:
        assert open_letters(here) == []

    def test_a_topic_that_is_not_there_is_named_and_not_made(self, here: Settings) -> None:
        wrong = here.model_copy(update={"topic_dead": "news.nowhere"})
        for _ in range(2):
            with DeadTopic(wrong) as topic, pytest.raises(NoTopicError, match=r"no topic 'news\.nowhere'"):
                topic.read()

    def test_letters_come_back_whole(self, here: Settings) -> None:
        letters = [
            from_topic(0, headers=(Header("trace", b"\xff"), Header("trace"), Header("", b""))),
            from_topic(1, key=b"", value=bytes(range(256))),
            from_feed(2, error_message="é\0\n"),
            dead.without_bytes(from_topic(3)),
        ]
        put_letters(here, letters)
        assert open_letters(here) == letters

    def test_each_is_there_once_though_it_stands_there_often(self, here: Settings) -> None:
        again = [from_topic(number) for number in range(3)] * 4
        put_letters(here, [*again, from_feed(7), from_feed(7)])
        assert open_letters(here) == [from_topic(0), from_topic(1), from_topic(2), from_feed(7)]

    def test_what_was_retried_is_no_more_open_until_it_comes_again(self, alone: Settings) -> None:
        first, second, third = (from_topic(number) for number in range(3))
        put_letters(alone, [first, second, third])
        put(alone, mark(alone, first, 0), mark(alone, second, 0), letter(alone, second))
        assert open_letters(alone) == [second, third]
        with DeadTopic(alone) as topic:
            topic.read()
            assert len(list(topic.letters(Which(retried=True)))) == 3

    def test_what_is_no_letter_is_told_and_stops_nobody(self, alone: Settings) -> None:
        name = alone.topic_dead
        put(
            alone,
            {"topic": name, "value": b"{}"},
            {"topic": name, "key": b"k", "value": None},
            {"topic": name, "value": b"", "headers": [("newswire-stage", None), ("newswire-retried", b"?")]},
        )
        put_letters(alone, [from_topic()])
        with DeadTopic(alone) as topic:
            topic.read()
            assert topic.register.strangers == 3
            assert [told.split(":")[0] for told in topic.register.told] == [
                f"{name}/0/{at}" for at in range(3)
            ]
            assert [each for _, each in topic.letters(Which())] == [from_topic()]

    def test_what_comes_later_is_not_read(self, here: Settings) -> None:
        put_letters(here, [from_topic(0)])
        with DeadTopic(here) as topic:
            topic.read()
            put_letters(here, [from_topic(1)])
            assert [each for _, each in topic.letters(Which())] == [from_topic(0)]

    def test_progress_is_told(self, here: Settings) -> None:
        put_letters(here, [from_topic(number) for number in range(25)])
        told: list[tuple[int, int]] = []
        with DeadTopic(here) as topic:
            topic.read(lambda done, total: told.append((done, total)))
        assert told == [(done, 25) for done in range(1, 26)]

    def test_many_are_read_in_parts_and_those_far_away_jumped_to(
        self, alone: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "NEAR", 50)
        wanted = {0, 1, 60, 700, 701, 1199}
        letters = [
            from_topic(number, stage="enrich" if number in wanted else "index") for number in range(1200)
        ]
        put_letters(alone, letters)
        with DeadTopic(alone) as topic:
            topic.read()
            found = [each.offset for _, each in topic.letters(Which("enrich"))]
            assert found == sorted(wanted)
            assert sum(1 for _ in topic.letters(Which())) == 1200

    def test_what_kafka_threw_away_meanwhile_is_passed_over(self, alone: Settings) -> None:
        letters = [from_topic(number) for number in range(10)]
        put_letters(alone, letters)
        with DeadTopic(alone) as topic:
            topic.read()
            gone = topic.register.find(dead.identity(letters[0]))
            throw_away(alone, alone.topic_dead, 4)
            assert [each for _, each in topic.letters(Which())] == letters[4:]
            with pytest.raises(NewswireError, match="is no more on"):
                topic.letter(gone)
            assert topic.letter(topic.register.find(dead.identity(letters[5]))) == letters[5]
        assert open_letters(alone) == letters[4:]

    def test_a_broker_that_falls_silent_is_told(
        self, stack: Stack, alone: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "QUIET_S", 3.0)
        put_letters(alone, [from_topic(number, value=b"x" * 100_000) for number in range(300)])
        with DeadTopic(alone) as topic:
            topic.read()
            found = topic.letters(Which())
            next(found)
            stack.kafka.kill9()
            begin = time.monotonic()
            try:
                with pytest.raises(KafkaError):
                    list(found)
                assert time.monotonic() - begin < 30
            finally:
                stack.kafka.start()


@pytest.mark.services
class TestOriginals:
    """A letter without its bytes: they are read where they came from."""

    def left_behind(self, settings: Settings, value: bytes = b"large") -> DeadLetter:
        message = {"topic": settings.topic_raw, "key": b"k", "value": value, "headers": [("trace", None)]}
        (offset,) = put(settings, message)
        whole = from_topic(topic=settings.topic_raw, offset=offset, key=b"k", value=value)
        return dead.without_bytes(whole)

    def test_they_are_read_where_they_stand(self, alone: Settings) -> None:
        letters = [self.left_behind(alone, b"x" * size) for size in (1, 2_000_000, 3)]
        with DeadTopic(alone) as topic:
            for each, size in zip(letters, (1, 2_000_000, 3), strict=True):
                assert topic.original(each) == (b"k", b"x" * size, (("trace", None),))

    def test_they_are_gone_when_their_time_was_over(self, alone: Settings) -> None:
        old, new = self.left_behind(alone), self.left_behind(alone)
        throw_away(alone, alone.topic_raw, 1)
        with DeadTopic(alone) as topic:
            assert topic.original(old) is None
            assert topic.original(new) is not None

    def test_they_are_gone_when_the_topic_is_or_was_made_anew(self, alone: Settings) -> None:
        here = self.left_behind(alone)
        with DeadTopic(alone) as topic:
            for changes in (
                {"topic": "news.nowhere"},
                {"partition": 7},
                {"offset": 1},
                {"omitted": 6},
                {"key": b"other"},
            ):
                assert topic.original(structs.replace(here, **changes)) is None
