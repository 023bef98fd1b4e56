"""All feeds of a ``feeds.toml`` in one process, on a real broker: restarts and kills skip nothing."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipeline.feeds import catalog, together
from pipeline.feeds.metrics import MetricsError
from pipeline.feeds.report import Event, Summary
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.feeding import fed, fresh, letters
from tests.workers import environment, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Stack

FOLDERS = """
[[feed]]
name = "afp"
type = "folder"
path = "afp"
source = "AFP"
language = "fr"
quiet = 0.2

[[feed]]
name = "dpa"
type = "folder"
path = "dpa"
format = "jsonl"
quiet = 0.2
"""
PUSH = """
[[feed]]
name = "post"
type = "push"
port = {port}
"""


class Running:
    """A ``newswire feed run`` process in a folder with its ``feeds.toml``."""

    def __init__(self, settings: Settings, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "feed", "run", *arguments],
            cwd=folder,
            env=environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
        """Send a signal; what was printed on standard output and standard error."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=60)

    def summary(self) -> Any:
        """End it, and what it has done."""
        out, err = self.end()
        assert out, err
        return json.loads(out)


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path / "var")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("afp", "dpa"):
        (tmp_path / name).mkdir()
    (tmp_path / "feeds.toml").write_text(FOLDERS)
    return tmp_path


@pytest.fixture
def start(here: Settings, folder: Path) -> Iterator[Any]:
    """Starts processes, and ends those that a failed test left behind."""
    started: list[Running] = []

    def run(*arguments: str) -> Running:
        started.append(Running(here, folder, *arguments))
        return started[-1]

    yield run
    for running in started:
        running.process.kill()
        running.process.communicate()


