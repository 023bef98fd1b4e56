"""What goes on by itself: articles as they become searchable, and the lag."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from pipeline import search as searching
from pipeline.lag import Snapshot
from pipeline.web import broadcast, lagging
from pipeline.web.lagging import Lagging
from tests.services import apart
from tests.sink.articles import article
from tests.web import newsroom
from tests.web.site import Site
from tests.web.test_lagging import group, snapshot

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
    assert '<th role="rowheader" scope="row">enrich</th>' in text
    assert '<span class="status ' in text


def test_the_table_of_the_lag_says_what_its_parts_are_for_a_screen_that_shows_them_as_blocks(
    page: Site,
) -> None:
    table = page.get("/lag").text.partition("<table")[2].partition("</table>")[0]
    assert table.count('role="columnheader"') == 8
    assert not re.search(r"<(?:thead|tbody|tr|th|td)(?! role=)[ >]", table)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, away: Settings) -> Iterator[Site]:
    """A page with room for one who listens to the lag, told much at once, and soon cut off."""

    async def look(_: Lagging) -> Snapshot:
        return snapshot(group(group="desk" * 100_000, hop=None))

    monkeypatch.setattr(Lagging, "look", look)
    monkeypatch.setattr(lagging, "EVERY_S", 0.01)
    monkeypatch.setattr(broadcast, "_WRITE_S", 0.2)
    monkeypatch.setattr(broadcast, "MOST_LISTENERS", 1)
    with Site(away) as running:
        yield running


def test_who_does_not_read_is_cut_off_and_the_place_is_free_again(hasty: Site) -> None:
    address = urlsplit(hasty.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as deaf:
        deaf.sendall(b"GET /lag/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        deaf.recv(1)
        freed = False
        for _ in range(200):
            with hasty.client.stream("GET", "/lag/events") as answer:
                freed = answer.status_code == 200
            if freed:
                break
            time.sleep(0.1)
        assert freed
        with suppress(ConnectionResetError):  # or else the end: both say that the server has closed
            deque(iter(lambda: deaf.recv(1 << 20), b""), maxlen=0)


def test_who_reads_is_not_cut_off_however_much_there_is(hasty: Site) -> None:
    with hasty.client.stream("GET", "/lag/events") as answer:
        told = events(answer)
        assert [next(told)["event"] for _ in range(10)] == ["lag"] * 10


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
