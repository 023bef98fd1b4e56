"""What is a watch and what is none."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import query
from pipeline.query import QueryError
from pipeline.settings import Settings
from pipeline.watch import Watch, WatchError, query_of
from pipeline.watch.watches import MOST_URL_CHARACTERS, trouble_of
from tests.watch.saved import EARLIER, made

SETTINGS = Settings()
INSIDE = Settings(webhooks_internal=True)


@pytest.mark.parametrize("name", ["a", "0", "desk-fr.2_x", "a" * 64])
def test_names_that_are_fine(name: str) -> None:
    assert made(SETTINGS, name).name == name


@pytest.mark.parametrize("name", ["", "A", "-a", ".a", "a b", "a/b", "a:b", "é", "a\n", "a" * 65])
def test_names_that_are_not(name: str) -> None:
    with pytest.raises(WatchError, match="no name for a watch"):
        made(SETTINGS, name)


@pytest.mark.parametrize("typed", ["", "…", "topic:", "(a", "a" * 1001, "since:yesteryear"])
def test_what_is_no_query_is_no_watch(typed: str) -> None:
    with pytest.raises(QueryError):
        made(SETTINGS, query=typed)


def test_a_watch_asks_what_a_search_asks() -> None:
    one = made(SETTINGS, query="kim OR xi language:fr")
    assert query_of(one) == query.build(query.parse(one.query), query.Filters())
    assert trouble_of(one) is None


def test_a_name_means_who_bears_it_in_any_language() -> None:
    one = made(SETTINGS, query="Nordkorea")
    assert "iso:KP" in str(query_of(one, SETTINGS.entities))
    assert "iso:KP" not in str(query_of(one))


def test_a_name_that_may_be_a_word_is_one() -> None:
    one = made(SETTINGS, query="nice")
    assert query_of(one, SETTINGS.entities) == query_of(one)


@pytest.mark.parametrize("variable", ["NEWSWIRE_ELASTICSEARCH", "newswire_kafka", "NEWSWIRE_X"])
def test_settings_of_newswire_sign_nothing(variable: str) -> None:
    with pytest.raises(WatchError, match="does not begin with NEWSWIRE_"):
        made(SETTINGS, webhook="https://a.example", secret_env=variable)


def test_a_query_that_is_none_any_more_is_told() -> None:
    assert "needs a word" in (trouble_of(Watch(name="a", query="topic:", created=EARLIER)) or "")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "http://a.example:8080/x?token=y#z",
        "https://[2606:4700::1111]/",
        "HTTPS://8.8.8.8",
    ],
)
def test_webhooks_that_are_fine(url: str) -> None:
    assert made(SETTINGS, webhook=url, secret_env="S_1").webhook == url  # noqa: S106 - a name


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "ASCII"),
        ("ftp://a.example", "begins with https"),
        ("https://", "has a host"),
        ("a.example/x", "begins with https"),
        ("https://a.example/ä", "ASCII"),
        ("https://a.example/a b", "no blanks"),
        ("https://a.example/\r\nx", "ASCII"),
        ("https://[::1", "no URL"),
        ("https://a.example:99999", "no URL"),
        ("https://u:p@a.example", "--secret-env"),
        ("https://a.example/" + "x" * MOST_URL_CHARACTERS, "characters"),
        ("http://127.0.0.1:9200/", "NEWSWIRE_WEBHOOKS_INTERNAL"),
        ("http://localhost/", "NEWSWIRE_WEBHOOKS_INTERNAL"),
        ("http://[::1]/", "NEWSWIRE_WEBHOOKS_INTERNAL"),
        ("http://169.254.169.254/latest", "NEWSWIRE_WEBHOOKS_INTERNAL"),
    ],
)
def test_webhooks_that_are_not(url: str, told: str) -> None:
    with pytest.raises(WatchError, match=told):
        made(SETTINGS, webhook=url)


def test_internal_webhooks_may_be_allowed() -> None:
    assert made(INSIDE, webhook="http://127.0.0.1:9200/").webhook


@pytest.mark.parametrize("variable", ["", "1A", "A B", "A=B", "Ä"])
def test_what_is_no_variable_holds_no_secret(variable: str) -> None:
    with pytest.raises(WatchError, match="environment variable"):
        made(SETTINGS, webhook="https://a.example", secret_env=variable)


def test_a_secret_without_a_webhook_signs_nothing() -> None:
    with pytest.raises(WatchError, match="give --webhook too"):
        made(SETTINGS, secret_env="SECRET")  # noqa: S106 - a variable's name


@given(name=st.text(max_size=70), typed=st.text(max_size=50), url=st.none() | st.text(max_size=60))
def test_whatever_is_typed_is_a_watch_or_an_error_for_a_person(
    name: str, typed: str, url: str | None
) -> None:
    with contextlib.suppress(WatchError, QueryError):
        assert trouble_of(made(SETTINGS, name, typed, webhook=url)) is None
