"""Feeding as the command line asks for it: what is refused, what arrives, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import KafkaError as AioKafkaError
from kafka.admin import KafkaAdminClient

from pipeline.feed import Event, FeedError, Summary, feed
from pipeline.feeds import AlreadyWatchedError
from pipeline.settings import Settings
from tests.feeding import fed, fresh, letters
from tests.services import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.services import Stack

    Start = Callable[..., subprocess.Popen[bytes]]

SAMPLES = Path(__file__).parents[1] / "samples"
SCRIPT = """
import sys
from pipeline.feed import feed
from pipeline.settings import Settings
summary = feed(sys.argv[1:-1], Settings(), watch=sys.argv[-1] == "watch", source="agency")
print(summary.accepted, summary.unacknowledged, summary.stopped, summary.exit_code)
"""


class TestRefused:
    @pytest.mark.parametrize(
        ("paths", "options", "why"),
        [
            ([], {}, "nothing to feed"),
            (["-", "-"], {}, "named twice"),
            (["a"], {"source": " "}, "source is empty"),
            (["a"], {"language": "français"}, "'français' is no language tag"),
            (["a"], {"zone": "Pari"}, "no time zone 'Pari'; name one like Europe/Paris"),
            (["a"], {"format": "nitff"}, "no format 'nitff'; there are .*text"),
            (["a"], {"provider": ""}, "at least 1 character"),
            (["/nowhere"], {"watch": True}, "exactly one path, and that a folder"),
            ([".", "."], {"watch": True}, "exactly one path"),
            (["-"], {"watch": True}, "exactly one path"),
        ],
    )
    def test_what_makes_no_sense(self, paths: list[str], options: dict[str, Any], why: str) -> None:
        with pytest.raises(FeedError, match=why):
            feed(paths, Settings(), **options)

    def test_signals_are_as_they_were_afterwards(self) -> None:
        before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        with pytest.raises(FeedError):
            feed([], Settings())
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path / "var")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def process() -> Iterator[Start]:
    """Starts processes that feed, and ends those that a failed test left behind."""
    started: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        started.append(_process(settings, *arguments, **options))
        return started[-1]

    yield start
    for running in started:
        running.kill()
        running.wait()
        for pipe in (running.stdin, running.stdout):
            if pipe:
                pipe.close()


def _process(settings: Settings, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    environment = {
        "NEWSWIRE_KAFKA": settings.kafka,
        "NEWSWIRE_VAR": str(settings.var),
        "NEWSWIRE_TOPIC_RAW": settings.topic_raw,
        "NEWSWIRE_TOPIC_DEAD": settings.topic_dead,
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments], env=os.environ | environment, stdout=-1, **options
    )


def ended(running: subprocess.Popen[bytes]) -> list[str]:
    """What the process printed last: accepted, unacknowledged, stopped, exit code."""
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    return out.decode().split()


@pytest.mark.services
class TestFeed:
    def test_the_samples_all_arrive(self, here: Settings) -> None:
        summary = feed([SAMPLES], here, source="samples")
        articles = fed(here)
        assert summary.exit_code == 0
        assert len(articles) == summary.accepted == 13
        assert {each.source for each in articles} == {"samples"}

    def test_fed_three_times_an_article_has_one_id_and_version(self, here: Settings) -> None:
        for _ in range(3):
            assert feed([SAMPLES], here).accepted == 13
        articles = fed(here)
        assert len(articles) == 39
        assert len({(each.id, each.version) for each in articles}) == 13

    def test_files_folders_and_what_is_wrong_together(self, here: Settings, folder: Path) -> None:
        (folder / "a.txt").write_text("date 2024-06 Un.")
        (folder / "sub").mkdir()
        (folder / "sub" / "b.jsonl").write_text('{"body": "Deux."}\n{"body": 2}\n')
        events: list[Event] = []
        summary = feed([folder, folder / "none"], here, on_event=events.append, language="fr")
        assert (summary.files, summary.accepted, summary.rejected, summary.unreadable) == (2, 2, 1, 1)
        assert summary.exit_code == 1
        assert {each.language_declared for each in fed(here)} == {"fr"}
        assert [letter.value for letter in letters(here)] == [b'{"body": 2}\n']
        problems = [event.message for event in events if event.problem]
        assert len(problems) == 2

    def test_what_holds_for_all_of_it(self, here: Settings, folder: Path) -> None:
        (folder / "a").write_text('{"body": "Un.", "created": "2024-06-19T10:00:00"}')
        feed([folder], here, provider="Agence", zone="Europe/Paris", format="jsonl")
        (article,) = fed(here)
        assert (article.provider, article.created) == ("Agence", "2024-06-19T08:00:00Z")
        assert article.provenance.format == "jsonl"

    def test_standard_input(self, here: Settings, process: Start) -> None:
        running = process(here, "-", "once", stdin=subprocess.PIPE)
        assert running.stdin
        running.stdin.write(b'{"guid": "live", "body": "x"}\n')
        running.stdin.flush()
        until(lambda: len(fed(here)) == 1)  # It is there though the stream goes on.
        running.stdin.write(b'{"guid": "last", "body": "y"}')
        assert ended(running) == ["2", "0", "False", "0"]
        assert sorted(str(each.guid) for each in fed(here)) == ["last", "live"]

    def test_a_signal_ends_the_wait_for_standard_input(self, here: Settings, process: Start) -> None:
        running = process(here, "-", "once", stdin=subprocess.PIPE)
        assert running.stdin
        running.stdin.write(b'{"guid": "live", "body": "x"}\n{"guid": "half')
        running.stdin.flush()
        until(lambda: len(fed(here)) == 1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
        assert running.stdout
        assert running.stdout.read().decode().split() == ["1", "0", "True", "1"]
        running.stdin.close()
        running.stdout.close()
        assert letters(here) == []

    def test_topics_that_are_missing_are_made(self, stack: Stack, folder: Path, tmp_path: Path) -> None:
        new = apart(stack.settings, var=tmp_path / "var", partitions=3)
        (folder / "a.txt").write_text("Un.")
        assert feed([folder], new).exit_code == 0
        assert len(fed(new)) == 1
        client = KafkaAdminClient(bootstrap_servers=new.kafka)
        assert {new.topic_raw, new.topic_enriched, new.topic_dead} <= set(client.list_topics())
        client.close()

    def test_a_topic_that_cannot_be_made_is_said(self, stack: Stack, folder: Path, tmp_path: Path) -> None:
        (folder / "a.txt").write_text("Un.")
        with pytest.raises(AioKafkaError, match="replica"):
            feed([folder], apart(stack.settings, var=tmp_path / "var", replication=3))


@pytest.mark.services
class TestWatch:
    def test_it_goes_on_until_a_signal_and_a_restart_neither_skips_nor_repeats(
        self, here: Settings, folder: Path, process: Start
    ) -> None:
        (folder / "a.txt").write_text("Un.")
        running = process(here, str(folder), "watch")
        until(lambda: len(fed(here)) == 1)
        (folder / "b.txt").write_text("Deux.")
        until(lambda: len(fed(here)) == 2)
        running.send_signal(signal.SIGINT)
        assert ended(running) == ["2", "0", "False", "0"]
        (folder / "c.txt").write_text("Trois.")
        running = process(here, str(folder), "watch")
        until(lambda: len(fed(here)) == 3)
        running.send_signal(signal.SIGTERM)
        assert ended(running) == ["1", "0", "False", "0"]
        assert sorted(str(each.body) for each in fed(here)) == ["Deux.", "Trois.", "Un."]

    def test_killed_at_any_time_nothing_is_lost(self, here: Settings, folder: Path, process: Start) -> None:
        for number in range(300):
            (folder / f"{number:03}.txt").write_text(f"Article {number}.")
        for wanted in (1, 100):
            running = process(here, str(folder), "watch")
            until(lambda least=wanted: len(fed(here)) >= least)  # type: ignore[misc]  # mypy cannot tell its type
            running.kill()
            running.communicate()
        (folder / "300.txt").write_text("Article 300.")
        running = process(here, str(folder), "watch")
        until(lambda: len({each.id for each in fed(here)}) == 301)
        running.send_signal(signal.SIGTERM)
        ended(running)
        assert {str(each.body) for each in fed(here)} == {f"Article {number}." for number in range(301)}

    def test_two_cannot_watch_the_same_folder(self, here: Settings, folder: Path) -> None:
        stop = threading.Event()
        done: list[Summary] = []
        (folder / "a.txt").write_text("Un.")
        first = threading.Thread(
            target=lambda: done.append(feed([folder], here, watch=True, stop=stop)), daemon=True
        )
        first.start()
        until(lambda: len(fed(here)) == 1)
        with pytest.raises(AlreadyWatchedError):
            feed([folder], here, watch=True, stop=stop)
        stop.set()
        first.join(60)
        assert [summary.exit_code for summary in done] == [0]
