"""What the peers are fed: distinct articles, whose languages are spread over the partitions."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.peers import articles
from pipeline.article import RawArticle, decode_raw


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> list[RawArticle]:
    return articles.news(64, ("fr", "en"), "mark", seed=1, data=tmp_path_factory.mktemp("no-corpora"))


def test_languages_come_in_turn(news: list[RawArticle]) -> None:
    assert [each.language_declared for each in news] == ["fr", "en"] * 32


def test_every_article_has_an_id_of_its_own_and_a_text(news: list[RawArticle]) -> None:
    assert len({each.id for each in news}) == 64
    assert all(each.body for each in news)


def test_no_text_comes_twice_while_there_are_others(news: list[RawArticle]) -> None:
    assert len({each.body for each in news}) == 64


def test_a_mark_gives_the_same_texts_other_ids(tmp_path: Path, news: list[RawArticle]) -> None:
    others = articles.news(64, ("fr", "en"), "other", seed=1, data=tmp_path)
    assert not {each.id for each in news} & {each.id for each in others}


def test_more_than_there_are_begin_again_under_other_ids(tmp_path: Path) -> None:
    many = articles.news(450, ("fr",), "mark", seed=1, data=tmp_path)
    assert len(many) == len({each.id for each in many}) == 450
    assert {each.language_declared for each in many} == {"fr"}


def test_each_partition_has_as_many_of_each_language(news: list[RawArticle]) -> None:
    found: dict[int, list[object]] = {}
    for partition, key, value in articles.messages(news, 4):
        article = decode_raw(value)
        assert key.decode() == article.id
        found.setdefault(partition, []).append(article.language_declared)
    assert {
        partition: (each.count("fr"), each.count("en")) for partition, each in found.items()
    } == dict.fromkeys(range(4), (8, 8))
