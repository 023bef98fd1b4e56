"""What the broker knows of consumer groups, by a fixed number of requests for all partitions together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
)
from kafka.net.compat import KafkaNetClient
from msgspec import Struct

from pipeline import kafka_security
from pipeline.errors import NewswireError
from pipeline.lag.ahead import Ahead
from pipeline.lag.shape import Reader
from pipeline.settings import Settings

ANSWER_MS = 5_000
"""Milliseconds without an answer after which the broker counts as away."""

_AGAIN_S = (0.2, 0.5, 1.0)
_AWAY = (KafkaConnectionError, KafkaTimeoutError)
_FORBIDDEN = (GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
_STEADY = "Stable"


class LagError(NewswireError):
    """Nobody can say how far behind the groups are now; the message says why, and what to do."""


class Place(NamedTuple):
    """A partition of a topic as it is now: one that is made again under its name is another one."""

    topic: str
    partition: int
    topic_id: str

    @property
    def named(self) -> TopicPartition:
        """As requests name it."""
        return TopicPartition(self.topic, self.partition)


class Log(Struct, frozen=True):
    """From where to where messages stand in a partition."""

    start: int
    end: int


class Group(Struct, frozen=True, kw_only=True):
    """A consumer group at one moment.

    Attributes:
        committed: what it has committed, by topic and partition.
        members: how many there are.
        readers: who has which partition, as far as they are given out.
        steady: they are given out; else that is being done just now, or the broker does not say, and nobody
            is to blame.
    """

    committed: Mapping[TopicPartition, int]
    members: int
    readers: Mapping[TopicPartition, Reader]
    steady: bool


class Found(Struct, frozen=True, kw_only=True):
    """All that was asked, at one moment.

    Attributes:
        groups: by name; each that was asked for is there.
        logs: the partitions that answer.
        silent: partitions, and topics without any, that do not: why.
    """

    groups: Mapping[str, Group]
    logs: Mapping[Place, Log]
    silent: Mapping[tuple[str, int | None], str]


class Broker:
    """Asks with two clients of its own, which join no group and commit nothing; made when first needed.

    Not to be used by two threads at once.
    """

    def __init__(self, settings: Settings) -> None:
        """Touches nothing yet."""
        self._settings = settings
        self._admin: Any = None
        self._ahead: Ahead | None = None
        self._committed_in: set[str] = set()

    def look(self, groups: Collection[str], topics: Iterable[str]) -> Found:
        """How far the groups are in all topics that they have commits in, and in these.

        Raises:
            LagError: the broker does not answer, or refuses.
        """
        for pause_s in (*_AGAIN_S, None):
            try:
                return self._look(groups, set(topics))
            except (KafkaError, OSError) as error:
                self.close()  # what the clients have in mind of leaders and coordinators may be what is wrong
                if pause_s is None or not _passes(error):
                    raise LagError(
                        f"Kafka at {self._settings.kafka} does not say how far behind the groups are:"
                        f" {str(error) or type(error).__name__}; {_advice(error, self._settings)}"
                    ) from error
                time.sleep(pause_s)
        raise AssertionError  # the last attempt returns or raises

    def written(self, wanted: Mapping[Place, Collection[int]]) -> dict[tuple[Place, int], float]:
        """When the messages at these offsets were written, in seconds since 1970; see ``Ahead.written``."""
        if self._ahead is None:
            options = self._options("newswire-lag-ahead")
            with suppress(KafkaError, OSError):
                self._ahead = Ahead(lambda **more: _made(KafkaConsumer, **options, **more))
        return self._ahead.written(wanted) if self._ahead is not None else {}

    def close(self) -> None:
        """Close the connections; the next look makes new ones."""
        admin, ahead, self._admin, self._ahead = self._admin, self._ahead, None, None
        for client in (admin, ahead):
            if client is not None:
                with suppress(KafkaError, OSError):
                    client.close()

    def _look(self, groups: Collection[str], topics: set[str]) -> Found:
        """Starts first, commits then, ends last: so no commit lies outside because time has passed.

        The topics are those with commits at the last look; if there are others now, all is asked once more.
        """
        admin = self._admin = self._admin or _made(KafkaAdminClient, **self._options("newswire-lag"))
        for _ in range(2):
            asked = topics | self._committed_in
            places, silent = _places(admin.describe_topics(sorted(asked)) if asked else [])
            named = [place.named for place in places]
            starts = admin.list_partition_offsets(dict.fromkeys(named, OffsetSpec.EARLIEST)) if named else {}
            described = admin.describe_groups(list(groups))
            committed = admin.list_group_offsets(dict.fromkeys(groups))
            self._committed_in = {place.topic for commits in committed.values() for place in commits}
            if self._committed_in <= asked:
                break
        ends = admin.list_partition_offsets(dict.fromkeys(named, OffsetSpec.LATEST)) if named else {}
        return Found(
            groups={name: _group(described.get(name, {}), committed.get(name, {})) for name in groups},
            logs={each: Log(starts[each.named].offset, ends[each.named].offset) for each in places},
            silent=silent,
        )

    def _options(self, client: str) -> dict[str, Any]:
        return {
            "bootstrap_servers": self._settings.brokers,
            "client_id": client,
            "request_timeout_ms": ANSWER_MS,
            "bootstrap_timeout_ms": ANSWER_MS,
            **kafka_security.kafka_python(self._settings),
        }


def _passes(error: Exception) -> bool:
    """Whether the same question may get another answer in a moment, as after a new leader."""
    return bool(getattr(error, "retriable", False)) and not isinstance(error, _AWAY)


def _advice(error: Exception, settings: Settings) -> str:
    if isinstance(error, _FORBIDDEN):
        return "give whoever asks the right (ACL) to describe all groups that are looked at"
    try:
        hint = kafka_security.require_now(settings)
    except NewswireError as refusal:
        return str(refusal)
    if hint:
        return hint
    return "`newswire status` says whether it is running, NEWSWIRE_KAFKA_SECURITY how it is spoken to"


def _made(kind: Callable[..., Any], **options: Any) -> Any:
    """A client of kafka-python. One that reaches no broker would leave its thread running for ever."""
    inner: list[Any] = []

    def network(**configs: Any) -> Any:
        inner.append(KafkaNetClient(**configs))
        return inner[-1]

    try:
        return kind(kafka_client=network, **options)
    except BaseException:
        for one in inner:
            one.close()
        raise


def _places(topics: Iterable[Mapping[str, Any]]) -> tuple[list[Place], dict[tuple[str, int | None], str]]:
    """The partitions that can be asked, and what is silent."""
    places: list[Place] = []
    silent: dict[tuple[str, int | None], str] = {}
    for topic in topics:
        name = topic["name"]
        if topic.get("error_code") == TopicAuthorizationFailedError.errno:
            silent[name, None] = (
                f"Kafka does not let us see topic '{name}': the right to describe it is missing"
            )
        elif not topic["partitions"]:
            silent[name, None] = f"there is no topic '{name}'; a worker makes ours when it starts"
        for one in topic["partitions"]:
            number = one["partition_index"]
            if one["leader_id"] < 0:
                silent[name, number] = "no broker leads this partition"
            else:
                places.append(Place(name, number, str(topic.get("topic_id"))))
    return places, silent


def _group(described: Mapping[str, Any], commits: Mapping[TopicPartition, Any]) -> Group:
    members = described.get("members") or []
    state = described.get("group_state")  # of a group that is not there "Dead", after an error nothing
    return Group(
        committed={place: known.offset for place, known in commits.items() if known.offset >= 0},
        members=len(members),
        readers={place: reader for member in members for place, reader in _given(member)},
        steady=state == _STEADY or bool(state and not members),
    )


def _given(member: Mapping[str, Any]) -> Iterator[tuple[TopicPartition, Reader]]:
    """What a member has, if it says so as Kafka's own consumers do."""
    reader = Reader(
        consumer=str(member.get("member_id", "")),
        client=str(member.get("client_id", "")),
        host=str(member.get("client_host", "")),
    )
    assignment = member.get("member_assignment")
    for topic in assignment.get("assigned_partitions", ()) if isinstance(assignment, Mapping) else ():
        for number in topic["partitions"]:
            yield TopicPartition(topic["topic"], number), reader
