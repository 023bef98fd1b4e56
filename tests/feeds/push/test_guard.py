"""How often a client may ask: a minute's worth at once, then as fast as the minute fills up again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.push import guard
from pipeline.feeds.push.guard import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    rate = Rate(6, clock)
    assert [rate.wait_s("a") for _ in range(8)] == [0] * 6 + [10, 10]
    clock.now += 9
    assert rate.wait_s("a") == 1
    clock.now += 1
    assert rate.wait_s("a") == 0
    assert rate.wait_s("a") == 10


def test_clients_are_kept_apart() -> None:
    rate = Rate(1, Clock())
    assert [rate.wait_s(client) for client in ("a", "b", "a")] == [0, 0, 60]


def test_quiet_clients_are_forgotten_and_memory_is_bounded() -> None:
    rate = Rate(1, Clock())
    for number in range(guard.CLIENTS + 10):
        rate.wait_s(str(number))
    assert len(rate._buckets) == guard.CLIENTS


@given(st.integers(1, 600), st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_two_minutes_worth_in_a_minute(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock)
    allowed: list[float] = []
    for pause in pauses:
        clock.now += pause
        if not rate.wait_s("a"):
            allowed.append(clock.now)
    for start in allowed:
        assert sum(start <= each < start + 60 for each in allowed) <= 2 * per_minute


@given(st.integers(1, 6000))
def test_who_waits_as_long_as_told_is_let_in(per_minute: int) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock)
    while not (wait := rate.wait_s("a")):
        pass
    clock.now += wait
    assert rate.wait_s("a") == 0
