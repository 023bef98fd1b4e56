"""The producer, on a real broker: what is acknowledged is there, and what is not is told."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import TopicAuthorizationFailedError
from kafka.future import Future
from msgspec import structs

from pipeline import kafka_topics, producer
from pipeline.article import DeadLetter, Provenance, RawArticle, encode
from pipeline.local.ports import free_port
from pipeline.producer import (
    Done,
    Producer,
    StoppedError,
    UnknownTopicError,
    article_message,
    letter_message,
)
from pipeline.settings import Settings
from tests.feeding import fed, fresh, letters, noise

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services import Stack

RECEIVED = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)


def article(number: int = 0, body: str = "Texte.") -> RawArticle:
    return RawArticle(
        id=f"{number:032x}",
        source="agency",
        version=number,
        status="usable",
        received=RECEIVED,
        provenance=Provenance(feed="files", format="text", location="/in/wire"),
        body=body,
    )


def letter(value: bytes = b"\xff\0") -> DeadLetter:
    return DeadLetter(
        stage="parse",
        error_type="binary",
        error_message="données binaires",
        failed=RECEIVED,
        attempts=1,
        value=value,
        location="/in/wire, byte 0",
    )


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


def post(sender: Producer, what: RawArticle, done: Done) -> None:
    sender.post(article_message(what, sender._settings), done)


class TestWithoutBroker:
    def test_it_waits_says_so_and_can_be_stopped(self) -> None:
        stop = threading.Event()
        told: list[str] = []

        def hear(message: str) -> None:
            told.append(message)
            if len(told) == 2:
                stop.set()

        address = f"127.0.0.1:{free_port('127.0.0.1')}"
        waiting = Producer(Settings(kafka=address), on_wait=hear, stop=stop)
        with pytest.raises(StoppedError):
            waiting.connect()
        assert len(told) == 2
        assert all(address in message and "waiting for Kafka" in message for message in told)
        waiting.close()

    def test_once_stopped_nothing_is_sent(self) -> None:
        stop = threading.Event()
        stop.set()
        with pytest.raises(StoppedError):
            post(Producer(Settings(), stop=stop), article(), lambda _: None)

    def test_with_nothing_sent_nothing_is_unacknowledged(self) -> None:
        assert Producer(Settings()).flush() == 0
        assert Producer(Settings()).flush(0) == 0

    def test_every_article_that_is_allowed_fits_a_request(self) -> None:
        for limit in (1024, 1024 * 1024, 20 * 1024 * 1024):
            options = producer._options(Settings(max_article_bytes=limit))
            assert options["max_request_size"] > limit

    def test_it_is_idempotent_and_waits_for_all_replicas(self) -> None:
        options = producer._options(Settings(kafka="a:1, b:2"))
        assert (options["enable_idempotence"], options["acks"]) == (True, "all")
        assert options["bootstrap_servers"] == ["a:1", "b:2"]

    def test_who_may_not_write_is_told_so_of_each_message_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sending each again, alone, would take hours and change nothing."""

        class Closed:
            """What kafka-python is where the broker lets us write nothing."""

            sent = 0

            def send(self, *_: object, **__: object) -> Future:
                self.sent += 1
                return Future().failure(TopicAuthorizationFailedError("news.raw"))

            def close(self, **_: object) -> None:
                pass

        closed = Closed()
        sender = Producer(Settings())
        monkeypatch.setattr(sender, "_kafka", closed)
        monkeypatch.setattr(sender, "_ready", True)
        answers: list[Exception | None] = []
        for number in range(3):
            post(sender, article(number), answers.append)
        assert sender.flush() == 0
        sender.close()
        assert [type(answer) for answer in answers] == [TopicAuthorizationFailedError] * 3
        assert closed.sent == 3


