"""The worker's metrics: each outcome under its own name, all there from the start, no label without bound."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from pipeline import __version__
from pipeline.agents.metrics import FATES, LETTERS, Metrics, Name
from pipeline.agents.outcomes import DONE, Settled
from pipeline.article import Stage
from tests.agents.scraped import Scraped


def scraped(metrics: Metrics) -> Scraped:
    return Scraped(generate_latest(metrics.registry).decode())


def made(*names: Name) -> Metrics:
    metrics = Metrics()
    for name in names:
        metrics.hop(name)
    return metrics


@pytest.mark.parametrize("stage", [*get_args(Stage), "other"])
def test_each_stage_of_dead_letters_is_there_from_the_start(stage: str) -> None:
    assert scraped(Metrics()).value("newswire_dead_letters_total", stage=stage) == 0


@pytest.mark.parametrize("name", get_args(Name))
def test_all_of_a_hop_is_there_from_the_start_and_nothing_of_others(name: Name) -> None:
    found = scraped(made(name))
    for fate in FATES[name]:
        assert found.value("newswire_articles_total", stage=name, outcome=fate) == 0
    assert found.value("newswire_batch_articles_count", stage=name) == 0
    assert found.value("newswire_batch_seconds_count", stage=name) == 0
    assert found.value("newswire_in_flight", stage=name) == 0
    ours = [labels for sample, labels in found.series() if sample == "newswire_articles_total"]
    assert {dict(labels)["stage"] for labels in ours} == {name}


def test_the_hops_have_the_seconds_of_the_instants_that_they_give() -> None:
    found = scraped(made("enrich", "index", "watch"))
    hops = [dict(labels)["hop"] for name, labels in found.series() if name == "newswire_hop_seconds_count"]
    assert sorted(hops) == ["enriched", "indexed", "searchable"]


def test_the_version_is_told() -> None:
    assert scraped(Metrics()).value("newswire_worker_info", version=__version__) == 1


SETTLED = st.builds(
    Settled,
    fate=st.sampled_from(FATES["index"]),
    letter=st.sampled_from(LETTERS) | st.text(),
    seconds=st.none() | st.floats(-1e9, 1e9),
)


@given(st.lists(SETTLED))
def test_whatever_is_settled_is_counted_once_and_makes_no_new_series(all_settled: list[Settled]) -> None:
    metrics = Metrics()
    hop = metrics.hop("index")
    before = scraped(metrics).series()
    for each in all_settled:
        hop.acked(each)
    found = scraped(metrics)
    assert found.series() == before
    for fate, count in Counter(each.fate for each in all_settled).items():
        assert found.value("newswire_articles_total", stage="index", outcome=fate) == count
    dead = [each.letter if each.letter in LETTERS else "other" for each in all_settled if each.fate == "dead"]
    for letter in LETTERS:
        assert found.value("newswire_dead_letters_total", stage=letter) == dead.count(letter)
    timed = [max(0.0, each.seconds) for each in all_settled if each.seconds is not None]
    assert found.value("newswire_hop_seconds_count", hop="indexed") == len(timed)
    assert found.value("newswire_hop_seconds_sum", hop="indexed") == pytest.approx(sum(timed))


def test_batches_are_told_by_size_and_seconds() -> None:
    metrics = Metrics()
    hop = metrics.hop("enrich")
    hop.batch(32, 0.7)
    hop.batch(3, 0.02)
    found = scraped(metrics)
    assert found.value("newswire_batch_articles_sum", stage="enrich") == 35
    assert found.value("newswire_batch_articles_bucket", stage="enrich", le="4.0") == 1
    assert found.value("newswire_batch_seconds_bucket", stage="enrich", le="0.025") == 1
    assert found.value("newswire_batch_seconds_bucket", stage="enrich", le="1.0") == 2


def test_what_is_in_flight_is_told_as_it_is_now() -> None:
    metrics = Metrics()
    hop = metrics.hop("watch")
    for held in (5, 7, 2):
        hop.held(held)
    assert scraped(metrics).value("newswire_in_flight", stage="watch") == 2


def test_a_hop_that_gives_no_instant_has_no_seconds() -> None:
    metrics = Metrics()
    metrics.hop("watch").acked(DONE)
    found = scraped(metrics)
    assert found.value("newswire_articles_total", stage="watch", outcome="done") == 1
    assert "newswire_hop_seconds_count" not in {name for name, _ in found.series()}


@pytest.mark.parametrize("days", [2, 20])
def test_what_was_received_days_ago_has_a_bucket_of_its_own(days: int) -> None:
    metrics = Metrics()
    metrics.searchable(1.2, days * 86400.0)
    found = scraped(metrics)
    assert found.value("newswire_hop_seconds_bucket", hop="searchable", le="2.0") == 1
    assert found.value("newswire_total_seconds_bucket", le="86400.0") == 0
    assert found.value("newswire_total_seconds_bucket", le="2.592e+06") == 1


def test_a_clock_that_is_ahead_makes_no_time_less_than_none() -> None:
    metrics = Metrics()
    metrics.searchable(-0.5, -3.0)
    found = scraped(metrics)
    assert found.value("newswire_hop_seconds_sum", hop="searchable") == 0
    assert found.value("newswire_total_seconds_sum") == 0


def test_what_others_count_is_read_when_it_is_asked_for() -> None:
    metrics = Metrics()
    seconds, retries, waiting = 1.5, 0, False
    metrics.models(lambda: 2, lambda: seconds)
    metrics.retries(lambda: retries)
    metrics.waits("kafka", lambda: waiting)
    metrics.waits("elasticsearch", lambda: not waiting)
    assert scraped(metrics).value("newswire_model_seconds_total") == 1.5
    seconds, retries, waiting = 2.5, 3, True
    found = scraped(metrics)
    assert found.value("newswire_model_seconds_total") == 2.5
    assert found.value("newswire_model_processes") == 2
    assert found.value("newswire_bulk_retries_total") == 3
    assert found.value("newswire_waiting", service="kafka") == 1
    assert found.value("newswire_waiting", service="elasticsearch") == 0


def test_two_workers_of_one_process_have_metrics_of_their_own() -> None:
    one, other = Metrics(), Metrics()
    one.hop("index").acked(DONE)
    other.hop("index")
    assert scraped(other).value("newswire_articles_total", stage="index", outcome="done") == 0
