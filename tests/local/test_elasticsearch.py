"""Elasticsearch's configuration, what is ours to start, and how an external one is asked."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import HttpUrl

from pipeline.local.elasticsearch import (
    LocalElasticsearch,
    ask_node,
    given_home,
    java_options,
    node_settings,
    why_external,
)
from pipeline.local.errors import LocalServiceError
from pipeline.local.ports import Address, free_port
from pipeline.local.service import Answer
from pipeline.local.user import User, me
from pipeline.settings import Settings

HOST = "127.0.0.1"
ROOT_ANSWER = {"cluster_name": "far away", "version": {"number": "9.4.3"}}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9200", "http://localhost:9200/", "http://[::1]:9200"])
def test_a_plain_loopback_address_is_ours(url: str) -> None:
    assert why_external(HttpUrl(url)) == ""


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://search.example:9200", "not an address of this machine"),
        ("http://10.1.2.3:9200", "not an address of this machine"),
        ("https://127.0.0.1:9200", "TLS or a user"),
        ("http://elastic:secret@127.0.0.1:9200", "TLS or a user"),
    ],
)
def test_anything_else_is_external(url: str, why: str) -> None:
    assert why in why_external(HttpUrl(url))
    assert why in LocalElasticsearch(Settings(elasticsearch=url)).external


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:19200", Address(HOST, 19200)),
        ("http://[::1]:9200", Address("::1", 9200)),
        ("https://search.example", Address("search.example", 443)),
    ],
)
def test_the_address_is_in_the_url(url: str, address: Address) -> None:
    assert LocalElasticsearch(Settings(elasticsearch=url)).address == address


def test_it_never_runs_as_root() -> None:
    assert LocalElasticsearch(Settings()).user.uid != 0


def options(text: str) -> dict[str, object]:
    """The flat lines of the node's settings."""
    return {key: json.loads(value) for key, value in (line.split(": ", 1) for line in text.splitlines())}


def test_it_listens_on_its_address_alone(tmp_path: Path) -> None:
    found = options(node_settings(Address(HOST, 9200), tmp_path, tmp_path))
    assert (found["network.host"], found["http.port"]) == (HOST, 9200)
    assert found["discovery.type"] == "single-node"


@given(st.text("abc é\"'\\{}:#💶", min_size=1, max_size=30))
def test_any_path_is_quoted(name: str) -> None:
    found = options(node_settings(Address(HOST, 9200), Path("/var") / name / "data", Path("/logs")))
    assert found["path.data"] == str(Path("/var") / name / "data")


def test_disk_watermarks_are_sizes_in_falling_order(tmp_path: Path) -> None:
    found = options(node_settings(Address(HOST, 9200), tmp_path, tmp_path))
    prefix = "cluster.routing.allocation.disk.watermark."
    sizes = [str(found[prefix + level]) for level in ("low", "high", "flood_stage")]
    assert all(size.endswith("mb") for size in sizes)
    assert sorted(sizes, key=lambda size: -int(size[:-2])) == sizes


def test_garbage_that_is_not_collected_yet_refuses_no_request(tmp_path: Path) -> None:
    found = options(node_settings(Address(HOST, 9200), tmp_path, tmp_path))
    assert found["indices.breaker.total.use_real_memory"] is False


def test_the_heap_is_the_settings(tmp_path: Path) -> None:
    found = java_options(300, tmp_path)
    assert {"-Xms300m", "-Xmx300m", f"-Dnewswire.logs={tmp_path}"} <= set(found)


def test_only_what_lives_for_minutes_is_compiled_at_once_and_not_well(tmp_path: Path) -> None:
    quickly = "-XX:TieredStopAtLevel=1"
    assert quickly in java_options(300, tmp_path, brief=True)
    assert quickly not in java_options(300, tmp_path)


def unpacked(home: Path, version: str = "9.4.3") -> Path:
    """A folder that looks like an unpacked Elasticsearch."""
    (home / "lib" / "tools" / "server-launcher").mkdir(parents=True)
    for name in ("elasticsearch", "elasticsearch-cli", "lucene-core"):
        (home / "lib" / f"{name}-{version}.jar").touch()
    return home


def test_a_given_home_tells_its_version(tmp_path: Path) -> None:
    home = unpacked(tmp_path, "9.5.1")
    programs = given_home(home, me())
    assert (programs.home, programs.version) == (home, "9.5.1")


