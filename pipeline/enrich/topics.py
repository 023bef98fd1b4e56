"""Gives a text its IPTC Media Topics: what its feed declared; and the 17 of the top level, by a linear model.

Only numpy is needed. What a model is and how it was fitted stands in the README.md beside its weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

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

STEM = 6
"""Bytes from a word's start that stand for all its forms, beside the word itself."""

LOOKED_AT = 6000
"""Code points from the start of a text that are read, about 1,000 words; more did not help."""

LEAST_WORDS = 5
"""Texts of fewer words have no topic: single names and figures would be given one at random."""

LEAST_SCORE = 0.2
"""Topics below this score are not given."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_PAIR_FACTOR = np.uint32(0x9E3779B1)


@dataclass(frozen=True, slots=True)
class Classifier:
    """The topics of texts in one language.

    Attributes:
        name: the model and its version.
        weights: one row a bucket, one column a topic, in the order of ``TOPICS``; times ``scale``.
        scale: what a unit of ``weights`` is worth, by topic.
        bias: added to a topic's sum; with it, the logistic function gives the score.
        rarity: weight of a bucket, the higher the fewer texts it is in.
    """

    name: str
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    rarity: NDArray[np.float32]

    def classify(self, text: str) -> tuple[Topic, ...]:
        """The topics that apply, most likely first; none for a text too short or of no clear topic."""
        words = words_in(text)
        if len(words) < LEAST_WORDS:
            return ()
        ranked = sorted(zip(self.scores(words).tolist(), TOPICS.items(), strict=True), reverse=True)
        return tuple(
            Topic(qcode=qcode, name=name, score=round(score, 4))
            for score, (qcode, name) in ranked
            if score >= LEAST_SCORE
        )

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """How likely each topic applies, from 0 to 1, in the order of ``TOPICS``."""
        buckets, counts = features(words)
        values = weighted(buckets, counts, self.rarity)
        logits = (values @ self.weights[buckets].astype(np.float32)) * self.scale + self.bias
        scores: NDArray[np.float32] = 1 / (1 + np.exp(-logits))
        return scores


def declared(subjects: Iterable[Subject]) -> tuple[Topic, ...]:
    """The Media Topics that a feed declared, in its order, each followed by those above it; each once."""
    found: dict[str, Topic] = {}
    for subject in subjects:
        for qcode, name in media_topics.lineage(subject.media_topic or subject.qcode or ""):
            found.setdefault(qcode, Topic(qcode=qcode, name=name, origin="declared"))
    return tuple(found.values())


def load(language: str) -> Classifier:
    """The classifier that ships for a language, one of ``available()``."""
    with np.load(MODELS / f"{language}_topics" / "weights.npz", allow_pickle=False) as file:
        return Classifier(
            name=str(file["name"]),
            weights=file["weights"],
            scale=file["scale"],
            bias=file["bias"],
            rarity=file["rarity"].astype(np.float32),
        )


def available() -> frozenset[str]:
    """The languages that a classifier ships for."""
    return frozenset(path.name.removesuffix("_topics") for path in MODELS.glob("*_topics"))


def words_in(text: str) -> list[str]:
    """The words and numbers at the start of a text, in small letters."""
    return _WORD.findall(text[:LOOKED_AT].lower())


def features(words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The buckets that words, stems and neighbouring pairs fall into, and how often each."""
    codes = [word.encode("utf-8", "replace") for word in words]
    hashes = np.array([crc32(code) for code in codes], dtype=np.uint32)
    stems = np.array([crc32(code[:STEM], STEM) for code in codes if len(code) > STEM], dtype=np.uint32)
    pairs = hashes[:-1] * _PAIR_FACTOR + hashes[1:]
    buckets, counts = np.unique(np.concatenate([hashes, stems, pairs]) % BUCKETS, return_counts=True)
    return buckets.astype(np.intp), counts.astype(np.float32)


def weighted(
    buckets: NDArray[np.intp], counts: NDArray[np.float32], rarity: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Damped counts times rarity, as a vector of length one."""
    values = (1 + np.log(counts)) * rarity[buckets]
    length = np.sqrt(values @ values)
    return values / length if length > 0 else values
