"""How partitions become their group: sums, the longest wait, the gravest status, and what is told of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag import GroupLag, PartitionLag, figures
from tests.lag.made import partition


def summed(*partitions: PartitionLag, gone: tuple[str, ...] = ()) -> GroupLag:
    return figures.group("newswire-enrich", "enrich", 2, partitions, gone)


def test_sums_and_the_longest_wait() -> None:
    group = summed(partition(1, lag=50, seconds=2.0, produce_rate=1.0, consume_rate=9.0), partition(0))
    assert (group.lag, group.seconds, group.produce_rate, group.consume_rate) == (80, 6.0, 3.0, 14.0)
    assert [one.partition for one in group.partitions] == [0, 1]
    assert (group.hop, group.members, group.measured) == ("enrich", 2, True)


def test_a_group_has_caught_up_when_its_slowest_partition_has() -> None:
    assert summed(partition(0, catch_up_s=90.0), partition(1, catch_up_s=0.0, lag=0)).catch_up_s == 90.0


def test_a_partition_that_never_catches_up_keeps_the_group_from_it_however_fast_the_others_are() -> None:
    slow = partition(1, produce_rate=2.0, consume_rate=1.0, catch_up_s=None)
    assert summed(partition(0, consume_rate=900.0), slow).catch_up_s is None


def test_one_wait_that_is_not_known_makes_the_groups_unknown() -> None:
    group = summed(partition(0), partition(1, seconds=None, measured=False))
    assert (group.seconds, group.measured) == (None, False)


def test_one_wait_that_is_interpolated_makes_the_groups_so() -> None:
    assert not summed(partition(0), partition(1, measured=False)).measured


def test_a_rate_that_is_not_known_counts_as_nothing_beside_others() -> None:
    group = summed(partition(0), partition(1, consume_rate=None, trend=None))
    assert (group.consume_rate, group.trend) == (5.0, -3.0)


def test_a_group_is_as_complete_as_its_least_partition() -> None:
    assert summed(partition(0), partition(1, complete=0.3)).complete == 0.3


@pytest.mark.parametrize("status", ["STALLED", "STOPPED", "ERROR"])
def test_a_partition_that_stands_with_lag_keeps_the_group_from_catching_up(status: str) -> None:
    assert summed(partition(0), partition(1, status=status)).catch_up_s is None
    assert summed(partition(0), partition(1, status=status, lag=0)).catch_up_s is not None


def test_the_gravest_status_with_its_reason_and_where_it_is() -> None:
    group = summed(
        partition(0, status="WARN", reason="slow"),
        partition(1, status="STALLED", reason="stands"),
        partition(2, status="STALLED", reason="stands too"),
    )
    assert (group.status, group.reason) == ("STALLED", "partitions 1, 2: stands")


def test_partitions_of_several_topics_are_named_with_their_topic() -> None:
    group = summed(
        partition(0, status="WARN", reason="slow"), partition(3, topic="b", status="WARN", reason="slow")
    )
    assert group.reason == "partitions b/3, news.raw/0: slow"


def test_what_is_not_judged_yet_is_said_without_naming_partitions() -> None:
    group = summed(*(partition(number, reason="not judged yet: 10% of the window") for number in range(3)))
    assert (group.status, group.reason) == ("OK", "not judged yet: 10% of the window")


def test_nothing_is_said_of_what_is_ok() -> None:
    assert summed(partition(0), partition(1)).reason == ""


def test_a_topic_that_is_gone_is_an_error_whatever_the_others_are() -> None:
    group = summed(partition(0), gone=("there is no topic 'x'",))
    assert (group.status, group.reason) == ("ERROR", "there is no topic 'x'")


def test_no_partition_is_an_error_and_no_measurement() -> None:
    group = summed()
    assert (group.status, group.measured, group.seconds, group.catch_up_s) == ("ERROR", False, None, None)


def test_a_silent_partition_has_no_offsets_and_is_an_error() -> None:
    one = figures.silent("t", 4, "no broker leads this partition")
    assert (one.status, one.reason) == ("ERROR", "no broker leads this partition")
    assert (one.log_end_offset, one.committed_offset, one.seconds, one.measured) == (None, None, None, False)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.none() | st.floats(0, 1e6)), min_size=1, max_size=20))
def test_the_group_is_never_better_than_a_partition(of: list[tuple[int, float | None]]) -> None:
    group = summed(*(partition(number, lag=lag, seconds=s) for number, (lag, s) in enumerate(of)))
    assert all(group.lag >= lag for lag, _ in of)
    assert group.seconds is None or all(s is not None and group.seconds >= s for _, s in of)
