"""The soak: what makes it fail, how it tells, and a short one on the real services."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import typer

from bench import soak
from bench.memory import Growth
from bench.soak import Feeder, Soak, SoakError
from pipeline.settings import Settings
from tests.feeding import fed, fresh, letters
from tests.services import Stack
from tests.workers import Worker

STEADY = [
    Growth("Kafka", 200.0, 260.0, 270.0),
    Growth("worker", 100.0, 104.9, 120.0),
    Growth("feeder", 80.0, 80.0, 80.0),
    Growth("models 1", 250.0, 240.0, 300.0),
    Growth("models 2", 250.0, 251.0, 300.0),
]


def test_a_steady_run_passes_whatever_the_services_take() -> None:
    assert soak._failures(STEADY) == []


@pytest.mark.parametrize("process", ["worker", "feeder", "models 1", "models 2"])
def test_a_process_of_ours_that_grows_by_five_percent_fails(process: str) -> None:
    others = [one for one in STEADY if one.process != process]
    assert soak._failures([*others, Growth(process, 200.0, 210.0, 220.0)]) == [
        f"{process} has grown by 5.0 %"
    ]


def test_a_process_that_was_not_seen_fails() -> None:
    (failure,) = soak._failures([one for one in STEADY if one.process != "feeder"])
    assert failure.startswith("feeder was not seen")


def test_every_article_must_be_there_once_and_no_other() -> None:
    assert soak._wrong({"a", "b"}, ["b", "a"], 0) == []
    assert soak._wrong({"a", "b", "c"}, ["a", "a", "d"], 2) == [
        "2 articles were lost",
        "1 articles are in the index twice",
        "1 articles were never fed",
        "2 dead letters were written",
    ]


def test_the_table_has_a_line_for_each_process() -> None:
    lines = soak._table(STEADY, 500).splitlines()
    assert "after the first 500 |" in lines[0]
    assert len(lines) == 2 + len(STEADY)
    assert "| worker | 100.0 | 104.9 | 120.0 | +4.9 % |" in lines
    assert "| models 1 | 250.0 | 240.0 | 300.0 | -4.0 % |" in lines


def test_the_figures_say_what_was_run_and_what_failed() -> None:
    figures = soak._figures(5000, 90.0, [Growth("worker", 100.0, 110.0, 120.0)], ["1 articles were lost"])
    assert (figures["articles"], figures["minutes"]) == (5000, 1.5)
    assert figures["processes"][0]["percent"] == 10
    assert figures["failures"][0] == "1 articles were lost"
    assert "worker has grown by 10.0 %" in figures["failures"]
    json.dumps(figures)


def test_a_run_ends_when_the_worker_has(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    run = Soak(Stack(tmp_path), Worker(settings, tmp_path), Feeder(settings, tmp_path), 100)
    with pytest.raises(SoakError, match="the worker ended"):
        run._check(time.monotonic())


@pytest.mark.services
def test_articles_are_fed_as_they_are_handed_over(stack: Stack, tmp_path: Path) -> None:
    settings = fresh(stack.settings, tmp_path)
    with Feeder(settings, tmp_path) as feeder:
        feeder.write([b'{"guid": "1", "body": "one"}\n', b'{"guid": "2", "body": "two"}\n'])
        feeder.close()
    assert {(one.source, one.guid) for one in fed(settings)} == {("soak", "1"), ("soak", "2")}


@pytest.mark.services
def test_a_feeder_that_does_not_accept_all_is_an_error(stack: Stack, tmp_path: Path) -> None:
    settings = fresh(stack.settings, tmp_path)
    with Feeder(settings, tmp_path) as feeder:
        feeder.write([b'{"guid": "1", "body": "one"}\n', b'{"guid": 2.5}\n'])
        with pytest.raises(SoakError, match=r"ended with 1; see .*feeder\.log"):
            feeder.close()
    assert len(letters(settings)) == 1


@pytest.mark.services
def test_a_short_run_finds_every_article_once_and_sees_every_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        soak.main(articles=300, every=0.2, out=tmp_path)
    figures = json.loads((tmp_path / "soak.json").read_text())
    assert not [failure for failure in figures["failures"] if "grown" not in failure]
    seen = {one["process"] for one in figures["processes"]}
    assert seen >= {"Kafka", "Elasticsearch", "worker", "feeder", "models 1"}
    assert (tmp_path / "soak.png").stat().st_size > 10_000
    assert "| worker |" in capsys.readouterr().out
