"""Sending on: in order, each kept until the broker has it, through stops, kills and refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import msgspec
import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import TopicAuthorizationFailedError

from pipeline.feeds.handed import Failed, Message, Said
from pipeline.feeds.spool import forward
from pipeline.feeds.spool.forward import Forwarder
from pipeline.feeds.spool.store import Store
from pipeline.local.ports import free_port
from pipeline.producer import Done, Producer, article_message, letter_message
from pipeline.producer import Message as Kept
from pipeline.settings import Settings
from tests.feeding import fed, fresh, letters, noise
from tests.feeds.taking import until
from tests.services import apart
from tests.test_producer import article, letter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services import Stack

MIB = 1024 * 1024


class Sending:
    """A spool with a forwarder, and what that said."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.store = Store(folder, 100 * MIB)
        self.settings = settings
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.forwarder = Forwarder(self.store, settings, self.inbox.put)

    def keep(self, *messages: Kept) -> None:
        self.store.append([msgspec.msgpack.encode(message) for message in messages])

    def articles(self, *numbers: int) -> None:
        self.keep(*(article_message(article(number), self.settings) for number in numbers))

    def said(self) -> list[str]:
        found: list[str] = []
        try:
            while True:
                message = self.inbox.get_nowait()
                assert isinstance(message, Said), message
                found.append(message.message)
        except Empty:
            return found

    def close(self) -> None:
        self.forwarder.leave()
        self.store.close()


