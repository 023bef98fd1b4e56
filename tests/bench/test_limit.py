"""The limit: the shipped models at work, without and with our own processes around them."""

from __future__ import annotations

import pytest
from msgspec import structs

from bench import corpus, limit
from pipeline.settings import Settings

SETTINGS = Settings(processes=2)


def test_both_are_measured_in_seconds() -> None:
    articles = corpus.articles(40, "bench")
    assert limit.nlp_pipe(articles, SETTINGS) > 0
    assert limit.models(articles, SETTINGS) > 0


def test_a_process_that_fails_is_no_measurement() -> None:
    unknown = [structs.replace(one, language_declared="tlh") for one in corpus.articles(2, "bench")]
    with pytest.raises(RuntimeError, match="a process of the limit ended with 1"):
        limit.nlp_pipe(unknown, SETTINGS)
