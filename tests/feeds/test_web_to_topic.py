"""Push and polling with a real broker: what is told is true, and a restart neither skips nor repeats."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from pipeline.feeds import push, together
from pipeline.feeds.push import Patience, PushConfig
from pipeline.local.ports import free_port
from tests.feeding import fed, fresh, letters
from tests.feeds.taking import until
from tests.feeds.web import Feedlike, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings
    from tests.services import Stack

POLLING = """
import sys
from pipeline.feeds import poll, together
from pipeline.settings import Settings
config = poll.PollConfig(type="poll", name="wire", url=sys.argv[1]).model_copy(update={"every": 0.2})
summary = together.run([config], Settings())
print(summary.accepted, summary.rejected)
"""

pytestmark = pytest.mark.services


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path / "var")


class Inbox:
    """A push feed that runs as configured feeds do, and a client of it."""

    def __init__(self, settings: Settings) -> None:
        self._stop = threading.Event()
        port = free_port("127.0.0.1")
        known = PushConfig(type="push", name="inbox", port=port)
        self._thread = threading.Thread(
            target=together.run, args=([known], settings), kwargs={"stop": self._stop}
        )
        self._thread.start()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        until(self._up)

    def _up(self) -> bool:
        try:
            return self.client.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def post(self, *guids: str) -> httpx.Response:
        lines = [json.dumps({"guid": guid, "body": f"Story {guid}."}) for guid in guids]
        return self.client.post("/articles", content="\n".join(lines))

    def close(self) -> None:
        self._stop.set()
        self._thread.join(60)
        self.client.close()


@pytest.fixture
def inbox(here: Settings) -> Iterator[Inbox]:
    running = Inbox(here)
    yield running
    running.close()


class TestPush:
    def test_what_is_answered_by_202_is_on_the_topic(self, here: Settings, inbox: Inbox) -> None:
        for number in range(5):
            answer = inbox.post(f"{number} a", f"{number} b")
            assert answer.status_code == 202
            there = {(each.id, each.guid, each.version) for each in fed(here)}
            told = {(each["id"], each["guid"], each["version"]) for each in answer.json()["articles"]}
            assert len(told) == 2
            assert told <= there
        assert len(fed(here)) == 10

    def test_what_is_refused_leaves_nothing(self, here: Settings, inbox: Inbox) -> None:
        answer = inbox.client.post("/articles", content=b'{"guid": "a", "body": "x"}\n{"body": 7}\n')
        assert answer.status_code == 422
        assert (fed(here), letters(here)) == ([], [])

    def test_sent_again_it_is_the_same_article(self, here: Settings, inbox: Inbox) -> None:
        ids = [inbox.post("a").json()["articles"][0]["id"] for _ in range(3)]
        assert len(set(ids)) == 1
        assert {each.id for each in fed(here)} == set(ids)

    def test_while_the_broker_is_away_it_is_503_and_nothing_is_lost(
        self, stack: Stack, here: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(push, "Patience", partial(Patience, wait_s=1.0))
        running = Inbox(here)
        try:
            assert running.post("before").status_code == 202
            stack.kafka.kill9()
            answer = running.post("during")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "sending it again is safe" in answer.json()["detail"]
            assert running.client.get("/health").status_code == 503
            assert "nothing of it was taken" in running.post("later").json()["detail"]
            stack.kafka.start()
            until(lambda: running.client.get("/health").status_code == 200, 60)
            assert running.post("during").status_code == 202
            ids = {str(each.guid): each.id for each in fed(here)}
            assert set(ids) == {"before", "during"}
        finally:
            stack.kafka.start()
            running.close()


@pytest.fixture
def process(here: Settings) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts processes that poll, and ends those that a failed test left behind."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        "NEWSWIRE_KAFKA": here.kafka,
        "NEWSWIRE_VAR": str(here.var),
        "NEWSWIRE_TOPIC_RAW": here.topic_raw,
        "NEWSWIRE_TOPIC_DEAD": here.topic_dead,
    }

    def start(url: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen([sys.executable, "-c", POLLING, url], env=os.environ | environment, stdout=-1)
        )
        return started[-1]

    yield start
    for running in started:
        running.kill()
        running.wait()
        if running.stdout:
            running.stdout.close()


def ended(running: subprocess.Popen[bytes]) -> list[str]:
    """What the process printed last: accepted, rejected."""
    running.send_signal(signal.SIGTERM)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    return out.decode().split()


def copy(numbers: Iterable[int]) -> str:
    return "".join(json.dumps({"guid": str(number), "body": f"Story {number}."}) + "\n" for number in numbers)


class TestPoll:
    def test_a_restart_neither_skips_nor_repeats(
        self, here: Settings, process: Callable[[str], subprocess.Popen[bytes]]
    ) -> None:
        feed = Feedlike(copy(range(3)))
        with Web() as server:
            server.pages["/wire"] = feed
            running = process(server.url("/wire"))
            until(lambda: len(fed(here)) == 3, 60)
            feed.change(copy(range(5)))
            until(lambda: len(fed(here)) == 5, 60)
            before = feed.unchanged
            until(lambda: feed.unchanged > before)
            assert ended(running) == ["5", "0"]
            feed.change(copy(range(2, 8)))
            running = process(server.url("/wire"))
            until(lambda: len(fed(here)) == 8, 60)
            assert ended(running) == ["3", "0"]
        assert sorted(str(each.guid) for each in fed(here)) == [str(number) for number in range(8)]

    def test_killed_at_any_time_nothing_is_lost_and_what_was_settled_is_not_repeated(
        self, here: Settings, process: Callable[[str], subprocess.Popen[bytes]]
    ) -> None:
        feed = Feedlike(copy(range(200)))
        with Web() as server:
            server.pages["/wire"] = feed
            for pause in (0.0, 0.05, 0.3):
                running = process(server.url("/wire"))
                asked = server.count("/wire")
                until(lambda known=asked: server.count("/wire") > known, 60)  # type: ignore[misc]  # mypy cannot tell its type
                time.sleep(pause)
                running.kill()
                running.communicate()
                feed.change(copy(range(200 * feed.version, 200 * feed.version + 200)) + feed.body)
            running = process(server.url("/wire"))
            until(lambda: len({each.id for each in fed(here)}) == 800, 60)
            before = feed.unchanged
            until(lambda: feed.unchanged > before)
            ended(running)
            count = len(fed(here))
            running = process(server.url("/wire"))
            before = feed.unchanged
            until(lambda: feed.unchanged > before)
            assert ended(running) == ["0", "0"]
        assert len(fed(here)) == count
