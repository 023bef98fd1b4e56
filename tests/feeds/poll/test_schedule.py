"""When a server is asked again: the bounds hold whatever it says, and chance keeps feeds apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.poll import schedule
from pipeline.feeds.poll.schedule import DAY_S, LONGEST_S

NOW = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)
every = st.floats(60, 2 * DAY_S)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("120", 120),
            (" 0 ", 0),
            ("9" * 5000, DAY_S),
            (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
            (format_datetime(NOW - timedelta(days=3), usegmt=True), 0),
            (format_datetime(NOW + timedelta(days=300), usegmt=True), DAY_S),
            ("Wed, 19 Jun 2024 12:01:00", 60),
            (None, None),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("²", None),
            ("Wed, 99 Jun 2024 99:00:00 GMT", None),
        ],
    )
    def test_seconds_and_dates(self, value: str | None, seconds: float | None) -> None:
        assert schedule.retry_after(value, NOW) == seconds

    @given(st.text(max_size=60))
    def test_never_raises_and_stays_within_a_day(self, value: str) -> None:
        seconds = schedule.retry_after(value, NOW)
        assert seconds is None or 0 <= seconds <= DAY_S


class TestHint:
    @pytest.mark.parametrize(
        ("header", "body", "seconds"),
        [
            ("", b"", 0),
            ("public, max-age=900", b"", 900),
            ("MAX-AGE = 900", b"", 900),
            ('max-age="900"', b"", 900),
            ("s-maxage=900", b"", 0),
            ("no-cache", b"", 0),
            ("", b"<rss><channel><ttl> 15 </ttl>", 900),
            ("max-age=60", b"<ttl>15</ttl>", 900),
            ("", b"<ttl>soon</ttl>", 0),
            ("", b"<sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
            ("", b"<sy:updatePeriod>\n daily\n</sy:updatePeriod><sy:updateFrequency> 4 </sy:", 21600),
            ("", b"<updatePeriod>hourly</updatePeriod><updateFrequency>0</", 3600),
            ("", b" " * 70_000 + b"<ttl>15</ttl>", 0),
        ],
    )
    def test_what_says_that_nothing_new_is_to_be_expected(
        self, header: str, body: bytes, seconds: float
    ) -> None:
        assert schedule.hint({"Cache-Control": header}, body) == seconds

    @given(st.text(max_size=100), st.binary(max_size=200))
    def test_never_raises(self, header: str, body: bytes) -> None:
        assert schedule.hint({"Cache-Control": header}, body) >= 0


class TestIntervals:
    @given(every, st.floats(0, 1e9))
    def test_a_regular_one_is_never_shorter_than_configured(self, every: float, hint: float) -> None:
        delay = schedule.regular(every, hint)
        assert every <= delay <= max(every, LONGEST_S) * 1.06

    @given(every, st.integers(1, 10_000))
    def test_errors_lengthen_it_up_to_an_hour(self, every: float, failures: int) -> None:
        delay = schedule.back_off(every, failures)
        assert every <= delay <= max(every, LONGEST_S)

    def test_it_doubles_in_the_mean(self) -> None:
        means = [sum(schedule.back_off(60, failures) for _ in range(500)) / 500 for failures in range(1, 10)]
        assert means[:6] == sorted(means[:6])  # then the hour is reached
        assert means[0] == 60
        assert 1800 < means[-1] <= LONGEST_S

    @given(every, st.integers(1, 100), st.floats(0, DAY_S))
    def test_what_the_server_asks_for_comes_first(self, every: float, failures: int, asked: float) -> None:
        delay = schedule.back_off(every, failures, asked)
        assert max(every, asked) <= delay <= max(every, asked) * 1.06

    def test_many_urls_start_apart_and_few_at_once(self) -> None:
        assert schedule.spread(300, 1, 0.1) <= 0.1
        starts = [schedule.spread(300, 300, 0.1) for _ in range(300)]
        assert 20 < max(starts) <= 30
        assert max(schedule.spread(60, 10_000, 0.1) for _ in range(100)) <= 60
