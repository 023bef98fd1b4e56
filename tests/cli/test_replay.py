"""``newswire replay`` as a person and a script use it, with the real models once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import replay as commands
from pipeline.replay import Into, Offsets, Since, Summary, instant
from pipeline.settings import Settings
from tests.feeding import fresh
from tests.services import Stack
from tests.workers import newswire

SAMPLES = Path(__file__).parents[2] / "samples"
AWAY = Settings(kafka="127.0.0.1:9")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--from-beginning", "--since", "2024"],
        ["--since", "2024", "--offset", "0:1"],
        ["--into", "news-000002", "--from-beginning"],
    ],
    ids=" ".join,
)
def test_from_where_must_be_said_once(arguments: list[str]) -> None:
    done = newswire(AWAY, "replay", *arguments)
    assert done.returncode == 2
    assert "say from where" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "yesterday"], "'yesterday' is no time such as 2024"),
        (["--offset", "7"], "'7' is no partition and offset such as 0:1200"),
        (["--offset", "0:1", "--offset", "0:2"], "partition 0 is named twice"),
    ],
)
def test_what_is_no_place_is_one_line_without_asking_anybody(arguments: list[str], complaint: str) -> None:
    done = newswire(AWAY, "replay", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert complaint in done.stderr


def test_the_options_become_a_start() -> None:
    assert commands._start(True, None, None, None) == Since()
    assert commands._start(False, "2024-06", None, None) == Since(instant("2024-06"))
    assert commands._start(False, None, ["0:7", "3:9"], None) == Offsets({0: 7, 3: 9})
    assert commands._start(False, None, None, "news-000002") == Into("news-000002")


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (Summary(), "nothing to replay"),
        (Summary(gone=7), "nothing to replay; 7 more are no longer on the topic"),
        (Summary(stopped=True), "stopped: no index was made"),
        (Summary(index="news-000002", articles=9, done=9, indexed=7, stale=1, dead=1), "9 of 9 articles"),
        (Summary(index="news-000002", articles=9, done=9, indexed=7), "7 indexed, 0 superseded"),
        (Summary(index="news-000002", articles=9, done=9), "`newswire index switch news-000002`"),
        (Summary(index="news-000002", stopped=True), "stopped; `newswire replay --into news-000002`"),
    ],
)
def test_what_is_said_at_the_end(summary: Summary, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands._done(summary)
    assert said in capsys.readouterr().out


@pytest.mark.services
def test_from_the_feed_to_a_search_in_the_new_index(stack: Stack, tmp_path: Path) -> None:
    """Feed, replay with the real models, look, switch, search: all by commands."""
    settings = fresh(stack.settings, tmp_path, processes=1)
    assert newswire(settings, "feed", str(SAMPLES)).returncode == 0
    assert newswire(settings, "index", "list", "--json").stdout.strip() == "[]"
    done = newswire(settings, "replay", "--from-beginning", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["index"] == f"{settings.index}-000001"
    assert summary["done"] == summary["articles"] == summary["indexed"] + summary["stale"] > 5
    assert f"articles are replayed into {summary['index']}" in done.stderr
    switched = newswire(settings, "index", "switch")
    assert switched.returncode == 0, switched.stderr
    assert f"{summary['index']} is live" in switched.stdout
    found = json.loads(newswire(settings, "search", "--since", "1900", "--json").stdout)
    assert found["total"] > 5
    assert any(hit["people"] for hit in found["hits"])
    again = newswire(settings, "replay", "--into", summary["index"])
    assert again.returncode == 1
    assert "is complete" in again.stderr
