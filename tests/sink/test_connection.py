"""How clients reach Elasticsearch: user, password, scheme and port come from the one setting."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch, SerializationError, TransportError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.settings import Settings
from pipeline.sink import connection
from tests.security.authority import Authority

HOST = "127.0.0.1"


def settings(url: str) -> Settings:
    return Settings(elasticsearch=url)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200"),
        ("http://search.example", "http://search.example:80"),
        ("https://search.example", "https://search.example:443"),
        ("https://search.example/es/", "https://search.example:443/es"),
        ("http://[::1]:9200", "http://[::1]:9200"),
    ],
)
def test_the_url_is_taken_as_it_is_meant(url: str, base: str) -> None:
    with Elasticsearch(**connection.options(settings(url), timeout_s=1)) as client:
        (node,) = client.transport.node_pool.all()
        assert node.base_url == base


def test_user_and_password_are_sent_and_never_shown() -> None:
    secret = settings("https://desk:p%40ss@search.example:9243")
    (node,) = connection.options(secret, timeout_s=1)["hosts"]
    assert node.headers["authorization"] == "Basic " + base64.b64encode(b"desk:p@ss").decode()
    assert connection.address(secret) == "https://search.example:9243"


def test_the_client_has_no_retries_of_its_own() -> None:
    given = connection.options(settings("http://127.0.0.1:9200"), timeout_s=7)
    assert (given["max_retries"], given["retry_on_timeout"], given["retry_on_status"]) == (0, False, ())
    assert given["request_timeout"] == 7


class TestSeveralNodes:
    BOTH = "http://kim:one@127.0.0.1:1,http://127.0.0.1:2"

    def test_all_are_asked_in_turn(self) -> None:
        with Elasticsearch(**connection.options(settings(self.BOTH), timeout_s=1)) as client:
            bases = {node.base_url for node in client.transport.node_pool.all()}
        assert bases == {"http://127.0.0.1:1", "http://127.0.0.1:2"}

    def test_all_are_named_and_no_password(self) -> None:
        assert connection.address(settings(self.BOTH)) == "http://127.0.0.1:1, http://127.0.0.1:2"

    def test_where_none_answers_each_was_tried(self) -> None:
        with (
            Elasticsearch(**connection.options(settings(self.BOTH), timeout_s=1)) as client,
            pytest.raises(TransportError) as told,
        ):
            client.info()
        said = sorted(str(getattr(each, "message", each)) for each in (told.value, *told.value.errors))
        assert [f"port={each}" in text for each, text in zip((1, 2), said, strict=True)] == [True, True]

    def test_one_of_which_takes_no_connection_are_asked_as_if_nothing_were(self) -> None:
        with answering() as port:
            both = settings(f"http://127.0.0.1:1,http://127.0.0.1:{port}")
            with Elasticsearch(**connection.options(both, timeout_s=5)) as client:
                assert [client.info()["name"] for _ in range(4)] == ["here"] * 4

    def test_one_of_which_cuts_connections_are_asked_as_if_nothing_were(self) -> None:
        with answering() as port, socketserver.TCPServer((HOST, 0), Hangup) as rude:
            threading.Thread(target=rude.serve_forever, args=(0.05,)).start()
            both = settings(f"http://127.0.0.1:{rude.server_address[1]},http://127.0.0.1:{port}")
            with Elasticsearch(**connection.options(both, timeout_s=5)) as client:
                assert [client.info()["name"] for _ in range(4)] == ["here"] * 4
            rude.shutdown()

    def test_a_key_goes_to_none_of_them_in_the_clear(self) -> None:
        with pytest.raises(connection.ElasticsearchSecurityError, match=r"two\.example:80 in the clear"):
            connection.options(
                Settings(
                    elasticsearch="https://one.example,http://two.example",
                    elasticsearch_api_key=SecretStr("k"),
                ),
                timeout_s=1,
            )


class Hangup(socketserver.BaseRequestHandler):
    """Takes connections and says nothing."""


@contextmanager
def answering() -> Iterator[int]:
    """The port of somebody who answers as Elasticsearch does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"name": "here"}'
            self.send_response(200)
            for name, value in (
                ("content-type", "application/json"),
                ("x-elastic-product", "Elasticsearch"),
                ("content-length", str(len(body))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        st.lists,
    )
)
def test_answers_are_read_as_json_has_it(value: object) -> None:
    (reader,) = connection.options(settings("http://search.example"), timeout_s=1)["serializers"].values()
    assert reader.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize("cut", [b'{"a": 1', b"nonsense", b'"\xff"'])
def test_an_answer_that_is_no_json_is_an_error_of_the_transport(cut: bytes) -> None:
    (reader,) = connection.options(settings("http://search.example"), timeout_s=1)["serializers"].values()
    with pytest.raises(SerializationError):
        reader.loads(cut)


class TestSecurity:
    def test_an_api_key_is_sent_and_never_shown(self, tmp_path: Path) -> None:
        ca = Authority(tmp_path).ca
        known = Settings(
            elasticsearch="https://search.example",
            elasticsearch_api_key=SecretStr("a2V5OnNlY3JldA=="),
            elasticsearch_ca=ca,
        )
        options = connection.options(known, timeout_s=1)
        assert (options["api_key"], options["ca_certs"]) == ("a2V5OnNlY3JldA==", str(ca))
        with Elasticsearch(**options) as client:
            (node,) = client.transport.node_pool.all()
            assert node.config.verify_certs is not False
        assert "a2V5" not in f"{known!r} {known.shown()}"

    @pytest.mark.parametrize(
        ("url", "changes", "why"),
        [
            ("http://search.example", {"elasticsearch_api_key": SecretStr("k")}, "in the clear: write https"),
            ("https://me:pw@x.example", {"elasticsearch_api_key": SecretStr("k")}, "use one of the two"),
            ("http://search.example", {"elasticsearch_ca": Path("ca.pem")}, "write https there, or unset it"),
            ("https://search.example", {"elasticsearch_ca": Path("none.pem")}, "none.pem.*No such file"),
        ],
    )
    def test_what_does_not_fit_together_is_said(self, url: str, changes: dict[str, Any], why: str) -> None:
        with pytest.raises(connection.ElasticsearchSecurityError, match=why) as told:
            connection.options(Settings(elasticsearch=url, **changes), timeout_s=1)
        assert "pw" not in str(told.value)

    def test_a_file_without_a_certificate(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty.pem"
        empty.touch()
        with pytest.raises(connection.ElasticsearchSecurityError, match="there is no certificate in it"):
            connection.trusting(empty)

    def test_other_errors_have_the_usual_advice(self) -> None:
        assert connection.advice(ConnectionError(), "wait") == "wait"
