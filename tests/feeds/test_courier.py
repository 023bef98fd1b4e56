"""The courier: it waits for the broker so that nobody else has to, and every parcel is answered."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from aiokafka.errors import KafkaError as AioKafkaError

from pipeline.feeds.courier import Courier
from pipeline.feeds.handed import Failed, Message, Parcel, Said
from pipeline.local.ports import free_port
from pipeline.producer import StoppedError, article_message
from pipeline.settings import Settings
from tests.feeding import fed, fresh
from tests.feeds.taking import until
from tests.services import apart
from tests.test_producer import article

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services import Stack


class Sending:
    """A courier at work, and what became of its parcels."""

    def __init__(self, settings: Settings) -> None:
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.courier = Courier(settings, self.inbox.put)
        self.taken: list[int] = []
        self.answers: dict[int, Exception | None] = {}
        self._settings = settings

    def put(self, number: int) -> None:
        self.courier.put(
            Parcel(
                article_message(article(number), self._settings),
                True,
                lambda: self.taken.append(number),
                lambda error: self.answers.update({number: error}),
            )
        )


@pytest.fixture
def away() -> Settings:
    return Settings(kafka=f"127.0.0.1:{free_port('127.0.0.1')}")


class TestWithoutBroker:
    def test_one_that_nobody_needs_looks_for_no_broker(self, away: Settings) -> None:
        sending = Sending(away)
        assert sending.courier.answered
        sending.courier.leave()
        assert sending.inbox.empty()

    def test_nobody_has_to_wait_with_it_and_what_was_not_sent_is_answered(self, away: Settings) -> None:
        sending = Sending(away)
        sending.courier.start()
        for number in range(3):
            sending.put(number)
        said = sending.inbox.get(timeout=20)
        assert isinstance(said, Said)
        assert away.kafka in said.message
        assert not sending.courier.answered
        assert (sending.courier.way().state, sending.courier.way().why) == (
            "waiting",
            "the broker has not answered yet",
        )
        assert not sending.taken
        sending.courier.stop()
        sending.courier.leave()
        assert [type(error) for error in sending.answers.values()] == [StoppedError] * 3
        assert not [each for each in threading.enumerate() if each.name == "courier"]


@pytest.mark.services
class TestOnABroker:
    def test_it_makes_the_topics_and_sends_in_order(self, stack: Stack, tmp_path: Path) -> None:
        new = apart(stack.settings, var=tmp_path, partitions=1)
        sending = Sending(new)
        sending.courier.start()
        for number in range(100):
            sending.put(number)
        until(lambda: len(sending.answers) == 100, 60)
        assert sending.courier.answered
        assert sending.courier.way().state == "ok"
        sending.courier.leave()
        assert set(sending.answers.values()) == {None}
        assert sending.taken == list(range(100))
        assert [each.version for each in fed(new)] == list(range(100))

    def test_once_stopped_what_the_broker_takes_at_once_is_sent(self, stack: Stack, tmp_path: Path) -> None:
        here = fresh(stack.settings, tmp_path)
        sending = Sending(here)
        sending.courier.start()
        until(lambda: sending.courier.answered, 60)
        sending.courier.stop()
        for number in range(3):
            sending.put(number)
        sending.courier.leave()
        assert set(sending.answers.values()) == {None}
        assert len(fed(here)) == 3

    def test_a_broker_that_refuses_for_good_ends_it(self, stack: Stack, tmp_path: Path) -> None:
        sending = Sending(apart(stack.settings, var=tmp_path, replication=3))
        sending.courier.start()
        message = sending.inbox.get(timeout=60)
        assert isinstance(message, Failed)
        assert isinstance(message.error, AioKafkaError)
        sending.courier.leave()
