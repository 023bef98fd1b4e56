"""Push, asked by real clients: 202 for what the broker has, and for all else what is wrong."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from pipeline.feeds import push
from pipeline.feeds.config import FeedConfigError
from pipeline.feeds.push import Patience, Push, PushConfig, intake
from pipeline.feeds.report import Waiting
from pipeline.feeds.shape import Ask, Way
from pipeline.formats import Outcome
from pipeline.settings import Settings
from tests.feeds.certificate import certificate
from tests.feeds.taking import Taking, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "wire-token"  # noqa: S105 - of these tests alone
BEARER = {"Authorization": f"Bearer {TOKEN}"}
GOOD = b'{"guid": "a", "body": "A story.", "modified": "2024-06-19T12:00:00Z"}\n'
PROBLEM = "application/problem+json"


def config(**more: Any) -> PushConfig:
    return PushConfig.model_validate({"type": "push", "name": "inbox", "port": 0, **more})


class Pushing:
    """A feed at work, and a client of it."""

    def __init__(
        self,
        known: PushConfig,
        takes: Callable[[Outcome], bool | None] = lambda _: True,
        patience: Patience | None = None,
        way: Ask = Way,
    ) -> None:
        self.stop = threading.Event()
        self.feed = Push(known, Settings(), self.stop, patience=patience)
        self.feed.ask(way)
        self.taking = Taking(self.feed, self.stop, takes).__enter__()
        until(lambda: self.feed.port or self.taking.errors)
        self.port = self.feed.port
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port or 1}", timeout=20, trust_env=False)

    def post(self, content: Any = GOOD, query: str = "", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/articles{query}", content=content, headers=named)

    def raw(self, data: bytes, seconds: float = 10) -> bytes:
        """What comes back for these bytes until the server closes the connection, or for so many seconds."""
        assert self.port
        with socket.create_connection(("127.0.0.1", self.port), seconds) as connection:
            connection.sendall(data)
            return received(connection)

    def close(self) -> None:
        self.client.close()
        self.taking.end()


def received(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except (TimeoutError, ConnectionResetError):
        pass
    return b"".join(parts)


Start = Callable[..., Pushing]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Pushing] = []

    def begin(*, known: PushConfig | None = None, **options: Any) -> Pushing:
        running.append(Pushing(known or config(), **options))
        return running[-1]

    yield begin
    for each in running:
        each.close()


@pytest.fixture
def here(start: Start) -> Pushing:
    return start()


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The problem document of an answer, which has all that RFC 9457 asks for and tells nothing of us."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Server"] == "Newswire"
    assert "Traceback" not in answer.text
    assert "/pipeline/" not in answer.text
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:newswire:problem:{kind}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


class TestConfig:
    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"host": "0.0.0.0"}, "a token is missing"),  # noqa: S104 - refused is what is tested
            ({"host": "news.example"}, "a token is missing"),
            ({"host": "::"}, "a token is missing"),
            ({"port": 70000}, "less than or equal to 65535"),
            ({"rate": 0}, "greater than or equal to 1"),
            ({"max_bytes": 0}, "greater than or equal to 1024"),
            ({"tls_cert": "a.pem"}, "go together"),
            ({"path": "/in"}, "Extra inputs"),
        ],
    )
    def test_what_makes_no_sense_or_is_not_safe_is_refused(self, wrong: dict[str, Any], why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            config(**wrong)

    def test_the_defaults_are_for_this_machine_alone(self) -> None:
        known = PushConfig.model_validate({"type": "push", "name": "inbox"})
        assert (known.host, known.port, known.token, known.max_bytes) == ("127.0.0.1", 8080, None, 2**24)

    @pytest.mark.parametrize("host", ["127.0.0.9", "::1", "localhost"])
    def test_loopback_needs_no_token(self, host: str) -> None:
        assert config(host=host).token is None

    def test_others_do_with_one(self) -> None:
        assert config(host="0.0.0.0", token={"env": "X"}).token  # noqa: S104 - with a token


class TestTaken:
    def test_an_article_is_answered_with_what_it_became(self, here: Pushing) -> None:
        answer = here.post()
        (article,) = here.taking.articles
        assert answer.status_code == 202
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json() == {
            "articles": [{"id": article.id, "guid": "a", "version": article.version, "status": "usable"}]
        }
        assert (article.source, article.provenance.feed) == ("inbox", "inbox")
        assert article.provenance.location == "POST /articles from 127.0.0.1"

    def test_what_the_configuration_says_holds(self, start: Start) -> None:
        here = start(known=config(source="agency", language="fr", provider="Agency", mapping={"body": "txt"}))
        assert here.post(b'{"txt": "Un.", "guid": "x"}\n').status_code == 202
        (article,) = here.taking.articles
        assert (article.source, article.language_declared, article.provider, article.body) == (
            "agency",
            "fr",
            "Agency",
            "Un.",
        )

    def test_the_same_again_is_the_same_article(self, here: Pushing) -> None:
        first, second = here.post(), here.post()
        assert first.json() == second.json()
        assert second.status_code == 202

    def test_many_in_one_request(self, here: Pushing) -> None:
        lines = b"".join(b'{"guid": "%d", "body": "x"}\n' % number for number in range(500))
        told = here.post(lines).json()["articles"]
        assert [each["guid"] for each in told] == [str(number) for number in range(500)]
        assert [each["id"] for each in told] == [each.id for each in here.taking.articles]

    def test_any_format_whatever_its_content_type(self, here: Pushing) -> None:
        assert here.post(b"A story in plain text.", Content_Type="application/pdf").status_code == 202
        assert here.post(GOOD, Content_Type="application/x-www-form-urlencoded").status_code == 202
        assert [each.provenance.format for each in here.taking.articles] == ["text", "jsonl"]
        assert "guid" not in here.post(b"A story without a guid.").json()["articles"][0]

    def test_the_query_names_the_format(self, here: Pushing) -> None:
        assert here.post(b'{"guid": "a", "body": "x"}', "?format=text").status_code == 202
        assert here.taking.articles[0].provenance.format == "text"

    def test_a_compressed_body(self, here: Pushing) -> None:
        assert here.post(gzip.compress(GOOD), Content_Encoding="gzip").status_code == 202
        assert here.post(gzip.compress(GOOD), Content_Type="application/gzip").status_code == 202
        assert here.taking.guids == ["a", "a"]

    def test_a_chunked_body(self, here: Pushing) -> None:
        assert here.post(iter([GOOD[:10], GOOD[10:]])).status_code == 202

    def test_connections_are_kept(self, here: Pushing) -> None:
        assert "Connection" not in here.post().headers

    def test_requests_that_wait_go_together(self, start: Start) -> None:
        held, gate = threading.Event(), threading.Event()

        def takes(_: Outcome) -> bool:
            held.set()
            return gate.wait(60)

        here = start(takes=takes)
        batches = count_batches(here.feed)
        with ThreadPoolExecutor(30) as pool:
            answers = [pool.submit(here.post, b'{"guid": "first", "body": "x"}')]
            assert held.wait(60)
            answers += [pool.submit(here.post, b'{"guid": "%d", "body": "x"}' % n) for n in range(29)]
            until(lambda: len(here.feed._line) == 29)
            gate.set()
            assert {each.result().status_code for each in answers} == {202}
        assert len(here.taking.articles) == 30
        assert batches == [1, 29]

    def test_each_of_many_clients_is_told_of_its_own(self, here: Pushing) -> None:
        def send(number: int) -> tuple[str, str]:
            answer = here.post(b'{"guid": "%d", "body": "x"}' % number)
            return str(number), answer.json()["articles"][0]["guid"]

        with ThreadPoolExecutor(20) as pool:
            assert all(sent == told for sent, told in pool.map(send, range(200)))


def count_batches(feed: Push) -> list[int]:
    """The sizes of the batches from now on."""
    sizes: list[int] = []
    settled = feed._line.settled

    def count(taken: Any) -> None:
        sizes.append(len(list(taken)))
        settled(taken)

    feed._line.settled = count  # type: ignore[method-assign]  # it only counts
    return sizes


class TestRefused:
    def test_what_is_no_article_with_each_reason_and_nothing_of_it_is_sent(self, here: Pushing) -> None:
        told = problem(here.post(GOOD + b'{"body": 7}\n' + GOOD + b'{"x": "y"}\n'), 422, "no-article")
        assert len(told["errors"]) == 2
        assert told["errors"][0].startswith("byte 70: ")
        assert "2 pieces" in told["detail"]
        assert not here.taking.articles
        assert not here.taking.letters

    def test_binary_data(self, here: Pushing) -> None:
        assert "binary" in problem(here.post(b"\0\1\2" * 9), 422, "no-article")["errors"][0]

    def test_a_gzip_file_that_is_cut_off(self, here: Pushing) -> None:
        problem(here.post(gzip.compress(GOOD)[:-9]), 422, "cut-off")

    @pytest.mark.parametrize(
        ("content", "headers", "told"),
        [
            (b"", {}, (400, "empty-body", "send the copy in it")),
            (b" \n", {}, (400, "empty-body", "empty")),
            (b"no gzip", {"Content-Encoding": "gzip"}, (400, "broken-body", "it is none")),
            (
                gzip.compress(GOOD, mtime=0)[:-5],
                {"Content-Encoding": "gzip"},
                (400, "broken-body", "cut off"),
            ),
            (GOOD, {"Content-Encoding": "br"}, (415, "unusable-encoding", "'br' is not read here; gzip is")),
            (GOOD, {"Content-Type": "multipart/form-data; boundary=x"}, (415, "unusable-encoding", "a form")),
            (b"x" * 2000, {}, (413, "too-large", "larger than 1,024 bytes")),
            (gzip.compress(b"x" * 10**8, mtime=0), {"Content-Encoding": "gzip"}, (413, "too-large", "1,024")),
        ],
    )
    def test_bodies_that_cannot_be_used(
        self, start: Start, content: bytes, headers: dict[str, str], told: tuple[int, str, str]
    ) -> None:
        status, kind, why = told
        here = start(known=config(max_bytes=1024))
        answer = here.client.post("/articles", content=content, headers=headers)
        assert why in problem(answer, status, kind)["detail"]
        assert here.post().status_code == 202

    def test_a_bomb_does_not_get_far(self, here: Pushing) -> None:
        bomb = gzip.compress(b" " * (256 * 1024 * 1024))
        start = time.monotonic()
        problem(here.post(bomb, Content_Encoding="gzip"), 413, "too-large")
        assert time.monotonic() - start < 2

    def test_a_body_that_does_not_say_its_length_and_goes_on(self, start: Start) -> None:
        here = start(known=config(max_bytes=1024))
        problem(here.post(iter([b"x" * 1000] * 3)), 413, "too-large")

    def test_no_length_at_all(self, here: Pushing) -> None:
        assert here.raw(b"POST /articles HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 411 ")

    def test_an_unknown_format(self, here: Pushing) -> None:
        told = problem(here.post(GOOD, "?format=" + "x" * 5000), 400, "unknown-format")
        assert "jsonl" in told["detail"]
        assert len(told["detail"]) < 1000

    def test_other_paths_and_methods(self, here: Pushing) -> None:
        told = problem(here.client.get("/"), 404, "not-found")
        assert "POST /articles" in told["detail"]
        answer = here.client.get("/articles")
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["Allow"] == "POST"
        problem(here.client.post("/health", content=b"x"), 405, "method-not-allowed")

    def test_a_failure_of_our_own_tells_nothing_of_us(
        self, here: Pushing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: object) -> None:
            raise RuntimeError("a secret of ours")

        monkeypatch.setattr(here.feed._line, "join", fail)
        assert "secret" not in json.dumps(problem(here.post(), 500, "internal-error"))

    @pytest.mark.parametrize(
        "data",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"POST /articles HTTP/9.9\r\n\r\n",
            b"POST /articles HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
            b"POST /articles HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nabcd",
            b"POST /articles HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
            b"POST /articles HTTP/1.1\r\nHost: x\r\nX\0: y\r\n\r\n",
        ],
    )
    def test_what_is_no_http(self, here: Pushing, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
        answer = here.raw(data)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")) or answer == b""
        assert b"Traceback" not in answer
        assert here.post().status_code == 202
        assert "Traceback" not in capsys.readouterr().err

    def test_a_broken_chunk(self, here: Pushing) -> None:
        head = b"POST /articles HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert b" 400 Bad Request" in here.raw(head + b"zz\r\nabc")

    def test_no_header_is_made_of_what_was_sent(self, here: Pushing) -> None:
        answer = here.post(b'{"guid": "a\\r\\nX-Evil: 1", "body": "x"}')
        assert "X-Evil" not in answer.headers
        answer = here.post(GOOD, "?format=a%0d%0aX-Evil:%201")
        assert "X-Evil" not in answer.headers
        problem(answer, 400, "unknown-format")


class TestWho:
    @pytest.fixture
    def guarded(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> Pushing:
        monkeypatch.setenv("PUSH_TOKEN", TOKEN)
        return start(known=config(token={"env": "PUSH_TOKEN"}))

    def test_the_token_lets_in(self, guarded: Pushing) -> None:
        assert guarded.post(**BEARER).status_code == 202
        assert guarded.post(Authorization=f"bearer  {TOKEN}").status_code == 202

    @pytest.mark.parametrize(
        "header",
        ["", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer x", f"Bearer {TOKEN}x", "Bearer wire-toke\xe9"],
    )
    def test_nothing_else_does(self, guarded: Pushing, header: str) -> None:
        headers = [(b"Authorization", header.encode("latin-1"))] if header else []
        answer = guarded.client.post("/articles", content=GOOD, headers=headers)
        assert TOKEN not in json.dumps(problem(answer, 401, "unauthorized"))
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert not guarded.taking.articles

    def test_the_metrics_are_guarded_and_health_is_not(self, guarded: Pushing) -> None:
        problem(guarded.client.get("/metrics"), 401, "unauthorized")
        assert guarded.client.get("/metrics", headers=BEARER).status_code == 200
        assert guarded.client.get("/health").status_code == 200

    def test_a_page_in_a_browser_cannot_send_where_no_token_is_set(self, here: Pushing) -> None:
        problem(here.post(Origin="https://evil.example"), 403, "web-page")
        assert not here.taking.articles

    def test_a_missing_token_is_an_error_of_the_feed(self, start: Start) -> None:
        here = start(known=config(token={"env": "NO_SUCH_VARIABLE"}))
        assert isinstance(here.taking.errors[0], FeedConfigError)

    def test_a_client_that_asks_too_often_has_to_wait(self, start: Start) -> None:
        here = start(known=config(rate=3))
        answers = [here.post() for _ in range(4)]
        assert [each.status_code for each in answers] == [202, 202, 202, 429]
        problem(answers[-1], 429, "too-many-requests")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
        assert here.client.get("/health").status_code == 200

    def test_wrong_tokens_count_so_that_nobody_tries_many(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PUSH_TOKEN", TOKEN)
        here = start(known=config(token={"env": "PUSH_TOKEN"}, rate=3))
        tried = [here.post(Authorization=f"Bearer {number}").status_code for number in range(5)]
        assert tried == [401, 401, 401, 429, 429]
        assert here.post(**BEARER).status_code == 429
        assert not here.taking.articles

    def test_tls(self, start: Start, tmp_path: Path) -> None:
        pem = certificate(tmp_path)
        here = start(known=config(tls_cert=str(pem), tls_key=str(pem)))
        trusted = ssl.create_default_context(cafile=pem)
        with httpx.Client(verify=trusted, trust_env=False) as client:
            answer = client.post(f"https://127.0.0.1:{here.port}/articles", content=GOOD)
        assert answer.status_code == 202
        assert here.raw(b"GET /health HTTP/1.1\r\n\r\n") == b""

    def test_a_certificate_that_cannot_be_used_is_an_error_of_the_feed(
        self, start: Start, tmp_path: Path
    ) -> None:
        (tmp_path / "x.pem").write_text("no certificate")
        here = start(known=config(tls_cert=str(tmp_path / "x.pem"), tls_key=str(tmp_path / "x.pem")))
        assert "cannot be used for TLS" in str(here.taking.errors[0])

    def test_a_port_that_is_taken_is_an_error_of_the_feed(self, here: Pushing, start: Start) -> None:
        second = start(known=config(port=here.port))
        assert isinstance(second.taking.errors[0], OSError)
        assert here.post().status_code == 202


class TestBroker:
    def test_a_broker_that_is_silent_is_503_and_the_copy_may_come_again(self, start: Start) -> None:
        silent = True
        here = start(takes=lambda _: None if silent else True, patience=Patience(wait_s=2))
        answer = here.post()
        told = problem(answer, 503, "unavailable")
        assert "may or may not have been taken; sending it again is safe" in told["detail"]
        assert answer.headers["Retry-After"] == "5"
        answer = here.client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "waiting")
        start_time = time.monotonic()
        assert "nothing of it was taken" in problem(here.post(), 503, "unavailable")["detail"]
        assert time.monotonic() - start_time < 1.5  # Known to be away, so nobody waits for it.
        silent = False
        here.taking.answer_all()
        until(lambda: here.client.get("/health").status_code == 200)
        assert here.post().status_code == 202
        assert here.taking.guids == ["a", "a"]

    def test_who_waits_behind_a_silent_broker_is_told_that_nothing_was_taken(self, start: Start) -> None:
        here = start(takes=lambda _: None, patience=Patience(wait_s=0.6))
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(here.post)
            until(lambda: here.taking._silent)
            second = pool.submit(here.post, b'{"guid": "b", "body": "x"}')
            assert "may or may not" in problem(first.result(), 503, "unavailable")["detail"]
            assert "nothing of it was taken" in problem(second.result(), 503, "unavailable")["detail"]
        here.taking.answer_all()
        time.sleep(0.3)
        assert here.taking.guids == ["a"]

    def test_what_the_broker_refuses_is_503(self, start: Start) -> None:
        answers = iter([True, False])
        here = start(takes=lambda _: next(answers, True))
        two = GOOD + b'{"guid": "b", "body": "x"}\n'
        told = problem(here.post(two), 503, "unavailable")
        assert "1 of 2 articles were not taken: it was refused; the copy may or may not" in told["detail"]
        answer = here.client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "refused")
        assert here.post(two).status_code == 202
        assert here.client.get("/health").json()["status"] == "ok"

    def test_too_many_that_wait_are_503_at_once(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(push, "WAITING", 2)
        here = start(takes=lambda _: None, patience=Patience(wait_s=1))
        with ThreadPoolExecutor(6) as pool:
            first = pool.submit(here.post)
            until(lambda: here.taking._silent)
            others = [pool.submit(here.post) for _ in range(5)]
            details = [problem(each.result(), 503, "unavailable")["detail"] for each in [first, *others]]
        assert sum("too many requests wait" in detail for detail in details) == 3

    def test_all_bodies_together_are_bounded(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:

        monkeypatch.setattr(intake, "_LEAST_HELD", 0)
        monkeypatch.setattr(intake, "HELD", 1)
        here = start(known=config(max_bytes=2000), takes=lambda _: None, patience=Patience(wait_s=1))
        long = b"A story. " * 150
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(here.post, long)
            until(lambda: here.taking._silent)
            assert "too much is on its way" in problem(here.post(long), 503, "unavailable")["detail"]
            first.result()


class TestWay:
    """What is behind the feed: a broker that never answered yet, or a spool."""

    @pytest.mark.parametrize("state", ["waiting", "full", "broken"])
    def test_where_nothing_can_be_taken_it_is_503_at_once_and_says_why(
        self, start: Start, state: Literal["waiting", "full", "broken"]
    ) -> None:
        way = Way(state=state, why="the spool is in a bad way")
        here = start(way=lambda: way)
        answer = here.post()
        told = problem(answer, 503, "unavailable")
        assert told["detail"] == "the spool is in a bad way; nothing of it was taken"
        assert int(answer.headers["Retry-After"]) >= 1
        health = here.client.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, state)
        way = Way()
        assert here.post().status_code == 202
        assert here.client.get("/health").json()["status"] == "ok"

    def test_health_tells_what_waits_in_the_spool(self, start: Start) -> None:
        waiting = Waiting(messages=2, bytes=300, limit=1000, oldest_seconds=1.5)
        here = start(way=lambda: Way(spool=waiting))
        assert here.client.get("/health").json()["spool"] == {
            "messages": 2,
            "bytes": 300,
            "limit": 1000,
            "refused": 0,
            "oldest_seconds": 1.5,
        }


class TestSlow:
    HEAD = b"POST /articles HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"

    def test_a_body_that_comes_too_slowly_is_408(self, start: Start) -> None:
        here = start(patience=Patience(body_s=0.3))
        assert here.port
        with socket.create_connection(("127.0.0.1", here.port), 10) as connection:
            connection.sendall(self.HEAD)
            for _ in range(10):
                connection.sendall(b"x")
                time.sleep(0.05)
            answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"body-too-slow" in answer

    def test_heads_that_never_end_are_closed(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:

        monkeypatch.setattr(intake, "_IDLE_S", 0.3)
        here = start()
        assert here.port
        with socket.create_connection(("127.0.0.1", here.port), 10) as connection:
            connection.sendall(b"POST /articles HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            begun = time.monotonic()
            assert received(connection) == b""
        assert time.monotonic() - begun < 5

    def test_many_that_hang_do_not_hold_up_others(self, here: Pushing) -> None:
        assert here.port
        hanging = [socket.create_connection(("127.0.0.1", here.port), 10) for _ in range(100)]
        for connection in hanging:
            connection.sendall(self.HEAD)
        assert here.post().status_code == 202
        for connection in hanging:
            connection.close()

    def test_a_client_that_leaves_is_forgotten(self, here: Pushing) -> None:
        assert here.port
        with socket.create_connection(("127.0.0.1", here.port), 10) as connection:
            connection.sendall(self.HEAD + b"x")
        assert here.post().status_code == 202
        assert not here.taking.errors


class TestStop:
    def test_what_was_handed_over_is_answered_as_it_is_settled(self, start: Start) -> None:
        here = start(takes=lambda _: None)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(here.post)
            until(lambda: here.taking._silent)
            second = pool.submit(here.post)
            until(lambda: len(here.feed._line))
            here.stop.set()
            told = problem(second.result(), 503, "unavailable")["detail"]
            assert told == "the process is stopping; nothing of it was taken"
            here.taking.answer_all()
            assert first.result().status_code == 202
        here.taking.end()
        with pytest.raises(httpx.ConnectError):
            here.post()

    def test_what_is_not_settled_in_the_end_may_come_again(self, start: Start) -> None:
        here = start(takes=lambda _: None)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(here.post)
            until(lambda: here.taking._silent)
            here.stop.set()
            here.taking.lane.abandon(0)
            told = problem(first.result(), 503, "unavailable")["detail"]
        assert (
            told
            == "the process is stopping; the copy may or may not have been taken; sending it again is safe"
        )

    def test_a_kept_connection_gets_503_and_is_closed(self, start: Start) -> None:
        here = start(takes=lambda _: None)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(here.post)
            until(lambda: here.taking._silent)
            with httpx.Client(base_url=f"http://127.0.0.1:{here.port}", trust_env=False) as client:
                assert client.get("/health").status_code == 200
                here.stop.set()
                answer = client.post("/articles", content=GOOD)
                assert "nothing of it was taken" in problem(answer, 503, "unavailable")["detail"]
                assert answer.headers["Connection"] == "close"
            here.taking.answer_all()
            assert first.result().status_code == 202


class TestOtherPaths:
    def test_health(self, here: Pushing) -> None:
        assert here.client.get("/health").json() == {"status": "ok", "waiting": 0, "last_article": None}
        here.post()
        assert here.client.get("/health").json()["last_article"].endswith("Z")

    def test_rejected_copy_is_no_fault_of_the_broker(self, here: Pushing) -> None:
        here.post(b"\0\0")
        assert here.client.get("/health").status_code == 200

    def test_metrics(self, here: Pushing) -> None:
        here.post()
        here.post(b"")
        answer = here.client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        for line in (
            'newswire_push_requests_total{feed="inbox",status="202"} 1.0',
            'newswire_push_requests_total{feed="inbox",status="400"} 1.0',
            'newswire_push_request_seconds_count{feed="inbox"} 2.0',
            'newswire_push_waiting{feed="inbox"} 0.0',
        ):
            assert line in answer.text
        assert "python_info" in answer.text
        families = {family.name for family in text_string_to_metric_families(answer.text)}
        assert {"newswire_push_requests", "process_open_fds"} <= families
