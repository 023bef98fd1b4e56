"""Another Kafka topic: each message's value is copy; its offset is committed when all of it is fed."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import AuthorizationError, CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata
from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator

from pipeline import kafka_security
from pipeline.feeds.config import FeedConfig, FeedConfigError, Secret
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context
from pipeline.kafka_security import Access, KafkaSecurityError
from pipeline.kafka_tokens import Source, TokenError
from pipeline.settings import MIB, KafkaLogin, KafkaSecurity, Settings

BATCH = 100

COMMIT_S = 1.0
"""Seconds between two commits while a batch is read; each batch ends with one."""

RETRY_S = 30.0
"""Seconds until a message that failed is tried again; its partition waits for it."""

QUIET_S = 30.0
"""Seconds without a message after which it is looked whether the broker is still there."""

STALL_MS = 600_000
"""Milliseconds that a batch may take, as when our own broker is away; then others get the partitions."""

_POLL_MS = 200
_TRY_MS = 5_000
_CLOSE_MS = 2_000

log = structlog.get_logger(__name__)


class TopicConfig(FeedConfig, frozen=True):
    """A topic, on our brokers or on others.

    ``brokers`` is ``host:port``, several parted by commas (default: ours). ``group`` is the consumer group
    whose offsets tell what was fed (default: ``newswire-feed-NAME``); processes with the same group share the
    partitions. A group that has none yet starts with the first message (``earliest``), or with the next to
    come (``latest``). ``largest`` is the most bytes that a message may have.

    ``security`` and the keys after it are for ``brokers``, each as the setting of its name
    (``NEWSWIRE_KAFKA_…``) is for ours.
    """

    type: Literal["topic"]
    brokers: str | None = None
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    group: str | None = Field(default=None, min_length=1)
    start: Literal["earliest", "latest"] = "earliest"
    largest: int = Field(default=16 * MIB, gt=0)
    security: KafkaSecurity = "plaintext"
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    key_password: Secret | None = None
    sasl: KafkaLogin = "SCRAM-SHA-512"
    user: str | None = Field(default=None, min_length=1)
    password: Secret | None = None
    token_url: HttpUrl | None = None
    token_client: str | None = Field(default=None, min_length=1)
    token_secret: Secret | None = None
    token_scope: str | None = Field(default=None, min_length=1)
    token_ca: Path | None = None
    token_file: Path | None = None

    @field_validator("brokers")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            for broker in value.split(","):
                _address(broker)
        return value

    @model_validator(mode="after")
    def _of_other_brokers(self) -> TopicConfig:
        given = sorted(self.model_fields_set & _OF_BROKERS)
        if given and self.brokers is None:
            raise ValueError(f'{given[0]} is for other brokers than ours: name them, brokers = "host:port"')
        return self

    def access(self, settings: Settings) -> Access:
        """The brokers, and how they are to be spoken to.

        Raises:
            FeedConfigError: a secret is missing.
        """
        if self.brokers is None:
            return kafka_security.access(settings)
        return Access(
            brokers=tuple(_listed(self.brokers)),
            called=f"`{{}}` of feed '{self.name}'",
            security=self.security,
            ca=self.ca,
            cert=self.cert,
            key=self.key,
            key_password=_revealed(self.key_password),
            sasl=self.sasl,
            user=self.user,
            password=_revealed(self.password),
            token=Source(
                url=str(self.token_url) if self.token_url else None,
                client=self.token_client,
                secret=_revealed(self.token_secret),
                scope=self.token_scope,
                ca=self.token_ca,
                file=self.token_file,
            ),
        )


def _revealed(secret: Secret | None) -> SecretStr | None:
    return SecretStr(secret.reveal()) if secret else None


_OF_BROKERS = (
    TopicConfig.model_fields.keys()
    - FeedConfig.model_fields.keys()
    - {"type", "brokers", "topic", "group", "start", "largest"}
)


class Message:
    """A message on the topic, with the time of its partition's stay with us."""

    def __init__(self, partition: TopicPartition, offset: int, value: bytes, stay: int) -> None:
        self.partition = partition
        self.offset = offset
        self.stay = stay
        self._value = value

    @property
    def location(self) -> str:
        """Topic, partition and offset."""
        return f"kafka://{self.partition.topic}/{self.partition.partition}/{self.offset}"

    @property
    def size(self) -> int:
        """Bytes of its value."""
        return len(self._value)

    def open(self) -> BinaryIO:
        """Its value."""
        return io.BytesIO(self._value)


class _Progress:
    """How far the messages of one partition in a batch are settled."""

    def __init__(self, messages: list[Message]) -> None:
        self._open = deque(message.offset for message in messages)
        self._settled: set[int] = set()
        self.stay = messages[0].stay
        self.next: int | None = None
        """The offset to commit: all before it are settled."""

    @property
    def first_open(self) -> int | None:
        """The first message that is not settled."""
        return self._open[0] if self._open else None

    def settle(self, offset: int) -> None:
        """This one is."""
        self._settled.add(offset)
        while self._open and self._open[0] in self._settled:
            self.next = self._open.popleft() + 1


