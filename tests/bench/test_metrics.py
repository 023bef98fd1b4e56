"""What the metrics cost: each hop is measured, and what is measured is CPU time of one call."""

from __future__ import annotations

import time
from typing import get_args

import pytest

from bench import metrics
from pipeline.agents.metrics import Name


def burn() -> None:
    until = time.process_time() + 0.002
    while time.process_time() < until:
        pass


def test_a_cost_is_that_of_one_call() -> None:
    assert metrics.cost_us(burn, 3) >= 2000


def test_sleeping_costs_nothing() -> None:
    assert metrics.cost_us(lambda: time.sleep(0.01), 2) < 10_000


def test_each_hop_is_measured() -> None:
    found = metrics.articles_us(64)
    assert set(found) == set(get_args(Name))
    assert min(found.values()) > 0


def test_a_scrape_is_measured() -> None:
    assert metrics.scrape_us(2) > 0


def test_the_table_has_a_line_for_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "ROUNDS", 1)
    metrics.main()
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(get_args(Name)) + 1