def test_the_settings_home_is_used_and_nothing_is_fetched(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    home = unpacked(tmp_path / "es")
    service = LocalElasticsearch(Settings(elasticsearch_home=home, cache=tmp_path / "cache"))
    service.user = me()
    assert service.programs(lambda _: pytest.fail("fetches")).home == home
    assert not (tmp_path / "cache").exists()


def test_an_empty_home_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalServiceError, match="no Elasticsearch 9") as caught:
        given_home(tmp_path, me())
    assert str(tmp_path) in str(caught.value)


def test_an_elasticsearch_without_the_launcher_is_refused(tmp_path: Path) -> None:
    (unpacked(tmp_path, "8.19.3") / "lib" / "tools" / "server-launcher").rmdir()
    with pytest.raises(LocalServiceError, match="server-launcher"):
        given_home(tmp_path, me())


def test_a_home_that_the_services_user_cannot_reach_is_refused(tmp_path: Path) -> None:
    unpacked(tmp_path)
    tmp_path.chmod(0o700)
    with pytest.raises(LocalServiceError, match="is closed to uid 54321"):
        given_home(tmp_path, User(54321, 54321))


class Remote(ThreadingHTTPServer):
    """Something that speaks HTTP where an Elasticsearch is expected."""

    status = 200
    body = json.dumps(ROOT_ANSWER).encode()
    asked: list[tuple[str, str | None]]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Remote)
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Keeps the test's output clean."""


@pytest.fixture
def remote() -> Iterator[Remote]:
    with Remote((HOST, 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def asked(url: str) -> Answer | None:
    settings = Settings(elasticsearch=url)
    return ask_node(settings, settings.nodes[0], 5)


def ask(server: Remote, credentials: str = "", path: str = "") -> str | None:
    answer = asked(f"http://{credentials}{HOST}:{server.server_port}{path}")
    return answer.version if answer else None


def test_an_external_one_tells_its_version(remote: Remote) -> None:
    assert ask(remote) == "9.4.3"
    assert remote.asked == [("/", None)]


def test_user_and_password_are_sent(remote: Remote) -> None:
    ask(remote, credentials="elastic:p%40ss%2Fw@", path="/es")
    secret = base64.b64encode(b"elastic:p@ss/w").decode()
    assert remote.asked == [("/es", f"Basic {secret}")]


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_one_that_refuses_does_not_answer(remote: Remote, status: int) -> None:
    remote.status = status
    assert ask(remote) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"version": 9}', b"\xff", b"null"])
def test_what_is_no_elasticsearch_does_not_answer(remote: Remote, body: bytes) -> None:
    remote.body = body
    assert ask(remote) is None


def test_where_nobody_listens_nothing_answers() -> None:
    assert asked(f"http://{HOST}:{free_port(HOST)}") is None


def test_tls_where_there_is_none_does_not_answer(remote: Remote) -> None:
    assert asked(f"https://{HOST}:{remote.server_port}") is None


class TestSeveralNodes:
    def test_they_are_not_ours_to_start(self, remote: Remote) -> None:
        url = f"http://{HOST}:{remote.server_port}"
        status = LocalElasticsearch(Settings(elasticsearch=f"{url},{url}/es")).status()
        assert (status.state, status.version) == ("external", "9.4.3")
        assert status.note == "several nodes are named: it is not started here"
        assert status.address == f"{HOST}:{remote.server_port}, {HOST}:{remote.server_port}"

    def test_which_of_them_does_not_answer_is_told(self, remote: Remote) -> None:
        gone = f"{HOST}:{free_port(HOST)}"
        status = LocalElasticsearch(
            Settings(elasticsearch=f"http://{gone},http://{HOST}:{remote.server_port}")
        ).status()
        assert status.state == "external"
        assert status.note == f"no answer from {gone}; several nodes are named: it is not started here"

    def test_none_of_them_answering_is_no_answer(self) -> None:
        gone = [f"http://{HOST}:{free_port(HOST)}/{each}" for each in "ab"]
        assert LocalElasticsearch(Settings(elasticsearch=",".join(gone))).status().state == "not answering"


def test_another_process_at_our_port_is_not_ours(remote: Remote) -> None:
    import psutil

    service = LocalElasticsearch(Settings(elasticsearch=f"http://{HOST}:{remote.server_port}"))
    remote.body = b'{"timed_out": false, "nodes": {"a": {"version": "9.4.3", "process": {"id": 1}}}}'
    assert service.ask(psutil.Process(os.getpid()), 2) is None
    remote.body = remote.body.replace(b"1}", str(os.getpid()).encode() + b"}")
    answer = service.ask(psutil.Process(os.getpid()), 2)
    assert answer is not None
    assert answer.version == "9.4.3"
