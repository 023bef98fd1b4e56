"""Tells the language of a text, and the languages of a mixed one, by a linear model over words and letters.

Only numpy is needed. What the model is and how it was fitted stands in the README.md beside its weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.enrich.language_grams import composed, grams

MODEL = Path(__file__).parent / "models" / "languages" / "weights.npz"

LOOKED_AT = 500
"""Code points from the start of a text that tell its language, about eighty words."""

LEAST_CONFIDENCE = 0.35
"""Below this a text counts as undetermined; measured in ``docs/decisions/0003-language-detector.md``."""

MIXED_OVER = 20_000
"""Code points from the start of a text in which several languages are looked for."""

SENTENCES, LINES = 100, 40
"""Code points of sentences, and of lines, that can be in a language of their own; fewer go with the next."""

PIECE_LOOKED_AT = 80
"""Code points from the start of such a piece that tell its language."""

LEAST_CONFIDENCE_OF_PIECE = 0.9
"""Below this a piece counts to the text's main language."""

# Individual languages that a macrolanguage (ISO 639-3) holds and feeds name either way, and withdrawn codes
# of the IANA registry; each with the tag that news uses. Croatian, Serbian and Bosnian stay apart, as do
# Indonesian and Malay.
_WITHIN = {
    "ak": "tw",
    "ar": "acm acq acx aeb afb ajp apc apd arb ars ary arz",
    "ay": "ayr",
    "az": "azb azj",
    "din": "dik",
    "fa": "pes prs",
    "ff": "fuv",
    "gn": "gug",
    "he": "iw",
    "id": "in",
    "ku": "kmr sdh",
    "lv": "lvs",
    "mg": "plt",
    "mn": "khk",
    "ms": "zsm zlm",
    "ne": "npi",
    "no": "nb nn",
    "om": "gaz",
    "or": "ory",
    "ps": "pbt pbu",
    "qu": "quy quz",
    "ro": "mo",
    "sq": "als",
    "sw": "swh",
    "tl": "fil",
    "uz": "uzn uzs",
    "yi": "ji ydd",
    "zh": "cmn wuu yue",
}
CANONICAL = {each: tag for tag, within in _WITHIN.items() for each in within.split()}

_AFTER_CYRILLIC = "\u0530"
_PIECE_END = re.compile(r"[\n.!?…。！？]+")  # noqa: RUF001 - full stops of Chinese and Japanese


