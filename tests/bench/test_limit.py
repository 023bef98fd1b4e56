"""The limit: the shipped models at work in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from bench import limit, news
from pipeline.article import RawArticle
from pipeline.settings import Settings

SETTINGS = Settings(processes=2)


@pytest.fixture(scope="module")
def articles() -> list[RawArticle]:
    return news.articles(40, "bench", data=Path("nowhere"))


def test_seconds_and_cpu_seconds_are_measured_without_the_loading(articles: list[RawArticle]) -> None:
    for took in (limit.nlp_pipe(articles, SETTINGS), limit.models(articles, SETTINGS)):
        assert took.cpu_s > 0
        assert 0 < took.seconds < 60


def test_a_process_that_fails_is_no_measurement(articles: list[RawArticle]) -> None:
    unknown = [structs.replace(one, language_declared="tlh") for one in articles[:2]]
    with pytest.raises(RuntimeError, match="a process of the limit ended with 1"):
        limit.nlp_pipe(unknown, SETTINGS)


def test_each_enricher_has_its_share_and_the_names_theirs_most(articles: list[RawArticle]) -> None:
    spent = limit.by_stage(articles, SETTINGS)
    assert [*spent][:5] == ["language", "entities", "topics", "keyphrases", "quotes"]
    assert all(each >= 0 for each in spent.values())
    assert max(spent, key=spent.__getitem__) == "entities"


def test_the_profile_names_functions_with_the_largest_first(articles: list[RawArticle]) -> None:
    found = limit.profile(articles, SETTINGS, most=8)
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) < 1
    assert any(name.startswith("pipeline/enrich/") for name, _ in found)
    assert not any("/site-packages/" in name for name, _ in found)
