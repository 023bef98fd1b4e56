"""Fits the small model that ships to what the teacher says of many texts.

A ridge regression from hashed words to what the teacher says (before the logistic function) is quick, and as
good as a logistic one with soft answers, which takes fifty times as long. It says less than it knows, so that
its scores are calibrated afterwards on annotated texts that neither of the two learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.special import logit
from sklearn.linear_model import LogisticRegression, Ridge

from pipeline.enrich.topics import NARROWER_BUCKETS, Classifier, Level
from training.topics import hashed
from training.topics.material import TOP
from training.topics.teacher import Floats, Heads, Taught

PENALTY = 0.3
STEPS = 60
LEAST, MOST = 0.003, 0.99  # scores that are told apart
ANNOTATED, PLAIN = 5.0, 0.5  # how much a text counts beside one of a section
WORD = 0.5  # how much a word counts beside a sentence


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts with what they are to be scored, and how much each counts."""

    texts: Sequence[str]
    scores: Taught
    weight: float


def fit(
    name: str,
    languages: Sequence[str],
    lessons: Sequence[Lesson],
    narrower: Sequence[str],
    exam: Lesson,
) -> Classifier:
    """The model that ships.

    Args:
        name: the model and its version.
        languages: that it is for.
        lessons: what it learns from.
        narrower: the topics below the top level.
        exam: annotated texts to calibrate the scores on; where nobody looked for narrower topics, NaN.
    """
    texts = [text for lesson in lessons for text in lesson.texts]
    rarity = hashed.rarity(texts)
    rows = vstack([hashed.rows(lesson.texts, rarity) for lesson in lessons]).tocsr()
    weights = np.concatenate([np.full(len(lesson.texts), lesson.weight) for lesson in lessons])
    questions = hashed.rows(exam.texts, rarity)
    levels = []
    for qcodes, buckets, answers, right in (
        (TOP, rows.shape[1], [lesson.scores.top for lesson in lessons], exam.scores.top),
        (narrower, NARROWER_BUCKETS, [lesson.scores.narrower for lesson in lessons], exam.scores.narrower),
    ):
        print(f"fitting {len(qcodes)} topics of {name} to {len(texts):,} texts", flush=True)
        heads = _ridge(hashed.folded(rows, buckets), np.vstack(answers), weights)
        heads = _calibrated(heads, hashed.folded(questions, buckets), right)
        levels.append(_level(tuple(qcodes), heads))
    return Classifier(name, tuple(languages), rarity, *levels)


def _ridge(rows: csr_matrix, scores: Floats, weights: NDArray[np.float64]) -> Heads:
    """Weights from the buckets that occur to the logits of the scores."""
    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    model = Ridge(alpha=PENALTY, solver="sparse_cg", max_iter=STEPS, tol=1e-3)
    model.fit(rows[:, used], logit(np.clip(scores, LEAST, MOST)), sample_weight=weights)
    found = np.zeros((rows.shape[1], scores.shape[1]), np.float32)
    found[used] = model.coef_.T
    return Heads(found, model.intercept_.astype(np.float32))


def _calibrated(heads: Heads, rows: csr_matrix, right: Floats) -> Heads:
    """The same models with sums stretched by one factor, and moved by an offset a topic (Platt's scaling).

    Platt, Probabilistic Outputs for Support Vector Machines (1999). The offsets are held near that of all
    topics, as some topics have few examples.
    """
    sums = heads.sums(rows)
    known = ~np.isnan(right[:, 0])
    topics = right.shape[1]
    stretch = sums[known].reshape(-1, 1)
    offsets = np.tile(np.eye(topics, dtype=np.float32), (int(known.sum()), 1))
    model = LogisticRegression(C=1.0, max_iter=500)
    model.fit(np.hstack([stretch, offsets]), right[known].ravel())
    factor, *own = model.coef_[0]
    moved = model.intercept_[0] + np.array(own)
    return Heads(heads.weights * factor, (heads.bias * factor + moved).astype(np.float32))


def _level(qcodes: tuple[str, ...], heads: Heads) -> Level:
    """The weights in eight bits."""
    scale = np.maximum(np.abs(heads.weights).max(axis=0), 1e-9) / 127
    eight_bits = np.round(heads.weights / scale).astype(np.int8)
    return Level(qcodes, eight_bits, scale.astype(np.float32), heads.bias.astype(np.float32))
