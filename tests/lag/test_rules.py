"""The rules, case by case; they stand as a table in docs/lag.md."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag.rules import Verdict, judge
from pipeline.lag.shape import STATUSES
from pipeline.lag.window import Point
from tests.lag.made import points


def judged(of: list[Point], *, complete: float = 1, idle: bool = False) -> Verdict:
    return judge([msgspec.structs.replace(each, idle=idle) for each in of], complete=complete)


def status(of: list[Point], *, complete: float = 1, idle: bool = False) -> str:
    return judged(of, complete=complete, idle=idle).status


class TestOk:
    def test_nothing_to_be_read(self) -> None:
        assert judged(points([5, 5, 5], 5), complete=1, idle=False) == ("OK", "")

    def test_nothing_to_be_read_and_nobody_there(self) -> None:
        assert status(points([5, 5, 5], 5), idle=True) == "OK"

    def test_an_empty_partition_of_which_nothing_was_ever_committed(self) -> None:
        assert status(points([None, None], 0), idle=True) == "OK"

    def test_an_empty_partition_whose_messages_have_all_been_deleted(self) -> None:
        assert status(points([7, 7], 7, start=7), idle=True) == "OK"

    def test_it_had_caught_up_within_the_window(self) -> None:
        assert status(points([5, 5, 5], [5, 9, 30])) == "OK"

    def test_lag_that_falls(self) -> None:
        assert status(points([5, 15, 25], [50, 52, 54])) == "OK"

    def test_lag_that_falls_once_though_it_has_grown(self) -> None:
        assert status(points([5, 6, 17, 18], [50, 60, 65, 80])) == "OK"

    def test_lag_that_stays_the_same_while_reading_goes_on(self) -> None:
        assert status(points([5, 6, 7], [15, 16, 17])) == "OK"


class TestWarn:
    def test_reading_goes_on_and_the_lag_grows(self) -> None:
        verdict = judged(points([5, 6, 7], [50, 60, 70]), complete=1, idle=False)
        assert verdict == ("WARN", "it is read more slowly than written: the lag grew by 18")

    def test_the_lag_grows_and_stays_by_turns(self) -> None:
        assert status(points([5, 6, 7], [50, 51, 60])) == "WARN"

    def test_a_reader_without_a_group_may_be_slow_too(self) -> None:
        assert status(points([5, 6, 7], [50, 60, 70]), idle=True) == "WARN"

    def test_of_many_looks_only_tenths_count(self) -> None:
        """Between two looks nothing may have been committed, or all at once: that says nothing."""
        committed = [number // 10 * 10 for number in range(101)]
        end = [1000 + 2 * number for number in range(101)]
        assert status(points(committed, end)) == "WARN"

    def test_a_first_commit_counts_as_reading(self) -> None:
        assert status(points([None, 4, 5], [50, 60, 70])) == "WARN"


class TestStanding:
    def test_stalled_if_somebody_has_it(self) -> None:
        verdict = judged(points([5, 5, 5], [50, 60, 70]), complete=1, idle=False)
        assert verdict == ("STALLED", "its reader does not get on: no commit for 2 s")

    def test_stopped_if_nobody_has_it(self) -> None:
        verdict = judged(points([5, 5, 5], [50, 60, 70]), complete=1, idle=True)
        assert verdict.status == "STOPPED"
        assert "nobody reads it: no commit for 2 s" in verdict.reason

    @pytest.mark.parametrize("idle", [(True, True, False), (False, True, False), (True, False, False)])
    def test_one_that_has_come_back_is_not_said_to_hang_before_it_had_its_time(
        self, idle: tuple[bool, ...]
    ) -> None:
        of = [Point(at, 0, 5, 50, none) for at, none in enumerate(idle)]
        assert judge(of, complete=1) == (
            "STOPPED",
            "a member of the group has it again, but no commit for 2 s",
        )

    def test_one_that_came_back_and_reads_is_ok(self) -> None:
        of = [Point(0, 0, 5, 50, True), Point(1, 0, 5, 50), Point(2, 0, 7, 50)]
        assert judge(of, complete=1) == ("OK", "")

    def test_stopped_as_soon_as_the_one_that_hung_has_left(self) -> None:
        assert judge([Point(0, 0, 5, 50), Point(1, 0, 5, 50, True)], complete=1).status == "STOPPED"

    def test_whether_anything_is_written_does_not_matter(self) -> None:
        assert status(points([5, 5, 5], 50)) == "STALLED"
        assert status(points([5, 5, 5], 50), idle=True) == "STOPPED"

    def test_nobody_has_ever_committed_and_messages_wait(self) -> None:
        assert status(points([None, None], 5), idle=True) == "STOPPED"
        assert status(points([None, None], 5), idle=False) == "STALLED"

    def test_messages_that_are_deleted_are_not_read(self) -> None:
        falling = [Point(at, start, None, 100) for at, start in enumerate([0, 10, 20])]
        assert status(falling, idle=True) == "STOPPED"

    def test_one_commit_in_all_of_the_window_is_getting_on(self) -> None:
        assert status(points([5, 5, 5, 6], 50)) == "OK"


class TestRewound:
    def test_commits_that_went_back(self) -> None:
        verdict = judged(points([50, 60, 20, 30], 100), complete=1, idle=False)
        assert verdict == ("REWOUND", "the commits went back from 60 to 20")

    def test_even_if_it_had_caught_up_before(self) -> None:
        assert status(points([100, 0], 100)) == "REWOUND"

    def test_at_once_and_not_only_when_the_window_is_full(self) -> None:
        assert status(points([100, 0], 100), complete=0.1) == "REWOUND"

    def test_not_when_it_has_caught_up_again(self) -> None:
        assert status(points([100, 0, 100], 100)) == "OK"

    def test_a_group_that_is_deleted(self) -> None:
        verdict = judged(points([60, None], 100), complete=0.1, idle=True)
        assert verdict == ("REWOUND", "the group's commit at 60 is gone")

    def test_a_commit_that_is_gone_where_it_stood_at_the_beginning(self) -> None:
        assert status(points([60, None], 100, start=60), complete=0.1) == "OK"


class TestError:
    def test_a_commit_beyond_the_end(self) -> None:
        verdict = judged(points([120], 100), complete=0, idle=False)
        assert verdict.status == "ERROR"
        assert verdict.reason.startswith("120 is committed, but the log ends at 100")

    def test_messages_deleted_before_they_were_read(self) -> None:
        verdict = judged(points([5], 5000, start=2005), complete=0, idle=False)
        assert verdict == ("ERROR", "2,000 messages were deleted before the group had read them")

    def test_even_if_none_is_left(self) -> None:
        assert status(points([5, 5], 50, start=50)) == "ERROR"

    def test_over_when_reading_goes_on_behind_the_gap(self) -> None:
        after = [*points([5], 5000, start=2005), Point(101, 2005, 2100, 5000)]
        assert status(after) == "OK"


class TestIncomplete:
    @pytest.mark.parametrize("idle", [True, False])
    def test_what_needs_a_whole_window_is_not_judged_yet(self, *, idle: bool) -> None:
        verdict = judged(points([5, 5], [50, 60]), complete=0.25, idle=idle)
        assert verdict == ("OK", "not judged yet: 25% of the window")

    def test_one_look_tells_that_nothing_is_to_be_read(self) -> None:
        assert judged(points([5], 5), complete=0, idle=True) == ("OK", "")


offsets = st.integers(0, 1000)
histories = st.lists(st.tuples(st.none() | offsets, offsets, offsets), min_size=1, max_size=30)


@given(histories, st.floats(0, 1), st.booleans())
def test_whatever_was_seen_there_is_a_status_and_a_reason_for_what_is_ill(
    history: list[tuple[int | None, int, int]], complete: float, idle: bool
) -> None:
    of = [Point(at, start, done, start + more) for at, (done, start, more) in enumerate(history)]
    verdict = judged(of, complete=complete, idle=idle)
    assert verdict.status in STATUSES
    assert verdict.reason or verdict.status == "OK"
    if verdict.status not in {"OK", "ERROR"}:
        assert of[-1].lag > 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=30), st.booleans())
def test_a_reader_that_gets_on_is_never_called_standing(steps: list[tuple[int, int]], idle: bool) -> None:
    committed, end, of = 0, 100, []
    for at, (wrote, read) in enumerate(steps):
        end += wrote
        committed = min(end, committed + read)
        of.append(Point(at, 0, committed, end))
    assert status(of, idle=idle) in {"OK", "WARN"}
