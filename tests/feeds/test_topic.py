"""Another topic on a real broker: each message once, through restarts and other readers."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from pydantic import ValidationError

from pipeline.feeds import topic as topics
from pipeline.feeds.config import FeedConfigError
from pipeline.feeds.topic import Topic, TopicConfig
from pipeline.settings import Settings
from tests.feeds.driver import DONE, FAILED, Driver
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.services import Stack

PARTITIONS = 2


class Wire:
    """A topic of a test's own on the running broker, and feeds that read it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topic = f"wire-{uuid.uuid4().hex[:8]}"
        admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
        admin.create_topics({self.topic: {"num_partitions": PARTITIONS, "replication_factor": 1}})
        admin.close()
        self._producer = KafkaProducer(bootstrap_servers=settings.kafka, max_request_size=4 * 1024 * 1024)
        while not self._producer.partitions_for(self.topic):
            time.sleep(0.1)

    def put(self, *values: bytes | None, partition: int = 0) -> None:
        for value in values:
            self._producer.send(self.topic, key=b"key", value=value, partition=partition).get(timeout=30)

    def close(self) -> None:
        self._producer.close()

    def feed(self, stop: threading.Event, **changes: Any) -> Topic:
        known: dict[str, Any] = {"type": "topic", "name": "wire", "topic": self.topic, "group": self.topic}
        return Topic(TopicConfig(**(known | changes)), self.settings, stop)

    def driver(self, result: Any = DONE, **changes: Any) -> Driver:
        stop = threading.Event()
        return Driver(self.feed(stop, **changes), stop, result)

    def committed(self) -> list[int | None]:
        consumer = KafkaConsumer(bootstrap_servers=self.settings.kafka, group_id=self.topic)
        try:
            return [consumer.committed(TopicPartition(self.topic, number)) for number in range(PARTITIONS)]
        finally:
            consumer.close(autocommit=False)


@pytest.fixture
def wire(stack: Stack) -> Iterator[Wire]:
    made = Wire(stack.settings)
    yield made
    made.close()


def _until(ready: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


services = pytest.mark.services


@services
def test_messages_that_are_there_and_messages_that_come(wire: Wire) -> None:
    wire.put(b"a", b"b")
    wire.put(b"other", partition=1)
    with wire.driver() as driver:
        driver.wait_for(3)
        wire.put(b"c")
        driver.wait_for(4)
    assert driver.error is None
    found = dict(driver.read)
    assert found == {
        f"kafka://{wire.topic}/0/0": b"a",
        f"kafka://{wire.topic}/0/1": b"b",
        f"kafka://{wire.topic}/0/2": b"c",
        f"kafka://{wire.topic}/1/0": b"other",
    }
    assert wire.committed() == [3, 1]


@services
def test_after_a_restart_nothing_comes_twice_and_nothing_is_skipped(wire: Wire) -> None:
    wire.put(b"a")
    with wire.driver() as driver:
        driver.wait_for(1)
    wire.put(b"b")
    with wire.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.5)
    assert driver.content == [b"b"]


@services
def test_offsets_are_committed_in_order_and_only_when_acknowledged(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "COMMIT_S", 0.0)
    wire.put(b"a", b"b", b"lost", b"c")
    seen: list[int | None] = []

    def result(_: object, data: bytes) -> Any:
        seen.append(wire.committed()[0])
        return None if data == b"lost" else DONE

    with wire.driver(result) as driver:
        driver.wait_for(4)
        _until(lambda: wire.committed()[0] == 2)
    assert seen == [None, 1, 2, 2]
    with wire.driver() as driver:
        driver.wait_for(2)
    assert driver.content == [b"lost", b"c"]


@services
def test_what_the_broker_did_not_take_comes_again_and_holds_up_its_partition_alone(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "RETRY_S", 1.0)
    wire.put(b"bad", b"after")
    tries: list[bytes] = []

    def result(_: object, data: bytes) -> Any:
        tries.append(data)
        return FAILED if data == b"bad" and tries.count(b"bad") < 3 else DONE

    with wire.driver(result) as driver:
        driver.wait_for(2)
        wire.put(b"other", partition=1)
        _until(lambda: b"other" in driver.content)
        assert driver.content.count(b"bad") < 3
        _until(lambda: driver.content.count(b"bad") == 3 and driver.content[-1] == b"after")
    assert wire.committed() == [2, 1]


@services
def test_latest_starts_with_what_comes_and_skips_nothing_from_then_on(wire: Wire) -> None:
    wire.put(b"old")
    with wire.driver(start="latest"):
        _until(lambda: wire.committed() == [1, 0])
    wire.put(b"while we were away")
    with wire.driver(start="latest") as driver:
        driver.wait_for(1)
        wire.put(b"new", partition=1)
        driver.wait_for(2)
    assert driver.content == [b"while we were away", b"new"]


@services
def test_a_message_that_is_too_large_is_told_and_passed_over_and_one_without_a_value_says_nothing(
    wire: Wire,
) -> None:
    wire.put(b"a", b"x" * 5000, None, b"", b"b")
    with wire.driver(largest=4999) as driver:
        driver.wait_for(2, troubles=1)
        _until(lambda: wire.committed()[0] == 5)
    assert driver.content == [b"a", b"b"]
    assert driver.troubles == [(f"kafka://{wire.topic}/0/1", "too large: 5,000 bytes; `largest` is 4,999")]


@services
def test_a_large_message_comes_whole(wire: Wire) -> None:
    value = b"0123456789" * 90_000
    wire.put(value, value)
    with wire.driver() as driver:
        driver.wait_for(2)
    assert driver.content == [value, value]


