"""Percentiles are values that were measured."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bench.percentiles import percentiles

measured = st.lists(st.floats(0, 1000), min_size=1)


@given(measured)
def test_they_are_values_that_were_measured_and_the_last_is_no_lower(values: list[float]) -> None:
    found = percentiles(values)
    assert set(found.values()) <= {round(value, 1) for value in values}
    assert found["p50"] <= found["p99"]


@given(measured, st.randoms())
def test_the_order_does_not_matter(values: list[float], chance: random.Random) -> None:
    other = list(values)
    chance.shuffle(other)
    assert percentiles(values) == percentiles(other)


def test_of_a_hundred_values_so_many_are_below() -> None:
    assert percentiles(range(100), (50, 95, 99)) == {"p50": 50, "p95": 95, "p99": 99}


def test_of_one_value_all_are_that() -> None:
    assert percentiles([0.12345], (1, 99), 3) == {"p1": 0.123, "p99": 0.123}
