"""Articles whose words are ever new: the corpus with made-up names, words and figures put in each."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from msgspec import structs

from bench import corpus
from pipeline.article import RawArticle, article_id

CHUNK = 500
"""Articles made at once, so that those who feed hold no more than so many."""

LONG_EVERY = 250
"""One article in so many has the text of ``LONG`` others too: wire copy has its long reads."""

LONG = 12

NEW = 0.12
"""Share of the words that are made up: names and rare words of a day's news."""

_WORD = re.compile(r"\w{4,}")
_SOUNDS = {
    "fr": ("ba be ché dou en fra gu la lé mon ni ou pré qua ri sé ta ver vi za", "eau ier ard ille on ac"),
    "en": ("ar bo ch den el fo gra ho in ka lo mer no per ro sh ta ul ven wi", "ton ley ford son er ham"),
}


def articles(count: int, source: str, seed: int = 1) -> Iterator[RawArticle]:
    """So many distinct articles, French and English in turn, about a tenth of their words never seen before.

    They are made as they are asked for: a hundred thousand of them take no more memory than one chunk.

    Args:
        count: how many.
        source: whose they are; with their guid it makes their ids.
        seed: the same seed gives the same texts.
    """
    chooser = random.Random(seed)
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        chunk = corpus.articles(size, source, chooser.randrange(2**32))
        for place, one in enumerate(chunk):
            number = first + place
            language = str(one.language_declared)
            bodies = [str(one.body)]
            if number % LONG_EVERY == LONG_EVERY // 2:
                bodies += [str(each.body) for each in chunk if each.language_declared == language][:LONG]
            body = renewed("\n\n".join(bodies), language, chooser)
            yield structs.replace(
                one, id=article_id(source, guid(number), body), guid=guid(number), body=body
            )


def guid(number: int) -> str:
    """The guid of the article of this number, counted from 0."""
    return f"soak:{number}"


def renewed(text: str, language: str, chooser: random.Random, share: float = NEW) -> str:
    """The text with made-up words in the place of a share of its words, with a capital where it had one."""

    def other(found: re.Match[str]) -> str:
        word = found[0]
        if word.isdecimal() or chooser.random() > share:
            return word
        new = made_up(language, chooser)
        return new.capitalize() if word[0].isupper() else new

    return _WORD.sub(other, text)


def made_up(language: str, chooser: random.Random) -> str:
    """A word that sounds like the language and that hardly anybody has ever written."""
    sounds, ends = (part.split() for part in _SOUNDS[language])
    return "".join(chooser.choices(sounds, k=chooser.randint(3, 5))) + chooser.choice(ends)
