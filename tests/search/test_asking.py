"""Asking Elasticsearch: one client for all threads, a second try where it helps, and no half answers."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.search import QueryError, SearchError, asking, count, search, show
from pipeline.settings import Settings
from tests.search.news import ARTICLES, write
from tests.sink.articles import article

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services


class Node(HTTPServer):
    """Answers as Elasticsearch does, with one status after the other, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses = list(statuses)
        self.asked: list[tuple[str, bytes]] = []
        self.failure = b"{}"

    @property
    def settings(self) -> Settings:
        return Settings(elasticsearch=f"http://127.0.0.1:{self.server_address[1]}")


class _Answer(BaseHTTPRequestHandler):
    server: Node

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body))
        statuses = self.server.statuses
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        answer = (
            b'{"took": 1, "hits": {"total": {"value": 0}, "hits": []}}'
            if status == 200
            else self.server.failure
        )
        self.send_response(status)
        for name, value in {
            "X-Elastic-Product": "Elasticsearch",
            "Content-Type": "application/json",
            "Content-Length": str(len(answer)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Nothing."""


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Iterator[Node]:
    with Node(*request.param) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("node", [(503, 429, 200), (503, 200)], indirect=True)
def test_what_may_pass_in_a_moment_is_asked_again(node: Node) -> None:
    tries = len(node.statuses)
    assert show("x", node.settings) is None
    assert len(node.asked) == tries


@pytest.mark.parametrize(
    ("node", "tries", "advice"),
    [((503,), 4, "try again in a moment"), ((400,), 1, "see NEWSWIRE_ELASTICSEARCH and its log")],
    indirect=["node"],
)
def test_what_does_not_pass_is_said(node: Node, tries: int, advice: str) -> None:
    with pytest.raises(SearchError, match=advice):
        show("x", node.settings)
    assert len(node.asked) == tries


@pytest.mark.parametrize("node", [(504,), (429,)], indirect=True)
def test_what_failed_only_after_a_while_is_not_asked_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE_S", -1.0)
    with pytest.raises(SearchError, match="try again in a moment"):
        show("x", node.settings)
    assert len(node.asked) == 1


@pytest.mark.parametrize("node", [(400,)], indirect=True)
def test_a_query_with_too_many_words_for_elasticsearch_is_no_fault_of_its_address(node: Node) -> None:
    cause = {"type": "too_many_nested_clauses", "reason": "maxClauseCount is set to 1024"}
    node.failure = json.dumps(
        {"error": {"type": "search_phase_execution_exception", "caused_by": cause}}
    ).encode()
    with pytest.raises(QueryError, match="take fewer words, or give it a larger heap"):
        show("x", node.settings)
    assert len(node.asked) == 1


@services
def test_elasticsearch_says_that_there_are_too_many_words_as_it_is_read_here(own: Settings) -> None:
    write(own, [article("a")])
    words = {
        "query_string": {"query": " ".join(f"w{number}" for number in range(70_000)), "fields": ["body"]}
    }
    with pytest.raises(QueryError, match="take fewer words"):
        asking.searched(own, {"query": words})


@pytest.mark.parametrize("node", [(200,)], indirect=True)
def test_each_search_has_a_limit_of_time_and_takes_no_part_for_the_whole(node: Node) -> None:
    show("x", node.settings)
    path, body = node.asked[0]
    assert "allow_partial_search_results=false" in path
    assert b'"timeout":"20s"' in body


@services
def test_threads_share_one_client(news: Settings) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: count(news), range(64)))
        totals = list(threads.map(lambda _: search("loi", news).total, range(16)))
    assert set(found) == {len(ARTICLES)}
    assert set(totals) == {2}
    assert asking._client(news) is asking._client(news.model_copy(update={"index": "x"}))


@services
def test_a_process_ends_without_a_word_about_connections(news: Settings, stack: Stack) -> None:
    code = (
        "from pipeline import search; from pipeline.settings import settings; print(search.count(settings()))"
    )
    variables = os.environ | stack.environment | {"NEWSWIRE_INDEX": news.index}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", code],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{len(ARTICLES)}\n"
    assert "ResourceWarning" not in done.stderr


@services
def test_a_client_that_is_forgotten_closes_its_connections(
    news: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_clients", {})
    assert count(news) == len(ARTICLES)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        gc.collect()  # what others left behind
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        asking._clients.clear()
        gc.collect()
    assert not [one for one in said if issubclass(one.category, ResourceWarning)]
