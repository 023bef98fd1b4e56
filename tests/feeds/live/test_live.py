"""Live streams from real servers: what came is fed once, through lost connections and restarts."""

from __future__ import annotations

import asyncio
import signal
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from pipeline.feeds import live
from pipeline.feeds.live import Live, LiveConfig, event_stream
from pipeline.feeds.live.event_stream import Event, Parser
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.settings import Settings
from tests.feeds.certificate import certificate
from tests.feeds.driver import DONE, FAILED, Driver
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
SECRET = "sesame"  # noqa: S105 - of these servers alone


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


class Speaker:
    """A WebSocket server that says ``messages`` to each who connects, then what ``say`` is told."""

    def __init__(
        self,
        *messages: str | bytes,
        pem: Path | None = None,
        token: str | None = None,
        redirects: str | None = None,
    ) -> None:
        self.heard: list[str | bytes] = []
        self.headers: list[str | None] = []
        self._messages = messages
        self._token = token
        self._redirects = redirects
        self._connections: list[ServerConnection] = []
        tls = None
        if pem:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(pem)
        self._server = serve(self._meet, HOST, 0, ssl=tls, process_request=self._admit)
        self.port: int = self._server.socket.getsockname()[1]
        self.url = f"{'wss' if pem else 'ws'}://{HOST}:{self.port}/wire"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def _admit(self, connection: ServerConnection, request: Any) -> Any:
        if self._redirects:
            answer = connection.respond(302, "elsewhere\n")
            answer.headers["Location"] = self._redirects
            return answer
        if self._token and request.headers.get("Authorization") != f"Bearer {self._token}":
            return connection.respond(401, "no\n")
        return None

    def _meet(self, connection: ServerConnection) -> None:
        self._connections.append(connection)
        try:
            for message in self._messages:
                connection.send(message)
            for message in connection:
                self.heard.append(message)
        except ConnectionClosed:
            pass

    def say(self, message: str | bytes, *, text: bool | None = None) -> None:
        self._connections[-1].send(message, text=text)

    def hang_up(self) -> None:
        self._connections[-1].close(1001, "going home")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()
        self._server.shutdown()
        self._thread.join(20)


class Broadcaster:
    """A server of events that goes on after ``Last-Event-ID``, and ends each answer after ``each`` events."""

    def __init__(self, events: list[bytes], *, each: int = 10**9, pem: Path | None = None) -> None:
        self.events = events
        self.asked: list[str | None] = []
        self.tokens: list[str | None] = []
        self.status = 200
        self.kind = "text/event-stream"
        self.headers: dict[str, str] = {}
        self.sent = 0
        self._each = each
        self._pem = pem
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        last = request.headers.get("Last-Event-ID")
        self.asked.append(last)
        self.tokens.append(request.headers.get("Authorization"))
        response = web.StreamResponse(status=self.status, headers={"Content-Type": self.kind, **self.headers})
        await response.prepare(request)
        position = int(last) + 1 if last else 0
        given = 0
        while given < self._each and self.status == 200:
            if position < len(self.events):
                await response.write(self.events[position])
                position += 1
                given += 1
                self.sent += 1
            else:
                await asyncio.sleep(0.02)
        return response

    async def _start(self) -> None:
        application = web.Application()
        application.router.add_get("/wire", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        tls = None
        if self._pem:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self._pem)
        site = web.TCPSite(self._runner, HOST, 0, ssl_context=tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"{'https' if self._pem else 'http'}://{HOST}:{port}/wire"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(20)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


def events(count: int, start: int = 0) -> list[bytes]:
    return [b"id: %d\ndata: story %d\n\n" % (number, number) for number in range(start, start + count)]


def driver(root: Path, url: str, result: Any = DONE, **changes: Any) -> Driver:
    stop = threading.Event()
    config = LiveConfig(**({"type": "live", "name": "wire", "url": url} | changes))
    return Driver(Live(config, Settings(var=root / "var"), stop), stop, result)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "COME_AGAIN_S", 0.05)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("pem"))


def test_messages_of_a_web_socket_come_whatever_their_kind(tmp_path: Path) -> None:
    with Speaker("first", "Übung", b"\0\xff") as speaker, driver(tmp_path, speaker.url) as feed:
        feed.wait_for(3)
        speaker.say("later")
        feed.wait_for(4)
    assert feed.content == [b"first", "Übung".encode(), b"\0\xff", b"later"]
    assert [location for location, _ in feed.read] == [f"{speaker.url}#{number}" for number in (1, 2, 3, 4)]


def test_a_text_that_is_no_utf_8_comes_as_it_is(tmp_path: Path) -> None:
    with Speaker() as speaker, driver(tmp_path, speaker.url) as feed:
        _until(lambda: bool(speaker._connections))
        speaker.say(b"caf\xe9", text=True)
        speaker.say("next")
        feed.wait_for(2)
    assert feed.content == [b"caf\xe9", b"next"]


