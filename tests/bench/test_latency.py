"""Latency: each article is followed from the feeder's call to the topic and to the search."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from bench import latency, news
from tests.services import Stack, apart
from tests.workers import Worker

pytestmark = pytest.mark.services


def test_each_article_is_enriched_before_it_is_found(stack: Stack, tmp_path: Path) -> None:
    settings = apart(stack.settings, processes=1, var=tmp_path, partitions=2)
    articles = news.articles(12, "latency", data=Path("nowhere"))
    with Worker(settings, tmp_path):
        waited = latency.measured(articles, 20.0, settings)
    assert len(waited.enriched) == len(waited.found) == 12
    assert waited.enriched[0] > 0
    assert waited.found == sorted(waited.found)
    assert all(one < other for one, other in zip(waited.enriched, waited.found, strict=True))


def test_articles_that_are_never_found_are_said(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latency, "PATIENCE_S", 0.2)
    settings = apart(stack.settings, processes=1, var=tmp_path, partitions=1)
    one = news.articles(1, "latency", data=Path("nowhere"))[0]
    with Worker(settings, tmp_path), pytest.raises(TimeoutError, match="1 articles were not found"):
        latency.measured([structs.replace(one, status="canceled", body=None)], 20.0, settings)
