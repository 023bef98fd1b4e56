"""Counts what a model got right and says how sure the figures are: strict spans, micro-averaged.

A name is right if its start, its end and its label are. The intervals are percentiles of a bootstrap over
texts (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13): the test texts are drawn
anew with replacement ``RESAMPLES`` times, the same draws for every score of a test.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from training.entities.corpora import LABELS, Span

RESAMPLES = 1000
SEED = 20_240_612
CONFIDENCE = 95
OVERALL = ("PER", "ORG", "LOC")
"""The labels that are averaged: other names (MISC) are drawn too differently from corpus to corpus."""

ACRONYM = range(2, 7)
"""Capitals of an acronym."""

_AT_ONCE = 50  # resamples drawn at once, which bounds the memory

Counts = NDArray[np.int64]


class Score(Struct, frozen=True):
    """Precision, recall and F1, the 95 % interval of F1, and how many names there were to be found."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    wanted: int


class Tallies(NamedTuple):
    """What was found in each text of a test.

    Attributes:
        counts: by text and label (in the order of ``LABELS``): right, found, to be found.
        resampled: the sums of ``counts`` over each resample of the texts.
    """

    counts: Counts
    resampled: Counts

    def score(self, labels: Collection[str]) -> Score:
        """The score over some labels together."""
        columns = [LABELS.index(label) for label in labels]
        right, found, wanted = self.counts[:, columns].sum(axis=(0, 1)).tolist()
        drawn = self.resampled[:, columns].sum(axis=1)
        low, high = np.percentile(_f1(*drawn.T), [(100 - CONFIDENCE) / 2, (100 + CONFIDENCE) / 2])
        return Score(
            precision=right / max(1, found),
            recall=right / max(1, wanted),
            f1=2 * right / max(1, found + wanted),
            low=float(low),
            high=float(high),
            wanted=wanted,
        )

    def scores(self, labels: Collection[str]) -> Mapping[str, Score]:
        """The score of each label by itself."""
        return {label: self.score([label]) for label in labels}


def tally(found: Sequence[Collection[Span]], wanted: Sequence[Collection[Span]]) -> Tallies:
    """Compares the spans found with those to be found, text by text.

    Raises:
        ValueError: there are not as many texts on both sides, or none.
    """
    if not wanted:
        raise ValueError("there is no text to score")
    counts = np.array(
        [_counted(set(ours), set(theirs)) for ours, theirs in zip(found, wanted, strict=True)], dtype=np.int64
    )
    return Tallies(counts, _resampled(counts))


def acronyms(text: str, spans: Collection[Span]) -> list[Span]:
    """The spans that are acronyms of organisations: two to six capital letters and nothing else."""
    return [
        (start, end, label)
        for start, end, label in spans
        if label == "ORG"
        and end - start in ACRONYM
        and text[start:end].isalpha()
        and text[start:end].isupper()
    ]


def _counted(found: set[Span], wanted: set[Span]) -> list[list[int]]:
    return [
        [sum(span[2] == label for span in spans) for spans in (found & wanted, found, wanted)]
        for label in LABELS
    ]


def _resampled(counts: Counts) -> Counts:
    """Sums over texts drawn with replacement: how often each is drawn follows a multinomial distribution."""
    chance = np.random.default_rng(SEED)
    texts = len(counts)
    flat = counts.reshape(texts, -1).astype(np.float64)
    shares = np.full(texts, 1 / texts)
    sums = [chance.multinomial(texts, shares, size=_AT_ONCE) @ flat for _ in range(RESAMPLES // _AT_ONCE)]
    return np.concatenate(sums).astype(np.int64).reshape(-1, *counts.shape[1:])


def _f1(right: Counts, found: Counts, wanted: Counts) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = 2 * right / np.maximum(1, found + wanted)
    return shares