class _Stays(ConsumerRebalanceListener):  # type: ignore[misc]  # the library ships no types
    """Counts how often each partition came to us; what was read in an earlier stay is others' business."""

    def __init__(self) -> None:
        self._stays: dict[TopicPartition, int] = {}
        self.fresh: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """They go; called in the library's own thread."""
        for partition in revoked:
            self._stays[partition] = self.of(partition) + 1
            self.fresh.discard(partition)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """They come; called in the library's own thread."""
        self.fresh |= set(assigned)

    def of(self, partition: TopicPartition) -> int:
        """The number of its present stay."""
        return self._stays.get(partition, 0)


class Topic:
    """Goes on until stopped; the group's offsets are its memory."""

    total: int | None = None
    atomic = False

    def __init__(self, config: TopicConfig, settings: Settings, stop: threading.Event) -> None:
        """Touches nothing yet.

        Raises:
            FeedConfigError: the topic is one of ours, so that it would be fed with what comes from it.
        """
        self.name = config.name
        self._config = config
        self._settings = settings
        self._brokers = config.brokers or settings.kafka
        self._stop = stop
        self._ours = config.topic in (settings.topic_raw, settings.topic_enriched, settings.topic_dead)
        if self._ours and set(_listed(self._brokers)) & set(_listed(settings.kafka)):
            raise self._loop()
        self._stays = _Stays()
        self._progress: dict[TopicPartition, _Progress] = {}
        self._later: dict[TopicPartition, float] = {}
        self._committed = 0.0
        self._polled_last = 0.0
        self._consumer: Any = None

    def _loop(self) -> FeedConfigError:
        return FeedConfigError(
            f"feed '{self.name}' cannot read the topic '{self._config.topic}': it is one of the pipeline's "
            "own, so whatever came from it would come to it again; name another"
        )

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the feed's settings say."""
        return self._config.context(base)

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The messages that are there, then those that come.

        Raises:
            FeedConfigError: the topic is one of ours, by another address.
            OSError: the broker does not answer, refuses, or has no such topic.
        """
        with self._told():
            self._consumer = self._connected()
        try:
            quiet = time.monotonic()
            while not self._stop.is_set():
                with self._told():
                    messages = self._polled()
                if messages:
                    yield self._given(messages)
                    with self._told():
                        self._settle_up()
                    quiet = time.monotonic()
                elif time.monotonic() - quiet > QUIET_S:
                    with self._told():
                        _answers(self._config.access(self._settings))
                    quiet = time.monotonic()
        finally:
            with suppress(OSError, KafkaError):
                self._commit()
            self._consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
            self._consumer = None

    def _connected(self) -> Any:
        access = self._config.access(self._settings)
        _answers(access)
        if self._ours and _cluster(access) == _cluster(kafka_security.access(self._settings)):
            raise self._loop()
        consumer = KafkaConsumer(**self._options(), **kafka_security.kafka_python(access))
        try:
            self._check(consumer.topics())
            self._stays = _Stays()
            self._progress, self._later = {}, {}
            consumer.subscribe([self._config.topic], listener=self._stays)
        except BaseException:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
            raise
        return consumer

    def _check(self, there: Iterable[str]) -> None:
        if self._config.topic not in there:
            raise OSError(
                f"Kafka at {self._brokers} has no topic '{self._config.topic}', or does not show it to us"
            )

    def _options(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": _listed(self._brokers),
            "client_id": f"newswire-feed-{self.name}",
            "group_id": self._config.group or f"newswire-feed-{self.name}",
            # What the broker threw away before we read it is gone; we go on with the oldest that is left.
            "auto_offset_reset": "earliest",
            "enable_auto_commit": False,
            "max_poll_interval_ms": STALL_MS,
            "isolation_level": "read_committed",
            "allow_auto_create_topics": False,
            "max_partition_fetch_bytes": 1 * MIB,
            "fetch_max_bytes": 16 * MIB,
            "bootstrap_timeout_ms": _TRY_MS,
            "reconnect_backoff_max_ms": 1_000,
        }

    def _polled(self) -> list[Message]:
        """What the next poll gives."""
        due = [partition for partition, until in self._later.items() if until <= time.monotonic()]
        for partition in due:
            del self._later[partition]
            if partition in self._consumer.assignment():
                self._consumer.resume(partition)
        found = self._consumer.poll(timeout_ms=_POLL_MS, max_records=BATCH)
        self._polled_last = time.monotonic()
        begun = self._begin() if self._stays.fresh else set()
        self._progress = {}
        messages: list[Message] = []
        for partition, records in found.items():
            stay = self._stays.of(partition)
            some = [Message(partition, record.offset, record.value or b"", stay) for record in records]
            if some and partition not in begun:
                self._progress[partition] = _Progress(some)
                messages += some
        return messages

    def _begin(self) -> set[TopicPartition]:
        """Where nothing was ever committed, and only what is to come is wanted: begin there, and commit that.

        Without the commit, a restart before the first message is settled would skip it.
        """
        fresh, self._stays.fresh = self._stays.fresh, set()
        if self._config.start == "earliest":
            return set()
        begun = {partition for partition in fresh if self._consumer.committed(partition) is None}
        ends = self._consumer.end_offsets(list(begun)) if begun else {}
        for partition, end in ends.items():
            self._consumer.seek(partition, end)
        if ends:
            self._consumer.commit({each: OffsetAndMetadata(end, "", -1) for each, end in ends.items()})
        return begun

    def _given(self, messages: list[Message]) -> Iterator[Item | Unreadable]:
        for message in messages:
            if self._stalled:
                return  # the group has given us up, though the library tells so only when it polls
            if self._stays.of(message.partition) != message.stay:
                continue  # another process has the partition now
            if message.size > self._config.largest:
                reason = f"too large: {message.size:,} bytes; `largest` is {self._config.largest:,}"
                yield Unreadable(location=message.location, reason=reason)
                self._settle(message)
            elif message.size:
                yield message
            else:  # it says that its key is no more
                self._settle(message)

    @property
    def _stalled(self) -> bool:
        return (time.monotonic() - self._polled_last) * 1000 > STALL_MS

    def acknowledge(self, item: Item, result: Result) -> None:
        """Take note of a message that is settled; its offset is committed when all before it are, too."""
        if isinstance(item, Message) and result.settled:
            self._settle(item)
            if time.monotonic() - self._committed > COMMIT_S:
                with self._told():
                    self._commit()

    def _settle(self, message: Message) -> None:
        progress = self._progress.get(message.partition)
        if progress is not None and progress.stay == message.stay:
            progress.settle(message.offset)

    def _settle_up(self) -> None:
        """Commit what is settled; what is not comes again, after a while."""
        self._commit()
        for partition, progress in self._progress.items():
            if progress.first_open is None or self._stalled or self._stays.of(partition) != progress.stay:
                continue
            if partition in self._consumer.assignment():
                self._consumer.seek(partition, progress.first_open)
                self._consumer.pause(partition)
                self._later[partition] = time.monotonic() + RETRY_S

    def _commit(self) -> None:
        """Commit what is settled of the partitions that are still ours."""
        self._committed = time.monotonic()
        offsets = {
            partition: OffsetAndMetadata(progress.next, "", -1)
            for partition, progress in self._progress.items()
            if progress.next is not None and self._stays.of(partition) == progress.stay
        }
        if not offsets:
            return
        try:
            self._consumer.commit(offsets)
        except CommitFailedError as error:  # another process has them now, and reads them once more
            log.warning("partitions were taken over while they were read", feed=self.name, reason=str(error))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the library raises, as an ``OSError`` that says where."""
        try:
            yield
        except (KafkaSecurityError, TokenError) as error:
            raise PermissionError(str(error)) from error
        except AuthorizationError as error:
            raise PermissionError(
                f"Kafka at {self._brokers} does not let us read '{self._config.topic}' as this group: {error}"
            ) from error
        except KafkaError as error:
            raise ConnectionError(f"Kafka at {self._brokers} cannot be read: {error}") from error


