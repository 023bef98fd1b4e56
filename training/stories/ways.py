"""Ways to compare two texts: ours, and those that it was chosen over."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.enrich.sentences import function_words
from pipeline.stories import sketch as module
from pipeline.stories.sketch import FADING, Sketch, of_text, similarity, words
from training.stories.pairs import LANGUAGES, Labelled
from training.stories.sampling import dated, vectors
from training.topics.corpora import Item

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""A moment for texts whose time plays no part."""

Way = Callable[[Labelled], float]
_NAME = re.compile(r"(?<=[\w,;:’'] )[^\W\d_a-zà-ÿ][\w-]+")
_STEM = 6


def parts(item: Item) -> tuple[str, str]:
    """The headline of a text, and its summary, which may be empty."""
    headline, _, summary = item.text.partition(" . ")
    return headline, summary


@lru_cache(maxsize=2**14)
def sketch_of(item: Item, language: str) -> Sketch | None:
    """What the pipeline compares, of a text; it was written at the beginning of its day."""
    return of_text(*parts(item), language, datetime.fromisoformat(item.day).replace(tzinfo=UTC))


def both(pair: Labelled) -> tuple[Sketch | None, Sketch | None]:
    """The sketches of a pair."""
    return sketch_of(pair.first, pair.pair.language), sketch_of(pair.second, pair.pair.language)


def ours(pair: Labelled) -> float:
    """What the pipeline says."""
    first, second = both(pair)
    return similarity(first, second) if first and second else 0.0


def _timeless(pair: Labelled) -> float:
    return ours(pair) + FADING * (pair.first.day != pair.second.day)


def _estimated(pair: Labelled) -> float:
    """The share of bands that agree."""
    first, second = both(pair)
    return len(set(first.bands) & set(second.bands)) / module.BANDS if first and second else 0.0


def _jaccard(first: AbstractSet[object], second: AbstractSet[object]) -> float:
    return len(first & second) / max(1, len(first | second))


def _shingles(size: int) -> Way:
    def of_words(text: str) -> set[tuple[str, ...]]:
        told = list(words(text))
        return {tuple(told[start : start + size]) for start in range(max(1, len(told) - size + 1))}

    return lambda pair: _jaccard(of_words(pair.first.text), of_words(pair.second.text))


def _letters(text: str) -> set[str]:
    told = " ".join(words(text))
    return {told[start : start + 4] for start in range(max(1, len(told) - 3))}


def _headline_words(pair: Labelled) -> float:
    first, second = (set(words(parts(each)[0])) for each in (pair.first, pair.second))
    return _jaccard(first, second)


def _headline_letters(pair: Labelled) -> float:
    return _jaccard(_letters(parts(pair.first)[0]), _letters(parts(pair.second)[0]))


def _stems(text: str, language: str) -> set[str]:
    little = function_words(language)
    return {word[:_STEM] for word in words(text) if word not in little and len(word) > 1}


def _all_stems(pair: Labelled) -> float:
    first, second = (_stems(each.text, pair.pair.language) for each in (pair.first, pair.second))
    return _jaccard(first, second)


def _headline_stems_found(pair: Labelled) -> float:
    """The share of either headline's stems that stand in the other text, averaged."""
    shares = []
    for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
        told = _stems(parts(one)[0], pair.pair.language)
        shares.append(len(told & _stems(other.text, pair.pair.language)) / max(1, len(told)))
    return sum(shares) / 2


def _names(pair: Labelled) -> float:
    """Words with a capital amid a sentence, as few as there may be in both."""
    first, second = (set(words(" ".join(_NAME.findall(each.text)))) for each in (pair.first, pair.second))
    return len(first & second) / max(1, min(len(first), len(second)))


def _with_names(pair: Labelled) -> float:
    return 0.8 * ours(pair) + 0.2 * _names(pair)


def _cosine(data: Path) -> Way:
    @lru_cache(maxsize=len(LANGUAGES))
    def known(language: str) -> tuple[dict[str, int], csr_matrix]:
        texts = [item.text for item in dated(data, language)]
        return {text: place for place, text in enumerate(texts)}, vectors(texts)

    def cosine(pair: Labelled) -> float:
        places, rows = known(pair.pair.language)
        first, second = (rows[places[each.text]] for each in (pair.first, pair.second))
        return float(np.asarray((first @ second.T).todense())[0, 0])

    return cosine


def all_of_them(data: Path) -> dict[str, Way]:
    """Every way by its name, ours last."""
    return {
        "words by threes, Jaccard": _shingles(3),
        "words, Jaccard": _shingles(1),
        "letters by fours, Jaccard": lambda pair: _jaccard(
            _letters(pair.first.text), _letters(pair.second.text)
        ),
        "stems without small words, Jaccard": _all_stems,
        "words by TF-IDF, cosine": _cosine(data),
        "names alone": _names,
        "bands that agree": _estimated,
        "words of headlines, Jaccard": _headline_words,
        "letters of headlines by fours, Jaccard": _headline_letters,
        "stems of either headline in the other text": _headline_stems_found,
        "ours with names, a fifth": _with_names,
        "ours without time": _timeless,
        "ours": ours,
    }
