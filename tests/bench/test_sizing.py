"""The arithmetic of docs/scaling.md: more articles never take less, and the page shows what it gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import sizing
from bench.sizing import Costs, Wishes, comparisons, of_words, plan, table

COSTS = Costs()
PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
MILLIONS = (1_000_000, 10_000_000, 100_000_000)
counts = st.integers(1000, 10**9)


@given(counts, counts)
def test_more_articles_never_take_fewer_machines(one: int, other: int) -> None:
    less, more = (plan(Wishes(each), COSTS) for each in sorted((one, other)))
    # A worker more makes batches smaller.
    changing = {"articles in a batch", "articles looked at for one", "data nodes, cores for stories"}
    assert all(more[name] >= less[name] for name in less.keys() - changing - {"data nodes by cores"})


@given(counts)
def test_twice_the_peak_takes_twice_the_cores_and_no_more_disk(articles: int) -> None:
    one, two = (plan(Wishes(articles, peak=peak), COSTS) for peak in (2, 4))
    assert two["model processes, cores"] == pytest.approx(2 * one["model processes, cores"])
    assert two["into the brokers, MB/s at peak"] == pytest.approx(2 * one["into the brokers, MB/s at peak"])
    for name in ("brokers, disk TB", "data nodes, disk TB", "shards a month"):
        assert two[name] == one[name]


@given(counts, st.integers(1, 60), st.integers(0, 2))
def test_disk_grows_with_months_and_copies(articles: int, months: int, replicas: int) -> None:
    found = plan(Wishes(articles, months=months, replicas=replicas), COSTS)
    one = plan(Wishes(articles, months=1, replicas=0), COSTS)
    assert found["data nodes, disk TB"] == pytest.approx(one["data nodes, disk TB"] * months * (1 + replicas))
    assert found["shards, with replicas"] == one["shards a month"] * months * (1 + replicas)


@given(counts)
def test_each_worker_has_partitions_of_its_own(articles: int) -> None:
    found = plan(Wishes(articles), COSTS)
    assert found["partitions"] >= max(found["enrich workers"], found["index workers"]) >= 2


@given(st.floats(1, 1e9), st.floats(1, 500), st.floats(0.0001, 0.5))
def test_nobody_is_compared_with_more_than_there_are(near: float, batch: float, sharing: float) -> None:
    found = comparisons(near, batch, sharing)
    assert 0 < found <= near * sharing * 1.000001
    assert found * batch <= near * 1.000001


def test_one_alone_is_compared_with_those_that_share_a_band() -> None:
    assert comparisons(1000, 1, 0.01) == pytest.approx(10)


def test_no_shard_is_larger_than_it_may_be_nor_has_more_than_lucene_takes() -> None:
    found = plan(Wishes(10_000_000), COSTS)
    month = 10_000_000 * sizing.MONTH_DAYS
    assert month * COSTS.document / found["shards a month"] <= Wishes(1).shard_gb * sizing.GB
    many = plan(Wishes(10_000_000, shard_gb=10**6), COSTS)
    assert month * COSTS.entries / many["shards a month"] < 2**31


def test_a_longer_article_costs_the_models_more_and_the_worker_as_much() -> None:
    longer = of_words(2 * COSTS.words)
    assert longer == replace(
        COSTS,
        words=2 * COSTS.words,
        models=2 * COSTS.models,
        raw=2 * COSTS.raw,
        enriched=2 * COSTS.enriched,
        document=2 * COSTS.document,
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0456, "0.046"), (2.314, "2.3"), (9.96, "10"), (57.9, "58"), (1234567.8, "1,234,568")],
)
def test_numbers_have_the_digits_that_say_something(value: float, told: str) -> None:
    assert sizing._number(value) == told


def test_the_page_has_the_table_that_is_made_here() -> None:
    assert table({each: plan(Wishes(each), COSTS) for each in MILLIONS}) in PAGE.read_text(encoding="utf-8")


def test_the_command_prints_a_column_for_each_number(capsys: pytest.CaptureFixture[str]) -> None:
    sizing.main(articles="1e6,250000", months=3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| articles a day | 1,000,000 | 250,000 |"
    assert len({line.count("|") for line in lines}) == 1
