"""Articles to measure with: distinct, like wire copy, and the same in each run."""

from __future__ import annotations

from bench import corpus
from pipeline import article


def test_every_article_is_another_one_and_keeps_the_contract() -> None:
    made = corpus.articles(50, "bench")
    assert len({one.id for one in made}) == len({one.body for one in made}) == 50
    for one in made:
        assert article.decode_raw(article.encode(one)) == one


def test_french_and_english_take_turns() -> None:
    assert [one.language_declared for one in corpus.articles(4, "bench")] == ["fr", "en", "fr", "en"]


def test_an_article_is_as_long_as_the_readme_says() -> None:
    words = [len(str(one.body).split()) for one in corpus.articles(200, "bench")]
    assert 200 < sum(words) / len(words) < 350


def test_a_seed_gives_the_same_texts_and_another_gives_others() -> None:
    def texts(seed: int) -> list[str]:
        return [str(one.body) for one in corpus.articles(10, "bench", seed)]

    assert texts(1) == texts(1)
    assert not set(texts(1)) & set(texts(2))


def test_articles_of_different_sources_are_different_documents() -> None:
    one, other = corpus.articles(5, "one"), corpus.articles(5, "other")
    assert not {each.id for each in one} & {each.id for each in other}
