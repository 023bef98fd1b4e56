"""Names of generations, months and entrances, and the month of any moment at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sink import names
from pipeline.sink.names import OLDEST_YEARS, Month, Name, live_of, month_of, read

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)

months = st.builds(Month, st.integers(1000, 2999), st.integers(1, 12))
moments = st.datetimes(
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
aliases = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("news-000001", Name("news-000001", None)),
        ("news-1234567", Name("news-1234567", None)),
        ("news-000002-2024.06", Name("news-000002", Month(2024, 6))),
        ("news-000002-2024.13", None),
        ("news-000002-2024.00", None),
        ("news-000002-0000.06", None),
        ("news-000002-2024.6", None),
        ("news-fr-000001", None),
        ("news-fr-000001-2024.06", None),
        ("news-1", None),
        ("news-000001-entrance", None),
        ("news-000001-2024.06-entrance", None),
        ("newsX000001", None),
    ],
)
def test_an_index_of_the_alias_is_known_by_its_name(name: str, found: Name | None) -> None:
    assert read("news", name) == found


@given(aliases, st.integers(1, 10**9), months)
def test_what_is_named_is_read_again(alias: str, number: int, month: Month) -> None:
    generation = names.generation(alias, number)
    assert read(alias, generation) == Name(generation, None)
    assert read(alias, names.index(generation, month)) == Name(generation, month)
    assert names.number_of(generation) == number


@given(aliases, aliases, st.integers(1, 10**7), months)
def test_no_index_is_of_two_aliases(one: str, other: str, number: int, month: Month) -> None:
    if one != other:
        assert read(other, names.index(names.generation(one, number), month)) is None


@given(months)
def test_months_follow_each_other(month: Month) -> None:
    assert month.before.end == month.begin
    assert month.before < month
    assert month.begin < month.end
    assert str(month.before) < str(month)


@pytest.mark.parametrize(
    ("received", "month"),
    [
        (NOW, "2026.11"),
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), "2026.10"),
        (datetime(2026, 11, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2026.10"),
        (datetime(2026, 10, 31, 23, 30, tzinfo=timezone(timedelta(hours=-1))), "2026.11"),
        (NOW + timedelta(days=40), "2026.11"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))), "2026.11"),
        (datetime(2016, 11, 1, tzinfo=UTC), "2016.11"),
        (datetime(2016, 10, 31, tzinfo=UTC), "2016.11"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "2016.11"),
    ],
)
def test_an_article_is_of_the_month_in_which_it_was_received(received: datetime, month: str) -> None:
    assert str(month_of(received, NOW)) == month


@given(moments)
def test_any_date_at_all_is_of_one_of_a_few_months(received: datetime) -> None:
    month = month_of(received, NOW)
    assert Month(NOW.year - OLDEST_YEARS, NOW.month) <= month <= Month(NOW.year, NOW.month)
    if month.begin <= NOW - timedelta(days=365 * 5) and month.begin.year > NOW.year - OLDEST_YEARS:
        assert month.begin <= received < month.end


@pytest.mark.parametrize(
    ("behind", "live"),
    [
        ({}, None),
        ({"news-000001": None}, "news-000001"),
        ({"news-000001": True}, "news-000001"),
        ({"news-000001": False}, "news-000001"),
        ({"news-000002-2024.05": None, "news-000002-2024.06": None}, "news-000002"),
        ({"news-000001": True, "news-000001-2024.06": None}, "news-000001"),
        ({"old-news": True}, None),
        ({"old-news": True, "news-000002-2024.06": None}, "news-000002"),
        ({"news-000001": None, "news-000002-2024.06": None}, None),
        ({"news-000001": False, "news-000002-2024.06": True}, "news-000002"),
        ({"news-000001": True, "news-000002-2024.06": True}, None),
    ],
)
def test_live_is_the_one_behind_the_alias_else_the_one_that_says_so(
    behind: dict[str, bool | None], live: str | None
) -> None:
    assert live_of("news", behind) == live
