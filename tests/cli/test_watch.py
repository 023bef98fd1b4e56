"""``newswire watch`` as a person and a script use it, on the real services."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline import render
from pipeline.article import Alert
from pipeline.cli import watch as commands
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Sink
from pipeline.watch import Watch
from tests.agents.broker import put
from tests.feeding import fresh
from tests.services import Stack, apart
from tests.sink.articles import article
from tests.watch.saved import keep, made
from tests.watch.test_couriers import alert
from tests.workers import environment
from tests.workers import newswire as run

AWAY = Settings(elasticsearch="http://127.0.0.1:9")


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(settings, "watch", *arguments)


def good(settings: Settings, *arguments: str) -> str:
    done = newswire(settings, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [["add", "a", "b"], ["list"]], ids=" ".join)
def test_elasticsearch_away_is_one_line(command: list[str]) -> None:
    done = newswire(AWAY, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "newswire up" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["A", "kim"], "small letters"),
        (["a", "kim langue:fr"], "is language: meant?"),
        (["a", "kim", "--webhook", "http://127.0.0.1/x"], "NEWSWIRE_WEBHOOKS_INTERNAL"),
        (["a", "kim", "--secret-env", "X"], "--webhook"),
    ],
)
def test_what_is_no_watch_is_told_before_anything_is_asked(arguments: list[str], told: str) -> None:
    done = newswire(AWAY, "add", *arguments)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())


@pytest.mark.services
def test_a_watch_from_its_beginning_to_its_end(stack: Stack) -> None:
    settings = apart(stack.settings)
    assert "newswire watch add" in good(settings, "list")
    good(settings, "add", "korea", "kim OR xi", "--webhook", "https://a.example/x", "--secret-env", "S")
    (listed,) = json.loads(good(settings, "list", "--json"))
    assert (listed["name"], listed["query"], listed["secret_env"]) == ("korea", "kim OR xi", "S")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(listed["created"])).total_seconds()) < 300
    assert json.loads(good(settings, "show", "korea", "--json")) == listed
    again = newswire(settings, "add", "korea", "other")
    assert again.returncode == 1
    assert "newswire watch remove korea" in " ".join(again.stderr.split())
    good(settings, "remove", "korea")
    gone = newswire(settings, "show", "korea")
    assert gone.returncode == 1
    assert "no watch 'korea'" in gone.stderr


@pytest.mark.services
def test_what_a_watch_would_have_found_can_be_tried(stack: Stack) -> None:
    settings = apart(stack.settings)
    now = datetime.now(UTC)
    old, new = article("old", body="Un traité."), article("new", body="Un traité.", received=now)

    async def index() -> None:
        sink = Sink(settings)
        await sink.ready()
        await sink.index([old, new])
        await sink.close()

    asyncio.run(index())
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        client.indices.refresh(index=settings.index)
    keep(settings, made(settings, "w", "traités"))

    def found(*arguments: str) -> list[str]:
        return [hit["id"] for hit in json.loads(good(settings, "test", *arguments, "--json"))["hits"]]

    assert found("w") == [new.id]
    assert found("traité -paix") == [new.id]
    assert sorted(found("w", "--since", "2020")) == sorted([old.id, new.id])
    assert found("w", "--article", old.id) == [old.id]
    assert found("guerre", "--article", old.id) == []
    unknown = newswire(settings, "test", "traité langue:fr")
    assert unknown.returncode == 1


@pytest.mark.services
def test_alerts_are_printed_as_they_come_until_it_is_told_to_stop(stack: Stack, tmp_path: Path) -> None:
    settings = fresh(stack.settings, tmp_path)
    keep(settings, made(settings, "w"))
    command = [sys.executable, "-m", "pipeline", "watch", "tail", "w", "--json"]
    with subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert "waiting for alerts" in process.stderr.readline()
        put(settings, settings.topic_alerts, alert(1, "other"), alert(2))
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert json.loads(line)["version"] == 2
    unknown = newswire(settings, "tail", "nobody")
    assert unknown.returncode == 1
    assert "no watch 'nobody'" in unknown.stderr


def shown(capsys: Any) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_an_alert_for_a_person_obeys_no_sign_of_the_wires(capsys: Any) -> None:
    commands._print_alert(
        Alert(
            id="0" * 32,
            watch="w",
            query="q",
            article="a" * 32,
            version=1,
            title="A\x1b[31m red\ntitle [bold]",
            source="AFP",
            matched=datetime(2026, 11, 27, tzinfo=UTC),
            language="fr",
            created="2024-06",
            highlights=("the **word**\x07",),
        )
    )
    said = shown(capsys)
    assert said == f"w A [31m red title [bold] AFP fr 2024-06 {'a' * 32} the **word**"


def test_a_watch_that_finds_nothing_any_more_says_why(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    watches = [
        Watch(name="fine", query="kim [bold]", created=datetime(2024, 6, 19, tzinfo=UTC)),
        Watch(name="broken", query="topic:", created=datetime(2024, 6, 19, tzinfo=UTC)),
    ]
    monkeypatch.setattr(commands, "_with_store", lambda _: watches)
    commands.list_()
    said = shown(capsys)
    assert "kim [bold]" in said
    assert "finds nothing: topic: needs a word" in said
    assert "2024-06-19 00:00:00Z on" in said
    commands.list_(json=True)
    fine, broken = json.loads(capsys.readouterr().out)
    assert "error" not in fine
    assert "needs a word" in broken["error"]
    assert render.out
