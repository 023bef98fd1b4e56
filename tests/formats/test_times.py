"""Dates and times: as exact as given, in UTC, and nothing that is not in the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import earliest
from pipeline.formats import times

# Hypothesis wants its bounds without a zone.
FIRST, LAST = (datetime(year, 1, 1) for year in (2, 9999))  # noqa: DTZ001 - see above
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize("text", ["2024", "2024-06", "2024-06-19", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_partial_dates_are_kept(text: str) -> None:
    assert times.partial(text) == text
    assert times.exact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-6",
        "2024-13",
        "2024-02-30",
        "2023-02-29",
        "0000",
        "2024/06",
        "2024-06-",
        "٢٠٢٤",
        "next",
    ],
)
def test_what_is_no_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not") as error:
        times.partial(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-06-19T10:15:30Z", "2024-06-19T10:15:30Z"),
        ("2024-06-19T10:15:30z", "2024-06-19T10:15:30Z"),
        ("2024-06-19t10:15:30+00:00", "2024-06-19T10:15:30Z"),
        ("2024-06-19T10:15:30+02:00", "2024-06-19T08:15:30Z"),
        ("2024-06-19T10:15:30+0200", "2024-06-19T08:15:30Z"),
        ("2024-06-19T10:15:30+02", "2024-06-19T08:15:30Z"),
        ("2024-06-19 10:15:30 -0500", "2024-06-19T15:15:30Z"),
        ("2024-06-19T23:15+09:00", "2024-06-19T14:15:00Z"),
        ("2024-06-19T10:15:30.25Z", "2024-06-19T10:15:30.25Z"),
        ("2024-06-19T10:15:30,25Z", "2024-06-19T10:15:30.25Z"),
        ("2024-06-19T10:15:30.123456789Z", "2024-06-19T10:15:30.123456Z"),
        ("20240619T101530Z", "2024-06-19T10:15:30Z"),
        ("2024-06-19T10:15:30", "2024-06-19T10:15:30Z"),
    ],
)
def test_times_become_utc(text: str, utc: str) -> None:
    assert times.exact(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-19T25:00Z",
        "2024-06-31T10:00Z",
        "10:15",
        "Wed, 19 Jun 2024 10:15:00 GMT",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        times.exact(text)


def test_a_time_without_a_zone_is_of_the_zone_that_is_given() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    assert times.exact("2024-06-19T10:15:00", oslo) == "2024-06-19T08:15:00Z"
    assert times.exact("2024-06-19T10:15:00Z", oslo) == "2024-06-19T10:15:00Z"
    assert times.exact("2024-06-19", oslo) == "2024-06-19"


@pytest.mark.parametrize(
    ("text", "zoned"),
    [
        ("20240619T101500+0200", True),
        ("2024-06-19T10:15Z", True),
        ("2024-06-19T10:15", False),
        ("2024", False),
    ],
)
def test_whether_it_says_its_zone(text: str, zoned: bool) -> None:
    assert times.zoned(text) is zoned


def test_a_zone_can_be_asked_for() -> None:
    assert times.instant("2024-06-19T10:15+01:00", zone_needed=True) == datetime(
        2024, 6, 19, 9, 15, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="no time zone"):
        times.instant("2024-06-19T10:15", zone_needed=True)


@given(st.datetimes(FIRST, LAST, timezones=ZONES))
def test_every_time_is_the_same_instant_afterwards(moment: datetime) -> None:
    assert earliest(times.exact(moment.isoformat())) == moment


@given(st.dates())
def test_every_day_is_kept(day: datetime) -> None:
    assert times.exact(day.isoformat()) == day.isoformat()


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        kept = times.exact(text)
    except ValueError:
        return
    assert earliest(kept)
