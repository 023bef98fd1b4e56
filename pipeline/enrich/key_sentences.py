"""Picks the sentences that tell a story in short, as they stand in its body.

The first whole sentence tells most of a news story, so it is always one of them. How that compares with the
known ways to summarise stands in ``docs/decisions/0017-keyphrases.md``.
"""

# ruff: noqa: RUF001 - the marks stand as they are written

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from pipeline.article import Span
from pipeline.enrich import sentences

COUNT = 2
"""Sentences that are given where nothing else is asked for."""

LEAST = 3
"""A body with fewer whole sentences is short enough."""

LOOKED_AT = 6000
"""Code points from the start of a body that are read, about 1,000 words."""

LONGEST_HEADLINE = 300
"""Code points from the start of a headline that are read."""

EARLY = 8.0
"""What a sentence gains by standing at the very start; see ``LEAD``."""

LEAD = 2
"""Sentences over which that falls to a third."""

IN_HEADLINE = 1.0
"""What a word of the headline is worth; one in ``n`` sentences is worth the logarithm of ``n``."""

MOST_SHARED = 0.7
"""Share of the words of the shorter of two sentences that both may have in common."""

_LEAST_WORDS, _MOST_WORDS = 6, 70
_LEAST_CODES, _MOST_CODES = 12, 200  # of a sentence without blanks between its words
_SHORTEST = 3  # letters that a word has at least that says something
_STEM = 6  # letters that stand for all forms of a word
_TAIL = 8  # code points at the end that the marks are looked for in
_END = re.compile(r"[.!?…؟।॥։።。！？｡][\"'”’»›)\]」』）】\s]*\Z")
_ADDRESS = re.compile(r"https?:|www\.|\w@\w|(?<!\w)@\w")
_IN_ADDRESSES = ("@", "http", "www")  # in none that matches is none of them, and they are found fast
_PAIRS = tuple(zip("“«「『（", "”»」』）", strict=True))  # beside those of ASCII
_REMEMBERED = 2**14  # words of a language, 2.7 MB
_LANGUAGES = 4  # whose words are remembered
_LONGEST_REMEMBERED = 40  # code points


class _Sentence(NamedTuple):
    """A whole sentence of the story and the words that say something in it, each once."""

    span: Span
    words: frozenset[str]
    length: int  # words that say something, however often


def key_sentences(body: str, language: str, headline: str = "", count: int = COUNT) -> tuple[Span, ...]:
    """The sentences that together tell the story: the first whole one, and those that add most to it.

    A sentence adds the words that stand in several sentences or in the headline. Headings, rows of tables,
    credits and requests to write to somebody are none: a whole sentence begins with no small letter, ends
    with a mark that ends sentences, and closes all the quotations and brackets that it opens.

    Args:
        body: plain text, of any size.
        language: primary subtag.
        headline: plain text.
        count: most sentences that are given.

    Returns:
        Their places in the order of the text, without the dateline; none where the body has fewer than
        ``LEAST`` whole sentences.
    """
    found = [*_whole(body[:LOOKED_AT], language)]
    if len(found) < LEAST:
        return ()
    weights = _weights(found, _telling(sentences.words(headline[:LONGEST_HEADLINE]), language))
    early = {each.span: 1 + EARLY * math.exp(-number / LEAD) for number, each in enumerate(found)}
    chosen, said = found[: min(1, count)], found[0].words
    while len(chosen) < count:
        fresh = [each for each in found if not any(_alike(each, other) for other in chosen)]
        if not fresh:
            break
        best = max(fresh, key=lambda each: _added(each, said, weights) * early[each.span])
        chosen.append(best)
        said |= best.words
    return tuple(sorted((each.span for each in chosen), key=lambda span: span.start))


def _whole(body: str, language: str) -> Iterator[_Sentence]:
    """The whole sentences of the story."""
    apart = sentences.apart(body, language)
    for span in sentences.sentences(body, language):
        start = _story_start(span, apart)
        text = body[start : span.end]
        words = sentences.words(text)
        if start < span.end and _is_whole(text, len(words), language):
            telling = _telling(words, language)
            yield _Sentence(Span(start, span.end), frozenset(telling), len(telling))


def _story_start(span: Span, apart: Sequence[Span]) -> int:
    """Where a sentence begins behind a dateline; at its end if a credit or the like is in it."""
    touched = [each for each in apart if span.start < each.end and each.start < span.end]
    if any(each.start > span.start for each in touched):
        return span.end
    return min(span.end, max((each.end for each in touched), default=span.start))


def _is_whole(text: str, words: int, language: str) -> bool:
    """Whether a text of so many words looks like a sentence of a story, from its beginning to its end."""
    if language in sentences.UNSPACED:
        right_length = _LEAST_CODES <= len(text) <= _MOST_CODES
    else:
        right_length = _LEAST_WORDS <= words <= _MOST_WORDS
    return (
        right_length
        and not text[0].islower()
        and _END.search(text[-_TAIL:]) is not None
        and not (any(sign in text for sign in _IN_ADDRESSES) and _ADDRESS.search(text))
        and text.count('"') % 2 == 0
        and text.count("(") == text.count(")")
        and (text.isascii() or all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS))
    )


def _telling(words: list[str], language: str) -> list[str]:
    """The beginnings of the words that say something; pairs of letters where words are not parted."""
    if language in sentences.UNSPACED:
        return [first + second for word in words for first, second in pairwise(list(word.casefold()))]
    return [*filter(None, map(_stems(language).__getitem__, words))]


class _Stems(dict[str, str]):
    """The beginning of each word of a language that says something, an empty one for others.

    ``_REMEMBERED`` words are remembered, then all are forgotten.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._little = sentences.function_words(language)

    def __missing__(self, word: str) -> str:
        folded = word.casefold()
        telling = len(folded) >= _SHORTEST and folded not in self._little and folded[0] > "9"
        stem = folded[:_STEM] if telling else ""
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = stem
        return stem


@lru_cache(maxsize=_LANGUAGES)
def _stems(language: str) -> _Stems:
    return _Stems(language)


def _weights(found: list[_Sentence], headline: list[str]) -> dict[str, float]:
    """What each word is worth."""
    counts = Counter(chain.from_iterable(each.words for each in found))
    weights = {word: math.log(count) for word, count in counts.items()}
    for word in set(headline) & weights.keys():
        weights[word] += IN_HEADLINE
    return weights


def _added(sentence: _Sentence, said: frozenset[str], weights: dict[str, float]) -> float:
    """What a sentence adds to what is said, for its length."""
    return sum(map(weights.__getitem__, sentence.words - said)) / math.sqrt(max(1, sentence.length))


def _alike(one: _Sentence, other: _Sentence) -> bool:
    """Whether two sentences are the same one or say much the same."""
    shorter = min(len(one.words), len(other.words))
    return one is other or len(one.words & other.words) > MOST_SHARED * shorter
