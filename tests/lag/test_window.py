"""What is told from the points of a window: rates, the trend, and the age of a message."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag import window as seen
from pipeline.lag.rules import judge
from pipeline.lag.window import TENTHS, Point, Window
from tests.lag.made import points

WALL = 1_795_000_000.0


def window(*of: Point, length_s: float = 10) -> Window:
    made = Window(length_s)
    for point in of:
        made.add(point)
    return made


class TestPoint:
    def test_lag_is_what_stands_between_commit_and_end(self) -> None:
        assert Point(0, 10, 40, 100).lag == 60

    def test_without_a_commit_everything_that_is_there_is_to_be_read(self) -> None:
        assert Point(0, 10, None, 100).lag == 90

    def test_what_was_deleted_is_not_to_be_read(self) -> None:
        assert Point(0, 50, 40, 100).lag == 50

    def test_a_commit_beyond_the_end_leaves_nothing_to_be_read(self) -> None:
        assert Point(0, 0, 120, 100).lag == 0

    @given(*[st.integers(0, 1000)] * 3, st.none() | st.integers(0, 3000))
    def test_lag_is_never_more_than_what_is_there(
        self, at: int, start: int, more: int, done: int | None
    ) -> None:
        point = Point(at, start, done, start + more)
        assert 0 <= point.lag <= more
        assert point.position >= start


class TestComplete:
    def test_nothing_was_seen(self) -> None:
        assert window().complete == 0

    def test_one_point_covers_nothing(self) -> None:
        assert window(*points([0], 5)).complete == 0

    def test_half_of_it(self) -> None:
        assert window(*points([0] * 6, 5)).complete == 0.5

    def test_all_of_it(self) -> None:
        assert window(*points([0] * 11, 5)).complete == 1

    def test_old_points_go_but_for_the_one_that_covers_the_beginning(self) -> None:
        made = window(*points([0] * 50, 5))
        assert [made.points[0].at, made.points[-1].at] == [139, 149]
        assert made.complete == 1

    def test_a_long_pause_leaves_two_points(self) -> None:
        made = window(*points([0, 1, 2], 5), Point(5000, 0, 3, 5))
        assert [point.at for point in made.points] == [102, 5000]
        assert made.complete == 1

    @given(st.lists(st.floats(0.01, 30), min_size=2, max_size=40))
    def test_it_covers_its_length_and_no_more_than_one_point_beyond(self, steps: list[float]) -> None:
        made, at = Window(10), 0.0
        for step in steps:
            made.add(Point(at := at + step, 0, 0, 1))
        assert (made.complete == 1) == (made.points[-1].at - made.points[0].at >= 10)
        assert len(made.points) < 3 or made.points[-1].at - made.points[1].at < 10

    @given(st.floats(0.01, 3), st.integers(10, 300))
    def test_however_often_somebody_looks_some_twenty_points_are_kept(self, step: float, count: int) -> None:
        made = window(*points([0] * count, 5, step=step))
        assert len(made.points) <= 2 * TENTHS
        assert (made.complete == 1) == (made.points[-1].at - made.points[0].at >= 10)

    @given(
        st.lists(
            st.tuples(st.floats(0.01, 1), st.integers(-9, 9), st.integers(0, 9), st.booleans()),
            min_size=2,
            max_size=60,
        )
    )
    def test_what_is_not_kept_would_have_changed_no_verdict(
        self, steps: list[tuple[float, int, int, bool]]
    ) -> None:
        """But for whether it is read more slowly than written, which goes by tenths of the window anyway."""
        at, done, end = 0.0, 20, 20
        every: list[Point] = []
        for step, read, wrote, idle in steps:
            at, end = at + step, end + wrote
            done = min(end, max(0, done + read))
            every.append(Point(at, 0, done, end, idle))
        made = window(*every, length_s=60)
        kept, all_ = (judge(some, complete=1) for some in (made.points, every))
        assert made.points[-1] == every[-1]
        assert {kept.status, all_.status} <= {"OK", "WARN"} or kept.status == all_.status


def test_a_log_that_became_shorter_is_another_log() -> None:
    made = window(*points([5, 6, 7], [10, 11, 12]), Point(103, 0, 7, 3))
    made.mark(7, 90)
    assert [point.end for point in made.points] == [3]
    made.add(Point(104, 0, 0, 1))
    assert made.stamp(7) is None


class TestRates:
    def test_one_point_tells_none(self) -> None:
        one = points([3], 5)
        assert (seen.produce_rate(one), seen.consume_rate(one), seen.trend(one)) == (None, None, None)

    def test_two_points_at_one_instant_tell_none(self) -> None:
        both = points([3, 4], [5, 6], step=0)
        assert (seen.produce_rate(both), seen.consume_rate(both), seen.trend(both)) == (None, None, None)

    def test_written_and_read_a_second(self) -> None:
        some = points([0, 10, 40], [100, 120, 130], step=2)
        assert seen.produce_rate(some) == 30 / 4
        assert seen.consume_rate(some) == 40 / 4
        assert seen.trend(some) == -10 / 4

    def test_nothing_is_read_where_nothing_is_committed(self) -> None:
        assert seen.consume_rate(points([None, None], [5, 6])) is None

    def test_a_first_commit_is_reading_from_the_beginning_of_the_log(self) -> None:
        assert seen.consume_rate(points([None, 14, 20], 100, start=10)) == 5

    def test_what_was_read_before_the_commits_were_deleted_is_not_known(self) -> None:
        assert seen.consume_rate(points([4, 10, None], 100)) is None

    def test_reading_counts_from_where_commits_went_back_to(self) -> None:
        assert seen.consume_rate(points([500, 600, 0, 10, 30], 1000)) == 15

    def test_commits_that_went_back_just_now_tell_no_rate(self) -> None:
        assert seen.consume_rate(points([500, 600, 0], 1000)) is None

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=20))
    def test_the_trend_is_what_is_written_less_what_is_read(self, steps: list[tuple[int, int]]) -> None:
        committed, end, some = 0, 0, []
        for number, (wrote, read) in enumerate(steps):
            end += wrote
            committed = min(end, committed + read)
            some.append(Point(number, 0, committed, end))
        produced, consumed = seen.produce_rate(some), seen.consume_rate(some)
        assert produced is not None
        assert consumed is not None
        assert seen.trend(some) == pytest.approx(produced - consumed)


class TestCatchUp:
    def test_no_lag_takes_no_time(self) -> None:
        assert seen.catch_up_s(0, None, None) == 0

    def test_lag_by_what_is_read_more_than_written(self) -> None:
        assert seen.catch_up_s(120, 10, 40) == 4

    @pytest.mark.parametrize(("produced", "consumed"), [(40, 40), (41, 40), (0, 0), (None, 4), (4, None)])
    def test_never_or_not_known(self, produced: float | None, consumed: float | None) -> None:
        assert seen.catch_up_s(120, produced, consumed) is None

    @given(st.integers(1, 10**9), st.floats(0, 1e5), st.floats(0.01, 1e5))
    def test_after_so_long_it_would_be_done(self, lag: int, produced: float, faster: float) -> None:
        consumed = produced + faster
        seconds = seen.catch_up_s(lag, produced, consumed)
        if seconds is not None:  # rates may be too large for their difference to count
            assert lag + seconds * produced == pytest.approx(seconds * consumed)


class TestAge:
    """The end of the log was at 10, 20, 30 and 40 at 100, 101, 102 and 103 s."""

    moving = points([0, 0, 0, 0], [10, 20, 30, 40])

    @pytest.mark.parametrize(("offset", "age"), [(10, 3.0), (15, 2.5), (20, 2.0), (39, 0.1)])
    def test_between_two_looks(self, offset: int, age: float) -> None:
        assert window(*self.moving).age(offset, 103, WALL) == pytest.approx(age)

    def test_what_was_there_before_the_first_look_is_not_known(self) -> None:
        assert window(*self.moving).age(9, 103, WALL) is None

    def test_what_is_not_there_yet_is_not_known(self) -> None:
        assert window(*self.moving).age(40, 103, WALL) is None

    def test_an_earlier_measurement_is_a_hold(self) -> None:
        made = window(*self.moving)
        made.mark(4, WALL - 33)
        assert made.age(7, 103, WALL) == pytest.approx(103 - 85)

    def test_the_end_that_stood_still_counts_from_its_last_look(self) -> None:
        made = window(*points([0, 0, 0, 0], [10, 10, 10, 20]))
        assert made.age(10, 110, WALL) == pytest.approx(8)

    def test_a_mark_from_the_future_gives_no_age_below_0(self) -> None:
        made = window(*self.moving)
        made.mark(38, WALL + 397)
        assert made.age(39, 103, WALL) == 0

    @given(st.lists(st.integers(1, 100), min_size=1, max_size=30), st.data())
    def test_later_messages_are_never_older(self, writes: list[int], data: st.DataObject) -> None:
        ends = [0]
        for wrote in writes:
            ends.append(ends[-1] + wrote)
        made = window(*points([0] * len(ends), ends), length_s=1000)
        offsets = sorted(data.draw(st.lists(st.integers(0, ends[-1] - 1), min_size=2, max_size=5)))
        ages = [made.age(offset, 200, WALL) or 0 for offset in offsets]
        assert all(earlier >= later for earlier, later in pairwise(ages))


def test_a_stamp_is_of_its_message_alone() -> None:
    made = window(*points([4], 10))
    assert made.stamp(4) is None
    made.mark(4, 80)
    assert (made.stamp(4), made.stamp(5)) == (80, None)


class TestTenths:
    @pytest.mark.parametrize("count", [1, 2, TENTHS + 1])
    def test_few_are_taken_as_they_are(self, count: int) -> None:
        few = points([0] * count, 5)
        assert seen.tenths(few) == few

    @given(st.lists(st.floats(0.01, 5), min_size=TENTHS + 1, max_size=200))
    def test_of_many_some_eleven_with_the_first_and_the_last(self, steps: list[float]) -> None:
        many = [Point(at, 0, 0, 1) for at in accumulate(steps, initial=0.0)]
        some = seen.tenths(many)
        assert len(some) <= TENTHS + 2
        assert (some[0], some[-1]) == (many[0], many[-1])
        assert [point.at for point in some] == sorted({point.at for point in some})

    def test_evenly(self) -> None:
        assert [point.at - 100 for point in seen.tenths(points([0] * 101, 5))] == [*range(0, 101, 10)]
