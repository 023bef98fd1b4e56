"""Store and forward, by real processes with a real broker that is away, comes back, and is away again."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipeline.feeds.spool import SpoolError, opened
from pipeline.feeds.spool.store import Store
from tests.feeding import fed, fresh, letters, noise
from tests.feeds.door import Door
from tests.feeds.feeder import Feeder, Inbox, line
from tests.feeds.spool.test_store import everything
from tests.feeds.taking import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings
    from tests.services import Stack

MIB = 1024 * 1024


class TestOpened:
    def test_without_a_folder_there_is_none(self) -> None:
        with opened(None) as store:
            assert store is None

    def test_its_limit_is_in_mib_and_it_is_let_go_of(self, tmp_path: Path) -> None:
        for _ in range(2):
            with opened(tmp_path, 3) as store:
                assert store
                assert store.limit == 3 * MIB

    def test_one_that_cannot_be_had_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(SpoolError), opened(tmp_path / "file"):
            pass


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    """One partition, so that the topic shows the order in which things were sent."""
    return fresh(stack.settings, tmp_path / "var", partitions=1)


@pytest.fixture
def door(here: Settings) -> Iterator[Door]:
    """Behind it is the broker; it is shut."""
    made = Door(here.kafka)
    yield made
    made.close()


@pytest.fixture
def away(here: Settings, door: Door) -> Settings:
    """The same, without a broker until the door is opened."""
    return here.model_copy(update={"kafka": door.address})


def guids(settings: Settings) -> list[str]:
    """The guids on the topic in order, each where it came first."""
    return list(dict.fromkeys(str(each.guid) for each in fed(settings)))


def spooled(folder: Path) -> int:
    """How many messages a spool holds that nobody uses."""
    with Store(folder, MIB) as store:
        return len(everything(store))


@pytest.mark.services
class TestPush:
    def test_without_any_broker_it_listens_and_takes_and_sends_when_there_is_one(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        with Inbox(away, tmp_path, "--spool", "spool") as inbox:
            for number in range(20):
                answer = inbox.post(line(number))
                assert answer.status_code == 202, answer.text
                assert answer.json()["articles"][0]["guid"] == str(number)
            told = inbox.post(line("a") + b'{"body": 7}\n')
            assert told.status_code == 422
            assert "2 pieces" not in told.json()["detail"]
            health = inbox.health()
            assert (health["status"], health["spool"]["messages"]) == ("ok", 20)
            assert health["spool"]["bytes"] > 20 * 100
            assert 0 < health["spool"]["oldest_seconds"] < 60
            inbox.wait_for(f"waiting for Kafka at {away.kafka}")
            door.open()
            until(lambda: inbox.health()["spool"]["messages"] == 0, 60)
            assert guids(here) == [str(number) for number in range(20)]
            assert inbox.post(line("last")).status_code == 202
            code, summary = inbox.ended(signal.SIGTERM)
        assert (summary["accepted"], summary["rejected"], summary["spool"]["messages"]) == (21, 1, 0)
        assert code == 1  # something was no article
        assert guids(here)[-1] == "last"
        assert letters(here) == []

    def test_killed_again_and_again_what_was_acknowledged_is_sent_in_order(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        acknowledged: list[str] = []
        for turn in range(3):
            with Inbox(away, tmp_path, "--spool", "spool") as inbox:
                killing = threading.Timer(0.3 + 0.4 * turn, inbox.process.kill)
                killing.start()
                acknowledged += posted_until_killed(inbox, str(turn))
                killing.join()
        assert len(acknowledged) > 10
        door.open()
        with Feeder(away, tmp_path, "--spool", "spool") as sending:
            until(lambda: len(guids(here)) > len(acknowledged) // 2, 60)
            sending.kill()
        with Feeder(away, tmp_path, "--spool", "spool") as sending:
            code, summary = sending.ended()
        assert (code, summary["spool"]["messages"]) == (0, 0)
        found = guids(here)
        assert set(acknowledged) <= set(found)
        assert len(found) <= len(acknowledged) + 3  # each kill may leave one that nobody was told of
        assert [each for each in found if each in set(acknowledged)] == acknowledged

    def test_one_that_is_full_refuses_loudly_until_there_is_room(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        with Inbox(away, tmp_path, "--spool", "spool", "--spool-max-mib", "1") as inbox:
            taken: list[str] = []
            answer: Any = None
            for number in range(20):
                answer = inbox.post(line(number, noise(40_000)))
                if answer.status_code != 202:
                    break
                taken.append(str(number))
            assert 5 <= len(taken) <= 9  # of 120 kB each
            for _ in range(2):
                assert answer.status_code == 503
                assert int(answer.headers["Retry-After"]) >= 1
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["type"] == "urn:newswire:problem:unavailable"
                assert f"the spool is full: {len(taken)} messages" in answer.json()["detail"]
                answer = inbox.post(line("again", noise(40_000)))
            until(lambda: fill(inbox) == "full")
            health = inbox.client.get("/health")
            assert (health.status_code, health.json()["status"]) == (503, "full")
            told = inbox.post(line("small"))
            assert told.status_code == 503
            assert told.json()["detail"].endswith("nothing of it was taken")
            inbox.wait_for(f"the spool {'spool'} is full: ")
            door.open()
            until(lambda: inbox.health()["spool"]["messages"] == 0, 60)
            assert inbox.post(line("after")).status_code == 202
            code, summary = inbox.ended(signal.SIGTERM)
        assert code == 1  # some were refused
        assert summary["failed"] >= 1
        found = guids(here)
        assert found[: len(taken)] == taken
        assert found[-1] == "after"

    def test_a_stop_leaves_in_it_what_the_broker_does_not_take_and_says_so(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        with Inbox(away, tmp_path, "--spool", "spool") as inbox:
            assert inbox.post(line("a") + line("b")).status_code == 202
            begin = time.monotonic()
            code, summary = inbox.ended(signal.SIGTERM)
            assert time.monotonic() - begin < 10
            assert (code, summary["accepted"], summary["unacknowledged"]) == (3, 2, 0)
            assert summary["spool"]["messages"] == 2
            assert "left in the spool, safe, and sent when it is used again: 2 messages" in inbox.said
        door.open()
        with Feeder(away, tmp_path, "--spool", "spool") as sending:
            code, summary = sending.ended()
            assert "in the spool from before, and sent first: 2 messages" in sending.said
        assert (code, summary["accepted"], summary["spool"]["messages"]) == (0, 0, 0)
        assert guids(here) == ["a", "b"]

    def test_what_waits_is_told_to_prometheus(self, away: Settings, tmp_path: Path) -> None:
        from pipeline.local.ports import free_port

        port = free_port("127.0.0.1")
        with Inbox(away, tmp_path, "--spool", "spool", "--metrics-port", str(port)) as inbox:
            inbox.post(line("a"))
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
            assert "\nnewswire_feed_spool_messages 1.0\n" in text
            assert "\nnewswire_feed_spool_oldest_seconds " in text


def posted_until_killed(inbox: Inbox, mark: str) -> list[str]:
    """Post one after the other; the guids of those that were acknowledged."""
    acknowledged: list[str] = []
    for number in range(100_000):
        try:
            answer = inbox.post(line(f"{mark}.{number}"))
        except httpx.TransportError:
            return acknowledged
        assert answer.status_code == 202
        acknowledged.append(f"{mark}.{number}")
    raise AssertionError("nobody killed it")


def settled(written: list[int]) -> None:
    """Wait until no more is written."""
    before = -1
    while before != len(written):
        before = len(written)
        time.sleep(2)


def fill(inbox: Inbox) -> str:
    """Post small articles until one is refused; how the feed is then."""
    inbox.post(line(time.monotonic_ns(), noise(1500)))
    return str(inbox.health()["status"])


@pytest.mark.services
class TestStandardInput:
    def test_it_is_read_on_while_the_broker_is_away_and_the_end_waits_for_it(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        with Feeder(away, tmp_path, "--spool", "spool", "-", stdin=subprocess.PIPE) as feeder:
            feeder.feed(b"".join(map(line, range(300))) + b'{"body": 7}\n')
            assert feeder.process.stdin
            feeder.process.stdin.close()
            feeder.process.stdin = None
            feeder.wait_for("301 messages")
            assert feeder.process.poll() is None
            door.open()
            code, summary = feeder.ended()
        assert (code, summary["accepted"], summary["rejected"]) == (1, 300, 1)
        assert summary["spool"]["messages"] == 0
        assert guids(here) == [str(number) for number in range(300)]
        assert [letter.value for letter in letters(here)] == [b'{"body": 7}\n']

    def test_killed_while_it_is_read_what_was_taken_is_sent_in_order(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        with Feeder(away, tmp_path, "--spool", "spool", "-", stdin=subprocess.PIPE) as feeder:
            feeder.wait_for("waiting for Kafka")
            killing = threading.Timer(0.5, feeder.process.kill)
            killing.start()
            with contextlib.suppress(BrokenPipeError):
                for number in range(1_000_000):
                    feeder.feed(line(number))
            killing.join()
            assert feeder.process.stdin
            with contextlib.suppress(BrokenPipeError):
                feeder.process.stdin.close()
            feeder.process.stdin = None
        count = spooled(tmp_path / "spool")
        assert count > 10
        door.open()
        with Feeder(away, tmp_path, "--spool", "spool", "-") as feeder:  # standard input is empty
            _, summary = feeder.ended()
        assert (summary["accepted"], summary["spool"]["messages"]) == (0, 0)
        assert guids(here) == [str(number) for number in range(count)]

    def test_one_that_is_full_is_not_read_on_until_there_is_room(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        arguments = ("--spool", "spool", "--spool-max-mib", "1", "-")
        written: list[int] = []
        with Feeder(away, tmp_path, *arguments, stdin=subprocess.PIPE) as feeder:

            def write() -> None:
                for number in range(150):
                    feeder.feed(line(number, noise(40_000)))  # 120 kB each
                    written.append(number)

            writing = threading.Thread(target=write)
            writing.start()
            feeder.wait_for("the spool spool is full: ")
            assert "what is fed has to wait" in feeder.said
            settled(written)
            # A full spool, 8 MiB that wait to be written, and what the pipe and the reader hold.
            assert 8 + 65 <= len(written) <= 8 + 70 + 8 + 8
            door.open()
            writing.join(60)
            code, summary = feeder.ended()
        assert (code, summary["accepted"]) == (0, 150)
        assert guids(here) == [str(number) for number in range(150)]

    def test_a_stop_while_it_is_full_tells_how_many_were_not_taken(
        self, away: Settings, tmp_path: Path
    ) -> None:
        arguments = ("--spool", "spool", "--spool-max-mib", "1", "-")
        with Feeder(away, tmp_path, *arguments, stdin=subprocess.PIPE) as feeder:
            feeder.wait_for("waiting for Kafka")
            feeder.feed(b"".join(line(number, noise(20_000)) for number in range(20)))
            feeder.wait_for("is full: ")
            code, summary = feeder.ended(signal.SIGTERM)
        assert (code, summary["stopped"]) == (1, True)
        assert 1 <= summary["unacknowledged"] <= 20 - summary["accepted"]
        assert summary["spool"]["messages"] == summary["accepted"] == spooled(tmp_path / "spool")


@pytest.mark.services
class TestAlongside:
    def test_what_can_be_asked_again_waits_beside_it_and_holds_nobody_up(
        self, here: Settings, door: Door, away: Settings, tmp_path: Path
    ) -> None:
        folder = '[[feed]]\nname = "wire"\ntype = "folder"\npath = "in"\nquiet = 0.2\n'
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.txt").write_text("A story.")
        with Inbox(away, tmp_path, "--spool", "spool", more=folder) as inbox:
            assert inbox.post(line("pushed")).status_code == 202
            time.sleep(1)
            assert (tmp_path / "in" / "a.txt").exists()
            assert inbox.health()["spool"]["messages"] == 1
            door.open()
            until((tmp_path / "in" / "done" / "a.txt").exists, 60)
            until(lambda: inbox.health()["spool"]["messages"] == 0, 60)
            assert inbox.ended(signal.SIGTERM)[0] == 0
        assert {each.provenance.feed for each in fed(here)} == {"wire", "post"}


class TestRefused:
    def test_a_second_process_is_told_who_has_it(self, tmp_path: Path) -> None:
        from pipeline.settings import Settings

        with (
            Store(tmp_path / "spool", MIB),
            Feeder(Settings(kafka="127.0.0.1:9"), tmp_path, "--spool", "spool", "-") as second,
        ):
            assert second.ended() == (1, None)
            assert second.said.strip() == (
                "error: another process has the spool spool; end it, or give each a folder of its own"
            )

    def test_a_damaged_file_is_told_and_left_alone(self, tmp_path: Path) -> None:
        from pipeline.settings import Settings

        file = tmp_path / "spool" / "spool.db"
        file.parent.mkdir()
        file.write_bytes(b"no spool " * 1000)
        with Feeder(Settings(kafka="127.0.0.1:9"), tmp_path, "--spool", "spool", "-") as feeder:
            assert feeder.ended() == (1, None)
            assert feeder.said.startswith("error: the spool spool/spool.db is damaged: ")
            assert "Traceback" not in feeder.said
        assert file.read_bytes() == b"no spool " * 1000


def test_a_summary_tells_what_is_left() -> None:
    import msgspec

    from pipeline.feeds.report import Summary, Waiting

    summary = Summary(spool=Waiting(messages=2, bytes=300, limit=1000))
    assert json.loads(msgspec.json.encode(summary))["spool"] == {
        "messages": 2,
        "bytes": 300,
        "limit": 1000,
        "refused": 0,
        "oldest_seconds": None,
    }
