"""How the figures are told: medians, ratios within a round, CPU by who used it."""

from __future__ import annotations

import math
from typing import Any

from bench.peers import tables


def one(number: int, rate: float, own: float = 1.0) -> dict[str, Any]:
    cpu = {"main": own, "models 1": 2 * own, "Kafka": 0.5, "Elasticsearch": 0.25}
    return {
        "round": number,
        "rate": rate,
        "messages": 100,
        "cpu": cpu,
        "memory": {"peak RSS": 1200.0, "PSS": 900.0},
    }


OURS = [one(0, 120.0), one(1, 100.0), one(2, 90.0)]
ITS = [one(0, 60.0), one(1, 100.0), one(2, 60.0)]


def test_a_ratio_is_of_the_rates_of_one_round() -> None:
    assert tables.ratio(OURS, ITS) == 1.5


def test_a_round_that_one_of_both_lacks_counts_for_no_ratio() -> None:
    assert tables.ratio(OURS, ITS[1:]) == 1.25
    assert math.isnan(tables.ratio(OURS, []))


def test_cpu_is_told_apart_by_who_used_it() -> None:
    assert tables.cpu_ms(OURS) == {"its own": 30.0, "Kafka": 5.0, "Elasticsearch": 2.5}


def test_services_that_cannot_be_seen_count_nothing() -> None:
    seen = {**OURS[0], "cpu": {"process 1": 1.0}}
    assert tables.cpu_ms([seen]) == {"its own": 10.0, "Kafka": 0.0, "Elasticsearch": 0.0}


def test_our_processes_are_told_one_by_one() -> None:
    assert tables.by_process(OURS) == "main 10.00, models 1 20.00"


def test_the_table_has_a_row_for_each_contender() -> None:
    lines = tables.rates({"Newswire": OURS, "Other": ITS}, "articles").splitlines()
    assert lines[2] == "| Newswire | 100.0 | 90.0 to 120.0 |  | 30.00 | 5.00 | 2.50 | 1,200 | 900 |"
    assert lines[3] == "| Other | 60.0 | 60.0 to 100.0 | 1.50 | 30.00 | 5.00 | 2.50 | 1,200 | 900 |"
    assert len({line.count("|") for line in lines}) == 1


def test_without_ours_there_is_no_ratio() -> None:
    assert tables.rates({"Other": ITS}, "messages").splitlines()[2].split("|")[4].strip() == ""


def test_guarantees_are_told_in_columns() -> None:
    survived = {
        "setting": "commits",
        "articles": 2000,
        "standing": 1001,
        "lost_topic": 1,
        "twice_topic": 2,
        "lost_index": 3,
        "seconds": 4.5,
    }
    lines = tables.guarantees({"Other": survived}).splitlines()
    assert lines[2] == "| Other | commits | 2,000 | 1,001 | 1 | 2 | 3 | 4.5 |"
    assert len({line.count("|") for line in lines}) == 1


def test_failures_are_a_list() -> None:
    assert tables.failures(["A, Other: it ended", "B, Other: it ended"]) == (
        "- A, Other: it ended\n- B, Other: it ended"
    )