class Guess(NamedTuple):
    """A language as its BCP 47 tag, and how sure that is, from 0 to 1."""

    tag: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Model:
    """Languages and what the words and pieces of words say for each.

    The score of a language is linear in the sum of the directions of a text's words and pieces, divided by
    the square root of their weight, as they say the same in part; the softmax of the scores gives
    probabilities.

    Attributes:
        name: the model and its version.
        tags: the languages; an empty one for what is no language and for those that are not told apart.
        vectors: a direction for each number that a piece of a word is hashed to, a power of two of them.
        weights: dimensions x languages.
        bias: by language.
    """

    name: str
    tags: tuple[str, ...]
    vectors: NDArray[np.int8]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How likely each language is for each text.

        Args:
            texts: at most 2**16 of them.

        Returns:
            Texts x languages; a row of zeros for a text without letters.
        """
        whole = [composed(text) for text in texts]
        numbers, places, weights = grams("\n".join(whole))
        buckets = numbers >> np.uint32(33 - len(self.vectors).bit_length())
        if len(texts) > 1:
            sizes = [len(each) + 1 for each in whole]
            of_text = np.repeat(np.arange(len(texts), dtype=np.uint16), sizes)[places]
            order = np.argsort(of_text, kind="stable")
            buckets, weights = buckets[order], weights[order]
            ends = np.bincount(of_text, minlength=len(texts)).cumsum().tolist()
            said = np.bincount(of_text[order], weights, len(texts)).astype(np.float32)[:, None]
        else:
            ends = [len(buckets)]
            said = weights.sum(keepdims=True)[:, None]
        vectors = self.vectors.take(buckets, axis=0).astype(np.float32)
        sums = np.empty((len(texts), vectors.shape[1]), np.float32)
        for row, start, end in zip(sums, [0, *ends], ends, strict=False):
            np.matmul(weights[start:end], vectors[start:end], out=row)
        scores = sums / np.sqrt(np.maximum(said, 1)) @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        result: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True) * (said > 0)
        return result


def detect(text: str) -> Guess | None:
    """The language that the start of a text is written in.

    Args:
        text: any text; capitals, line ends and control characters do not matter.

    Returns:
        The most likely language; none where there is too little text, no language, or none likely enough.
    """
    start = text[:LOOKED_AT]
    if _is_one_word(start):
        return None
    model = _model()
    (row,) = model.probabilities([start])
    best = int(row.argmax())
    if row[best] < LEAST_CONFIDENCE or not model.tags[best]:
        return None
    return Guess(model.tags[best], min(float(row[best]), 1.0))


def shares(text: str) -> dict[str, float]:
    """The languages of a text that may have several, paragraph by paragraph and sentence by sentence.

    Args:
        text: any text.

    Returns:
        The share of the code points that is in each language, the largest first; they add up to 1. One
        language where it has one, none where it is undetermined.
    """
    text = text[:MIXED_OVER]
    pieces = _pieces(text)
    if _is_one_word(text[:LOOKED_AT]):
        return {}
    model = _model()
    sizes = np.array([end - start for start, end in pieces], np.float32)
    rows = model.probabilities([text[start : min(end, start + PIECE_LOOKED_AT)] for start, end in pieces])
    main = int((sizes @ rows).argmax())
    best = rows.argmax(axis=1)
    if not model.tags[main] or rows[best == main].max(initial=0) < LEAST_CONFIDENCE:
        return {}
    best[rows.max(axis=1) < LEAST_CONFIDENCE_OF_PIECE] = main
    found: dict[str, float] = {}
    for size, place in zip(sizes.tolist(), best.tolist(), strict=True):
        tag = model.tags[place] or model.tags[main]
        found[tag] = found.get(tag, 0.0) + size
    whole = sum(found.values())
    return {tag: size / whole for tag, size in sorted(found.items(), key=lambda item: -item[1])}


def canonical(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, as news names it: ``no`` for ``nb-NO``, ``fr`` for ``fr-CA``."""
    primary = tag.partition("-")[0].lower()
    return CANONICAL.get(primary, primary)


def contradicts(declared: str, detected: str) -> bool:
    """Whether two tags name different languages, whatever their region or script."""
    return canonical(declared) != canonical(detected)


def name() -> str:
    """The detector and its version, as ``models`` states it."""
    return _model().name


def _is_one_word(text: str) -> bool:
    """Whether a text is one word of Latin, Greek or Cyrillic letters, which is as likely a name."""
    return len(text.split(maxsplit=1)) == 1 and not any(
        each >= _AFTER_CYRILLIC and each.isalpha() for each in text
    )


def _pieces(text: str) -> list[tuple[int, int]]:
    """A text cut at the ends of lines and of sentences, into pieces long enough to tell their language.

    Returns:
        Where each begins and ends; an empty one ends a text whose last piece is that long.
    """
    pieces: list[tuple[int, int]] = []
    start = 0
    found = _PIECE_END.search(text, LINES - 1)
    while found:
        end = found.end()
        if end - start >= (LINES if text[end - 1] == "\n" else SENTENCES):
            pieces.append((start, end))
            start = end
            end += LINES - 1
        found = _PIECE_END.search(text, end)
    if len(text) - start >= SENTENCES:
        pieces.append((start, len(text)))
        start = len(text)
    return [*pieces, (start, len(text))]


def load(path: Path = MODEL) -> Model:
    """A model as ``training.languages.train`` saved it."""
    with np.load(path) as saved:
        arrays = (saved[each] for each in ("vectors", "weights", "bias"))
        return Model(str(saved["name"]), tuple(saved["tags"].tolist()), *arrays)


@cache
def _model() -> Model:
    """The model, read once a process."""
    return load()
