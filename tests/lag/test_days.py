"""What is said over minutes of a group's life: looks every two seconds, told as a story; no clock runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag import window as seen
from pipeline.lag.rules import judge
from pipeline.lag.shape import STATUSES, Status
from pipeline.lag.window import Point, Window

LOOK_S = 2
WINDOW_S = 60


class Life:
    """One partition: what is written and read each second, and whether somebody has it."""

    def __init__(self) -> None:
        self.window = Window(WINDOW_S)
        self.said: list[Status] = []
        self._now = self._end = self._committed = 0

    def goes_on(
        self, seconds: int, *, written: Callable[[int], int], read: Callable[[int], int], idle: bool = False
    ) -> None:
        """Rates by the second; what is read at most is what is there. A look every two seconds."""
        for _ in range(seconds):
            self._now += 1
            self._end += written(self._now)
            self._committed = min(self._end, self._committed + read(self._now))
            if self._now % LOOK_S == 0:
                self.window.add(Point(self._now, 0, self._committed, self._end, idle))
                self.said.append(judge(self.window.points, complete=self.window.complete).status)

    def set_back_to(self, offset: int) -> None:
        self._committed = offset

    @property
    def story(self) -> list[Status]:
        """The statuses, each once until it changes."""
        return [status for status, _ in groupby(self.said)]

    def lasted_s(self, status: Status) -> int:
        return self.said.count(status) * LOOK_S


def steady(rate: int) -> Callable[[int], int]:
    return lambda _: rate


def each(seconds: int, count: int) -> Callable[[int], int]:
    """So many at once, every so many seconds."""
    return lambda now: count if now % seconds == 0 else 0


def test_a_quiet_night() -> None:
    life = Life()
    life.goes_on(600, written=steady(0), read=steady(50), idle=True)
    assert life.story == ["OK"]


def test_a_day_on_which_all_is_read_as_it_comes() -> None:
    life = Life()
    life.goes_on(600, written=steady(5), read=steady(50))
    assert life.story == ["OK"]


def test_a_worker_that_is_started_again_within_half_a_minute_is_no_alarm() -> None:
    life = Life()
    life.goes_on(120, written=steady(5), read=steady(50))
    life.goes_on(30, written=steady(5), read=steady(0), idle=True)
    life.goes_on(120, written=steady(5), read=steady(50))
    assert life.story == ["OK"]


def test_a_worker_that_stays_away_is_stopped_after_a_window_and_well_as_soon_as_it_reads() -> None:
    life = Life()
    life.goes_on(120, written=steady(5), read=steady(50))
    life.goes_on(120, written=steady(5), read=steady(0), idle=True)
    life.goes_on(60, written=steady(5), read=steady(50))
    assert life.story == ["OK", "STOPPED", "OK"]
    assert 40 <= life.lasted_s("STOPPED") <= 70


def test_a_worker_that_hangs_is_stalled_though_nothing_more_is_written() -> None:
    life = Life()
    life.goes_on(120, written=steady(5), read=steady(50))
    life.goes_on(10, written=steady(5), read=steady(0))
    life.goes_on(120, written=steady(0), read=steady(0))
    assert life.story == ["OK", "STALLED"]


def test_an_archive_that_is_delivered_at_once_is_no_alarm_while_it_is_worked_down() -> None:
    life = Life()
    life.goes_on(120, written=steady(1), read=steady(50))
    life.goes_on(1, written=steady(20_000), read=steady(50))
    life.goes_on(300, written=steady(1), read=steady(50))
    assert life.story == ["OK"]
    left = seen.catch_up_s(life.window.points[-1].lag, 1, 50)
    assert left is not None
    assert 90 < left < 120


def test_more_than_can_be_read_is_warned_of_until_it_is_less() -> None:
    life = Life()
    life.goes_on(120, written=steady(5), read=steady(50))
    life.goes_on(300, written=steady(80), read=steady(50))
    life.goes_on(120, written=steady(5), read=steady(50))
    assert life.story == ["OK", "WARN", "OK"]


def test_commits_by_the_batch_are_neither_standing_nor_slow() -> None:
    """Every eight seconds a batch: most looks see no commit, and the lag grow."""
    life = Life()
    life.goes_on(1, written=steady(300), read=steady(0))
    life.goes_on(600, written=steady(10), read=each(8, 80))
    assert life.story == ["OK"]


def test_commits_by_the_batch_that_are_too_slow_are_warned_of_all_the_same() -> None:
    life = Life()
    life.goes_on(1, written=steady(300), read=steady(0))
    life.goes_on(600, written=steady(20), read=each(6, 80))
    assert life.story == ["OK", "WARN"]


def test_a_group_that_is_set_back_is_rewound_for_a_window_and_then_judged_by_how_it_reads() -> None:
    life = Life()
    life.goes_on(300, written=steady(10), read=steady(50))
    life.set_back_to(0)
    life.goes_on(120, written=steady(10), read=steady(20))
    assert life.story == ["OK", "REWOUND", "OK"]
    assert WINDOW_S - LOOK_S <= life.lasted_s("REWOUND") <= WINDOW_S + LOOK_S


Seconds = Iterable[tuple[int, int]]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=10, max_size=300), st.booleans())
def test_whatever_happens_what_is_said_holds_for_what_is_seen(seconds: Seconds, idle: bool) -> None:
    life = Life()
    for written, read in seconds:
        life.goes_on(1, written=steady(written), read=steady(read), idle=idle)
    points = life.window.points
    assert set(life.said) <= set(STATUSES)
    if life.said[-1] in {"STOPPED", "STALLED"}:
        assert all(point.lag and point.committed == points[0].committed for point in points)
    if life.said[-1] == "WARN":
        assert points[-1].lag > points[0].lag
    if any(point.lag == 0 for point in points):
        assert life.said[-1] == "OK"