def test_what_is_to_be_said_first_is_said(tmp_path: Path) -> None:
    with Speaker("x") as speaker, driver(tmp_path, speaker.url, subscribe='{"want": "all"}') as feed:
        feed.wait_for(1)
        _until(lambda: speaker.heard == ['{"want": "all"}'])


def test_a_web_socket_that_is_closed_is_told_and_its_last_messages_are_fed(tmp_path: Path) -> None:
    with Speaker("a", "b") as speaker, driver(tmp_path, speaker.url) as feed:
        feed.wait_for(2)
        speaker.say("c")
        speaker.hang_up()
        error = feed.wait_for_error()
    assert feed.content == [b"a", b"b", b"c"]
    assert isinstance(error, ConnectionError)
    assert str(error).startswith(f"the stream {speaker.url} was cut off: ")
    assert "going home" in str(error)


def test_a_message_that_is_too_large_for_a_web_socket_is_told(tmp_path: Path) -> None:
    with Speaker("small") as speaker, driver(tmp_path, speaker.url, largest=1000) as feed:
        feed.wait_for(1)
        speaker.say("x" * 1001)
        error = feed.wait_for_error()
    assert "a message was too large: `largest` is 1,000 bytes" in str(error)


def test_what_came_and_was_not_acknowledged_is_fed_after_a_restart_though_nobody_says_it_again(
    tmp_path: Path,
) -> None:
    with Speaker("a", "b", "c") as speaker:
        with driver(tmp_path, speaker.url, lambda _, data: None if data == b"b" else DONE) as feed:
            feed.wait_for(3)
        locations = {data: location for location, data in feed.read}
        speaker._messages = ()
        with driver(tmp_path, speaker.url) as feed:
            feed.wait_for(1)
            time.sleep(0.3)
    assert feed.read == [(locations[b"b"], b"b")]


def test_what_the_broker_did_not_take_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RETRY_S", 0.3)
    tries: list[bytes] = []

    def result(_: object, data: bytes) -> Any:
        tries.append(data)
        return FAILED if tries.count(b"a") < 3 and data == b"a" else DONE

    with Speaker("a", "b") as speaker, driver(tmp_path, speaker.url, result) as feed:
        feed.wait_for(4)
        time.sleep(0.6)
    assert sorted(feed.content) == [b"a", b"a", b"a", b"b"]


def test_while_too_much_is_kept_no_more_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_KEPT", 5)
    monkeypatch.setattr(live, "BATCH", 2)
    with Broadcaster(events(1000)) as server, driver(tmp_path, server.url, FAILED) as feed:
        feed.wait_for(5)
        time.sleep(0.5)
    assert len(feed.read) <= 6


def test_a_server_of_many_events_has_to_wait(tmp_path: Path) -> None:
    go_on = threading.Event()

    def hold(*_: object) -> Any:
        assert go_on.wait(20)
        return DONE

    many = [b"id: %d\ndata: %s\n\n" % (number, b"x" * 200_000) for number in range(600)]
    with Broadcaster(many) as server, driver(tmp_path, server.url, hold) as feed:
        _until(lambda: server.sent > 20)
        time.sleep(1)
        assert server.sent < 400
        go_on.set()
        feed.wait_for(600)
    assert max(feed.sizes) <= live.BATCH


def test_events_come_and_are_taken_up_where_they_were_left(tmp_path: Path) -> None:
    with Broadcaster(events(7), each=3) as server, driver(tmp_path, server.url) as feed:
        feed.wait_for(7)
        server.events += events(1, 7)
        feed.wait_for(8)
    assert feed.error is None
    assert feed.content == [b"story %d" % number for number in range(8)]
    assert [location for location, _ in feed.read] == [f"{server.url}#{number}" for number in range(8)]
    assert server.asked[:3] == [None, "2", "5"]


def test_after_a_restart_events_go_on_behind_the_last_that_came(tmp_path: Path) -> None:
    with Broadcaster(events(3)) as server:
        with driver(tmp_path, server.url) as feed:
            feed.wait_for(3)
        server.events += events(2, 3)
        with driver(tmp_path, server.url) as feed:
            feed.wait_for(2)
            time.sleep(0.2)
    assert feed.content == [b"story 3", b"story 4"]
    assert server.asked == [None, "2"]


def test_the_time_to_come_again_is_the_servers(tmp_path: Path) -> None:
    stream = [b"retry: 700\n\n", *events(1)]
    with Broadcaster(stream, each=2) as server, driver(tmp_path, server.url) as feed:
        feed.wait_for(1)
        start = time.monotonic()
        _until(lambda: len(server.asked) >= 2)
        assert 0.6 < time.monotonic() - start < 2