@pytest.mark.services
class TestOnABroker:
    def test_each_article_is_there_once_when_it_is_acknowledged(self, here: Settings) -> None:
        sender = Producer(here)
        answers: list[Exception | None] = []
        articles = [article(number) for number in range(500)]
        for each in articles:
            post(sender, each, answers.append)
        assert sender.flush() == 0
        sender.close()
        assert answers == [None] * 500
        assert sorted(fed(here), key=lambda each: each.id) == articles

    def test_the_versions_of_an_article_stay_in_order(self, here: Settings) -> None:
        sender = Producer(here)
        for version in range(50):
            post(sender, structs.replace(article(), version=version), lambda _: None)
        sender.flush()
        sender.close()
        assert [each.version for each in fed(here)] == list(range(50))

    def test_a_dead_letter_keeps_its_bytes_and_its_reason(self, here: Settings) -> None:
        sender = Producer(here)
        answers: list[Exception | None] = []
        sender.post(letter_message(letter(), here), answers.append)
        assert sender.flush() == 0
        sender.close()
        assert answers == [None]
        assert letters(here) == [letter()]

    def test_the_largest_article_that_is_allowed_passes(self, here: Settings) -> None:
        sender = Producer(here)
        answers: list[Exception | None] = []
        largest = article(body=noise(349_000))
        assert here.max_article_bytes * 0.99 < len(encode(largest)) <= here.max_article_bytes
        post(sender, largest, answers.append)
        sender.flush()
        sender.close()
        assert answers == [None]
        assert fed(here) == [largest]

    @pytest.mark.parametrize("name", ["topic_raw", "topic_dead"])
    def test_a_topic_that_is_not_there_is_named_and_not_made(
        self, here: Settings, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(producer, "NEW_TOPIC_S", 0.5)
        wrong = here.model_copy(update={name: "news.nowhere"})
        with pytest.raises(UnknownTopicError, match=r"no topic 'news\.nowhere'"):
            Producer(wrong).connect()
        client = KafkaAdminClient(bootstrap_servers=here.kafka)
        assert "news.nowhere" not in client.list_topics()
        client.close()

    def test_a_topic_that_is_made_meanwhile_is_waited_for(self, here: Settings) -> None:
        late = here.model_copy(update={"topic_raw": f"{here.topic_raw}.late"})
        making = threading.Timer(1, lambda: asyncio.run(kafka_topics.ensure(late)))
        making.start()
        sender = Producer(late)
        sender.connect()
        post(sender, article(), lambda _: None)
        assert sender.flush() == 0
        sender.close()
        making.join()

    def test_what_the_broker_refuses_is_told_and_the_next_passes(self, here: Settings) -> None:
        strict = here.model_copy(update={"max_article_bytes": 1024})
        sender = Producer(strict)
        answers: list[Exception | None] = []
        post(sender, article(1, "x" * 100_000), answers.append)
        post(sender, article(2), answers.append)
        assert sender.flush() == 0
        sender.close()
        refused, passed = answers
        assert "larger than" in str(refused)
        assert passed is None
        assert [each.version for each in fed(here)] == [2]

    def test_what_the_broker_refuses_fails_alone_among_those_on_their_way(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        """The topic takes less than the settings allow; kafka-python would fail all of them."""
        strict = fresh(stack.settings, tmp_path, max_article_bytes=4096)
        sender = Producer(strict.model_copy(update={"max_article_bytes": 1024 * 1024}))
        answers: dict[int, Exception | None] = {}
        large = {7, 8, 31}
        for number in range(40):
            body = noise(60_000) if number in large else "Texte."
            post(sender, article(number, body), lambda error, number=number: answers.update({number: error}))  # type: ignore[misc]  # a default binds the loop's value
        assert sender.flush() == 0
        post(sender, article(40), lambda error: answers.update({40: error}))
        assert sender.flush() == 0
        sender.close()
        assert {number for number, error in answers.items() if error is not None} == large
        assert {type(answers[number]).__name__ for number in large} == {"MessageSizeTooLargeError"}
        assert {each.version for each in fed(strict)} == set(range(41)) - large

    def test_who_tends_it_now_and_then_needs_no_flush(self, stack: Stack, tmp_path: Path) -> None:
        strict = fresh(stack.settings, tmp_path, max_article_bytes=4096)
        sender = Producer(strict.model_copy(update={"max_article_bytes": 1024 * 1024}))
        answers: dict[int, Exception | None] = {}
        for number in range(10):
            body = noise(60_000) if number == 5 else "Texte."
            post(sender, article(number, body), lambda error, number=number: answers.update({number: error}))  # type: ignore[misc]  # a default binds the loop's value
        end = time.monotonic() + 60
        while len(answers) < 10:
            assert time.monotonic() < end
            sender.tend()
            time.sleep(0.05)
        sender.close()
        assert {number for number, error in answers.items() if error is not None} == {5}

    def test_who_tends_it_hears_that_the_broker_is_silent(
        self, stack: Stack, here: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(producer, "PATIENCE_S", 0.5)
        told: list[str] = []
        answers: list[Exception | None] = []
        sender = Producer(here, on_wait=told.append)
        sender.connect()
        sender.tend()
        stack.kafka.kill9()
        begin = time.monotonic()
        try:
            post(sender, article(1), answers.append)
            while (waited := time.monotonic() - begin) < 1.4:
                sender.tend()
                time.sleep(0.05)
            times = len(told)
        finally:
            stack.kafka.start()
        assert sender.flush() == 0
        sender.close()
        assert 1 <= times <= waited / 0.5
        assert "1 messages are not acknowledged" in told[0]
        assert answers == [None]

    def test_what_failed_and_was_not_sent_again_is_told_at_the_end(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        strict = fresh(stack.settings, tmp_path, max_article_bytes=4096)
        stop = threading.Event()
        answers: list[Exception | None] = []
        sender = Producer(strict.model_copy(update={"max_article_bytes": 1024 * 1024}), stop=stop)
        sender.connect()
        post(sender, article(1, noise(60_000)), answers.append)
        stop.set()
        assert sender.flush(30) == 1
        sender.close()
        assert [type(answer).__name__ for answer in answers] == ["MessageSizeTooLargeError"]
        assert sender.unacknowledged == 0

    def test_a_full_buffer_is_waited_for(self, here: Settings) -> None:
        sender = Producer(here, buffer=1)
        most = 0
        for number in range(20):
            post(sender, article(number), lambda _: None)
            most = max(most, sender.unacknowledged)
        assert sender.flush() == 0
        sender.close()
        assert most == 1
        assert len(fed(here)) == 20

    def test_a_broker_that_goes_away_is_waited_for_and_nothing_is_lost(
        self, stack: Stack, here: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(producer, "PATIENCE_S", 0.5)
        told = threading.Event()
        sender = Producer(here, on_wait=lambda _: told.set(), buffer=4096)
        answers: list[Exception | None] = []
        sender.connect()
        stack.kafka.kill9()

        def send() -> None:
            for number in range(100):
                post(sender, article(number), answers.append)
            sender.flush()

        sending = threading.Thread(target=send)
        try:
            sending.start()
            assert told.wait(60)
        finally:
            stack.kafka.start()
            sending.join(120)
        assert not sending.is_alive()
        sender.close()
        assert answers == [None] * 100
        assert sorted(each.version for each in fed(here)) == list(range(100))

    def test_a_stop_while_it_is_away_says_how_many_are_unacknowledged(
        self, stack: Stack, here: Settings
    ) -> None:
        stop = threading.Event()
        answers: list[Exception | None] = []
        sender = Producer(here, stop=stop)
        sender.connect()
        stack.kafka.kill9()
        try:
            for number in range(3):
                post(sender, article(number), answers.append)
            stop.set()
            assert sender.flush() == 3
            assert sender.flush(0.1) == 3
            sender.close(0.1)
            assert sender.unacknowledged == 0
            assert [type(answer).__name__ for answer in answers] == ["IllegalStateError"] * 3
        finally:
            stack.kafka.start()
