"""The measurement of growth: parts that are measured one by one, and what the tables say of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import BadParameter
from typer.testing import CliRunner

from bench import growing, growth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def way(node: float, own: float, rate: float) -> dict[str, Any]:
    return {"articles/s": rate, "CPU ms an article": {"Elasticsearch": node, "sink": own}}


def point(documents: int, *nodes: float) -> dict[str, Any]:
    return {
        "documents": documents,
        "of the last three days": documents // 30,
        "filling": {"seconds": 3, "Elasticsearch": 1.5, "maker": 0.2},
        "bytes a document": 4321,
        "segments": 12,
        "indices": 4,
        "rounds": [{"sink": way(node, 0.7, 200), "bulk": way(node / 2, 0.1, 400)} for node in nodes],
        "pairs that share a band": 0.0057,
        "search ms": {
            "one word": {"p50": 10.5, "p99": 20},
            "one word and its facets": {"p50": 30, "p99": 60},
        },
        "node RSS MiB": 1234,
        "old heap MiB": 200,
        "load": 1.0,
    }


def ran(hops: list[str], partitions: int, workers: int, rate: float, **more: Any) -> dict[str, Any]:
    kinds = {"worker": 0.5, "Kafka": 0.25, "Elasticsearch": 4.0}
    return {
        "partitions": partitions,
        "workers": workers,
        "hops": hops,
        "burn_ms": 0.0,
        "sleep_ms": 0.0,
        "articles/s": rate,
        "CPU ms an article": kinds | ({"models": 1.25} if "enrich" in hops else {}),
        "MiB": dict.fromkeys(kinds, 100),
        "feeding, Kafka CPU ms": 0.1,
        "articles a batch": dict.fromkeys(hops, 32.0),
        "load": 2.5,
        **more,
    }


def part(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "when": "2026-11-27",
        "commit": "abc1234",
        "machine": "2 cores",
        "minutes": 7.5,
        "rows": list(rows),
    }


def test_the_cost_of_an_article_is_told_for_each_size_with_its_spread() -> None:
    lines = growth.table({"index": part(point(1000, 4, 6, 5), point(1_000_000, 8))}).splitlines()
    assert (
        "| 1,000 | 33 | 5 (4–6) | 0.7 (0.7–0.7) | 200 (200–200) | 2.5 (2–3) | 0.1 (0.1–0.1) | 400 (400–400) |"
        in lines
    )
    assert "| 1,000,000 | 33,333 | 8 | 0.7 | 200 | 4 | 0.1 | 400 |" in lines
    assert "| 1,000 | 33 | 10.5 | 20 | 30 | 60 | 4,321 | 12 | 200 | 1,234 | 0.6% |" in lines


def test_every_table_says_where_when_and_beside_what_it_was_taken() -> None:
    rows = [ran(["index"], 16, 1, 250), ran(["index"], 16, 2, 260, load=7.0)]
    told = growth.table({"workers": part(*rows)})
    assert "2 cores; commit abc1234, 2026-11-27; load 2.5 to 7; 7.5 minutes." in told


def test_rounds_of_one_number_of_partitions_are_one_row() -> None:
    rows = [ran(["enrich", "index"], number, 1, rate) for rate in (90, 110) for number in (4, 64)]
    lines = growth.table({"partitions": part(*rows)}).splitlines()
    found = [line for line in lines if line.startswith(("| 4 |", "| 64 |"))]
    assert [line.split(" | ")[1] for line in found] == ["100 (90–110)", "100 (90–110)"]


def test_what_a_core_of_a_worker_would_do_follows_from_its_cpu_time() -> None:
    told = growth.table(
        {"workers": part(ran(["enrich"], 16, 2, 300, sleep_ms=20.0), ran(["index"], 16, 1, 250))}
    )
    assert "| enrich, sleep 20 ms | 2 | 300 | 0.50 | 2,000 | 1.25 | 0.25 | 0.10 | 4.00 |" in told
    assert "| index, none | 1 | 250 | 0.50 | 2,000 | 0.00 | 0.25 | 0.10 | 4.00 |" in told


@given(st.sets(st.sampled_from(growth.PARTS)))
def test_only_parts_that_were_measured_have_a_table_and_all_rows_are_as_wide(parts: set[str]) -> None:
    measured = {
        "index": part(point(1000, 4)),
        "near": part(point(3000, 4)),
        "partitions": part(ran(["enrich", "index"], 4, 1, 90)),
        "workers": part(ran(["index"], 16, 1, 250)),
    }
    told = growth.table({name: measured[name] for name in parts})
    tables = [block.splitlines() for block in told.split("\n\n") if block.startswith("|")]
    assert len(tables) == len(parts) + len(parts & {"index", "near"})
    for lines in tables:
        assert len({line.count("|") for line in lines}) == 1
        assert len(lines) == 3


def test_a_part_that_is_measured_again_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "growth.json"
    growth._keep(out, "index", iter([{"documents": 1}, {"documents": 2}]))
    growth._keep(out, "workers", iter([{"workers": 1}]))
    growth._keep(out, "index", iter([{"documents": 3}]))
    kept = json.loads(out.read_text())
    assert [row["documents"] for row in kept["index"]["rows"]] == [3]
    assert [row["workers"] for row in kept["workers"]["rows"]] == [1]
    assert all(row["load"] >= 0 for row in kept["index"]["rows"])
    assert "cores" in kept["workers"]["machine"]


def test_rows_that_were_there_before_a_run_died_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "growth.json"

    def dies() -> Iterator[dict[str, Any]]:
        yield {"documents": 1000}
        raise RuntimeError("the node is gone")

    with pytest.raises(RuntimeError):
        growth._keep(out, "index", dies())
    assert [row["documents"] for row in json.loads(out.read_text())["index"]["rows"]] == [1000]


def test_news_to_begin_with_is_of_both_languages_and_no_more_than_asked_for(tmp_path: Path) -> None:
    found = growth._bases(tmp_path, 24)
    assert len(found) <= 24
    assert {str(each.language)[:2] for each in found} == {"fr", "en"}
    assert any(each.entities for each in found)


def test_a_part_that_is_not_there_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="no part disk; there are index, near, partitions, workers"):
        growth.main(only="index,disk", out=tmp_path / "growth.json")


@given(st.integers(1000, 2_000_000))
def test_the_most_documents_are_those_that_were_asked_for(most: int) -> None:
    found = growth._upto(growing.SIZES, most)
    assert found[-1] == most
    assert found == sorted(set(found))
    assert set(found[:-1]) <= set(growing.SIZES)


def test_the_command_says_what_it_can_be_told() -> None:
    import typer

    app = typer.Typer()
    app.command()(growth.main)
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    for option in ("--upto", "--only", "--articles", "--rounds", "--out"):
        assert option in told.output
