"""Dates with every mistake that feeds make: read if there is one meaning, else left out, never invented."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import PartialDate, earliest
from pipeline.formats import dates
from pipeline.formats.sheet import Sheet
from tests.formats.conformance import context

MORNING = "2024-06-18T08:15:00Z"


def read(text: str, **changes: Any) -> str:
    return dates.read(text, context(**changes)).date


def flags(text: str, **changes: Any) -> str:
    return " | ".join(dates.read(text, context(**changes)).flags)


def unreadable(text: str) -> str:
    with pytest.raises(ValueError, match=r".+") as caught:
        dates.read(text, context())
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 18 Jun 2024 10:15:00 +0200",
        "Tue, 18 Jun 2024 10:15:00 CEST",
        "Tue, 18 Jun 2024 08:15:00 GMT",
        "Tue, 18 Jun 2024 08:15:00 UT",
        "Tue, 18 Jun 2024 08:15:00 -0000",
        "Tue,18 Jun 2024 10:15:00 GMT+2",
        "Tuesday, 18 June 2024 04:15:00 EDT",
        "18 Jun 2024 08:15 Z",
        "Jun 18, 2024 4:15 AM EDT",
        "June 18th, 2024 at 4:15 a.m. ET",
        "Tue Jun 18 10:15:00 CEST 2024",
        "Tue Jun 18 2024 10:15:00 GMT+0200 (Central European Summer Time)",
        "18-Jun-2024 10:15:00 +0200",
        "Tue, 18 Jun 2024T08:15:00Z",
        "2024-06-18T10:15:00+02:00",
        "2024-06-18T10:15:00+0200",
        "2024-06-18T10:15:00 +02",
        "2024-06-18 10:15:00 CEST",
        "2024-06-18T08:15Z",
        "2024-06-18T08:15:00.000z",
        "2024-06-18T04:15:00-04:00[America/New_York]",
        "20240618T081500Z",
        "20240618T101500+0200",
        "2024/06/18 08:15 GMT",
        "18.06.2024 10:15 MESZ",
        "18/06/2024 10:15 CEST",
        "06/18/2024 08:15 UTC",
        "mardi 18 juin 2024 à 10h15 CEST",
        "Dienstag, 18. Juni 2024, 10:15 MESZ",
        "martes, 18 de junio de 2024 10:15 +02:00",
        "вт, 18 июня 2024 11:15 \u041c\u0421\u041a",
        "18 Haziran 2024 11:15 +0300",
        "2024年6月18日 17時15分 JST",
        "2024년 6월 18일 17시 15분 KST",
        "Tue, \u0661\u0668 Jun \u0662\u0660\u0662\u0664 \u0660\u0668:\u0661\u0665 GMT",
    ],
)
def test_one_instant_in_many_spellings_without_a_flag(text: str) -> None:
    found = dates.read(text, context())
    assert found.date == MORNING
    assert found.flags == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024", "2024"),
        ("2024-06", "2024-06"),
        ("juin 2024", "2024-06"),
        ("June, 2024", "2024-06"),
        ("2024-06-18", "2024-06-18"),
        ("20240618", "2024-06-18"),
        ("2024/6/8", "2024-06-08"),
        ("18.6.2024", "2024-06-18"),
        ("Tue, 18 Jun 2024", "2024-06-18"),
        ("Sept 3, 2023", "2023-09-03"),
        ("3. září 2023", "2023-09-03"),
        ("2024年6月18日", "2024-06-18"),
        ("5/5/2024", "2024-05-05"),
    ],
)
def test_a_date_without_a_time_stays_as_exact_as_it_is(text: str, date: str) -> None:
    assert read(text) == date
    assert not flags(text)


def test_24_o_clock_is_the_next_day() -> None:
    assert read("Mon, 17 Jun 2024 24:00:00 GMT") == "2024-06-18T00:00:00Z"
    assert read("2023-12-31T24:00:00Z") == "2024-01-01T00:00:00Z"


def test_a_leap_second_is_the_next_one() -> None:
    assert read("Tue, 18 Jun 2024 08:14:60 GMT") == MORNING


def test_fractions_of_a_second_stay() -> None:
    assert read("2024-06-18T08:15:00.25Z") == "2024-06-18T08:15:00.25Z"
    assert read("2024-06-18T08:15:00,123456789Z") == "2024-06-18T08:15:00.123456Z"


@pytest.mark.parametrize(
    ("text", "hour"), [("12:15 AM", 0), ("12:15 PM", 12), ("1:15 PM", 13), ("11:15 am", 11), ("1:15pm", 13)]
)
def test_hours_of_half_a_day(text: str, hour: int) -> None:
    assert read(f"June 18, 2024 {text} GMT") == f"2024-06-18T{hour:02d}:15:00Z"


@pytest.mark.parametrize(
    ("text", "year"), [("24", 2024), ("49", 2049), ("50", 1950), ("99", 1999), ("124", 2024), ("099", 1999)]
)
def test_years_of_two_and_three_digits_are_those_of_rfc_5322_and_flagged(text: str, year: int) -> None:
    assert read(f"18 Jun {text} 08:15 GMT", received=datetime(2060, 1, 1, tzinfo=UTC))[:4] == str(year)
    assert f"a year of {len(text)} digits" in flags(f"18 Jun {text} 08:15 GMT")


def test_a_wrong_weekday_is_flagged_and_the_date_counts() -> None:
    assert read("Mon, 18 Jun 2024 10:15:00 +0200") == MORNING
    assert "wrong day of the week" in flags("Mon, 18 Jun 2024 10:15:00 +0200")


def test_a_word_that_is_a_weekday_and_a_month_is_the_weekday_beside_another_month() -> None:
    assert read("mar. 18 juin 2024") == "2024-06-18"
    assert not flags("mar. 18 juin 2024")
    assert read("18 mar. 2024") == "2024-03-18"


@pytest.mark.parametrize("text", ["2024-06-18T08:15:00", "18 June 2024 08:15", "Tue Jun 18 08:15:00 2024"])
def test_a_time_without_a_zone_is_one_of_the_feeds_zone_and_flagged(text: str) -> None:
    assert read(text) == MORNING
    assert "no time zone: read as UTC" in flags(text)
    assert read(text, zone="Europe/Berlin") == "2024-06-18T06:15:00Z"
    assert "read as Europe/Berlin" in flags(text, zone="Europe/Berlin")


@pytest.mark.parametrize("zone", ["IST", "XYZ", "+9900"])
def test_a_zone_that_may_be_any_counts_as_none_and_is_flagged(zone: str) -> None:
    assert read(f"18 Jun 2024 08:15 {zone}") == MORNING
    assert "a time zone that may be any" in flags(f"18 Jun 2024 08:15 {zone}")


@pytest.mark.parametrize("text", ["18 Jun 2024 08:15 Uhr", "08:15 on 18 June 2024", "08:15 18 JUN 2024"])
def test_a_word_behind_the_time_that_is_no_zone_is_none(text: str) -> None:
    assert read(text) == MORNING
    assert "has no time zone" in flags(text)


def test_seconds_and_milliseconds_since_1970_are_flagged() -> None:
    assert read("1718698500") == MORNING
    assert read("1718698500250") == "2024-06-18T08:15:00.25Z"
    assert "since 1970" in flags("1718698500")


def test_a_date_in_the_future_is_flagged_and_counts() -> None:
    assert read("Wed, 18 Jun 2031 10:15:00 +0200") == "2031-06-18T08:15:00Z"
    assert "in the future" in flags("Wed, 18 Jun 2031 10:15:00 +0200")
    assert not flags("2024-06-20T08:15:00Z"), "a day ahead is the daily business of morning editions"


@pytest.mark.parametrize("text", ["03/04/2024", "3-4-2024", "03/04/24 10:15 GMT"])
def test_day_and_month_that_can_be_mixed_up_are_not_guessed(text: str) -> None:
    assert "may be two dates" in unreadable(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-13-02T10:00:00Z",
        "2024-02-30",
        "30 February 2024",
        "Mon, 00 Jan 2024 10:00 GMT",
        "20240231",
        "31/13/2024",
        "9999-12-31T24:00:00-14:00",
    ],
)
def test_what_is_not_in_the_calendar_is_moved_to_no_other_day(text: str) -> None:
    assert "not in the calendar" in unreadable(text)


@pytest.mark.parametrize(
    "text",
    ["Tue, 18 Jun 2024 25:00:00 GMT", "2024-06-18T08:61:00Z", "2024-06-18T24:01:00Z", "18 Jun 2024 8:15:61"],
)
def test_what_is_on_no_clock_is_no_time(text: str) -> None:
    assert "is not a time" in unreadable(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "0000000000"])
def test_the_zero_of_a_clock_stands_for_no_date(text: str) -> None:
    assert "zero of a clock" in unreadable(text)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "10:15",
        "Tuesday",
        "18 Jun",
        "June",
        "18 19 20 Jun 2024",
        "soon 2024-06-18",
        "2024-170",
        "-",
        "Tue",
    ],
)
def test_what_says_no_date_is_none(text: str) -> None:
    assert repr(text) in unreadable(text)


def test_what_is_too_long_for_a_date_is_none() -> None:
    assert "too long" in unreadable("2024-06-18" + " " * 100)


def test_a_sheet_gets_the_date_and_the_flags_by_the_name_of_the_field() -> None:
    sheet = Sheet(context())
    dates.put(sheet, context(), "created", " 18 Jun 2024 08:15\n")
    dates.put(sheet, context(), "modified", "whenever")
    done = sheet.done()
    assert done["created"] == MORNING
    assert "modified" not in done
    assert any(flag.startswith("created: ") for flag in done["flags"])
    assert any(flag.startswith("modified: 'whenever'") for flag in done["flags"])


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_no_date_is_neither_a_date_nor_a_fault(text: str | None) -> None:
    sheet = Sheet(context())
    dates.put(sheet, context(), "created", text)
    assert sheet.done() == {}


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2024, 6, 20)), st.integers(-840, 840))  # noqa: DTZ001 - the zone is drawn, too
def test_every_date_that_mail_and_iso_8601_can_write_is_read_as_it_was_written(
    moment: datetime, minutes: int
) -> None:
    zoned = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    for text in (format_datetime(zoned), zoned.isoformat()):
        found = dates.read(text, context())
        assert earliest(found.date) == zoned
        assert found.flags == []


@given(st.text(max_size=120))
def test_any_text_is_a_date_of_the_contract_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        found = dates.read(text, context())
        assert msgspec.convert(found.date, PartialDate) == found.date
        assert earliest(found.date).year >= dates.FIRST_YEAR


@given(st.from_regex(r"[0-9A-Za-z:/.+\- ]{0,40}", fullmatch=True))
def test_anything_like_a_date_is_a_date_of_the_contract_or_none(text: str) -> None:
    test_any_text_is_a_date_of_the_contract_or_none.hypothesis.inner_test(text)  # type: ignore[attr-defined]  # Hypothesis adds it


def test_a_hundred_odd_dates_take_no_time() -> None:
    odd = ["1" * 100, ":" * 100, "2024-" * 20, "Jun " * 25, "(" * 100, "[" * 100, "1:1" * 33, "年" * 100]
    start = time.process_time()
    for text in odd * 12:
        try:
            dates.read(text, context())
        except ValueError:
            continue
    assert time.process_time() - start < 5
