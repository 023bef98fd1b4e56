"""The recovery: when each partition that lagged has moved on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Settings
from tests.chaos.progress import Place, Progress, Sample, Stand, recovery

ONE, TWO = Place("enrich", 0), Place("index", 1)


def sample(at: float, one: tuple[int, int], two: tuple[int, int] = (5, 5)) -> Sample:
    return Sample(at, {ONE: Stand(*one), TWO: Stand(*two)})


def test_nothing_lagged() -> None:
    assert recovery([sample(1, (3, 3)), sample(2, (3, 3))], 1.5) == 0


def test_the_slowest_partition_counts() -> None:
    samples = [
        sample(1, (3, 9), (5, 8)),
        sample(3, (4, 9), (5, 8)),
        sample(7, (9, 9), (8, 8)),
    ]
    assert recovery(samples, 2) == 5


def test_a_commit_before_the_fault_ended_does_not_count() -> None:
    samples = [sample(1, (3, 9)), sample(2, (4, 9)), sample(3, (4, 9)), sample(4, (5, 9))]
    assert recovery(samples, 2) == 2


def test_a_broker_that_was_away_is_looked_at_when_it_is_back() -> None:
    assert recovery([sample(5, (3, 9)), sample(6, (4, 9))], 2) == 4


def test_a_partition_that_never_moves_on_has_not_recovered() -> None:
    assert recovery([sample(1, (3, 9)), sample(9, (3, 9))], 2) is None
    assert recovery([], 2) is None


def test_a_partition_that_is_new_is_no_trouble() -> None:
    before = Sample(1, {ONE: Stand(3, 9)})
    after = Sample(4, {ONE: Stand(5, 9), TWO: Stand(0, 4)})
    assert recovery([before, after], 2) == 2


@given(st.lists(st.integers(0, 3), min_size=1, max_size=10), st.integers(0, 9))
def test_it_is_never_negative_and_never_longer_than_was_looked(steps: list[int], since: int) -> None:
    committed = 0
    samples = []
    for at, step in enumerate(steps):
        committed += step
        samples.append(sample(at, (committed, 40)))
    found = recovery(samples, since)
    assert found is None or 0 <= found <= len(steps)


@pytest.fixture
def progress() -> Progress:
    return Progress(Settings())


def test_settled_is_when_all_is_committed_and_nothing_moves(progress: Progress) -> None:
    progress.samples = [sample(1, (4, 4))] * 3
    assert progress.settled()
    progress.samples.append(sample(2, (4, 4), (5, 6)))
    assert not progress.settled(), "a message is not committed"
    progress.samples.append(sample(3, (4, 4), (6, 6)))
    assert not progress.settled(), "it was committed a moment ago"
    progress.samples += [sample(4, (4, 4), (6, 6))] * 2
    assert progress.settled()


def test_lag_and_commits_are_summed_over_both_hops(progress: Progress) -> None:
    progress.samples.append(sample(1, (3, 9), (5, 6)))
    assert (progress.samples[0].lag, progress.committed) == (7, 8)


def test_a_start_without_commits_is_told(progress: Progress) -> None:
    with pytest.raises(AssertionError, match="only 0 messages committed after 0 s"):
        progress.await_commits(1, 0)
