"""Who gets in, and what every answer tells a browser."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.settings import Settings
from pipeline.web.errors import WebError
from pipeline.web.guard import Login, check, is_own

KEY = "k" * 24
LOGIN = Login("desk", "correct horse", [KEY])


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "key"),
    [
        (basic("desk", "correct horse"), ""),
        (basic("desk", "correct horse").replace("Basic", "basic"), ""),
        (f"Bearer {KEY}", ""),
        (f"bearer {KEY}", ""),
        ("", KEY),
        (basic("desk", "wrong"), KEY),
    ],
)
def test_who_has_a_login_gets_in(authorization: str, key: str) -> None:
    assert LOGIN.admits(authorization, key)


@pytest.mark.parametrize(
    ("authorization", "key"),
    [
        ("", ""),
        (basic("desk", "wrong"), ""),
        (basic("desk", ""), ""),
        (basic("Desk", "correct horse"), ""),
        (basic("desk:correct", "horse"), ""),
        ("Basic desk:correct horse", ""),
        ("Basic ????", ""),
        ("Basic", ""),
        (f"Basic {KEY}", ""),
        (f"Digest {KEY}", ""),
        (KEY, ""),
        ("Bearer", ""),
        ("Bearer ", ""),
        (f"Bearer {KEY}k", ""),
        ("", KEY[:-1]),
        ("", "é"),
        ("", "\udcff"),
    ],
)
def test_nobody_else_does(authorization: str, key: str) -> None:
    assert not LOGIN.admits(authorization, key)


@given(st.text(st.characters(blacklist_categories=[])), st.text(st.characters(blacklist_categories=[])))
def test_no_header_opens_it_by_chance_or_breaks_it(authorization: str, key: str) -> None:
    assert not LOGIN.admits(authorization, key)
    assert not LOGIN.admits(f"Basic {authorization}", "")
    assert not LOGIN.admits(f"Bearer {authorization}", "")


def test_without_a_login_none_is_needed_and_none_admits() -> None:
    nobody = Login(None, None)
    assert not nobody.needed
    assert not nobody.admits("", "")
    assert not nobody.admits(basic("None", "None"), "")
    assert not nobody.admits(basic("", ""), "")


def test_a_user_with_a_password_or_a_key_alone_is_a_login() -> None:
    assert Login.of(Settings(web_user="desk", web_password=SecretStr("p" * 12))).needed
    assert Login.of(Settings(web_api_keys=(SecretStr(KEY),))).needed
    assert not Login.of(Settings()).needed


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"web_user": "desk"}, "NEWSWIRE_WEB_USER is set without NEWSWIRE_WEB_PASSWORD"),
        ({"web_password": SecretStr("p" * 12)}, "NEWSWIRE_WEB_PASSWORD is set without NEWSWIRE_WEB_USER"),
        ({"web_user": "a:b", "web_password": SecretStr("p" * 12)}, "colon"),
    ],
)
def test_half_a_login_is_an_error_that_says_what_is_missing(values: dict[str, str], said: str) -> None:
    with pytest.raises(WebError, match=said):
        Login.of(Settings(**values))  # type: ignore[arg-type]  # each is what its field takes


@pytest.mark.parametrize("values", [{"web_password": "short"}, {"web_api_keys": ["short"]}])
def test_a_login_that_can_be_guessed_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Settings(**values)  # type: ignore[arg-type]  # it must not be what the field takes


def test_passwords_and_keys_are_not_shown() -> None:
    settings = Settings(web_user="desk", web_password=SecretStr("p" * 12), web_api_keys=(SecretStr(KEY),))
    for text in (str(settings.shown()), repr(settings)):
        assert "p" * 12 not in text
        assert KEY not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_this_machine_needs_no_login(host: str) -> None:
    assert is_own(host)
    check(host, Login(None, None))


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104 - it is refused
        "::",
        "192.168.1.4",
        "news.example.org",
        "localhost.example.org",
        "",
        "127.0.0.1.nip.io",
    ],
)
def test_another_address_needs_one_and_says_what_to_set(host: str) -> None:
    assert not is_own(host)
    with pytest.raises(WebError, match="NEWSWIRE_WEB_PASSWORD, or NEWSWIRE_WEB_API_KEYS"):
        check(host, Login(None, None))
    check(host, LOGIN)