def test_an_event_that_is_too_large_is_told_and_the_next_passes(tmp_path: Path) -> None:
    stream = [b"id: 0\ndata: " + b"x" * 5000 + b"\n\n", *events(1, 1)]
    with Broadcaster(stream) as server, driver(tmp_path, server.url, largest=100) as feed:
        feed.wait_for(1, troubles=1)
    assert feed.content == [b"story 1"]
    assert feed.troubles == [(f"{server.url}#0", "too large: 5,000 bytes; `largest` is 100")]


def test_a_kill_at_any_moment_skips_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, threading; from pathlib import Path\n"
        "from pipeline.feeds.live import Live, LiveConfig; from pipeline.settings import Settings\n"
        "from tests.feeds.driver import DONE\n"
        "feed = Live(LiveConfig(type='live', name='wire', url=sys.argv[1]), Settings(var=Path(sys.argv[2])),"
        " threading.Event())\n"
        "for batch in feed.batches():\n"
        "    for item in batch:\n"
        "        print(item.open().read().decode(), flush=True)\n"
        "        feed.acknowledge(item, DONE)\n"
    )
    lines: list[str] = []
    runs = 0
    with Broadcaster(events(150)) as server:
        while len(set(lines)) < 150:
            runs += 1
            assert runs < 30
            command = [sys.executable, "-c", script, server.url, str(tmp_path / "var")]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            for _, line in zip(range(7 + runs * 11), process.stdout, strict=False):
                lines.append(line.strip())
                if len(set(lines)) == 150:
                    break
            process.send_signal(signal.SIGKILL)
            lines += [line.strip() for line in process.stdout]
            process.wait()
            process.stdout.close()
    assert set(lines) == {f"story {number}" for number in range(150)}
    assert len(lines) <= 150 + runs - 1


def test_a_token_is_sent_and_a_wrong_one_told_without_it(tmp_path: Path) -> None:
    with Speaker("a", token=SECRET) as speaker:
        with driver(tmp_path, speaker.url, token=SECRET) as feed:
            feed.wait_for(1)
        with driver(tmp_path, speaker.url, token=SECRET + "x") as feed:
            error = feed.wait_for_error()
    assert isinstance(error, PermissionError)
    assert (
        str(error)
        == f"the stream {speaker.url} cannot be opened: it refuses us with status 401; check `token`"
    )
    with Broadcaster(events(1)) as server:
        with driver(tmp_path, server.url, token=SECRET) as feed:
            feed.wait_for(1)
        server.status = 403
        with driver(tmp_path, server.url, token=SECRET) as feed:
            error = feed.wait_for_error()
    assert server.tokens[0] == f"Bearer {SECRET}"
    assert isinstance(error, PermissionError)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "text/plain"), (200, "text/html"), (204, "text/event-stream")]
)
def test_what_is_no_stream_is_told(tmp_path: Path, status: int, kind: str) -> None:
    with Broadcaster([], each=0) as server:
        server.status, server.kind = status, kind
        with driver(tmp_path, f"{server.url}?key={SECRET}") as feed:
            error = feed.wait_for_error()
    assert isinstance(error, ConnectionError)
    assert str(error).startswith(f"the stream {server.url} cannot be opened: ")
    assert SECRET not in str(error)


def test_a_redirect_of_a_stream_of_events_is_told_and_not_followed(tmp_path: Path) -> None:
    with Broadcaster(events(1)) as other, Broadcaster([], each=0) as server:
        server.status, server.headers = 302, {"Location": f"{other.url}?key={SECRET}"}
        with driver(tmp_path, server.url) as feed:
            error = feed.wait_for_error()
        assert not other.asked
    assert f"it redirects to '{other.url}', and redirects are not followed" in str(error)
    assert SECRET not in str(error)


def test_a_redirect_of_a_web_socket_is_told_and_not_followed(tmp_path: Path) -> None:
    with Speaker("a") as other, Speaker(redirects=f"{other.url}?key={SECRET}") as server:
        with driver(tmp_path, server.url) as feed:
            error = feed.wait_for_error()
        assert not other._connections
    assert f"it redirects to '{other.url}', and redirects are not followed" in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_a_server_that_is_down_is_told(tmp_path: Path, scheme: str) -> None:
    with driver(tmp_path, f"{scheme}://127.0.0.1:1/wire?key={SECRET}") as feed:
        error = feed.wait_for_error()
    assert isinstance(error, ConnectionError)
    assert str(error).startswith(f"the stream {scheme}://127.0.0.1:1/wire cannot be opened: ")
    assert str(error).endswith("is the server up and reachable?")
    assert SECRET not in str(error)


def test_a_server_that_breaks_off_or_falls_silent_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "SILENCE_S", 0.3)
    with Broadcaster(events(2)) as server, driver(tmp_path, server.url) as feed:
        feed.wait_for(2)
        error = feed.wait_for_error()
    assert isinstance(error, ConnectionError)
    assert str(error).startswith(f"the stream {server.url} was cut off: ")