@services
def test_batches_are_bounded(wire: Wire) -> None:
    for number in range(250):
        wire._producer.send(wire.topic, value=b"%d" % number, partition=0)
    wire._producer.flush()
    with wire.driver() as driver:
        driver.wait_for(250)
    assert driver.content == [b"%d" % number for number in range(250)]
    assert max(driver.sizes) <= topics.BATCH


@services
def test_what_was_read_and_then_went_to_another_reader_is_not_committed_by_us(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "STALL_MS", 2_000)
    wire.put(*(b"%d" % number for number in range(6)))
    wire.put(*(b"other %d" % number for number in range(6)), partition=1)
    taken = threading.Event()
    go_on = threading.Event()

    def hold(*_: object) -> Any:
        taken.set()
        assert go_on.wait(60)
        return DONE

    with wire.driver(hold) as first:
        assert taken.wait(30)
        with wire.driver() as second:
            # The second takes all over while the first has read it and not acknowledged it.
            second.wait_for(12)
            before = wire.committed()
            go_on.set()
            _until(lambda: len(first.content) == 1)
            wire.put(b"last")
            wire.put(b"other last", partition=1)
            _until(lambda: {b"last", b"other last"} <= set(first.content) | set(second.content))
    assert first.error is None
    assert second.error is None
    assert before == [6, 6]
    assert wire.committed() == [7, 7]
    assert len(second.content) == len(set(second.content))


@services
@pytest.mark.parametrize("name", ["topic_raw", "topic_enriched", "topic_dead"])
def test_our_own_topics_are_refused_under_any_address(wire: Wire, name: str) -> None:
    stop = threading.Event()
    own = getattr(wire.settings, name)
    with pytest.raises(FeedConfigError, match="one of the pipeline's own"):
        wire.feed(stop, topic=own)
    with pytest.raises(FeedConfigError, match="one of the pipeline's own"):
        wire.feed(stop, topic=own, brokers=f"elsewhere:9092, {wire.settings.kafka}")
    with wire.driver(topic=own, brokers=wire.settings.kafka.replace("127.0.0.1", "localhost")) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, FeedConfigError)


@services
def test_a_topic_that_is_not_there_is_told_and_not_made(wire: Wire) -> None:
    with wire.driver(topic="nowhere") as driver:
        error = driver.wait_for_error()
    assert isinstance(error, OSError)
    assert f"Kafka at {wire.settings.kafka} has no topic 'nowhere'" in str(error)
    admin = KafkaAdminClient(bootstrap_servers=wire.settings.kafka)
    assert "nowhere" not in admin.list_topics()
    admin.close()


@services
def test_a_stop_ends_the_wait_at_once(wire: Wire) -> None:
    wire.put(b"a")
    with wire.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.5)
        start = time.monotonic()
        driver.end()
    assert time.monotonic() - start < 5


def test_a_broker_that_is_away_is_told() -> None:
    stop = threading.Event()
    feed = Topic(TopicConfig(type="topic", name="wire", topic="x", brokers="127.0.0.1:1"), Settings(), stop)
    with Driver(feed, stop) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ConnectionError)
    assert str(error).startswith("Kafka at 127.0.0.1:1 cannot be reached: ")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"brokers": "nowhere"}, "not host:port"),
        ({"topic": "a b"}, "pattern"),
        ({"start": "middle"}, "'earliest' or 'latest'"),
        ({"security": "ssl"}, "security is for other brokers than ours: name them"),
        ({"brokers": "a:1", "security": "tls"}, "'plaintext', 'ssl', 'sasl_plaintext' or 'sasl_ssl'"),
    ],
)
def test_settings_that_do_not_fit_are_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        TopicConfig(**({"type": "topic", "name": "x", "topic": "y"} | changes))


def test_other_brokers_may_want_tls_and_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_PASSWORD", "not to be seen")
    locked: dict[str, Any] = {"brokers": "a:1,b:2", "security": "sasl_ssl", "user": "me"}
    config = TopicConfig(type="topic", name="wire", topic="x", password={"env": "WIRE_PASSWORD"}, **locked)  # type: ignore[arg-type]  # as TOML gives it
    access = config.access(Settings(kafka_security="ssl"))
    assert (access.brokers, access.security, access.user) == (("a:1", "b:2"), "sasl_ssl", "me")
    assert access.password is not None
    assert access.password.get_secret_value() == "not to be seen"
    assert "not to be seen" not in f"{access!r} {config!r} {config.model_dump(mode='json')}"


def test_ours_are_spoken_to_as_the_settings_say() -> None:
    config = TopicConfig(type="topic", name="wire", topic="x")
    assert config.access(Settings(kafka="a:1", kafka_security="ssl")).security == "ssl"


def test_a_secret_that_is_missing_is_an_error_of_the_feed() -> None:
    config = TopicConfig(
        type="topic",
        name="wire",
        topic="x",
        brokers="a:1",
        password={"env": "NO_SUCH_VARIABLE"},  # type: ignore[arg-type]  # as TOML gives it
    )
    with pytest.raises(FeedConfigError, match="NO_SUCH_VARIABLE is not set"):
        next(Topic(config, Settings(), threading.Event()).batches())


def test_the_group_is_named_after_the_feed_and_the_context_comes_from_the_settings() -> None:
    config = TopicConfig(type="topic", name="wire", topic="x", language="fr")
    feed = Topic(config, Settings(), threading.Event())
    assert feed._options()["group_id"] == "newswire-feed-wire"
    told = feed.context(None, context())  # type: ignore[arg-type]  # it asks nothing of the item
    assert (told.source, told.feed, told.language) == ("wire", "wire", "fr")
