"""Models that cost what one says: the articles come back as they were, after so long."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import corpus, light
from bench.light import BURN, SLEEP, Job, Light
from pipeline.article import decode_enriched, encode
from pipeline.settings import Settings
from tests.sink.articles import NOON


def ignore(_: str) -> None:
    """What a part is called is nobody's concern here."""


@given(
    st.lists(st.sampled_from(["enrich", "index"]), min_size=1, unique=True),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_a_job_is_read_as_it_was_written(hops: list[str], burn: float, sleep: float) -> None:
    job = msgspec.convert({"hops": hops, "burn_ms": burn, "sleep_ms": sleep}, Job)
    assert msgspec.json.decode(msgspec.json.encode(job), type=Job) == job


@pytest.mark.parametrize("wrong", [b'{"hops": ["watch"]}', b'{"hops": ["enrich"], "burn": 1}', b"{}"])
def test_a_job_that_makes_no_sense_is_refused(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=Job)


def test_articles_come_back_in_their_order_as_they_were_and_in_the_language_that_they_declare() -> None:
    raws = corpus.articles(6, "light")
    made = Light(0, 0).enrich(raws, NOON, {}, ignore)
    assert [each.id for each in made] == [each.id for each in raws]
    assert [each.language for each in made] == [each.language_declared for each in raws]
    assert [each.body for each in made] == [each.body for each in raws]
    assert all(decode_enriched(encode(each)) == each for each in made)


def test_work_takes_cpu_time_and_waiting_takes_none() -> None:
    raws = corpus.articles(5, "light")
    began, cpu = time.perf_counter(), time.process_time()
    Light(10, 0).enrich(raws, NOON, {}, ignore)
    assert time.process_time() - cpu >= 0.05
    cpu = time.process_time()
    Light(0, 20).enrich(raws, NOON, {}, ignore)
    assert time.process_time() - cpu < 0.05
    assert time.perf_counter() - began >= 0.15


def test_the_environment_says_what_an_article_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BURN, "0")
    monkeypatch.setenv(SLEEP, "30")
    began = time.perf_counter()
    light.load(Settings()).enrich(corpus.articles(2, "light"), NOON, {}, ignore)
    assert time.perf_counter() - began >= 0.06
