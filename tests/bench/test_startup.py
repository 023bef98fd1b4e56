"""The measurement of a start: what it tells is what happened, of every process of a worker."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from bench import memory, startup
from pipeline.enrich.zygote import MODELS_NAME, NAME
from tests.services import Stack, apart


def start(enriched_s: float, pss: float) -> startup.Start:
    used = {"worker": memory.Memory(120, pss, 90), "models 1": memory.Memory(150, 40, 20)}
    parts = {"models": enriched_s - 0.1, "enrich": 0.5}
    return startup.Start(enriched_s, enriched_s + 1, 2 * enriched_s, parts, used)


def test_a_program_costs_what_it_costs() -> None:
    cost = startup.bare("import time\nwhile time.process_time() < 0.3: pass")
    assert cost["s"] >= 0.25
    assert 0.25 <= cost["cpu_s"] < 5


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        startup.bare("raise SystemExit(3)")


def test_the_program_is_that_of_the_checkout_named(tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").write_text("raise SystemExit(7)\n")
    with pytest.raises(RuntimeError, match="ended with 7"):
        startup.bare("import pipeline", tmp_path)


def test_memory_is_told_of_each_process_and_its_share_is_no_more_than_all_of_it() -> None:
    found = startup.memory_of([psutil.Process(os.getpid()), psutil.Process(os.getpid())])
    assert set(found) == {"worker", "helper"}
    for used in found.values():
        assert used.pss is not None
        assert used.uss is not None
        assert 0 < used.uss <= used.pss <= used.rss


def test_processes_have_the_names_that_they_give_themselves() -> None:
    assert {NAME.decode(): "zygote", MODELS_NAME.decode(): "models"} == startup.NAMES
    assert max(map(len, startup.NAMES)) <= 15, "the system keeps no more of a name"


def test_every_start_is_told_and_the_memory_is_that_of_the_one_in_the_middle() -> None:
    found = startup.summary([start(3, 100), start(2, 80), start(4, 90)])
    assert found["enriched_s"] == [3, 2, 4]
    assert found["ready_s"] == [4, 3, 5]
    assert found["cpu_s"] == [6, 4, 8]
    assert found["parts_s"] == {"models": 2.9, "enrich": 0.5}
    assert found["memory"]["worker"]["pss"] == 90
    assert found["pss"] == 130


def test_the_table_says_where_and_has_a_line_for_each_figure() -> None:
    figures = {
        "when": "2024-06-19",
        "commit": "abc1234",
        "machine": "2 cores",
        "bare": {"import spacy": {"s": 1.5, "cpu_s": 1.25}},
        "starts": {"2": startup.summary([start(3, 100), start(2, 80), start(4, 90)])},
    }
    lines = startup.table(figures).splitlines()
    assert lines[0] == "Taken 2024-06-19 at abc1234 on 2 cores."
    assert "| import spacy | 1.5 | 1.25 |" in lines
    assert "| worker, 2 model processes: first article enriched | 3 (2 to 4) |  |" in lines
    assert "| worker, 2 model processes: all agents ready | 4 (3 to 5) | 6 (4 to 8) |" in lines
    assert "| – models there | 2.9 | |" in lines
    assert "| 2 processes: models 1 | 150 | 40 | 20 |" in lines
    assert "| 2 processes: all together | | 130 | |" in lines


@pytest.mark.services
def test_a_real_start_is_measured_part_by_part(stack: Stack, tmp_path: Path) -> None:
    settings = apart(stack.settings, processes=1, var=tmp_path)
    [found] = startup._starts(settings, 1, 3, Path())
    assert 0 < found.enriched_s < startup.PATIENCE_S
    assert found.cpu_s > 0.5
    assert set(found.parts_s) == {"topics", "models", "enrich", "index", "watch"}
    assert found.parts_s["models"] < found.enriched_s + 1
    assert found.parts_s["topics"] <= found.parts_s["enrich"]
    assert list(found.memory) == ["worker", "zygote", "models 1"]
