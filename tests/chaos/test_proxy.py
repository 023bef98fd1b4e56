"""The busy proxy: half of the bulk requests are refused, every tenth connection is cut."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import HttpUrl

from tests.chaos.proxy import BusyProxy


class Upstream(BaseHTTPRequestHandler):
    heard: Counter[str]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard[self.path] += 1
        self.send_response(201)
        self.send_header("content-type", "application/json")
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by http.server
        pass


@pytest.fixture
def heard() -> Counter[str]:
    return Counter()


@pytest.fixture
def proxy(heard: Counter[str]) -> Iterator[BusyProxy]:
    class Handler(Upstream):
        pass

    Handler.heard = heard
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    with BusyProxy(HttpUrl(f"http://127.0.0.1:{server.server_address[1]}")) as running:
        yield running
    server.shutdown()
    server.server_close()
    thread.join()


def post(proxy: BusyProxy, path: str) -> tuple[int, bytes] | str:
    """Status and body, or ``cut``."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    try:
        connection.request("POST", path, b"abc", {"content-type": "application/json"})
        answer = connection.getresponse()
        assert answer.headers["x-elastic-product"] == "Elasticsearch"
        assert answer.headers["connection"] == "close" or answer.status == 429
        return answer.status, answer.read()
    except (ConnectionError, http.client.HTTPException):
        return "cut"
    finally:
        connection.close()


def test_what_gets_through_is_unchanged(proxy: BusyProxy, heard: Counter[str]) -> None:
    assert post(proxy, "/news/_count?q=a%20b") == (201, b"cba")
    assert heard == {"/news/_count?q=a%20b": 1}


def test_every_tenth_connection_is_cut_before_or_behind(proxy: BusyProxy, heard: Counter[str]) -> None:
    answers = [post(proxy, "/_search") for _ in range(40)]
    assert [place for place, answer in enumerate(answers, 1) if answer == "cut"] == [10, 20, 30, 40]
    assert heard["/_search"] == 38, "two were cut before, two behind"
    assert proxy.seen == {"passed": 38, "cut": 4}


def test_half_of_the_bulk_requests_are_refused(proxy: BusyProxy, heard: Counter[str]) -> None:
    answers = Counter(str(post(proxy, "/_bulk")[0]) for _ in range(200))
    assert 70 <= answers["429"] <= 120
    assert answers["201"] + answers["429"] + answers["c"] == 200
    assert answers["201"] <= heard["/_bulk"]
