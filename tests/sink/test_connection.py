"""How clients reach Elasticsearch: user, password, scheme and port come from the one setting."""

from __future__ import annotations

import base64
import json

import pytest
from elasticsearch import Elasticsearch, SerializationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import HttpUrl

from pipeline.settings import Settings
from pipeline.sink import connection


def settings(url: str) -> Settings:
    return Settings(elasticsearch=HttpUrl(url))


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
