"""The line of how far behind a group was: what it shows, and what it leaves out."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.trails import HEIGHT, LONG_S, Trail, Trails
from tests.lag.made import AT, group, snapshot


def seen(*of: tuple[float, float | None], name: str = "desk") -> Trails:
    """Looks at these seconds, at which the group was so many seconds behind."""
    trails = Trails()
    for at, seconds in of:
        trails.add(snapshot(group(group=name, seconds=seconds), at=AT + timedelta(seconds=at)))
    return trails


def line(*of: tuple[float, float | None]) -> Trail:
    drawn = seen(*of).drawn("desk")
    assert drawn is not None
    return drawn


def test_it_ends_at_the_right_and_is_as_high_as_the_longest_wait() -> None:
    assert line((0, 0), (2, 40), (4, 20)) == Trail(
        "M596 100L598 0L600 50", "at most 40 s behind in the last 10 min"
    )


def test_less_than_ten_seconds_do_not_look_like_many() -> None:
    assert line((0, 0), (2, 1)).path == "M598 100L600 90"


def test_where_nobody_looked_is_a_gap() -> None:
    assert line((0, 10), (2, 10), (60, 10), (62, 10)).path == "M538 0L540 0M598 0L600 0"


def test_what_was_not_known_is_no_point() -> None:
    assert line((0, 10), (2, None), (4, 10)).path == "M596 0L600 0"


def test_it_ends_where_it_was_last_known_if_that_was_a_while_ago() -> None:
    assert line((0, 10), (2, 10), (302, None)).path == "M298 0L300 0"


def test_what_is_older_than_ten_minutes_goes() -> None:
    trails = seen((0, 500), (LONG_S, 10), (LONG_S + 2, 10))
    assert trails.drawn("desk") == Trail("M598 0L600 0", "at most 10 s behind in the last 10 min")


@pytest.mark.parametrize("of", [(), ((0, 5),), ((0, None), (2, None))])
def test_a_single_look_is_no_line(of: tuple[tuple[float, float | None], ...]) -> None:
    assert seen(*of).drawn("desk") is None


def test_a_group_that_is_gone_is_forgotten() -> None:
    trails = seen((0, 5), (2, 5))
    trails.add(snapshot(at=AT + timedelta(seconds=4)))
    assert trails.drawn("desk") is None
    assert trails.drawn("nobody") is None


def test_a_clock_that_was_set_back_begins_a_new_line() -> None:
    assert seen((100, 5), (102, 5), (0, 5)).drawn("desk") is None


@given(st.lists(st.tuples(st.floats(0, 60), st.none() | st.floats(0, 1e9)), min_size=1, max_size=50))
def test_whatever_was_seen_the_line_stays_in_its_drawing(steps: list[tuple[float, float | None]]) -> None:
    at, of = 0.0, []
    for step, seconds in steps:
        of.append((at := at + step, seconds))
    drawn = seen(*of).drawn("desk")
    if drawn is not None:
        assert re.fullmatch(r"M\d+ \d+([ML]\d+ \d+)+", drawn.path)
        places = [tuple(map(int, each)) for each in re.findall(r"(\d+) (\d+)", drawn.path)]
        assert all(0 <= x <= LONG_S and 0 <= y <= HEIGHT for x, y in places)
        assert [x for x, _ in places] == sorted(x for x, _ in places)
        assert msgspec.json.decode(msgspec.json.encode(drawn), type=Trail) == drawn
