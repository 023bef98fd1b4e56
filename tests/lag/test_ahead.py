"""Messages by their offset, where the real broker cannot be brought to give what these tests need."""

from __future__ import annotations

from typing import Any, NamedTuple

from kafka import TopicPartition
from kafka.errors import OffsetOutOfRangeError

from pipeline.lag import ahead
from pipeline.lag.ahead import Ahead
from pipeline.lag.broker import Place

FIRST, SECOND = Place("t", 0, "1"), Place("t", 1, "1")


class Record(NamedTuple):
    timestamp: int


class Consumer:
    """Gives what each poll is said to give, by partition; an error is raised."""

    def __init__(self, *polls: dict[int, int] | Exception) -> None:
        self.polls = list(polls)
        self.sought: list[tuple[int, int]] = []
        self.at: dict[TopicPartition, int] = {}

    def assign(self, partitions: list[TopicPartition]) -> None: ...

    def resume(self, *partitions: TopicPartition) -> None: ...

    def pause(self, *partitions: TopicPartition) -> None: ...

    def seek(self, named: TopicPartition, offset: int) -> None:
        self.sought.append((named.partition, offset))
        self.at[named] = offset

    def position(self, named: TopicPartition) -> int:
        return self.at[named]

    def poll(self, **_: Any) -> dict[TopicPartition, list[Record]]:
        found = self.polls.pop(0) if self.polls else {}
        if isinstance(found, Exception):
            raise found
        return {TopicPartition("t", number): [Record(stamp), Record(9)] for number, stamp in found.items()}


def reading(consumer: Consumer) -> Ahead:
    return Ahead(lambda **_: consumer)


def test_the_first_record_of_each_partition_counts() -> None:
    found = reading(Consumer({0: 1_500}, {1: 2_500})).written({FIRST: [5], SECOND: [6]})
    assert found == {(FIRST, 5): 1.5, (SECOND, 6): 2.5}


def test_two_offsets_of_one_partition_take_a_round_each() -> None:
    consumer = Consumer({0: 1_000}, {0: 2_000})
    found = reading(consumer).written({FIRST: [5, 8]})
    assert sorted(found.values()) == [1, 2]
    assert sorted(consumer.sought) == [(0, 5), (0, 8)]


def test_a_message_without_a_timestamp_tells_nothing() -> None:
    assert reading(Consumer({0: -1})).written({FIRST: [5]}) == {}


def test_what_came_before_an_error_is_given_all_the_same() -> None:
    one = reading(Consumer({0: 1_000}, OffsetOutOfRangeError(), {1: 3_000}))
    assert one.written({FIRST: [5], SECOND: [6]}) == {(FIRST, 5): 1}
    assert one.written({SECOND: [6]}) == {(SECOND, 6): 3}


def test_the_oldest_message_comes_first_for_a_later_one_can_be_interpolated(monkeypatch: Any) -> None:
    monkeypatch.setattr(ahead, "_PATIENCE_S", 0.05)
    consumer = Consumer({0: 1_000})
    assert reading(consumer).written({FIRST: [8, 5, 9]}) == {(FIRST, 5): 1}
    assert consumer.sought[0] == (0, 5)


def test_what_does_not_come_is_left_out_when_patience_ends(monkeypatch: Any) -> None:
    monkeypatch.setattr(ahead, "_PATIENCE_S", 0.05)
    assert reading(Consumer({0: 1_000})).written({FIRST: [5], SECOND: [6]}) == {(FIRST, 5): 1}
