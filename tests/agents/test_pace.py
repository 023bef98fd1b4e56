"""What is to be written waits longer for others where writing takes longer."""

from __future__ import annotations

import pytest

from pipeline.agents.pace import LONGEST_S, Pace


@pytest.mark.parametrize(
    ("took_s", "waits_s"), [(0.0, 0.1), (0.01, 0.1), (0.05, 0.2), (0.1, 0.4), (3.0, LONGEST_S)]
)
def test_the_wait_follows_what_writing_takes(took_s: float, waits_s: float) -> None:
    pace = Pace(0.1)
    pace.took(took_s)
    assert pace.linger_s() == pytest.approx(waits_s)


def test_before_anything_was_written_it_is_the_least() -> None:
    assert Pace(0.2).linger_s() == 0.2


def test_only_the_last_one_counts() -> None:
    pace = Pace(0.1)
    pace.took(0.2)
    pace.took(0.01)
    assert pace.linger_s() == 0.1


def test_what_is_set_is_no_less_though_it_is_more_than_the_longest() -> None:
    pace = Pace(5.0)
    pace.took(2.0)
    assert pace.linger_s() == 5.0
