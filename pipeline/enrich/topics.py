"""Gives a text its IPTC Media Topics: what its feed declared, and what linear models infer.

These know the 17 of the top level and the most frequent of those below. Only numpy is needed. What a model is
and how it was fitted stands in the README.md beside its weights.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline import media_topics
from pipeline.article import Subject, Topic

MODELS = Path(__file__).parent / "models"

TOPICS = {
    "medtop:01000000": "arts, culture, entertainment and media",
    "medtop:02000000": "crime, law and justice",
    "medtop:03000000": "disaster, accident and emergency incident",
    "medtop:04000000": "economy, business and finance",
    "medtop:05000000": "education",
    "medtop:06000000": "environment",
    "medtop:07000000": "health",
    "medtop:08000000": "human interest",
    "medtop:09000000": "labour",
    "medtop:10000000": "lifestyle and leisure",
    "medtop:11000000": "politics",
    "medtop:12000000": "religion",
    "medtop:13000000": "science and technology",
    "medtop:14000000": "society",
    "medtop:15000000": "sport",
    "medtop:16000000": "conflict, war and peace",
    "medtop:17000000": "weather",
}
"""Preferred English labels of IPTC Media Topics, release 2023-10-24 (CC BY 4.0, © IPTC)."""

BUCKETS = 2**18
"""Numbers that words, their stems and pairs of words are hashed to."""

NARROWER_BUCKETS = 2**16
"""What these are taken modulo of for the topics below the top level, which are learnt from fewer texts."""

STEM = 6
"""Code points from a word's start that stand for all its forms, beside the word itself."""

LOOKED_AT = 6000
"""Code points from the start of a text that are read, about 1,000 words; more did not help."""

LEAST_WORDS = 5
"""Texts of fewer words have no topic: single names and figures would be given one at random."""

LEAST_SCORE = 0.3
"""Topics below this score are not given."""

REMEMBERED = 20_000
"""Words whose hashes are remembered, 2.6 MB; then all are forgotten."""

_LONGEST_REMEMBERED = 40  # code points
_STEM_AT = 32  # the first bit of a stem's bucket beside the hash of its word

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Scripts that put no spaces between words: Thai, Lao, kana, Han.
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD_OR_UNSPACED = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W\d_])+|\d+")
_PAIR_FACTOR = np.uint32(0x9E3779B1)


@dataclass(frozen=True, slots=True)
class Level:
    """The weights of topics on one level of the vocabulary.

    Attributes:
        qcodes: the topics.
        weights: one row a bucket, as many as a power of two, one column a topic; times ``scale``.
        scale: what a unit of ``weights`` is worth, by topic.
        bias: added to a topic's sum; with it, the logistic function gives the score.
    """

    qcodes: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, buckets: NDArray[np.intp], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """How likely each topic applies, from 0 to 1, in the order of ``qcodes``."""
        rows = self.weights.take(buckets % len(self.weights), axis=0)
        scores: NDArray[np.float32] = 1 / (
            1 + np.exp(-((values @ rows.astype(np.float32)) * self.scale + self.bias))
        )
        return scores