def test_over_tls_only_a_trusted_server_is_heard(tmp_path: Path, pem: Path) -> None:
    with Speaker("a", pem=pem) as speaker, Broadcaster(events(1), pem=pem) as server:
        for url in (speaker.url, server.url):
            with driver(tmp_path, url, authority=pem) as feed:
                feed.wait_for(1)
            with driver(tmp_path, url) as feed:
                error = feed.wait_for_error()
            assert "its certificate is not trusted" in str(error)


@pytest.mark.parametrize("make", [lambda: Speaker("a"), lambda: Broadcaster(events(1))])
def test_a_stop_ends_the_wait_at_once(tmp_path: Path, make: Callable[[], Any]) -> None:
    with make() as server, driver(tmp_path, server.url) as feed:
        feed.wait_for(1)
        time.sleep(0.3)
        start = time.monotonic()
        feed.end()
    assert time.monotonic() - start < 3


def test_one_feed_at_a_time_reads_a_stream(tmp_path: Path) -> None:
    with Speaker("a") as speaker, driver(tmp_path, speaker.url) as feed:
        feed.wait_for(1)
        with driver(tmp_path, speaker.url) as other:
            assert isinstance(other.wait_for_error(), AlreadyWatchedError)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "ftp://agency.example/"}, "pattern"),
        ({"url": "wss://user:pass@agency.example/"}, "use `token`"),
        ({"url": "http://agency.example/", "token": "t"}, "in the clear"),
        ({"url": "https://agency.example/", "subscribe": "x"}, "for a WebSocket alone"),
    ],
)
def test_settings_that_do_not_fit_are_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        LiveConfig(**({"type": "live", "name": "x"} | changes))


def test_the_context_comes_from_the_settings(tmp_path: Path) -> None:
    config = LiveConfig(type="live", name="wire", url="ws://localhost:1/", language="fr")
    feed = Live(config, Settings(var=tmp_path), threading.Event())
    told = feed.context(None, context())  # type: ignore[arg-type]  # it asks nothing of the item
    assert (told.source, told.feed, told.language) == ("wire", "wire", "fr")


def parsed(data: bytes, largest: int = 100, step: int = 10**9, last_id: str = "") -> list[Event]:
    parser = Parser(largest, last_id)
    return [event for start in range(0, len(data), step) for event in parser.feed(data[start : start + step])]


# The examples of the HTML standard, section 9.2.6.
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [(b"YHOO\n+2\n10", "")]),
        (
            b": x\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [(b"first event", "1"), (b"second event", ""), (b" third event", "")],
        ),
        (b"data\n\ndata\ndata\n\ndata:", [(b"\n", "")]),
        (b"data:test\n\ndata: test\n\n", [(b"test", ""), (b"test", "")]),
        (b"\xef\xbb\xbfdata: x\r\rdata: y\r\n\r\n", [(b"x", ""), (b"y", "")]),
        (b"id: a\0b\ndata: x\n\n", [(b"x", "")]),
        (b"id: 7\n\n", [(b"", "7")]),
        (b"event: story\ndata: caf\xe9\n\n", [(b"caf\xe9", "")]),
        (b"dataset: x\nDATA: x\n\n", []),
    ],
)
def test_events_are_read_as_the_standard_says(data: bytes, found: list[tuple[bytes, str]]) -> None:
    for step in (1, 2, 3, 10**9):
        assert [(event.data, event.id) for event in parsed(data, step=step)] == found


def test_what_is_too_large_is_counted_and_not_kept() -> None:
    lines = b"data: " + b"x" * 60 + b"\n"
    assert parsed(lines * 2 + b"id: 3\n\ndata: y\n\n") == [Event(None, 121, "3"), Event(b"y", 1, "3")]
    assert parsed(b"data: " + b"x" * 100_000 + b"\n\n", step=777) == [Event(None, 100_000)]
    assert parsed(b": " + b"x" * 100_000 + b"\ndata: y\n\n", step=777) == [Event(b"y", 1)]
    assert parsed(b"data: " + b"x" * 100 + b"\n\n") == [Event(b"x" * 100, 100)]


def test_a_time_to_come_again_is_bounded() -> None:
    assert [
        event.retry for event in parsed(b"retry: 99999999999999\n\nretry: -5\n\nretry: 5x\n\nretry:250\n\n")
    ] == [
        300.0,
        0.25,
    ]


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(0, 40))
def test_any_bytes_give_the_same_events_however_they_are_cut(data: bytes, step: int, largest: int) -> None:
    whole = parsed(data, largest)
    assert parsed(data, largest, step) == whole
    assert all(event.data is None or len(event.data) == event.size <= largest for event in whole)
