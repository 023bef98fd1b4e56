"""One alert to one webhook: a real receiver says what comes and answers as it likes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.article import Alert, encode
from pipeline.settings import Settings
from pipeline.watch import webhook
from pipeline.watch.webhook import MOST_PAUSE_S, Outcome, Refused, Trouble, pause_s, post, session, signature
from tests.watch.receiver import Answer, Post, Receiver
from tests.watch.saved import made

INSIDE = Settings(webhooks_internal=True)
ALERT = Alert(
    id="f" * 32,
    watch="w",
    query="traité",
    article="0" * 32,
    version=3,
    title="Un traité",
    source="Test",
    matched=datetime(2026, 11, 27, tzinfo=UTC),
)


def sent(
    receiver_answers: list[Answer],
    *,
    settings: Settings = INSIDE,
    secret_env: str | None = None,
    url: Callable[[str], str] = lambda base: f"{base}/hook?a=b",
) -> tuple[Outcome, Receiver]:
    """What became of one alert."""

    async def main() -> tuple[Outcome, Receiver]:
        async with Receiver() as receiver, session(settings) as client:
            receiver.answers.extend(receiver_answers)
            watch = made(INSIDE, webhook=url(receiver.url), secret_env=secret_env)
            return await post(client, watch, ALERT), receiver

    return asyncio.run(main())


def test_the_alert_is_posted_as_json() -> None:
    outcome, receiver = sent([(200, {})])
    assert outcome is None
    (got,) = receiver.posts
    assert got.body == encode(ALERT)
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["webhook-id"] == ALERT.id
    assert got.headers["User-Agent"].startswith("Newswire/")
    assert "webhook-signature" not in got.headers
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(status: int) -> None:
    assert sent([(status, {})])[0] is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_for_good(status: int) -> None:
    outcome, _ = sent([(status, {})])
    assert isinstance(outcome, Refused)
    assert str(status) in outcome.reason


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 304])
def test_whatever_else_may_pass(status: int) -> None:
    outcome, _ = sent([(status, {})])
    assert isinstance(outcome, Trouble)
    assert str(status) in outcome.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    outcome, receiver = sent([(status, {"Location": "/elsewhere"})])
    assert isinstance(outcome, Trouble)
    assert "give the new address" in outcome.reason
    assert [each.path for each in receiver.posts] == ["/hook"]


@pytest.mark.parametrize(("said", "meant"), [("7", 7.0), ("", 0.0), ("soon", 0.0), ("9" * 30, 0.0)])
def test_the_receiver_may_ask_to_be_left_alone(said: str, meant: float) -> None:
    assert sent([(503, {"Retry-After": said})])[0] == Trouble("it answers 503 Service Unavailable", meant)


def test_a_receiver_that_is_away_may_come_back() -> None:
    outcome, _ = sent([], url=lambda _: "http://127.0.0.1:9/")
    assert isinstance(outcome, Trouble)
    assert "cannot connect to 127.0.0.1:9" in outcome.reason


def test_a_receiver_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.3)

    async def main() -> Outcome:
        async with Receiver() as receiver, session(INSIDE) as client:
            receiver.silent = True
            return await post(client, made(INSIDE, webhook=receiver.url), ALERT)

    assert asyncio.run(main()) == Trouble("no answer within 0.3 s")


def test_an_internal_address_is_not_reached_unless_that_is_allowed() -> None:
    outcome, receiver = sent([], settings=Settings(webhooks_internal=False))
    assert isinstance(outcome, Trouble)
    assert "NEWSWIRE_WEBHOOKS_INTERNAL" in outcome.reason
    assert receiver.posts == []


def test_posts_are_signed_so_that_the_receiver_can_check(monkeypatch: pytest.MonkeyPatch) -> None:
    key = b"twenty-four bytes of key"
    monkeypatch.setenv("DESK_SECRET", "whsec_" + base64.b64encode(key).decode())
    _, receiver = sent([], secret_env="DESK_SECRET")  # noqa: S106 - a variable's name
    (got,) = receiver.posts
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{wanted}"


@pytest.mark.parametrize(("value", "told"), [(None, "NO_SECRET"), ("", "NO_SECRET"), ("whsec_?", "Base64")])
def test_nothing_is_posted_unsigned_that_is_to_be_signed(
    value: str | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_SECRET", value)
    outcome, receiver = sent([], secret_env="NO_SECRET")  # noqa: S106 - a variable's name
    assert isinstance(outcome, Trouble)
    assert told in outcome.reason
    assert receiver.posts == []


def test_a_setting_of_newswire_signs_nothing_though_a_watch_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write to the index of the watches need not ask the command."""
    monkeypatch.setenv("NEWSWIRE_ELASTICSEARCH", "http://a:password@localhost")

    async def main() -> tuple[Outcome, list[Post]]:
        async with Receiver() as receiver, session(INSIDE) as client:
            watch = replace(made(INSIDE, webhook=receiver.url), secret_env="NEWSWIRE_ELASTICSEARCH")  # noqa: S106 - a variable's name
            return await post(client, watch, ALERT), receiver.posts

    outcome, posts = asyncio.run(main())
    assert isinstance(outcome, Trouble)
    assert "NEWSWIRE_ELASTICSEARCH" in outcome.reason
    assert posts == []


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 what\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -\r\n\r\n"]
)
def test_no_reason_tells_the_url_which_may_hold_a_secret(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async def main() -> Outcome:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, session(INSIDE) as client:
            port = server.sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}/TOKEN?key=TOKEN"
            return await post(client, made(INSIDE, webhook=url), ALERT)

    outcome = asyncio.run(main())
    assert isinstance(outcome, Trouble)
    assert outcome.reason
    assert "TOKEN" not in outcome.reason


def test_the_example_of_the_standard_webhooks_comes_out() -> None:
    found = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.integers(1, 10_000), st.floats(0, 1e6), st.floats(0, 1))
def test_pauses_have_an_end_and_keep_to_what_is_asked(attempt: int, asked: float, jitter: float) -> None:
    pause = pause_s(attempt, asked, jitter)
    assert 0.5 <= pause <= MOST_PAUSE_S
    assert pause >= min(asked, MOST_PAUSE_S)


def test_pauses_grow() -> None:
    pauses = [pause_s(attempt, 0, 1) for attempt in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert pauses[-1] == MOST_PAUSE_S
