"""Articles of ever new words: like wire copy to the models, and nothing in them was there before."""

from __future__ import annotations

import random
import re
from itertools import islice

from bench import ever_new
from pipeline import article
from pipeline.article import article_id
from pipeline.enrich import language


def words(text: object) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", str(text)))


def test_every_article_is_another_one_and_keeps_the_contract() -> None:
    made = list(ever_new.articles(1200, "soak"))
    assert len({one.id for one in made}) == len({one.body for one in made}) == len(made) == 1200
    assert all(article.decode_raw(article.encode(one)) == one for one in made)


def test_the_ids_are_those_that_a_feed_gives() -> None:
    for number, one in enumerate(ever_new.articles(30, "soak")):
        assert one.guid == ever_new.guid(number)
        assert one.id == article_id("soak", ever_new.guid(number), "whatever the text")


def test_words_go_on_being_new() -> None:
    """After a thousand articles, the next still have about a tenth of words that nobody has seen."""
    made = [words(one.body) for one in ever_new.articles(1100, "soak")]
    seen = set().union(*made[:1000])
    shares = [len(some - seen) / len(some) for some in made[1000:]]
    assert 0.05 < sum(shares) / len(shares) < 0.25


def test_the_words_are_like_those_of_their_language() -> None:
    made = list(ever_new.articles(40, "soak"))
    right = [language.detect(str(one.body)) for one in made]
    assert [guess.tag for guess in right if guess] == ["fr", "en"] * 20


def test_names_stay_names_and_numbers_stay_numbers() -> None:
    for one in ever_new.articles(20, "soak"):
        before, after = str(one.body), ever_new.renewed(str(one.body), "fr", random.Random(2))
        for old, new in zip(before.split(), after.split(), strict=True):
            assert old[0].isupper() == new[0].isupper()
            assert re.findall(r"\d+", old) == re.findall(r"\d+", new) or not old.isdecimal()
        assert before != after


def test_one_in_a_few_hundred_is_a_long_read() -> None:
    lengths = [len(str(one.body)) for one in ever_new.articles(ever_new.LONG_EVERY * 2, "soak")]
    usual = sorted(lengths)[len(lengths) // 2]
    assert sum(length > 6 * usual for length in lengths) == 2


def test_a_seed_gives_the_same_texts_and_another_gives_others() -> None:
    def texts(seed: int) -> list[str]:
        return [str(one.body) for one in ever_new.articles(10, "soak", seed)]

    assert texts(1) == texts(1)
    assert not set(texts(1)) & set(texts(2))


def test_they_are_made_as_they_are_asked_for() -> None:
    """All of them at once would be hours and terabytes."""
    assert len(list(islice(ever_new.articles(10**9, "soak"), 3))) == 3