Start = Callable[..., Sending]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    made: list[Sending] = []

    def make(settings: Settings, name: str = "spool") -> Sending:
        made.append(Sending(tmp_path / name, settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


class TestWithoutBroker:
    def test_it_waits_and_says_for_what_and_ends_at_once(
        self, begin: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forward, "SAY_S", 0.0)
        away = Settings(kafka=f"127.0.0.1:{free_port('127.0.0.1')}")
        sending = begin(away)
        sending.articles(1, 2)
        sending.forwarder.start()
        until(lambda: not sending.inbox.empty())
        start = time.monotonic()
        sending.forwarder.leave()
        assert time.monotonic() - start < 3
        said = sending.said()[0]
        assert said.startswith(f"waiting for Kafka at {away.kafka}: ")
        assert said.endswith(f"; in the spool {sending.store.folder}: 2 messages (0.0 of 100 MiB)")
        assert sending.store.left == 2


class Broker:
    """A producer's place; ``answer`` says what becomes of each message, None: it is taken."""

    def __init__(self, answer: Callable[[Kept], Exception | None]) -> None:
        self.sent: list[bytes] = []
        self._answer = answer

    def connect(self) -> None:
        pass

    def tend(self) -> None:
        pass

    def close(self, _: float) -> None:
        pass

    def post(self, message: Kept, done: Done) -> None:
        self.sent.append(message.key or b"")
        done(self._answer(message))


class TestRefusals:
    def test_what_concerns_all_is_waited_for_and_then_all_is_sent_that_was_not(
        self, begin: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A real broker with access lists is not to be had here."""
        monkeypatch.setattr(forward, "RETRY_S", 0.1)
        allowed = False

        def answer(message: Kept) -> Exception | None:
            refused = not allowed and message.key != b"%032x" % 1
            return TopicAuthorizationFailedError("news.raw") if refused else None

        broker = Broker(answer)
        monkeypatch.setattr(forward, "Producer", lambda *_, **__: broker)
        sending = begin(Settings())
        sending.articles(1, 2, 3)
        sending.forwarder.start()
        until(lambda: len(broker.sent) >= 5)
        assert sending.store.left == 2
        assert "TopicAuthorizationFailedError" in sending.said()[0]
        allowed = True
        until(lambda: not sending.store.left)
        assert broker.sent[-2:] == [b"%032x" % 2, b"%032x" % 3]
        assert broker.sent.count(b"%032x" % 1) == 1

    def test_a_record_that_is_no_message_is_kept_and_stops_nobody(
        self, begin: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broker = Broker(lambda _: None)
        monkeypatch.setattr(forward, "Producer", lambda *_, **__: broker)
        sending = begin(Settings())
        sending.store.append([b"\xc1 what is this"])
        sending.articles(1)
        sending.forwarder.start()
        until(lambda: not sending.store.left)
        assert sending.store.waiting().refused == 1
        (said,) = sending.said()
        assert "message 1 of the spool" in said

    def test_a_fault_of_our_own_is_not_kept_quiet(
        self, begin: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        error = RuntimeError("a fault of ours")

        def fail(_: Kept) -> Exception | None:
            raise error

        monkeypatch.setattr(forward, "Producer", lambda *_, **__: Broker(fail))
        sending = begin(Settings())
        sending.articles(1)
        sending.forwarder.start()
        assert sending.inbox.get(timeout=20) == Failed(error)
        assert sending.store.left == 1


def allow(settings: Settings, size: int) -> None:
    """Let the topic of raw articles take messages of so many bytes."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        wanted = {"max.message.bytes": str(size)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.topic_raw, configs=wanted)])
    finally:
        admin.close()


@pytest.mark.services
class TestOnABroker:
    def test_all_of_it_is_sent_in_order_and_then_gone(
        self, begin: Start, stack: Stack, tmp_path: Path
    ) -> None:
        one = apart(stack.settings, var=tmp_path, partitions=1)
        sending = begin(one)
        sending.articles(*range(200))
        sending.forwarder.start()
        sending.articles(*range(200, 400))
        sending.keep(letter_message(letter(), one))
        until(lambda: not sending.store.left, 60)
        sending.articles(400)
        until(lambda: not sending.store.left, 60)
        assert [each.version for each in fed(one)] == list(range(401))
        assert letters(one) == [letter()]
        sending.close()
        with Store(sending.store.folder, MIB) as left:
            assert left.after(0) == []

    def test_what_the_broker_refuses_is_kept_and_sent_at_the_next_start(
        self, begin: Start, stack: Stack, tmp_path: Path
    ) -> None:
        strict = fresh(stack.settings, tmp_path, max_article_bytes=4096)
        wide = strict.model_copy(update={"max_article_bytes": MIB})
        sending = begin(wide)
        large = article_message(article(1, noise(60_000)), wide)
        sending.articles(0)
        sending.keep(large)
        sending.articles(2)
        sending.forwarder.start()
        until(lambda: not sending.store.left, 60)
        assert {each.version for each in fed(strict)} == {0, 2}
        assert (sending.store.waiting().messages, sending.store.waiting().refused) == (1, 1)
        (said,) = sending.said()
        assert "message 2 of the spool" in said
        assert "MessageSizeTooLargeError" in said
        assert "it is kept, and sent at the next start" in said
        sending.close()
        allow(wide, wide.max_message_bytes)
        again = begin(wide)
        again.forwarder.start()
        until(lambda: not again.store.waiting().messages, 60)
        assert {each.version for each in fed(strict)} == {0, 1, 2}

    def test_a_broker_that_goes_away_and_comes_back_has_all_in_the_end(
        self, begin: Start, stack: Stack, tmp_path: Path
    ) -> None:
        one = fresh(stack.settings, tmp_path, partitions=1)
        sending = begin(one)
        sending.articles(0)
        sending.forwarder.start()
        until(lambda: not sending.store.left, 60)
        stack.kafka.kill9()
        try:
            sending.articles(*range(1, 300))
            time.sleep(1)
            assert sending.store.left == 299
        finally:
            stack.kafka.start()
        until(lambda: not sending.store.left, 120)
        found = [each.version for each in fed(one)]
        assert sorted(set(found)) == list(range(300))
        assert list(dict.fromkeys(found)) == list(range(300))

    def test_at_the_end_it_sends_what_the_broker_takes_at_once_and_no_longer(
        self, begin: Start, stack: Stack, tmp_path: Path
    ) -> None:
        here = fresh(stack.settings, tmp_path)
        sending = begin(here)
        sending.articles(0)
        sending.forwarder.start()
        until(lambda: not sending.store.left, 60)
        sending.articles(*range(1, 50))
        sending.forwarder.leave()
        assert sending.store.left == 0
        assert len(fed(here)) == 50

    def test_what_was_on_its_way_when_it_ended_is_sent_by_the_next(
        self, begin: Start, stack: Stack, tmp_path: Path
    ) -> None:
        here = fresh(stack.settings, tmp_path)
        sending = begin(here)
        sending.forwarder.start()
        until(lambda: sending.forwarder._connected, 60)
        stack.kafka.kill9()
        try:
            sending.articles(*range(20))
            time.sleep(0.5)
            start = time.monotonic()
            sending.close()
            assert time.monotonic() - start < forward.GRACE_S + 5
            assert sending.store.left == 20
        finally:
            stack.kafka.start()
        again = begin(here)
        again.forwarder.start()
        until(lambda: not again.store.left, 120)
        assert {each.version for each in fed(here)} == set(range(20))


def test_it_is_the_real_producer() -> None:
    """The stand-in above has the methods of the real one that the forwarder uses."""
    for name in ("connect", "tend", "close", "post"):
        assert callable(getattr(Producer, name))
        assert callable(getattr(Broker, name))
