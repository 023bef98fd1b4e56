"""The news to measure with: whole articles, ever new, and the same in each run."""

from __future__ import annotations

from pathlib import Path

from bench import news
from pipeline import article

NOWHERE = Path("nowhere")


def test_every_article_is_another_one_and_keeps_the_contract() -> None:
    made = news.articles(60, "bench", data=NOWHERE)
    assert len({one.id for one in made}) == len({one.body for one in made}) == 60
    for one in made:
        assert article.decode_raw(article.encode(one)) == one


def test_french_and_english_take_turns() -> None:
    languages = [one.language_declared for one in news.articles(4, "bench", data=NOWHERE)]
    assert languages == ["fr", "en", "fr", "en"]


def test_a_seed_gives_the_same_texts_and_another_gives_others() -> None:
    def texts(seed: int) -> list[str]:
        return [str(one.body) for one in news.articles(10, "bench", seed, NOWHERE)]

    assert texts(1) == texts(1)
    assert not set(texts(1)) & set(texts(2))


def test_two_articles_made_of_the_same_news_begin_with_other_words() -> None:
    made = news.articles(2000, "bench", data=NOWHERE)
    begun = {str(one.body)[:60] for one in made}
    assert len(begun) > 0.99 * len(made)


def test_words_are_counted_and_the_head_of_a_table_says_how_many_there_are() -> None:
    made = news.articles(20, "bench", data=NOWHERE)
    assert news.words(made) == sum(len(str(one.body).split()) for one in made)
    assert news.described(made).endswith(f"{news.words(made) / 20:.0f} words an article")
