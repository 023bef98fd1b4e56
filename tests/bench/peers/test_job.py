"""What every peer does with an article: the same work, whichever way it came."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from bench import corpus
from bench.peers import job
from pipeline.article import EnrichedArticle, decode_enriched, encode
from pipeline.settings import Settings
from pipeline.sink import templates
from pipeline.sink.document import document

ARTICLES = corpus.articles(40, "test")


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    own = Settings(var=tmp_path, topic_raw="raw", topic_enriched="enriched")
    monkeypatch.setattr(job, "settings", lambda: own)
    return own


def test_light_work_enriches_every_article_in_order() -> None:
    work = job.Job("light", sinks=False)
    done = work.done([encode(each) for each in ARTICLES])
    assert [each.key.decode() for each in done] == [each.id for each in ARTICLES]
    assert [decode_enriched(each.value).body for each in done] == [each.body for each in ARTICLES]
    assert [each.document for each in done] == [{}] * len(ARTICLES)


def test_light_work_burns_a_millisecond_of_cpu_for_each_article() -> None:
    work = job.Job("light", sinks=False)
    values = [encode(each) for each in ARTICLES]
    began = time.thread_time()
    work.done(values)
    assert time.thread_time() - began >= job.BUSY_S * len(ARTICLES)


def test_its_document_is_the_one_that_newswire_writes() -> None:
    [done] = job.Job("light", sinks=True).done([encode(ARTICLES[0])])
    written = document(decode_enriched(done.value), datetime.now(UTC), templates.languages())
    assert {**done.document, "indexed": None} == {**written, "indexed": None}
    assert done.action == {"_id": ARTICLES[0].id, "_source": done.document}


def test_what_is_ready_only_becomes_a_document() -> None:
    now = datetime.now(UTC)
    ready = [EnrichedArticle(**structs.asdict(each), enriched=now) for each in ARTICLES]
    work = job.Job("ready", sinks=True)
    done = work.done([encode(each) for each in ready])
    assert not work.publishes
    assert [each.value for each in done] == [b""] * len(ready)
    assert [each.document["id"] for each in done] == [each.id for each in ARTICLES]


def test_what_is_ready_is_read_from_the_topic_of_enriched_articles() -> None:
    assert job.Job("ready", sinks=True).source == "enriched"
    assert job.Job("light", sinks=True).source == "raw"


def test_the_environment_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERS_WORK", "light")
    monkeypatch.setenv("PEERS_SINK", "1")
    assert job.job().sinks
    monkeypatch.setenv("PEERS_SINK", "0")
    assert not job.job().sinks
    monkeypatch.setenv("PEERS_WORK", "nothing")
    with pytest.raises(AssertionError):
        job.job()


def test_the_pool_of_model_processes_takes_light_work_too() -> None:
    [found] = job.light(Settings()).enrich(ARTICLES[:1], datetime.now(UTC))
    assert found.id == ARTICLES[0].id
