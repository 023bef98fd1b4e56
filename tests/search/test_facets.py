"""What articles have in common is counted in articles, by the same query that finds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.article import Point
from pipeline.query import FIELDS, QueryError, parse
from pipeline.search import Bucket, Filters, Spot, facets, search
from pipeline.settings import Settings
from tests.search.news import new_alias, write
from tests.sink.articles import NOON, POLITICS, SPORT, article, entity

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services

EVER = Filters(since="0001")
SEOUL = "Une visite à Séoul, à Séoul encore, et à Suva."
END = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(scope="module")
def visits(stack: Stack) -> Settings:
    """Three visits, and one that may not be seen yet."""
    settings = new_alias(stack)
    seoul = entity(
        SEOUL, "Séoul", "LOC", id="geonames:1835848", country="KR", point=Point(lat=37.57, lon=126.98)
    )
    suva = entity(
        SEOUL, "Suva", "LOC", id="geonames:2198148", country="FJ", point=Point(lat=-18.14, lon=178.44)
    )
    un = entity(SEOUL, "visite", "ORG")
    write(
        settings,
        [
            article(
                "a", body=SEOUL, created="2026-01-01", entities=(seoul, suva, un), topics=(POLITICS, SPORT)
            ),
            article(
                "b", body=SEOUL, created="2026-01-03", entities=(seoul,), topics=(POLITICS,), language="en"
            ),
            article("c", body=SEOUL, created="2026-01-03", source="AFP"),
            article("d", body=SEOUL, source="Secret", embargo=END, entities=(seoul,), language="de"),
        ],
    )
    return settings


@services
def test_each_facet_counts_articles_the_most_frequent_first(visits: Settings) -> None:
    found = facets("visite", visits)
    assert found.total == 3
    assert found.language == (Bucket("fr", "fr", 2), Bucket("en", "en", 1))
    assert found.source == (Bucket("Test", "Test", 2), Bucket("AFP", "AFP", 1))
    assert found.feed == (Bucket("desk", "desk", 3),)
    assert found.places == (Bucket("Séoul", "Séoul", 2), Bucket("Suva", "Suva", 1))
    assert found.organizations == (Bucket("visite", "visite", 1),)
    assert found.people == ()


@services
def test_a_value_is_counted_in_all_months_though_it_is_not_among_the_first_in_one(stack: Stack) -> None:
    settings = new_alias(stack)
    others = [article(f"{n}-{turn}", source=f"A{n:02}") for n in range(14) for turn in range(2)]
    july = NOON.replace(month=7)
    last = [article("once", source="Z"), *(article(f"z{n}", source="Z", received=july) for n in range(2))]
    write(settings, [*others, *last])
    assert facets("mot", settings, size=1).source == (Bucket("Z", "Z", 3),)


@services
def test_topics_and_countries_have_names_beside_what_to_ask_with(visits: Settings) -> None:
    found = facets("visite", visits)
    assert found.topics == (
        Bucket("medtop:11000000", "politics", 2),
        Bucket("medtop:15000000", "sport", 1),
    )
    assert found.countries == (Bucket("KR", "South Korea", 2), Bucket("FJ", "Fiji", 1))


@services
def test_what_a_facet_counts_is_what_its_field_finds(visits: Settings) -> None:
    found = facets("visite", visits)
    fields = {"topics": "topic", "places": "place", "organizations": "organization", "countries": "country"}
    for facet in ("language", "source", "feed", *fields):
        name = fields.get(facet, facet)
        assert name in FIELDS
        for bucket in getattr(found, facet):
            typed = f'visite {name}:"{bucket.value}"'
            assert parse(typed)
            assert search(typed, visits).total == bucket.count


@services
def test_the_timeline_goes_from_the_first_to_the_last_without_a_gap(visits: Settings) -> None:
    found = facets("visite", visits, EVER)
    counts = {moment.start: moment.count for moment in found.timeline if moment.count}
    assert counts == {datetime(2026, 1, 1, tzinfo=UTC): 1, datetime(2026, 1, 3, tzinfo=UTC): 2}
    steps = {
        after.start - before.start for before, after in zip(found.timeline, found.timeline[1:], strict=False)
    }
    assert len(steps) == 1
    assert found.interval in {"1h", "3h"}
    assert len(found.timeline) <= 60


@services
def test_the_map_counts_articles_by_squares_of_some_40_km(visits: Settings) -> None:
    seoul, suva = facets("visite", visits).map
    assert (seoul.count, suva.count) == (2, 1)
    for spot, lat, lon in ((seoul, 37.57, 126.98), (suva, -18.14, 178.44)):
        assert abs(spot.lat - lat) < 0.36
        assert abs(spot.lon - lon) < 0.36
    assert isinstance(seoul, Spot)


@services
def test_size_bounds_the_values_of_a_facet_and_filters_hold(visits: Settings) -> None:
    assert len(facets("visite", visits, size=1).source) == 1
    found = facets("", visits, Filters(source="afp"))
    assert (found.total, found.language, found.map) == (1, (Bucket("fr", "fr", 1),), ())


@services
def test_nothing_found_has_nothing_in_common(visits: Settings) -> None:
    found = facets("xylophone", visits)
    assert (found.total, found.language, found.timeline, found.map) == (0, (), (), ())


@services
def test_values_that_nobody_knows_and_years_that_no_calendar_has_are_counted(stack: Stack) -> None:
    own = new_alias(stack)
    odd = POLITICS.__class__(qcode="medtop:99999999", name="<odd>", score=0.5)
    body = "Un mot sur Zz."
    place = entity(body, "Zz", "LOC", country="ZZ", point=Point(lat=90.0, lon=-180.0))
    write(own, [article("odd", body=body, created="0001", entities=(place,), topics=(odd,)), article("now")])
    found = facets("mot", own)
    assert found.topics == (Bucket("medtop:99999999", "medtop:99999999", 1),)
    assert found.countries == (Bucket("ZZ", "ZZ", 1),)
    assert sum(moment.count for moment in found.timeline) == 2
    (spot,) = found.map
    assert 85 < spot.lat <= 90
    assert -180 <= spot.lon <= 180


@pytest.mark.parametrize("size", [0, -1, 101])
def test_a_size_out_of_bounds_is_said(size: int) -> None:
    with pytest.raises(QueryError, match="is not from 1 to 100"):
        facets("x", Settings(), size=size)


@pytest.mark.parametrize("words", ["", "(", "langue:fr"])
def test_what_is_no_query_is_said(words: str) -> None:
    with pytest.raises(QueryError):
        facets(words, Settings())
