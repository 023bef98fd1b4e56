"""Documents whole, how many there are, and what is said where nobody can be asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from elasticsearch import Elasticsearch

from pipeline.local.ports import free_port
from pipeline.search import SearchError, count, facets, latest, like, refresh, search, show, story, suggest
from pipeline.settings import Settings
from tests.search.news import ARTICLES, MATCH, write
from tests.sink.articles import NOON, article

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services


@services
def test_show_gives_the_whole_document_or_nothing(news: Settings) -> None:
    document = show(ARTICLES[1].id, news)
    assert document is not None
    assert document["body"] == MATCH
    assert document["entities"][0]["mentions"] == [
        {"start": MATCH.index("Kylian"), "end": MATCH.index("Kylian") + len("Kylian Mbappé")}
    ]
    assert show("0" * 32, news) is None


@services
def test_count_is_what_a_search_may_find(news: Settings, own: Settings) -> None:
    assert count(news) == len(ARTICLES)
    assert count(own) == 0


@services
def test_count_can_begin_with_a_moment(own: Settings) -> None:
    write(own, [article("early", received=NOON - timedelta(seconds=1)), article("late", received=NOON)])
    assert count(own, received_since=NOON) == 1
    assert count(own, received_since=NOON + timedelta(milliseconds=1)) == 0


@services
def test_no_index_yet_is_said(own: Settings) -> None:
    questions = (
        lambda: search("x", own),
        lambda: show("x", own),
        lambda: refresh(own),
        lambda: facets("x", own),
        lambda: suggest("x", own),
        lambda: latest(own),
        lambda: like("x", own),
        lambda: story("x", own),
    )
    for question in questions:
        with pytest.raises(SearchError, match=f"no index '{own.index}' yet: start `newswire worker`"):
            question()


@services
def test_a_refusal_is_said(own: Settings, stack: Stack) -> None:
    with Elasticsearch(str(stack.settings.elasticsearch), request_timeout=60) as client:
        client.indices.create(index=own.index)
        client.indices.close(index=own.index)
    with pytest.raises(SearchError, match=r"does not answer the search: .*closed"):
        search("x", own)


def test_elasticsearch_away_is_said_with_what_to_do() -> None:
    port = free_port("127.0.0.1")
    settings = Settings(elasticsearch=f"http://desk:secret@127.0.0.1:{port}")
    questions = (
        lambda: search("x", settings),
        lambda: show("x", settings),
        lambda: count(settings),
        lambda: refresh(settings),
        lambda: facets("x", settings),
        lambda: suggest("x", settings),
        lambda: latest(settings),
    )
    for question in questions:
        with pytest.raises(
            SearchError, match=r"at http://127.0.0.1:\d+ does not answer .*`newswire up`"
        ) as said:
            question()
        assert "secret" not in str(said.value)
