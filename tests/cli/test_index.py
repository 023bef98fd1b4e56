"""``newswire index`` as a person and a script use it, on a real Elasticsearch."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.cli import index as commands
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Indexed
from pipeline.sink.indices import Generation, Index
from pipeline.sink.pruning import Findings, Old
from pipeline.sink.switching import Switched
from tests.services import Stack, apart
from tests.sink.articles import NOON, article
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import added, indexed, many, month_of, this_month_of
from tests.workers import environment
from tests.workers import newswire as run

AWAY = Settings(elasticsearch="http://127.0.0.1:9")


@pytest.fixture
def settings(stack: Stack) -> Settings:
    return apart(stack.settings)


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(settings, "index", *arguments)


def found(settings: Settings, *arguments: str) -> Any:
    done = newswire(settings, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "command",
    [["list"], ["create"], ["switch"], ["switch", "news-000002"], ["prune", "--older-than", "90d", "--yes"]],
    ids=" ".join,
)
def test_elasticsearch_away_is_one_line(command: list[str]) -> None:
    done = newswire(AWAY, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "newswire up" in done.stderr


def generation(**fields: Any) -> Generation:
    usual: dict[str, Any] = {
        "name": "news-000002",
        "live": False,
        "searched": False,
        "writable": True,
        "documents": 1234,
        "bytes": 3 * 1024 * 1024,
        "created": datetime(2024, 6, 19, tzinfo=UTC),
    }
    return Generation(**usual | fields)


def month(name: str | None) -> Index:
    made = datetime(2024, 6, 19, tzinfo=UTC)
    return Index(
        name=f"news-000002-{name}",
        month=name,
        searched=True,
        writable=True,
        open=True,
        documents=1,
        bytes=1,
        created=made,
    )


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
    commands._table([generation(**fields)])
    printed = capsys.readouterr().out
    assert state in printed
    assert "1,234" in printed
    assert "3.0 MiB" in printed
    assert "2024-06-19 00:00:00Z" in printed


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ([], ""),
        (["2024.06"], "2024.06"),
        (["2024.03", "2024.05", "2024.06"], "2024.03–2024.06"),
        ([None], "any"),
        ([None, "2024.06"], "any, 2024.06"),
    ],
)
def test_the_months_are_said_from_the_first_to_the_last(months: list[str | None], said: str) -> None:
    assert commands._months(generation(indices=tuple(map(month, months)))) == said


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
    with FaultyProxy(settings, [503] * 1000, path=f"/{this_month_of(new)}/_settings") as proxy:
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


@pytest.mark.services
def test_an_empty_generation_is_made_and_switched_to(settings: Settings) -> None:
    indexed(settings, many(3))
    made = found(settings, "create")
    assert made == {"alias": settings.index, "index": f"{settings.index}-000002"}
    assert f"`newswire index switch {settings.index}-000003`" in newswire(settings, "create").stdout
    assert found(settings, "switch", made["index"])["copied"] == 3
    listed = found(settings, "list")
    assert [(each["documents"], each["live"]) for each in listed] == [(3, False), (3, True), (0, False)]
    assert [each["month"] for each in listed[1]["indices"]] == ["2024.06", this_month_of("")[1:]]


@pytest.mark.parametrize("age", ["soon", "90"])
def test_what_is_no_age_is_one_line(age: str) -> None:
    done = newswire(AWAY, "prune", "--older-than", age)
    assert done.returncode == 1
    assert "is no age such as 90d" in done.stderr


def test_how_old_must_be_said_unless_it_is_set() -> None:
    done = newswire(AWAY, "prune")
    assert done.returncode == 2
    assert "NEWSWIRE_KEEP_DAYS" in done.stderr
    assert newswire(AWAY.model_copy(update={"keep_days": 90}), "prune").returncode == 1


@pytest.mark.services
def test_prune_says_what_it_would_delete_and_then_deletes_it(settings: Settings) -> None:
    indexed(settings, [*many(2), article("may", received=NOON.replace(month=5))])
    first = f"{settings.index}-000001"
    dry = newswire(settings, "prune", "--older-than", "1y", "--dry-run")
    assert f"{first}-2024.05" in dry.stdout
    assert month_of(first) in dry.stdout
    told = found(settings, "prune", "--older-than", "1y", "--dry-run")
    assert ([each["month"] for each in told["old"]], told["deleted"]) == (["2024.05", "2024.06"], 0)
    assert len(found(settings, "list")[0]["indices"]) == 3
    done = newswire(settings, "prune", "--older-than", "12mo")
    assert done.returncode == 0, done.stderr
    assert "2 deleted" in done.stdout
    assert [each["name"] for each in found(settings, "list")[0]["indices"]] == [this_month_of(first)]
    assert "No month ended 90d ago" in newswire(settings, "prune", "--older-than", "90d").stdout


@pytest.mark.services
def test_on_a_terminal_prune_asks_first(settings: Settings) -> None:
    indexed(settings, many(1))
    command = [sys.executable, "-m", "pipeline", "index", "prune", "--older-than", "90d"]
    for answer, left in (("n", 2), ("y", 1)):
        ours, theirs = pty.openpty()
        running = subprocess.Popen(
            command, env=environment(settings), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        _, said = running.communicate(timeout=120)
        os.close(ours)
        assert b"Delete them for good?" in said
        assert running.returncode == (answer == "n")
        assert len(found(settings, "list")[0]["indices"]) == left


def test_an_index_of_any_month_is_said_to_stay(capsys: pytest.CaptureFixture[str]) -> None:
    old = Old(
        index="news-000002-2024.05",
        generation="news-000002",
        month="2024.05",
        live=False,
        documents=1234,
        bytes=3 * 1024 * 1024,
    )
    commands._old(Findings(before=NOON, old=(old,), undated=("news-000001",)), "90d")
    printed = capsys.readouterr()
    assert "news-000002-2024.05" in printed.out
    assert "1,234" in printed.out
    assert "not searched" in printed.out
    assert "news-000001 holds articles of any month, and stays" in printed.err
