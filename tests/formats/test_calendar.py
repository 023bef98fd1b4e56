"""The words of dates: months and weekdays of many languages, and zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.formats._calendar import FILLERS, MONTHS, WEEKDAYS, plain, zone

JANUARY = datetime(2024, 1, 15, 12, 0)  # noqa: DTZ001 - a zone's offset is asked for a time on its clocks
JULY = datetime(2024, 7, 15, 12, 0)  # noqa: DTZ001 - as above


@pytest.mark.parametrize(
    ("word", "month"),
    [
        *((word, 1) for word in ("January", "Januar", "janvier", "enero", "gennaio")),
        *((word, 1) for word in ("styczeń", "leden", "tammikuuta", "января", "Ocak", "ιανουαρίου", "يناير")),
        *((word, 2) for word in ("Feb", "février", "lutego", "února", "лютого", "Şubat")),
        *((word, 3) for word in ("März", "mars", "marzec", "maalis", "Μαρτίου", "березня")),
        *((word, 5) for word in ("May", "Mai", "maj", "mayo", "toukokuuta", "мая", "May\u0131s")),
        *((word, 8) for word in ("août", "ago", "sierpnia", "srpna", "αυγούστου", "серпня")),
        *((word, 9) for word in ("Sept", "SEP", "września", "syyskuuta", "сентября", "Eylül")),
        *((word, 10) for word in ("Okt", "ottobre", "října", "października", "Ekim")),
        *(
            (word, 12)
            for word in ("Dezember", "décembre", "prosince", "joulukuuta", "декабря", "Aral\u0131k")
        ),
    ],
)
def test_a_month_is_known_by_its_name_in_many_languages(word: str, month: int) -> None:
    assert MONTHS[plain(word)] == month


def test_every_month_has_names_of_its_own() -> None:
    assert set(MONTHS.values()) == set(range(1, 13))


def test_a_name_that_is_two_months_is_no_name() -> None:
    assert "listopad" not in MONTHS, "October in Croatian, November in Polish and Czech"


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("Mon", 0),
        ("mardi", 1),
        ("Mittwoch", 2),
        ("jueves", 3),
        ("piątek", 4),
        ("lørdag", 5),
        ("воскресенье", 6),
    ],
)
def test_a_weekday_is_known_by_its_name(word: str, day: int) -> None:
    assert WEEKDAYS[plain(word)] == {day}


def test_a_name_that_is_two_weekdays_may_be_either() -> None:
    assert WEEKDAYS["so"] == {5, 6}


def test_small_words_are_neither_months_nor_in_the_way() -> None:
    assert {"de", "of", "uhr", "at"} <= FILLERS
    assert not FILLERS & MONTHS.keys()


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("GMT", 0),
        ("Z", 0),
        ("UT", 0),
        ("CET", 1),
        ("cest", 2),
        ("MESZ", 2),
        ("EST", -5),
        ("EDT", -4),
        ("PDT", -7),
        ("JST", 9),
        ("NST", -3.5),
        ("ACST", 9.5),
        ("\u041c\u0421\u041a", 3),
        ("+0200", 2),
        ("-05:30", -5.5),
        ("+5", 5),
        ("-0000", 0),
        ("GMT+2", 2),
        ("UTC-03:00", -3),
        ("+1400", 14),
    ],
)
def test_zones_by_name_and_by_offset(name: str, hours: float) -> None:
    found = zone(name)
    assert found is not None
    assert found.utcoffset(JANUARY) == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["IST", "XYZ", "", "+9900", "+1500", "Mars/Phobos", "A"])
def test_a_zone_that_may_be_several_or_that_nobody_knows_is_none(name: str) -> None:
    assert zone(name) is None


@pytest.mark.parametrize(
    ("name", "winter", "summer"), [("ET", -5, -4), ("CT", -6, -5), ("MT", -7, -6), ("PT", -8, -7)]
)
def test_zones_that_hold_in_summer_and_winter_follow_the_season(name: str, winter: int, summer: int) -> None:
    found = zone(name)
    assert found is not None
    assert found.utcoffset(JANUARY) == timedelta(hours=winter)
    assert found.utcoffset(JULY) == timedelta(hours=summer)


def test_zulu_is_utc() -> None:
    found = zone("z")
    assert found is not None
    assert datetime(2024, 1, 1, tzinfo=found) == datetime(2024, 1, 1, tzinfo=UTC)
