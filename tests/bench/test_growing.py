"""The cost of an article with ever more in the index: what is measured, and that nothing of it stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from elasticsearch import Elasticsearch

from bench import growing
from bench.growing import Cpu
from pipeline.stories.sketch import sketch
from tests.bench.test_filling import BASES
from tests.services import apart

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from tests.services import Stack


def test_work_is_charged_to_the_process_that_does_it() -> None:
    cpu = Cpu({"own": psutil.Process(), "parent": psutil.Process(psutil.Process().ppid())})
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert cpu.ms(10)["own"] >= 18
    assert cpu.ms(20)["own"] < cpu.ms(10)["own"]
    assert cpu.seconds >= 0.2


def test_measured_articles_keep_what_they_are_compared_by_and_none_comes_twice() -> None:
    measured = growing._Measured(BASES)
    made = measured.next(3 * len(BASES))
    assert len({each.id for each in made}) == len(made)
    known = [sketch(each) for each in BASES]
    for each in made:
        own = sketch(each)
        assert own
        assert any(not set(own.bands).isdisjoint(one.bands) for one in known if one)


def test_all_news_comes_before_any_comes_again() -> None:
    first = growing._Measured(BASES).next(len(BASES))
    names = [tuple(entity.text for entity in each.entities) for each in BASES]
    assert sorted(tuple(entity.text for entity in each.entities) for each in first) == sorted(names)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """A quick run, and the settings that it makes for itself: of what is measured, and of what warms up."""
    made: list[Settings] = []

    def apart_and_known(settings: Settings) -> Settings:
        made.append(apart(settings))
        return made[-1]

    monkeypatch.setattr(growing, "apart", apart_and_known)
    for name in ("SETTLE_S", "STATS_S"):
        monkeypatch.setattr(growing, name, 0)
    monkeypatch.setattr(growing, "WARM", 1)
    monkeypatch.setattr(growing, "QUERIES", 3)
    return made


@pytest.mark.services
def test_each_point_has_as_many_documents_as_it_says_and_the_cost_of_both_ways(
    stack: Stack, own: list[Settings]
) -> None:
    told: list[str] = []
    counts: list[int] = []
    found: list[dict[str, Any]] = []
    with Elasticsearch(str(stack.settings.elasticsearch)) as client:
        for row in growing.points(stack, BASES, told.append, [60, 100], days=90, articles=10, rounds=2):
            found.append(row)
            counts.append(client.count(index=own[0].index)["count"])
        assert not any(client.indices.get(index=f"{each.index}-*").body for each in own)
    assert [row["documents"] for row in found] == counts == [60, 100]
    assert [row["of the last three days"] for row in found] == [2, 3]
    for row in found:
        assert len(row["rounds"]) == 2
        for each in row["rounds"]:
            assert each["sink"]["articles/s"] > 0
            assert each["bulk"]["CPU ms an article"]["Elasticsearch"] >= 0
        assert row["indices"] >= 3
        assert row["old heap MiB"] > 0
        assert 0 <= row["pairs that share a band"] <= 1
        assert row["search ms"]["one word"]["p50"] > 0
    assert any("documents put in" in line for line in told)
