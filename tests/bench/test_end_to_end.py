"""The benchmark: what it measures on the real services, and how it tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import end_to_end, latency
from pipeline.settings import Settings


def a_round(rate: float) -> end_to_end.Round:
    return {
        "nlp.pipe alone": {"rate": 100.0, "models": 10.0},
        "the models alone": {"rate": 80.0, "models": 12.0},
        "all enrichers alone": {"rate": 60.0, "models": 15.0},
        "end to end": {"rate": rate, "models": 16.0, "worker": 2.0, "Kafka": 1.0, "Elasticsearch": 5.0},
    }


@pytest.fixture
def figures() -> dict[str, Any]:
    hundredths = [number / 100 for number in range(101)]
    waited = {0.5: latency.Latencies([each / 10 for each in hundredths], hundredths)}
    rounds = [a_round(40.0), a_round(60.0), a_round(50.0)]
    return end_to_end._figures(rounds, waited, Settings(processes=2), "news") | {
        "stages": {"CPU ms an article": {"language": 0.7}, "words a second, models": 20000},
        "profile": {"pipeline/enrich/crf/dense.py:__call__": 0.31},
    }


def test_ratios_are_taken_within_a_round(figures: dict[str, Any]) -> None:
    assert figures["end to end beside"]["nlp.pipe alone"] == [0.4, 0.6, 0.5]
    assert figures["end to end beside"]["the models alone"] == [0.5, 0.75, 0.625]


def test_what_is_no_model_is_held_against_the_models(figures: dict[str, Any]) -> None:
    assert figures["CPU outside the models"] == [0.5, 0.5, 0.5]
    assert figures["CPU ms an article, end to end"]["Elasticsearch"] == [5.0, 5.0, 5.0]


def test_half_of_all_articles_are_there_after_the_p50_and_nearly_all_after_the_p99(
    figures: dict[str, Any],
) -> None:
    found = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
    assert figures["seconds"]["50%"]["found"] == found
    assert figures["seconds"]["50%"]["enriched"]["p50"] == 0.05


def test_the_tables_show_medians_and_extremes(figures: dict[str, Any]) -> None:
    lines = end_to_end.table(figures).splitlines()
    assert "| articles/s, end to end | 50 | 40 | 60 |" in lines
    assert "| end to end / nlp.pipe alone | 0.5 | 0.4 | 0.6 |" in lines
    assert "| CPU ms an article end to end, Elasticsearch | 5 | 5 | 5 |" in lines
    assert "| found, at 50% of the highest rate | 101 | 0.5 | 0.95 | 0.99 | 1.0 |" in lines
    assert "| language | 0.7 |" in lines
    assert "| words a second, models | 20000 |" in lines
    assert "| `pipeline/enrich/crf/dense.py:__call__` | 31.0% |" in lines


def test_every_row_of_a_table_has_as_many_cells_as_its_head(figures: dict[str, Any]) -> None:
    for part in end_to_end.table(figures).split("\n\n")[1:]:
        assert len({line.count(" | ") for line in part.splitlines() if "---" not in line}) == 1


def test_the_figures_say_what_they_were_measured_with(figures: dict[str, Any]) -> None:
    assert figures["processes"] == 2
    assert set(figures["versions"]) > {"faust-streaming", "kafka-python", "spacy", "elasticsearch"}
    assert "cores" in figures["machine"]
    assert figures["articles"] == "news"


@pytest.mark.services
def test_a_small_run_measures_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    end_to_end.main(articles=40, rounds=1, warm=40, seconds=1, out=out)
    measured = json.loads(out.read_text())
    assert all(rate > 0 for rates in measured["articles a second"].values() for rate in rates)
    assert all(spent >= 0 for part in measured["CPU ms an article, end to end"].values() for spent in part)
    assert [*measured["seconds"]] == ["10%", "50%", "80%"]
    for each in measured["seconds"].values():
        assert 0 < each["found"]["p50"] <= each["found"]["longest"] < 60
        assert each["enriched"]["p50"] < each["found"]["p50"]
    assert "| articles/s, end to end |" in capsys.readouterr().out
