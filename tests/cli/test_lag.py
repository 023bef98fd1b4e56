"""``newswire lag`` as a person, a script and a supervisor use it, on a real broker."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from typing import Any

import msgspec
import pytest
import typer
from elasticsearch import Elasticsearch
from rich.console import Console

from pipeline.cli import lag as commands
from pipeline.lag import Snapshot
from pipeline.lag.index import template
from pipeline.lag.shape import STATUSES
from pipeline.settings import Settings
from tests.lag.conftest import made, own, there  # noqa: F401 - fixtures
from tests.lag.made import group, partition, snapshot
from tests.lag.there import There
from tests.workers import environment
from tests.workers import newswire as run

AWAY = Settings(kafka="127.0.0.1:9", elasticsearch="http://127.0.0.1:9")


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(settings, "lag", *arguments)


def printed(of: Snapshot, width: int = 120) -> str:
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        console.print(commands.shown(of))
    return capture.get()


def test_every_command_has_help_with_examples() -> None:
    parent = typer.main.get_command(commands.app)
    with parent.make_context("lag", ["serve", "--help"], resilient_parsing=True) as context:
        child = parent.get_command(context, "serve")  # type: ignore[attr-defined]  # a group it is
    for command, name in ((parent, "newswire lag"), (child, "newswire lag serve")):
        assert command.help
        assert name in str(command.epilog)
        options: list[Any] = command.params
        assert all(option.help for option in options if option.name != "help")


def test_every_status_has_an_exit_code_and_a_style() -> None:
    assert set(commands.EXIT_CODES) == set(commands.STYLES) == set(STATUSES)
    assert [commands.EXIT_CODES[status] for status in STATUSES] == [0, 1, 2, 2, 2, 2]


class TestShown:
    def test_groups_partitions_and_what_they_were_judged_by(self) -> None:
        ill = {"status": "STALLED", "reason": "partition 1: it stands"}
        text = printed(
            snapshot(group(partition(0), partition(1, trend=3.0, consume_rate=0.5, catch_up_s=None), **ill))
        )
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert lines[1] == "newswire-enrich 30 6.0 s 2.0 5.0 ↓ 3.0 10.0 s STALLED"
        assert lines[2] == "news.raw/0 70 100 30 6.0 s 2.0 5.0 ↓ 3.0 10.0 s OK"
        assert lines[3] == "news.raw/1 70 100 30 6.0 s 2.0 0.5 ↑ 3.0 never OK"
        assert lines[4] == "newswire-enrich: partition 1: it stands"
        assert lines[5] == "2026-11-27 02:48:13Z, judged by 60 s"

    def test_what_is_interpolated_is_marked_and_explained(self) -> None:
        text = printed(snapshot(group(partition(0, measured=False))))
        assert "~6.0 s" in text
        assert "~ is interpolated, not measured" in text

    def test_what_is_not_known(self) -> None:
        nothing = dict.fromkeys(("seconds", "produce_rate", "consume_rate", "trend", "catch_up_s"))
        text = printed(snapshot(group(partition(0, committed_offset=None, log_end_offset=None, **nothing))))
        assert " ".join(text.splitlines()[2].split()) == "news.raw/0 none ? 30 ? ? ? ? ? OK"

    def test_a_topic_that_is_not_there_has_no_lag_that_is_known(self) -> None:
        nothing = dict.fromkeys(("seconds", "produce_rate", "consume_rate", "trend", "catch_up_s"))
        text = printed(snapshot(group(lag=0, measured=False, **nothing)))
        assert " ".join(text.splitlines()[1].split()) == "newswire-enrich ? ? ? ? ? ? OK"

    @pytest.mark.parametrize(
        ("width", "columns"),
        [
            (120, "committed end lag behind written/s read/s trend/s done in"),
            (80, "committed end lag behind trend/s done in"),
            (64, "lag behind trend/s done in"),
            (40, "lag behind"),
        ],
    )
    def test_a_narrow_terminal_is_spared_what_does_not_fit_and_shows_the_rest_whole(
        self, width: int, columns: str
    ) -> None:
        of = snapshot(group(partition(committed_offset=98_765, log_end_offset=98_765), status="STALLED"))
        console = Console(width=width, highlight=False)
        with console.capture() as capture:
            console.print(commands.shown(of, width))
        lines = capture.get().splitlines()
        assert " ".join(lines[0].split()) == f"group, partition {columns} status"
        assert lines[1].split()[-1] == "STALLED"
        assert "…" not in capture.get()

    @pytest.mark.parametrize(("hop", "said"), [("enrich", True), (None, False)])
    def test_who_has_stopped_one_of_ours_is_told_what_starts_it(self, hop: str | None, said: bool) -> None:
        ill = group(partition(), status="STOPPED", reason="nobody reads it", hop=hop)
        assert ("; `newswire worker` reads it" in printed(snapshot(ill))) == said

    def test_large_numbers_fit_into_the_width_of_a_file(self) -> None:
        large = partition(
            11, topic="news.enriched", committed_offset=98_765_432, log_end_offset=98_765_432, lag=12_345_678,
            seconds=9e5, produce_rate=12345.6, consume_rate=12345.6, trend=-12345.6, catch_up_s=9e5,
            status="STALLED",
        )  # fmt: skip
        lines = printed(snapshot(group(large))).splitlines()
        assert lines[2].endswith("STALLED")
        assert "…" not in "".join(lines)

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [(None, "?"), (0, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 00 s"), (3599.4, "59 min 59 s"),
         (3600, "1 h 00 min"), (7265, "2 h 01 min"), (86400, "1 d 00 h"), (200000, "2 d 07 h")],
    )  # fmt: skip
    def test_lengths_of_time(self, seconds: float | None, said: str) -> None:
        assert commands.span(seconds) == said


def test_a_broker_that_is_away_is_one_line_and_exit_code_3() -> None:
    done = newswire(AWAY, "--json")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: Kafka at 127.0.0.1:9 does not say how far behind")
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_wrong_is_exit_code_3_and_not_that_of_a_status() -> None:
    wrong = {**environment(AWAY), "NEWSWIRE_PARTITIONS": "none"}
    command = [sys.executable, "-m", "pipeline", "lag"]
    done = subprocess.run(command, env=wrong, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: setting partitions")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--window", "0.5"], "Invalid value for '--window'"),
        (["--verbose"], "No such option"),
        (["sevre"], "No such command"),
        (["serve", "--port", "x"], "Invalid value for '--port'"),
        (["--group", "billing", "serve"], "Invalid value for --group: goes after serve"),
        (["--watch", "serve"], "Invalid value for --watch: goes after serve"),
    ],
)
def test_a_command_that_is_wrong_is_exit_code_3_and_not_that_of_a_status(
    arguments: list[str], said: str
) -> None:
    done = newswire(AWAY, *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr


@pytest.mark.services
class TestOnce:
    def test_all_is_well(self, made: Settings) -> None:  # noqa: F811 - a fixture
        done = newswire(made, "--window", "1")
        assert done.returncode == 0, done.stderr
        assert f"{made.topic_raw}/1" in done.stdout
        assert done.stdout.splitlines()[-1].endswith("judged by 1 s")

    def test_as_json_of_a_group_that_has_stopped(
        self,
        made: Settings,  # noqa: F811 - a fixture
        there: There,  # noqa: F811 - a fixture
    ) -> None:
        there.write(made.topic_raw, 4, ago_s=7200)
        done = newswire(made, "--window", "1", "--json", "--group", f"{made.group}-enrich")
        assert done.returncode == 2, done.stderr
        [found] = json.loads(done.stdout)["groups"]
        assert (found["status"], found["lag"], found["measured"]) == ("STOPPED", 4, True)
        assert found["seconds"] == pytest.approx(7200, abs=120)

    def test_kept_in_elasticsearch(self, made: Settings) -> None:  # noqa: F811 - a fixture
        with Elasticsearch(str(made.elasticsearch), request_timeout=60) as client:
            try:
                done = newswire(made, "--window", "1", "--index")
                client.indices.refresh(index=f"{made.index}-lag-*")
                count = client.count(index=f"{made.index}-lag-*")["count"]
            finally:
                for name in client.indices.get(index=f"{made.index}-lag-*"):
                    client.indices.delete(index=name)
                client.options(ignore_status=404).indices.delete_index_template(name=template(made.index)[0])
        assert (done.returncode, count) == (0, 6), done.stderr
        assert "6 documents were written" in done.stderr

    def test_an_elasticsearch_that_is_away_is_exit_code_3(self, made: Settings) -> None:  # noqa: F811 - a fixture
        away = made.model_copy(update={"elasticsearch": AWAY.elasticsearch})
        done = newswire(away, "--window", "1", "--index")
        assert done.returncode == 3
        assert "error: Elasticsearch at http://127.0.0.1:9 does not answer" in done.stderr


def started(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "lag", *arguments],
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.services
def test_live_as_json_is_a_line_for_each_look(made: Settings) -> None:  # noqa: F811 - a fixture
    process = started(made, "--watch", "--json", "--every", "0.5")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    looks: list[Any] = [msgspec.json.decode(line, type=Snapshot) for line in lines]
    assert looks[0].at < looks[1].at
    assert (process.returncode, errors) == (130, "")


@pytest.mark.services
def test_live_in_a_file_is_a_table_for_each_look(made: Settings) -> None:  # noqa: F811 - a fixture
    process = started(made, "--watch", "--every", "0.5")
    assert process.stdout is not None
    heads = 0
    while heads < 2:
        heads += process.stdout.readline().startswith("group, partition")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


@pytest.mark.services
def test_live_on_a_terminal_is_one_table_that_changes(made: Settings) -> None:  # noqa: F811 - a fixture
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "lag", "--watch", "--every", "0.5"],
        env={**environment(made), "TERM": "xterm", "COLUMNS": "130", "LINES": "40"},
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    text = ""
    while text.count("judged by 60 s") < 2:
        text += os.read(ours, 4096).decode(errors="replace")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    os.close(ours)
    assert "\x1b[1A" in text, "the second is drawn over the first"
    assert "\x1b[32mOK" in text


@pytest.mark.services
def test_live_says_that_elasticsearch_is_away_beside_what_it_sees(
    made: Settings,  # noqa: F811 - a fixture
) -> None:
    away = made.model_copy(update={"elasticsearch": AWAY.elasticsearch})
    process = started(away, "--watch", "--json", "--index", "--every", "0.5")
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["groups"]
    assert process.stderr.readline().startswith("error: Elasticsearch at http://127.0.0.1:9 does not answer")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


def test_live_says_that_the_broker_is_away_and_goes_on_looking() -> None:
    process = started(AWAY, "--watch", "--every", "0.5")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("error: Kafka at 127.0.0.1:9 does not say")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors


@pytest.mark.services
def test_serving_ends_in_an_orderly_way_at_sigterm(made: Settings) -> None:  # noqa: F811 - a fixture
    process = started(made, "serve", "--no-index", "--port", "0", "--every", "0.5")
    assert process.stderr is not None
    assert "watching the lag" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in errors) == (0, False)
