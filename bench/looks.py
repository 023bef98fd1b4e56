"""The looks that ``bench.lag`` measures, in a process of their own: what they took, as a line of JSON."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psutil
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError
from kafka.structs import OffsetAndMetadata, OffsetAndTimestamp

from pipeline.lag import Monitor, broker, monitor
from pipeline.settings import Settings

EVERY_S = 2.0
"""Seconds between two looks, by the clock of the looks: as ``newswire lag --watch`` and the web page look."""

SPREAD = 15
"""Messages from one group's commit to the next one's, on the real broker."""

_TOPICS = 10
_MOST_LAG = 10_000
_AGE_MS = 200
_MIB = 1024 * 1024
_KIB = 1024


class Clock:
    """The time for the monitor: each look takes no time, and is ``EVERY_S`` after the one before."""

    def __init__(self) -> None:
        self._at = 0.0
        self._began = time.time()

    def go_on(self) -> None:
        """To the next look."""
        self._at += EVERY_S

    def monotonic(self) -> float:
        """As ``time.monotonic``."""
        return self._at

    def time(self) -> float:
        """As ``time.time``."""
        return self._began + self._at


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the process is to look at.

    Attributes:
        partitions: how many there are, each read by every group.
        groups: the groups' names.
        looks: how many looks are measured.
        kafka: where the broker is; nothing for one that is simulated.
        topic: the topic that is there.
    """

    partitions: int
    groups: list[str]
    looks: int
    kafka: str = ""
    topic: str = ""


class Record(NamedTuple):
    """Of a message, all that is looked at."""

    timestamp: int


