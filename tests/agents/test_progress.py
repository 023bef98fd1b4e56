"""Progress: lag alone is no illness, nor is a quiet topic; commits that stand still before lag are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.agents.progress import Progress, Reading


def told(*readings: tuple[float, dict[int, tuple[int, int]]], patience_s: float = 60) -> Progress:
    progress = Progress(patience_s)
    for now, partitions in readings:
        progress.note({number: Reading(*each) for number, each in partitions.items()}, now)
    return progress


def test_a_partition_with_lag_and_no_commit_is_stuck_once_patience_is_over() -> None:
    progress = told((0, {0: (5, 9)}), (60, {0: (5, 20)}))
    assert progress.stuck({0}, 60) == []
    assert progress.stuck({0}, 61) == [0]
    assert progress.lag == 15


def test_a_commit_that_advances_is_progress_however_much_is_left() -> None:
    assert told((0, {0: (5, 900)}), (59, {0: (6, 9000)})).stuck({0}, 110) == []


def test_a_quiet_topic_is_not_stuck_and_patience_begins_when_something_comes() -> None:
    progress = told((0, {0: (5, 5)}), (1000, {0: (5, 5)}), (1001, {0: (5, 6)}))
    assert progress.stuck({0}, 1050) == []
    assert progress.stuck({0}, 1061) == [0]


def test_another_workers_partition_is_that_workers_business() -> None:
    progress = told((0, {0: (5, 9), 1: (5, 9)}), (100, {0: (5, 9), 1: (9, 9)}))
    assert progress.stuck({1}, 100) == []
    assert progress.stuck({0, 1}, 100) == [0]


def test_without_partitions_it_is_stuck_only_if_nobody_gets_on() -> None:
    assert told((0, {0: (5, 9), 1: (5, 9)}), (100, {0: (5, 9), 1: (6, 9)})).stuck((), 100) == []
    assert told((0, {0: (5, 9), 1: (9, 9)}), (100, {0: (5, 9), 1: (9, 9)})).stuck((), 100) == [0]
    assert told((0, {0: (9, 9)})).stuck((), 100) == []


def test_a_partition_that_is_added_begins_anew() -> None:
    progress = told((0, {0: (9, 9)}), (100, {0: (9, 9), 1: (0, 4)}))
    assert progress.stuck({0, 1}, 150) == []
    assert progress.stuck({0, 1}, 161) == [1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20))
def test_lag_is_never_negative_and_nothing_is_stuck_before_its_time(pairs: list[tuple[int, int]]) -> None:
    progress = Progress(len(pairs))
    for now, (committed, end) in enumerate(pairs):
        progress.note({0: Reading(committed, end)}, now)
        assert progress.lag >= 0
        assert progress.stuck({0}, now) == []
