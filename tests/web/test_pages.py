"""What the pages are made of, where it can be told without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from pipeline.query import parse
from pipeline.search import Bucket, Facets, Moment, QueryError, SearchError, Spot
from pipeline.web import pages
from pipeline.web.errors import AbsentError, BusyError, KilledError, WebError, status_of
from pipeline.web.params import asked
from pipeline.web.rooms import FILES, address_of, static

START = datetime(2026, 3, 1, tzinfo=UTC)


def facets(**values: object) -> Facets:
    return Facets(total=3, took_ms=1, **values)  # type: ignore[arg-type]  # each is what its field takes


def test_facets_without_a_value_are_left_out_and_languages_have_names() -> None:
    found = pages._groups(asked({"q": "storm"}), facets(language=(Bucket("fr-CA", "fr-CA", 2),)))
    assert found == [
        {
            "name": "language",
            "heading": "Languages",
            "values": [
                {
                    "name": "French (CA)",
                    "count": 2,
                    "chosen": False,
                    "href": "/?q=storm+language%3Afr-CA",
                }
            ],
        }
    ]


def test_every_facet_asks_for_a_field_that_there_is() -> None:
    everything = facets(
        **{name: (Bucket("fr", "x", 1),) for name, _, _ in pages._FACETS},  # a value that each may have
    )
    for group in pages._groups(asked({}), everything):
        (value,) = group["values"]
        assert value["href"], group["name"]


def test_a_value_that_cannot_be_asked_for_is_shown_without_a_link() -> None:
    (group,) = pages._groups(asked({}), facets(people=(Bucket("©", "©", 1),)))
    assert group["values"] == [{"name": "©", "count": 1, "chosen": False, "href": None}]


def test_a_click_keeps_the_order_but_not_the_page() -> None:
    wanted = asked({"q": "storm", "sort": "oldest", "after": "x"})
    (group,) = pages._groups(wanted, facets(source=(Bucket("AFP", "AFP", 1),)))
    assert group["values"][0]["href"] == "/?q=storm+source%3AAFP&sort=oldest"


def test_the_next_page_keeps_all_that_was_asked_for() -> None:
    wanted = asked({"q": "a b", "sort": "newest", "size": "25", "after": "x"})
    assert pages._link(wanted, after="y") == "/?q=a+b&sort=newest&size=25&after=y"
    assert pages._link(asked({}), after="y") == "/?after=y"


@pytest.mark.parametrize(("interval", "first"), [("7d", "1 March 2026"), ("3h", "1 March 2026, 00:00")])
def test_the_timeline_says_times_as_exactly_as_its_bars(interval: str, first: str) -> None:
    moments = tuple(Moment(START + timedelta(hours=3 * place), place) for place in range(3))
    drawn = pages._timeline(asked({"q": "storm"}), facets(timeline=moments, interval=interval))
    assert drawn
    assert drawn["first"] == first
    assert [label for _, _, label in drawn["bars"]][1].endswith(": 1 article")
    assert [label for _, _, label in drawn["bars"]][2].endswith(": 2 articles")


def test_one_bar_is_no_timeline() -> None:
    assert pages._timeline(asked({}), facets(timeline=(Moment(START, 3),), interval="1d")) is None
    assert pages._timeline(asked({}), facets()) is None


def test_the_map_is_said_in_words() -> None:
    spots = (Spot(1, 1, 3), Spot(2, 2, 1))
    said = pages._map_says(facets(map=spots, places=(Bucket("Brest", "Brest", 1200),)))
    assert said == "2 places on a map of the world; most often named: Brest (1,200)"
    assert pages._map_says(facets(map=spots[:1])) == "1 place on a map of the world"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (QueryError("x"), 400),
        (AbsentError("x"), 404),
        (KilledError("x"), 410),
        (SearchError("x"), 503),
        (BusyError("x"), 503),
        (WebError("x"), 503),
    ],
)
def test_each_error_has_its_status_and_a_page_that_says_it(error: QueryError, status: int) -> None:
    assert status_of(error) == status
    page = pages.failed(error, status, '"><script>')
    assert page.status == status
    assert page.text
    assert "<p>x.</p>" in page.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in page.text


def test_a_place_in_what_was_typed_keeps_its_mark_under_it() -> None:
    with pytest.raises(QueryError) as caught:
        parse("a (b")
    page = pages.failed(caught.value, HTTPStatus.BAD_REQUEST, "a (b")
    assert page.text
    assert "  a (b\n    ^</pre>" in page.text


def test_a_file_has_an_address_that_changes_with_it() -> None:
    addresses = {address_of(name) for name in FILES}
    assert len(addresses) == len(FILES)
    for name in FILES:
        assert static(name)
        assert address_of(name).startswith(f"/static/{name}?")
