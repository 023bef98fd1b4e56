"""The day and time that end a telex."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.telex import dates

RECEIVED = datetime(2024, 9, 26, 12, 0, tzinfo=UTC)


def time(text: str, received: datetime = RECEIVED) -> str | None:
    sent = dates.group(text, received)
    return sent.time if sent else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("251037 Sep 24", "2024-09-25T10:37"),
        ("\r\n251037 SEP 2024\r\n\x7f", "2024-09-25T10:37"),
        ("062130 Okt 24", "2024-10-06T21:30"),
        ("310001 JUL 97", "1997-07-31T00:01"),
        ("242200 GMT Jun 17", "2017-06-24T22:00+00:00"),
        ("031215Z SEP 24", "2024-09-03T12:15+00:00"),
        ("031215 MESZ Sep. 24", "2024-09-03T12:15+02:00"),
        ("031215 +0330 Sep 24", "2024-09-03T12:15+03:30"),
        ("031215 Dez 24 MEZ", "2024-12-03T12:15+01:00"),
        ("031215 Sep 24 NNNN", "2024-09-03T12:15"),
        ("312500 feb 24", "2024-02-31T25:00"),
    ],
)
def test_a_group_says_day_time_month_and_year(text: str, expected: str) -> None:
    assert time(text) == expected


@pytest.mark.parametrize(
    "text", ["", "NNNN", "251037", "251037 24", "251037 xyz 24", "2510 Sep 24", "25.10.24", "251037Sep"]
)
def test_what_is_no_group_is_none(text: str) -> None:
    assert dates.group(text, RECEIVED) is None


def test_it_is_kept_as_it_was_written() -> None:
    sent = dates.group("251037  Sep   24\r\n", RECEIVED)
    assert sent
    assert sent.written == "251037 Sep 24"
    zoned = dates.group("242200 GMT Jun 17\r\n", RECEIVED)
    assert zoned
    assert zoned.written == "242200 GMT Jun 17"


@pytest.mark.parametrize(
    ("received", "text", "year"),
    [
        (datetime(2024, 9, 26, tzinfo=UTC), "251037 Sep", 2024),
        (datetime(2025, 1, 2, tzinfo=UTC), "311037 Dec", 2024),
        (datetime(2024, 12, 30, tzinfo=UTC), "011037 Jan", 2025),
        (datetime(2025, 3, 1, tzinfo=UTC), "291037 Feb", 2024),
    ],
)
def test_a_year_that_is_left_out_is_the_one_nearest_to_reception(
    received: datetime, text: str, year: int
) -> None:
    sent = dates.group(text, received)
    assert sent
    assert sent.time.startswith(str(year))
    assert f"tells no year: read as {year}" in sent.flags[0]


@pytest.mark.parametrize(
    ("digits", "received", "year"),
    [
        ("24", 2024, 2024),
        ("97", 2024, 1997),
        ("00", 1999, 2000),
        ("99", 2001, 1999),
        ("60", 2024, 2060),
        ("1987", 2024, 1987),
    ],
)
def test_a_year_of_two_digits_is_in_the_nearest_century(digits: str, received: int, year: int) -> None:
    assert dates.full_year(digits, datetime(received, 6, 1, tzinfo=UTC)) == year


@pytest.mark.parametrize(
    ("names", "number"),
    [
        ("January Januar JÄNNER janvier enero gennaio janeiro januari stycznia ledna január ocak янв", 1),
        ("Feb Februar février FEVRIER febrero febbraio fevereiro lutego února şubat SUBAT феврал", 2),
        ("March März MAERZ mär. mars marzo março maart mrt marca března március mart марта", 3),
        ("April avril abril aprile kwietnia dubna április nisan апр", 4),
        ("May Mai mayo maggio maio mei maj květen május may\u0131s MAYIS мая", 5),
        ("June Juni JUIN junio giugno junho czerwca června június haziran июня", 6),
        ("July Juli juillet julio luglio julho lipca července čvc július temmuz июл", 7),
        ("August AOUT août agosto augustus sierpnia srpna augusztus ağustos AGUSTOS авг", 8),
        ("Sept Sep. septembre septiembre settembre setembro wrzesień září szeptember eylül сен", 9),
        ("Oct Okt octobre octubre ottobre outubro października PAZ říjen október ekim окт", 10),
        ("November novembre noviembre listopad listopada kas\u0131m KASIM ноя", 11),
        ("Dec Dez décembre DECEMBRE dic dezembro desember grudzień prosince aral\u0131k дек", 12),
    ],
)
def test_months_have_names_in_many_languages(names: str, number: int) -> None:
    assert {name: dates.month(name) for name in names.split()} == dict.fromkeys(names.split(), number)


@pytest.mark.parametrize("name", ["jui", "x", "", "Monday", "ma", "24"])
def test_what_means_two_months_or_none_is_none(name: str) -> None:
    assert dates.month(name) is None


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("GMT", "+00:00"),
        ("mez", "+01:00"),
        ("CEST", "+02:00"),
        ("EST", "-05:00"),
        ("PDT", "-07:00"),
        ("+0530", "+05:30"),
    ],
)
def test_zones_have_names(name: str, offset: str) -> None:
    assert dates.zone(name) == offset


def test_an_unknown_zone_is_none() -> None:
    assert dates.zone("XYZ") is None
    assert dates.zone("") is None


@given(st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - Hypothesis wants naive bounds
def test_a_time_that_is_written_is_read(moment: datetime) -> None:
    received = moment.replace(tzinfo=UTC)
    text = f"{moment:%d%H%M} {moment:%b %y}"
    assert time(text, received) == f"{moment:%Y-%m-%dT%H:%M}"


@given(st.text(max_size=40))
def test_any_text_is_a_group_or_none(text: str) -> None:
    sent = dates.group(text, RECEIVED)
    assert sent is None or sent.written in " ".join(text.split())