class Simulated:
    """An admin client and a consumer that answer at once, with objects as new as those of kafka-python.

    Every partition is written to. Half of them are read as fast, by every group at another offset; of the
    others nothing is read.
    """

    def __init__(self, partitions: int, groups: Sequence[str]) -> None:
        self._groups = groups
        self._ends = {
            TopicPartition(f"news.{number % _TOPICS}", number // _TOPICS): 1_000_000 + number
            for number in range(partitions)
        }
        chance = random.Random(7)
        self._behind = {
            (group, place): chance.randrange(1, _MOST_LAG) for group in groups for place in self._ends
        }
        self._asked: dict[TopicPartition, int] = {}

    def go_on(self) -> None:
        """Messages are written to all partitions, and as many are read from half of them."""
        for place in self._ends:
            self._ends[place] += 10
            if place.partition % 2:
                for group in self._groups:
                    self._behind[group, place] += 10

    def list_group_offsets(
        self, groups: Collection[str]
    ) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
        """As the admin client's."""
        return {
            group: {
                TopicPartition(place.topic, place.partition): OffsetAndMetadata(
                    end - self._behind[group, place], "", -1
                )
                for place, end in self._ends.items()
            }
            for group in groups
        }

    def describe_topics(self, topics: Collection[str]) -> list[dict[str, Any]]:
        """As the admin client's."""
        return [
            {
                "name": topic,
                "topic_id": topic,
                "partitions": [
                    {"partition_index": place.partition, "leader_id": 1}
                    for place in self._ends
                    if place.topic == topic
                ],
            }
            for topic in topics
        ]

    def list_partition_offsets(
        self, specs: Mapping[TopicPartition, Any]
    ) -> dict[TopicPartition, OffsetAndTimestamp]:
        """As the admin client's: the starts, or the ends."""
        return {
            place: OffsetAndTimestamp(0 if spec == OffsetSpec.EARLIEST else self._ends[place], -1, -1)
            for place, spec in specs.items()
        }

    def describe_groups(self, groups: Collection[str]) -> dict[str, Any]:
        """As the admin client's: four members each, that have all partitions."""
        return {
            group: {"group_state": "Stable", "members": [self._member(group, n) for n in range(4)]}
            for group in groups
        }

    def _member(self, group: str, number: int) -> dict[str, Any]:
        topics: dict[str, list[int]] = {}
        for place in list(self._ends)[number::4]:
            topics.setdefault(place.topic, []).append(place.partition)
        return {
            "member_id": f"{group}-{number}",
            "client_id": group,
            "client_host": "/10.0.0.7",
            "member_assignment": {
                "assigned_partitions": [{"topic": name, "partitions": of} for name, of in topics.items()]
            },
        }

    def assign(self, _: Sequence[TopicPartition]) -> None:
        """As the consumer's."""
        self._asked = {}

    def resume(self, *_: TopicPartition) -> None:
        """As the consumer's."""

    def seek(self, place: TopicPartition, offset: int) -> None:
        """As the consumer's."""
        self._asked[place] = offset

    def poll(self, **_: Any) -> dict[TopicPartition, list[Record]]:
        """As the consumer's: all that was asked for at once, written as long ago as it is old."""
        now = round(time.time() * 1000)
        found = {
            place: [Record(now - _AGE_MS * (self._ends[place] - offset))]
            for place, offset in self._asked.items()
        }
        self._asked = {}
        return found

    def pause(self, *_: TopicPartition) -> None:
        """As the consumer's."""

    def close(self, **_: Any) -> None:
        """As both clients'."""


class Real:
    """A topic of the broker's, half of whose partitions are read by all groups, each at another offset."""

    def __init__(self, brokers: str, topic: str, partitions: int, groups: Sequence[str]) -> None:
        self._admin = KafkaAdminClient(bootstrap_servers=brokers)
        self._groups = groups
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._looks = 0
        self._commit(self._places)

    def go_on(self) -> None:
        """Half of the partitions are read on by one message, by every group."""
        self._looks += 1
        self._commit(self._places[::2])

    def _commit(self, places: Sequence[TopicPartition]) -> None:
        for number, group in enumerate(self._groups):
            offset = OffsetAndMetadata(SPREAD * number + self._looks, "", -1)
            answer = self._altered(group, dict.fromkeys(places, offset))
            if any(each.errno for each in answer.values()):
                raise RuntimeError(f"commits of {group}: {set(answer.values())}")

    def _altered(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> dict[Any, Any]:
        """A broker that has just started has no coordinator for some seconds."""
        for _ in range(60):
            with suppress(CoordinatorNotAvailableError, NotCoordinatorError, CoordinatorLoadInProgressError):
                return dict(self._admin.alter_group_offsets(group, offsets))
            time.sleep(0.5)
        raise RuntimeError(f"no coordinator for {group}")


def measured(
    changing: Simulated | Real, looks: int, settings: Settings, groups: Sequence[str]
) -> dict[str, Any]:
    """What each look took: a window is full of them, and then so many are measured.

    Args:
        changing: what is looked at, and goes on between looks.
        looks: how many are measured.
        settings: where the broker is.
        groups: the groups that are looked at.

    Returns:
        Seconds and CPU seconds of each look, the first one by itself; MiB before the first and at most.
    """
    process, clock = psutil.Process(), Clock()
    vars(monitor)["time"] = clock
    before = process.memory_info().rss
    took: list[tuple[float, float]] = []
    partitions = 0
    with Monitor(settings, groups) as looking:
        for _ in range(round(looking.window_s / EVERY_S) + looks):
            began, cpu = time.perf_counter(), time.process_time()
            snapshot = looking.sample()
            took.append((time.perf_counter() - began, time.process_time() - cpu))
            partitions = sum(len(each.partitions) for each in snapshot.groups)
            known = sum(one.measured for each in snapshot.groups for one in each.partitions)
            clock.go_on()
            changing.go_on()
    return {
        "partitions of groups": partitions,
        "measured": known,
        "first": took[0],
        "seconds": [each for each, _ in took[-looks:]],
        "CPU seconds": [each for _, each in took[-looks:]],
        "MiB before": before / _MIB,
        "MiB": _most_kib() / _KIB,
    }


def _most_kib() -> int:
    """The most memory that was resident; getrusage would count what the parent had before that, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def main(job: Job) -> dict[str, Any]:
    """Do it."""
    if job.kafka:
        settings = Settings(kafka=job.kafka)
        return measured(
            Real(job.kafka, job.topic, job.partitions, job.groups), job.looks, settings, job.groups
        )
    simulated = Simulated(job.partitions, job.groups)
    vars(broker)["_made"] = lambda *_, **__: simulated
    return measured(simulated, job.looks, Settings(), job.groups)


if __name__ == "__main__":
    print(msgspec.json.encode(main(msgspec.json.decode(sys.argv[1], type=Job))).decode())
