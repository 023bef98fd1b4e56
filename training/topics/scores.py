"""Compares topics that were given with those that apply, and scores with how often they are right."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support

from pipeline.enrich.topics import LEAST_SCORE

RESAMPLES = 500
SEED = 7
BINS = 10
LEAST_SUPPORT = 10
"""Texts that a topic needs for its F1 to count in the mean over those with enough."""

Floats = NDArray[np.float32]


class TopicScore(msgspec.Struct, frozen=True):
    """How well one topic is told; ``support`` is how many texts it applies to."""

    qcode: str
    support: int
    precision: float
    recall: float
    f1: float


class Several(msgspec.Struct, frozen=True):
    """What was measured on texts with all topics that apply.

    Attributes:
        macro: the mean F1 of the topics, those given from ``LEAST_SCORE`` on; ``low`` and ``high``, its 95 %
            interval from resamples of the texts.
        frequent: the same over topics that apply to ``LEAST_SUPPORT`` texts or more.
        micro: F1 over all topics of all texts.
        first: share of texts whose most likely topic is the main one; ``first_macro``, the mean F1 of that.
        among: share of texts whose most likely topic applies.
        error: how far the scores of topics that are given are from how often they are right (expected
            calibration error, ``BINS`` bins of equal width); ``error_all``, those of all topics.
        given: topics a text.
    """

    texts: int
    macro: float
    low: float
    high: float
    frequent: float
    micro: float
    first: float
    first_macro: float
    among: float
    error: float
    error_all: float
    given: float
    topics: tuple[TopicScore, ...]


class Single(msgspec.Struct, frozen=True):
    """What was measured on texts with one topic: the most likely of those that there are is the answer."""

    texts: int
    right: float
    macro: float
    frequent: float
    topics: tuple[TopicScore, ...]


class Result(msgspec.Struct, frozen=True):
    """What was measured of one model.

    Attributes:
        language: of the texts.
        model: its name.
        annotated: on annotated texts; ``narrower``, topics below the top level.
        sections: on texts with their publisher's section.
        masakhanews: on whole articles.
        sib: on the sentences of SIB-200.
        speed: whole articles, else headlines, a CPU second.
    """

    language: str
    model: str
    annotated: Several | None = None
    narrower: Several | None = None
    sections: Single | None = None
    masakhanews: Single | None = None
    sib: Single | None = None
    speed: float | None = None


def several(scores: Floats, truth: Floats, main: NDArray[np.intp], qcodes: Sequence[str]) -> Several:
    """Compares scores with the topics that apply.

    Args:
        scores: a row for each text, a column for each topic.
        truth: 1 where a topic applies.
        main: the column of each text's main topic.
        qcodes: the topics.
    """
    given = scores >= LEAST_SCORE
    first = scores.argmax(axis=1)
    by_topic = topic_scores(truth, given, qcodes)
    low, high = _interval(given, truth)
    present = np.unique(main)
    return Several(
        texts=len(scores),
        macro=float(np.mean([each.f1 for each in by_topic])),
        low=low,
        high=high,
        frequent=frequent(by_topic),
        micro=float(f1_score(truth, given, average="micro", zero_division=0)),
        first=float(np.mean(first == main)),
        first_macro=float(f1_score(main, first, labels=present, average="macro", zero_division=0)),
        among=float(truth[np.arange(len(first)), first].mean()),
        error=calibration_error(scores[given], truth[given]),
        error_all=calibration_error(scores.ravel(), truth.ravel()),
        given=float(given.sum(axis=1).mean()),
        topics=by_topic,
    )


def single(scores: Floats, answers: NDArray[np.intp], qcodes: Sequence[str]) -> Single:
    """Compares scores with one topic a text; topics that no text has are no answer.

    Args:
        scores: a row for each text, a column for each topic.
        answers: the column of each text's topic.
        qcodes: the topics.
    """
    among = np.unique(answers)
    first = among[scores[:, among].argmax(axis=1)]
    truth = np.eye(len(qcodes), dtype=np.float32)[answers][:, among]
    guesses = np.eye(len(qcodes), dtype=np.float32)[first][:, among]
    by_topic = topic_scores(truth, guesses, [qcodes[column] for column in among])
    return Single(
        texts=len(scores),
        right=float(np.mean(first == answers)),
        macro=float(np.mean([each.f1 for each in by_topic])),
        frequent=frequent(by_topic),
        topics=by_topic,
    )


def topic_scores(
    truth: Floats, given: Floats | NDArray[np.bool_], qcodes: Sequence[str]
) -> tuple[TopicScore, ...]:
    """Precision, recall and F1 of each topic that applies to any text."""
    precision, recall, f1, support = precision_recall_fscore_support(
        truth.astype(bool), given.astype(bool), average=None, zero_division=0
    )
    return tuple(
        TopicScore(qcode, int(count), float(p), float(r), float(f))
        for qcode, count, p, r, f in zip(qcodes, support, precision, recall, f1, strict=True)
        if count
    )


def frequent(by_topic: Sequence[TopicScore]) -> float:
    """The mean F1 of topics with enough texts; zero where none has."""
    kept = [each.f1 for each in by_topic if each.support >= LEAST_SUPPORT]
    return float(np.mean(kept)) if kept else 0.0


def calibration_error(scores: Floats, truth: Floats) -> float:
    """The mean distance of scores from how often they are right, by bins of equal width.

    Naeini, Cooper, Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning (2015).
    """
    if not len(scores):
        return 0.0
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(scores[bins == place].sum()) - float(truth[bins == place].sum())) for place in range(BINS)
    ]
    return sum(gaps) / len(scores)


def _interval(given: NDArray[np.bool_], truth: Floats) -> tuple[float, float]:
    """From which to which macro-F1 95 % of the resamples of the texts lie."""
    chance = np.random.default_rng(SEED)
    right, applies = given & (truth > 0), truth > 0
    found = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, len(given), len(given))
        hits, claimed, wanted = right[rows].sum(0), given[rows].sum(0), applies[rows].sum(0)
        f1 = 2 * hits / np.maximum(claimed + wanted, 1)
        found.append(float(f1[wanted > 0].mean()))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
