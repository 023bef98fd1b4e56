"""Articles written in every format: what is measured is the reading of the same text in each."""

from __future__ import annotations

import pytest

from bench import corpus, writers
from bench.formats import BAR, _figures, _read, _table
from pipeline import formats
from pipeline.article import RawArticle
from tests.formats.conformance import context


def words(text: object) -> list[str]:
    return str(text).split()


@pytest.mark.parametrize("name", writers.WRITERS)
def test_each_is_read_as_its_format_with_the_same_text(name: str) -> None:
    articles = corpus.articles(4, "bench")
    read = context(limit=10**6)
    found = [one for data in writers.files(name, articles) for one in formats.parse(data, read)]
    for one, article in zip(found, articles, strict=True):
        assert isinstance(one, RawArticle)
        assert name.startswith(one.provenance.format) or one.provenance.format == "rss-atom"
        assert words(one.body)[-100:] == words(article.body)[-100:]


@pytest.mark.parametrize("name", writers.WRITERS)
def test_reading_takes_time_and_files_that_are_no_articles_are_told(name: str) -> None:
    files = writers.files(name, corpus.articles(2, "bench"))
    assert _read(name, files, 2) > 0
    with pytest.raises(RuntimeError, match=name):
        _read(name, [b""], 1)


def test_the_table_has_a_line_each_format_and_its_share_of_the_models_cost() -> None:
    figures = _figures({"nitf": 1000}, {"nitf": [0.001, 0.002, 0.003]}, 0.02)
    assert figures["bar"] == BAR
    assert figures["formats"]["nitf"]["share_of_models"] == pytest.approx(0.1)
    assert "| nitf | 500 | 0.5 | 10.00% | 5.00% | 15.00% |" in _table(figures)