def left(folder: Path) -> list[str]:
    """The files in a watched folder that are not put away."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def wait(true: Any, what: str = "it is so") -> None:
    eventually(true, within_s=60, what=what)


@pytest.mark.services
def test_feeds_run_and_a_restart_neither_skips_nor_repeats(here: Settings, folder: Path, start: Any) -> None:
    (folder / "afp" / "a.txt").write_text("Un.")
    (folder / "dpa" / "b.jsonl").write_text('{"guid": "1", "body": "Eins."}\n{"guid": "2", "body": 2}\n')
    running = start("--json")
    wait(lambda: not left(folder / "afp") and not left(folder / "dpa"))
    first = running.summary()
    assert (first["accepted"], first["rejected"], first["stopped"]) == (2, 1, False)
    assert {name: one["accepted"] for name, one in first["feeds"].items()} == {"afp": 1, "dpa": 1}
    assert first["feeds"]["dpa"]["rejected"] == 1
    assert first["feeds"]["dpa"]["last_error"].endswith("expected a string")
    assert (folder / "afp" / "done" / "a.txt").is_file()
    reason = (folder / "dpa" / "failed" / "b.jsonl.reason.txt").read_text()
    assert "accepted  1 articles" in reason
    assert "- byte 31: the member 'body' is the number 2" in reason

    (folder / "afp" / "c.txt").write_text("Deux.")
    running = start("--json")
    wait((folder / "afp" / "done" / "c.txt").is_file)
    assert running.summary()["accepted"] == 1
    articles = {str(one.body): one for one in fed(here)}
    assert len(fed(here)) == len(articles) == 3
    one = articles["Deux."]
    assert (one.source, one.provenance.feed, one.language_declared) == ("AFP", "afp", "fr")
    assert (articles["Eins."].source, articles["Eins."].provenance.feed) == ("dpa", "dpa")
    assert len(letters(here)) == 1


@pytest.mark.services
def test_a_mended_file_that_is_moved_back_is_fed(here: Settings, folder: Path, start: Any) -> None:
    (folder / "dpa" / "a.jsonl").write_text('{"guid": "1", "body": 1}\n')
    running = start("--json")
    failed = folder / "dpa" / "failed" / "a.jsonl"
    wait(failed.is_file)
    failed.write_text('{"guid": "1", "body": "Eins."}\n')
    failed.rename(folder / "dpa" / "a.jsonl")
    wait((folder / "dpa" / "done" / "a.jsonl").is_file)
    running.end()
    assert [one.body for one in fed(here)] == ["Eins."]


NITF = """<?xml version="1.0" encoding="UTF-8"?>
<nitf><head><title>Der Hafen</title><docdata><doc-id id-string="h1"/></docdata></head>
<body><body.content><p>Der Hafen war gestern leer.</p><p>Heute ist er voll.</p></body.content></body></nitf>
"""


@pytest.mark.services
def test_a_half_written_file_is_waited_for_and_is_no_dead_letter(
    here: Settings, folder: Path, start: Any
) -> None:
    running = start("--json", "--only", "afp")
    (folder / "afp" / "slow.xml").write_text(NITF[:200])
    time.sleep(6)
    assert left(folder / "afp") == ["slow.xml"]
    (folder / "afp" / "slow.xml").write_text(NITF)
    wait((folder / "afp" / "done" / "slow.xml").is_file)
    out, err = running.end()
    assert err.startswith(f"afp: {folder}/afp/slow.xml, byte ")
    assert err.endswith("; waiting for the rest\n")
    summary = json.loads(out)
    assert (summary["accepted"], summary["rejected"]) == (1, 0)
    assert [one.headline for one in fed(here)] == ["Der Hafen"]
    assert letters(here) == []


@pytest.mark.services
def test_killed_at_any_time_nothing_is_lost_and_little_comes_twice(
    here: Settings, folder: Path, start: Any
) -> None:
    count = 500
    for number in range(count):
        (folder / "afp" / f"{number:03}.txt").write_text(f"Article {number}.")
        (folder / "dpa" / f"{number:03}.jsonl").write_text(
            f'{{"guid": "{number}", "body": "Text {number}."}}'
        )
    for _ in range(2):
        before = len(fed(here))
        running = start()
        wait(lambda before=before: len(fed(here)) > before)
        running.end(signal.SIGKILL)
        assert left(folder / "afp") or left(folder / "dpa"), "it was killed too late to tell"
    (folder / "afp" / "last.txt").write_text("Article last.")
    running = start("--json")
    wait(lambda: not left(folder / "afp") and not left(folder / "dpa"))
    running.summary()
    bodies = Counter(str(one.body) for one in fed(here))
    wanted = {f"Article {number}." for number in [*range(count), "last"]}
    assert set(bodies) == wanted | {f"Text {number}." for number in range(count)}
    # What a kill can repeat are the files of the batch whose acknowledgement was on its way.
    assert sum(bodies.values()) - len(bodies) <= 2 * 2 * 100
    for name in ("afp", "dpa"):
        done = [path.name for path in (folder / name / "done").iterdir()]
        assert len(done) == len(set(done)) == count + (name == "afp")
        assert not any("-" in each for each in done)
    assert {name: len(list((folder / name / "failed").iterdir())) for name in ("afp", "dpa")} == {
        "afp": 0,
        "dpa": 0,
    }


@pytest.mark.services
def test_a_feed_that_cannot_work_is_told_and_the_others_go_on(
    here: Settings, folder: Path, start: Any
) -> None:
    (folder / "dpa").rmdir()
    (folder / "afp" / "a.txt").write_text("Un.")
    running = start("--json")
    wait((folder / "afp" / "done" / "a.txt").is_file)
    (folder / "dpa").mkdir()
    (folder / "dpa" / "b.jsonl").write_text('{"body": "Eins."}')
    wait((folder / "dpa" / "done" / "b.jsonl").is_file)
    out, err = running.end()
    assert f"dpa: there is no folder {folder}/dpa; trying again in 1 s" in err
    summary = json.loads(out)
    assert summary["feeds"]["dpa"]["errors"] == summary["errors"] >= 1
    assert summary["accepted"] == len(fed(here)) == 2
    assert running.process.returncode == 1


@pytest.mark.services
def test_one_of_them_can_be_run_alone(folder: Path, start: Any) -> None:
    for name in ("afp", "dpa"):
        (folder / name / "a.jsonl").write_text('{"body": "x"}')
    running = start("--only", "dpa")
    wait((folder / "dpa" / "done" / "a.jsonl").is_file)
    out, err = running.end(signal.SIGINT)
    assert out.splitlines()[0].split()[:2] == ["feed", "accepted"]
    assert out.splitlines()[1].split()[:2] == ["dpa", "1"]
    assert err == ""
    assert running.process.returncode == 0
    assert left(folder / "afp") == ["a.jsonl"]


@pytest.mark.services
def test_the_metrics_tell_each_feed(folder: Path, start: Any) -> None:
    port = free_port("127.0.0.1")
    running = start("--metrics-port", str(port))
    (folder / "afp" / "a.txt").write_text("Un.")
    wait((folder / "afp" / "done" / "a.txt").is_file)
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    values = {
        key: float(value) for key, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }
    assert values['newswire_feed_articles_total{feed="afp"}'] == 1
    assert values['newswire_feed_articles_total{feed="dpa"}'] == 0
    assert values['newswire_feed_up{feed="dpa"}'] == 1
    assert 0 <= values['newswire_feed_since_last_article_seconds{feed="afp"}'] < 60
    assert values['newswire_feed_errors_total{feed="afp",kind="rejected"}'] == 0
    running.end()


@pytest.mark.services
def test_what_is_pushed_is_answered_while_a_folder_is_full(here: Settings, folder: Path) -> None:
    port = free_port("127.0.0.1")
    listed = PUSH.format(port=port) + FOLDERS.replace('path = "', f'path = "{folder}/')
    (folder / "feeds.toml").write_text(listed)
    lines = "".join(f'{{"guid": "{number}", "body": "Text {number}."}}\n' for number in range(20_000))
    (folder / "afp" / "large.jsonl").write_text(lines)
    stop, done, events = threading.Event(), list[Summary](), list[Event]()
    configs = catalog.load(folder / "feeds.toml")
    thread = threading.Thread(
        target=lambda: done.append(together.run(configs, here, on_event=events.append, stop=stop))
    )
    thread.start()
    took = []
    try:
        url = f"http://127.0.0.1:{port}/articles"
        wait(lambda: any(event.accepted for event in events), "the folder is being fed")
        for number in range(10):
            begin = time.monotonic()
            answer = httpx.post(url, json={"guid": f"p{number}", "body": "Pushed."}, timeout=20)
            took.append(time.monotonic() - begin)
            assert answer.status_code == 202, answer.text
        busy = not (folder / "afp" / "done" / "large.jsonl").is_file()
        wait((folder / "afp" / "done" / "large.jsonl").is_file)
    finally:
        stop.set()
        thread.join(60)
    assert busy, "the folder was fed too soon to tell"
    assert max(took) < 2
    assert done[0].feeds["post"].accepted == 10
    assert done[0].feeds["afp"].accepted == 20_000


def test_a_port_of_the_metrics_that_is_taken_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.toml").write_text(FOLDERS)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(MetricsError):
        together.run(
            catalog.load(), Settings(kafka="127.0.0.1:9"), stop=stop, metrics_port=other.getsockname()[1]
        )
