"""The shapes of the timeline and of the map."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search import Moment, Spot
from pipeline.web import charts

START = datetime(2026, 3, 1, tzinfo=UTC)


def timeline(counts: list[int]) -> list[Moment]:
    return [Moment(START + timedelta(days=day), count) for day, count in enumerate(counts)]


def test_bars_are_as_high_as_their_counts_and_stand_on_the_ground() -> None:
    found = charts.bars(timeline([50, 0, 100, 1]))
    assert [bar.height for bar in found] == [50, 0, 100, 2]
    assert all(bar.y + bar.height == charts.HEIGHT for bar in found)
    assert [bar.x for bar in found] == [0, 12, 24, 36]
    assert charts.width(found) == 46


def test_a_bar_ends_where_the_next_begins() -> None:
    first, last = charts.bars(timeline([1, 1]))
    assert first.end == last.start == START + timedelta(days=1)
    assert last.end is None


def test_without_articles_nothing_is_drawn() -> None:
    assert charts.bars([]) == ()
    assert charts.width(()) > 0
    assert charts.dots([]) == ()
    assert [bar.height for bar in charts.bars(timeline([0, 0]))] == [0, 0]


@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_every_bar_that_is_not_empty_can_be_seen_and_none_is_too_high(counts: list[int]) -> None:
    for bar in charts.bars(timeline(counts)):
        assert (bar.height > 0) == (bar.count > 0)
        assert 0 <= bar.y <= charts.HEIGHT


def test_a_place_stands_where_it_lies_and_the_largest_is_drawn_first() -> None:
    small, large = Spot(0, 0, 1), Spot(48.4, -4.5, 100)
    first, second = charts.dots([small, large])
    assert (first.x, first.y, first.radius) == (351.0, 83.2, 16.0)
    assert (second.x, second.y, second.radius) == (360.0, 180.0, 4.0)


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(1, 10**6))
def test_every_place_on_earth_is_on_the_map(lat: float, lon: float, count: int) -> None:
    (dot,) = charts.dots([Spot(lat, lon, count)])
    assert 0 <= dot.x <= charts.MAP_WIDTH
    assert 0 <= dot.y <= charts.MAP_HEIGHT


def test_the_land_is_a_path_and_nothing_else() -> None:
    assert re.fullmatch(r"(M-?\d+ \d+l[-\d ]+z)+", charts.land())
