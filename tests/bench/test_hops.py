"""Hops with light models: real workers on the real services, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaAdminClient

from bench import hops
from bench.hops import Copy
from bench.light import Job
from pipeline.article import RawArticle, decode_enriched, decode_raw, encode
from tests.bench.test_filling import BASES
from tests.services import apart

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from tests.services import Stack


def test_what_is_fed_is_never_fed_again() -> None:
    copy = Copy(BASES)
    ids = [each.id for _ in range(3) for each in copy.enriched(40)]
    assert len(set(ids)) == len(ids)


def test_raw_articles_are_as_the_wire_gives_them_and_enriched_ones_have_what_the_models_found() -> None:
    copy = Copy(BASES)
    raw = list(copy.raw(10))
    assert all(type(each) is RawArticle and decode_raw(encode(each)) == each for each in raw)
    assert all(each.language_declared in ("fr", "en") for each in raw)
    enriched = list(copy.enriched(10))
    assert all(decode_enriched(encode(each)) == each for each in enriched)
    assert any(each.entities for each in enriched)


@given(st.dictionaries(st.sampled_from(["worker 1", "worker 2", "models 1", "Kafka"]), st.floats(0, 100)))
def test_processes_of_a_kind_are_counted_together_and_nothing_is_lost(ms: dict[str, float]) -> None:
    found = hops._by_kind(ms)
    assert sum(found.values()) == pytest.approx(sum(ms.values()), abs=0.01)
    assert set(found) <= {"worker", "models", "Kafka"}


@pytest.fixture
def own(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a run makes for itself, with small batches."""
    made = apart(stack.settings, partitions=3, processes=1, index_batch=10, enrich_batch=8)
    monkeypatch.setattr(hops, "apart", lambda *_, **__: made)
    monkeypatch.setattr(hops, "PATIENCE_S", 200)
    return made


@pytest.mark.services
def test_two_workers_share_a_backlog_and_every_cost_is_told(stack: Stack, own: Settings) -> None:
    job = Job(hops=["enrich", "index"], burn_ms=1)
    found = hops.run(stack, Copy(BASES), job, partitions=3, workers=2, articles=200, warm=20)
    assert (found["partitions"], found["workers"], found["hops"]) == (3, 2, ["enrich", "index"])
    assert found["articles/s"] > 0
    cpu = found["CPU ms an article"]
    assert set(cpu) == set(found["MiB"]) == {"worker", "models", "Kafka", "Elasticsearch"}
    assert cpu["worker"] > 0
    assert 0 < found["articles a batch"]["enrich"] <= own.enrich_batch
    assert 0 < found["articles a batch"]["index"] <= own.index_batch
    assert set(found["bytes an article"]) == {"raw", "enriched"}
    assert all(size > 100 for size in found["bytes an article"].values())


@pytest.mark.services
def test_one_hop_alone_leaves_no_topics_behind(stack: Stack, own: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.settings.brokers)
    found = hops.run(stack, Copy(BASES), Job(hops=["index"]), partitions=2, workers=1, articles=40, warm=20)
    try:
        assert "models" not in found["CPU ms an article"]
        assert list(found["articles a batch"]) == ["index"]
        assert list(found["bytes an article"]) == ["enriched"]
        assert not [name for name in admin.list_topics() if name.startswith(own.group)]
    finally:
        admin.close()


@pytest.mark.services
def test_a_worker_that_ends_is_told_with_what_it_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_LINGER_S", "-1")
    with pytest.raises(RuntimeError, match=r"ended with 1:[\s\S]*linger_s"):
        hops.run(stack, Copy(BASES), Job(hops=["index"]), partitions=1, workers=1, articles=1, warm=1)