def _listed(brokers: str) -> list[str]:
    return [broker.strip() for broker in brokers.split(",")]


def _address(broker: str) -> tuple[str, int]:
    host, _, port = broker.strip().rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 - ports end there
        raise ValueError(f"'{broker}' is not host:port")
    return host.strip("[]"), int(port)


def _answers(access: Access) -> None:
    """Find a broker that takes connections; kafka-python leaves sockets open when it finds none itself.

    Raises:
        ConnectionError: none does; the last one's reason.
        KafkaSecurityError, TokenError: it does not let us in, or no token is given.
    """
    reason: OSError | None = None
    brokers = ",".join(access.brokers)
    for broker in access.brokers:
        try:
            socket.create_connection(_address(broker), timeout=_TRY_MS / 1000).close()
        except OSError as error:
            reason = error
        else:
            if hint := kafka_security.require_now(access):
                raise ConnectionError(hint)
            return
    raise ConnectionError(f"Kafka at {brokers} cannot be reached: {reason}; is it up?") from reason


def _cluster(access: Access) -> str:
    """The id of the cluster, by which one is known under whatever address."""
    client = KafkaAdminClient(
        bootstrap_servers=list(access.brokers),
        bootstrap_timeout_ms=_TRY_MS,
        **kafka_security.kafka_python(access),
    )
    try:
        return str(client.describe_cluster()["cluster_id"])
    finally:
        client.close()