@dataclass(frozen=True, slots=True)
class Classifier:
    """The topics of texts in one language, or in several.

    Attributes:
        name: the model and its version.
        languages: primary subtags of the languages that it is for.
        rarity: weight of a bucket, the higher the fewer texts it is in.
        top: the top level, in the order of ``TOPICS``.
        narrower: topics below it.
    """

    name: str
    languages: tuple[str, ...]
    rarity: NDArray[np.float16]
    top: Level
    narrower: Level

    def classify(self, text: str) -> tuple[Topic, ...]:
        """The topics that apply; none for a text too short or of no clear topic.

        Those of the top level come most likely first, each followed by those below it.
        """
        words = words_in(text)
        if len(words) < LEAST_WORDS:
            return ()
        buckets, values = self.vector(words)
        tops = _given(self.top, buckets, values)
        below = _by_top(_given(self.narrower, buckets, values)) if tops else {}
        found: list[Topic] = []
        for qcode, score in tops:
            found.append(Topic(qcode=qcode, name=TOPICS[qcode], score=score))
            found += below.get(qcode, {}).values()
        return tuple(found)

    def vector(self, words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The buckets of a text, and what each counts."""
        buckets, counts = features(words)
        return buckets, weighted(buckets, counts, self.rarity)


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in ``model.json`` beside the weights: all that is not a number by bucket."""

    name: str
    languages: tuple[str, ...]
    narrower: tuple[str, ...]
    scale: tuple[float, ...]
    bias: tuple[float, ...]


def declared(subjects: Iterable[Subject]) -> tuple[Topic, ...]:
    """The Media Topics that a feed declared, in its order, each followed by those above it; each once."""
    found: dict[str, Topic] = {}
    for subject in subjects:
        for qcode, name in media_topics.lineage(subject.media_topic or subject.qcode or ""):
            found.setdefault(qcode, Topic(qcode=qcode, name=name, origin="declared"))
    return tuple(found.values())


def classifiers() -> dict[str, Classifier]:
    """By language: its own classifier, else the one that it shares with others."""
    loaded = [load(path) for path in sorted(MODELS.glob("*_topics"))]
    by_language: dict[str, Classifier] = {}
    for each in sorted(loaded, key=lambda classifier: len(classifier.languages)):
        for language in each.languages:
            by_language.setdefault(language, each)
    return by_language


def load(folder: Path) -> Classifier:
    """The classifier in a folder.

    Its weights are mapped into memory, not read: processes share them, and one for a language that nobody
    writes takes none.
    """
    card = msgspec.json.decode((folder / "model.json").read_bytes(), type=Description)
    scale, bias = np.array(card.scale, np.float32), np.array(card.bias, np.float32)
    top, narrower, rarity = (
        np.load(folder / f"{part}.npy", mmap_mode="r", allow_pickle=False)
        for part in ("top", "narrower", "rarity")
    )
    cut = len(TOPICS)
    return Classifier(
        name=card.name,
        languages=card.languages,
        rarity=rarity,
        top=Level(tuple(TOPICS), top, scale[:cut], bias[:cut]),
        narrower=Level(card.narrower, narrower, scale[cut:], bias[cut:]),
    )


def words_in(text: str) -> list[str]:
    """The words and numbers at the start of a text, in small letters.

    Of scripts without spaces between words: each two characters that stand together.
    """
    start = unicodedata.normalize("NFC", text[:LOOKED_AT]).replace("İ", "i").lower()  # else i and a dot
    if not _ANY_UNSPACED.search(start):
        return _WORD.findall(start)
    words: list[str] = []
    for word in _WORD_OR_UNSPACED.findall(start):
        if _ANY_UNSPACED.match(word) and len(word) > 1:
            words += (word[place : place + 2] for place in range(len(word) - 1))
        else:
            words.append(word)
    return words


def features(words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The buckets that words, stems and neighbouring pairs fall into, and how often each."""
    known = np.fromiter(map(_known.__getitem__, words), np.int64, len(words))
    hashes = known.astype(np.uint32)
    stems = known >> _STEM_AT
    pairs = hashes[:-1] * _PAIR_FACTOR + hashes[1:]
    numbers = np.concatenate([hashes % BUCKETS, stems[stems > 0] - 1, pairs % BUCKETS])
    buckets, counts = np.unique(numbers, return_counts=True)
    return buckets.astype(np.intp), counts.astype(np.float32)


class _Known(dict[str, int]):
    """The hash of each word, and above it one more than the bucket of its stem, 0 for a word that is short.

    Found out when a word is first met; ``REMEMBERED`` words are remembered, then all are forgotten.
    """

    def __missing__(self, word: str) -> int:
        found = crc32(word.encode("utf-8", "replace"))
        if len(word) > STEM:
            found |= (crc32(word[:STEM].encode("utf-8", "replace"), STEM) % BUCKETS + 1) << _STEM_AT
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[word] = found
        return found


_known = _Known()


def weighted(
    buckets: NDArray[np.intp], counts: NDArray[np.float32], rarity: NDArray[np.float16]
) -> NDArray[np.float32]:
    """Damped counts times rarity, as a vector of length one."""
    values = (1 + np.log(counts)) * rarity.take(buckets).astype(np.float32)
    length = np.sqrt(values @ values)
    return values / length if length > 0 else values


def _given(level: Level, buckets: NDArray[np.intp], values: NDArray[np.float32]) -> list[tuple[str, float]]:
    """The topics of a level that apply with their scores, most likely first."""
    scores = zip(level.scores(buckets, values).tolist(), level.qcodes, strict=True)
    return [(qcode, round(score, 4)) for score, qcode in sorted(scores, reverse=True) if score >= LEAST_SCORE]


def _by_top(narrower: Iterable[tuple[str, float]]) -> dict[str, dict[str, Topic]]:
    """Narrower topics by the one of the top level above them, with those between, as a feed declares them."""
    found: dict[str, dict[str, Topic]] = {}
    for qcode, score in narrower:
        *steps, highest = media_topics.lineage(qcode)
        for step in steps:
            topic = Topic(qcode=step.qcode, name=step.name, score=score)
            found.setdefault(highest.qcode, {}).setdefault(step.qcode, topic)
    return found
