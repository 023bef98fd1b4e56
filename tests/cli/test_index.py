"""``newswire index`` as a person and a script use it, on a real Elasticsearch."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import HttpUrl

from pipeline.cli import index as commands
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Indexed
from pipeline.sink.indices import Index
from pipeline.sink.switching import Switched
from tests.services import Stack, apart
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import added, indexed, many
from tests.workers import environment
from tests.workers import newswire as run

AWAY = Settings(elasticsearch=HttpUrl("http://127.0.0.1:9"))


@pytest.fixture
def settings(stack: Stack) -> Settings:
    return apart(stack.settings)


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(settings, "index", *arguments)


def found(settings: Settings, *arguments: str) -> Any:
    done = newswire(settings, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", [["list"], ["switch"], ["switch", "news-000002"]], ids=" ".join)
def test_elasticsearch_away_is_one_line(command: list[str]) -> None:
    done = newswire(AWAY, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "newswire up" in done.stderr


def index(**fields: Any) -> Index:
    usual: dict[str, Any] = {
        "name": "news-000002",
        "live": False,
        "searched": False,
        "writable": True,
        "documents": 1234,
        "bytes": 3 * 1024 * 1024,
        "created": datetime(2024, 6, 19, tzinfo=UTC),
    }
    return Index(**usual | fields)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"live": True, "searched": True}, "live"),
        ({"live": True, "searched": True, "writable": False}, "live, but takes no writes"),
        ({"searched": True}, "searched too"),
        ({"replay": {"id": "a"}}, "replay not finished"),
        ({"replay": {"id": "a", "finished": "2024"}}, "replayed"),
        ({"writable": False, "replay": {"id": "a", "finished": "2024"}}, "not live"),
        ({}, "not live"),
    ],
)
def test_the_state_is_said_in_words(
    fields: dict[str, Any], state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commands._table([index(**fields)])
    printed = capsys.readouterr().out
    assert state in printed
    assert "1,234" in printed
    assert "3.0 MiB" in printed
    assert "2024-06-19 00:00:00Z" in printed


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (Switched(alias="news", index="b"), "b is live"),
        (Switched(alias="news", index="b", released=True), "b is live; it takes writes again"),
        (
            Switched(alias="news", index="b", before=("a",), copied=1234, held_s=0.126, seconds=2.04),
            "b is live instead of a: 1,234 documents were copied from there in 2.0 s, writes waited 0.13 s;",
        ),
    ],
)
def test_what_a_switch_has_done_is_said(
    done: Switched, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commands._said(done)
    printed = capsys.readouterr().out.strip()
    assert printed.startswith(said)
    assert ("`newswire index switch a` goes back" in printed) is bool(done.before)


@pytest.mark.services
def test_list_switch_and_back(settings: Settings) -> None:
    assert found(settings, "list") == []
    assert "no index of the alias" in newswire(settings, "list").stdout
    indexed(settings, many(3))
    alone = newswire(settings, "switch")
    assert alone.returncode == 1
    assert "`newswire replay` makes a new one" in alone.stderr
    new = added(settings)
    old = f"{settings.index}-000001"
    assert [(each["name"], each["live"]) for each in found(settings, "list")] == [(old, True), (new, False)]
    done = found(settings, "switch")
    assert (done["index"], done["before"], done["copied"]) == (new, [old], 3)
    assert f"{old} is live instead of {new}" in newswire(settings, "switch", old).stdout
    listed = newswire(settings, "list").stdout
    assert old in listed
    assert new in listed


@pytest.mark.services
def test_a_name_that_is_none_is_one_line(settings: Settings) -> None:
    done = newswire(settings, "switch", "nonsense")
    assert done.returncode == 1
    assert "error: there is no index nonsense" in done.stderr


@pytest.mark.services
def test_stopped_while_it_waits_it_leaves_what_was_live_live(settings: Settings) -> None:
    indexed(settings, many(3))
    new = added(settings)
    with FaultyProxy(settings, [503] * 1000, path=f"/{new}/_alias") as proxy:
        running = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "index", "switch"],
            env=environment(proxy.settings),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        assert "waiting for Elasticsearch to prepare the index" in running.stderr.readline()
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "error: stopped: what was live is live" in rest
    assert [each["live"] for each in found(settings, "list")] == [True, False]
    assert indexed(settings, [article("x")]) == [Indexed()]
