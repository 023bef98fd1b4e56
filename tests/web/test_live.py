"""What goes on by itself: articles as they become searchable, and the lag."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipeline import search as searching
from tests.services import apart
from tests.sink.articles import article
from tests.web import newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from tests.services import Stack

pytestmark = pytest.mark.services
Event = dict[str, Any]


@pytest.fixture(scope="module")
def own(stack: Stack) -> Settings:
    """An index that these tests write to."""
    settings = apart(stack.settings)
    newsroom.write(settings, [article("first", headline="The first")])
    return settings


@pytest.fixture(scope="module")
def page(own: Settings) -> Iterator[Site]:
    """Its page."""
    with Site(own) as running:
        yield running


def events(answer: httpx.Response) -> Iterator[Event]:
    """Each with its kind, its mark and its data."""
    found: Event = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and "event" in found:
            yield found
            found = {}
        elif name == "data":
            found["data"] = json.loads(value)
        elif name in {"event", "id"}:
            found[name] = value


def test_an_article_is_told_as_it_becomes_searchable(own: Settings, page: Site) -> None:
    mark = searching.latest(own).after
    with page.client.stream("GET", "/live/events", params={"after": mark}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        new = article("new", headline="<b>New</b>", language="ar", kind="correction", created="2026-03-12")
        writing = threading.Thread(target=newsroom.write, args=(own, [new]))
        writing.start()
        told = events(answer)
        first = next(told)
        writing.join()
    assert first["event"] == "article"
    assert first["data"] == {
        "id": new.id,
        "href": f"/article/{new.id}",
        "title": "<b>New</b>",
        "source": "Test",
        "direction": "rtl",
        "version": 1,
        "language": "ar",
        "language_name": "Arabic",
        "kind": "correction",
        "created": "2026-03-12",
        "created_text": "12 March 2026",
    }


def test_who_comes_back_is_told_what_was_missed_and_each_once(own: Settings, page: Site) -> None:
    mark = searching.latest(own).after
    newsroom.write(own, [article(f"missed-{number}") for number in range(3)])
    with page.client.stream("GET", "/live/events", headers={"Last-Event-ID": mark}) as answer:
        told = events(answer)
        found = [next(told) for _ in range(4)]
        newsroom.write(own, [article("after")])
        later = next(one for one in told if one["event"] == "article")
    assert [one["event"] for one in found] == ["article"] * 3 + ["mark"]
    assert {one["data"]["id"] for one in found[:3]} == {article(f"missed-{number}").id for number in range(3)}
    assert found[3]["id"] != mark
    assert later["data"]["id"] == article("after").id


def test_a_mark_that_is_none_is_passed_over(page: Site) -> None:
    with page.client.stream("GET", "/live/events", params={"after": "nonsense"}) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()).startswith("retry:")


def test_trouble_is_told_to_who_listens(away: Settings) -> None:
    with Site(away) as site, site.client.stream("GET", "/live/events") as answer:
        first = next(events(answer))
    assert first["event"] == "trouble"
    assert "newswire up" in first["data"]["error"]


def test_the_lag_is_told_every_two_seconds(page: Site) -> None:
    with page.client.stream("GET", "/lag/events") as answer:
        told = events(answer)
        first, second = next(told), next(told)
    assert first["event"] == second["event"] == "lag"
    assert first["data"]["at"] < second["data"]["at"]
    assert {row["name"] for row in first["data"]["rows"]} >= {"enrich", "index"}


def test_the_page_of_the_lag_says_the_same(page: Site) -> None:
    text = page.get("/lag").text
    assert '<th scope="row">enrich</th>' in text
    assert '<span class="status ' in text


def test_the_server_ends_while_somebody_listens(own: Settings) -> None:
    with Site(own) as site:
        answer = site.client.stream("GET", "/live/events")
        with answer as stream:
            assert stream.status_code == 200
            stopping = threading.Thread(target=site.stop)
            stopping.start()
            assert list(stream.iter_lines())
            stopping.join(20)
            assert not stopping.is_alive()
