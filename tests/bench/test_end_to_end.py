"""The benchmark: what it measures on the real services, and how it tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import end_to_end
from pipeline.settings import Settings

RATES = [
    {"nlp.pipe alone": 100.0, "all models alone": 90.0, "end to end": 60.0},
    {"nlp.pipe alone": 110.0, "all models alone": 95.0, "end to end": 88.0},
    {"nlp.pipe alone": 120.0, "all models alone": 99.0, "end to end": 84.0},
]


@pytest.fixture
def figures() -> dict[str, Any]:
    return end_to_end._figures(RATES, [number / 100 for number in range(101)], Settings(processes=2))


def test_ratios_are_taken_within_a_round(figures: dict[str, Any]) -> None:
    assert figures["end to end / nlp.pipe alone"] == [0.6, 0.8, 0.7]


def test_half_of_all_articles_are_there_after_the_p50_and_nearly_all_after_the_p95(
    figures: dict[str, Any],
) -> None:
    assert figures["seconds to searchable"] == {"articles": 101, "p50": 0.5, "p95": 0.95, "max": 1.0}


def test_the_table_shows_medians_and_extremes(figures: dict[str, Any]) -> None:
    lines = end_to_end._table(figures).splitlines()
    assert "| articles/s, end to end | 84 | 60 | 88 |" in lines
    assert "| end to end / nlp.pipe alone | 0.7 | 0.6 | 0.8 |" in lines
    assert "| seconds, 101 articles | 0.5 | 0.95 | 1 |" in lines


def test_the_figures_say_what_they_were_measured_with(figures: dict[str, Any]) -> None:
    assert figures["processes"] == 2
    assert set(figures["versions"]) == {"faust-streaming", "kafka-python", "spacy", "elasticsearch"}
    assert "cores" in figures["machine"]


@pytest.mark.services
def test_a_small_run_measures_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    end_to_end.main(articles=40, rounds=1, rate=10, seconds=2, out=out)
    measured = json.loads(out.read_text())
    assert all(rate > 0 for rates in measured["articles a second"].values() for rate in rates)
    assert measured["seconds to searchable"]["articles"] == 20
    assert 0 < measured["seconds to searchable"]["p50"] <= measured["seconds to searchable"]["max"] < 30
    assert "| articles/s, end to end |" in capsys.readouterr().out
