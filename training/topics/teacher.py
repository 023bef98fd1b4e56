"""A large model of topics that the small ones learn from: it says how likely each topic applies to a text.

It has three parts: hashed words fitted to publishers' sections, one language at a time; sentence vectors
fitted to the same, all languages together; and logistic regressions over what these two say and the vectors,
fitted to annotated texts. The last makes up for sections that mean something else than their topic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression, SGDClassifier

from training.topics import encoder, hashed, material
from training.topics.hashed import Rarity
from training.topics.material import TOP, Material

SEED = 7
NEVER = -8.0  # what a linear model says of a topic that it saw no text of
SECTIONS_A_LANGUAGE = 30_000  # texts with a section that the joint part is fitted to
STRENGTH = 0.5  # inverse of the penalty of the regressions over annotated texts
HASHED, JOINT, VECTOR, FIRST = 0.2, 0.2, 2.5, 0.3  # how much each kind of feature counts under the penalty
FAR = 12.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heads:
    """One linear model a topic over the same features; a column of ``weights`` each."""

    weights: Floats
    bias: Floats

    def sums(self, features: Floats | csr_matrix) -> Floats:
        """What the models say, before the logistic function."""
        return np.asarray(features @ self.weights + self.bias, np.float32)

    def scores(self, features: Floats) -> Floats:
        """How likely each topic applies, from 0 to 1."""
        return np.asarray(expit(self.sums(features)), np.float32)


@dataclass(frozen=True, slots=True)
class Taught:
    """What the teacher says of texts: scores for the topics of the top level, and for those below."""

    top: Floats
    narrower: Floats


class Teacher:
    """Fitted to the material of some languages; asked about texts in these and others.

    Args:
        materials: by language.
    """

    def __init__(self, materials: Sequence[Material]) -> None:
        self.narrower = material.narrower_topics(materials)
        self._rarity: dict[str, Rarity] = {}
        self._sections: dict[str, Heads] = {}
        for each in materials:
            print(f"fitting the sections of {each.language}: {len(each.weak):,} texts", flush=True)
            self._rarity[each.language] = hashed.rarity(item.text for item in each.weak)
            self._sections[each.language] = self._fit_sections(each)
        self._joint = _fit_joint(materials)
        own = {each.language: self._annotated(each) for each in materials}
        truths = {each.language: material.truth(each.learnt, TOP) for each in materials}
        self._own = {each: _regressions(own[each], truths[each]) for each in own}
        everything = np.vstack(list(truths.values()))
        self._all = _regressions(np.vstack(list(own.values())), everything)
        self._across = _regressions(
            np.vstack([features[:, len(TOP) :] for features in own.values()]), everything
        )
        self._below = self._fit_narrower(materials)

    def teach(self, language: str, texts: Sequence[str], title: str = "") -> Taught:
        """The scores of texts; of a language that it was not fitted to by what holds in all of them."""
        vectors = encoder.vectors(texts, title or language)
        top = self._top(language, texts, vectors)
        return Taught(top, self._below.scores(_narrower_features(top, vectors)))

    def _top(self, language: str, texts: Sequence[str], vectors: Floats) -> Floats:
        if language not in self._sections:
            return self._across.scores(self._vector_features(vectors))
        features = self._features(language, texts, vectors)
        both = self._own[language].scores(features) + self._all.scores(features)
        return (both / 2).astype(np.float32)

    def _annotated(self, one: Material) -> Floats:
        texts = [each.text for each in one.learnt]
        return self._features(one.language, texts, encoder.vectors(texts, f"annotated {one.language}"))

    def _features(self, language: str, texts: Sequence[str], vectors: Floats) -> Floats:
        """What the language's own sections say, then what holds in all languages."""
        sums = self._sections[language].sums(hashed.rows(texts, self._rarity[language]))
        return np.hstack([HASHED * np.clip(sums, -FAR, FAR), self._vector_features(vectors)])

    def _vector_features(self, vectors: Floats) -> Floats:
        sums = self._joint.sums(vectors)
        shares = np.exp(sums - sums.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.hstack([JOINT * np.log(shares + 1e-4), VECTOR * vectors])

    def _fit_sections(self, one: Material) -> Heads:
        rows = hashed.rows([item.text for item in one.weak], self._rarity[one.language])
        model = SGDClassifier(
            loss="log_loss",
            alpha=1e-6,
            max_iter=12,
            tol=None,
            average=True,
            random_state=SEED,
            class_weight="balanced",
        )
        model.fit(rows, material.sections(one.weak))
        return _heads(model.classes_, model.coef_, model.intercept_)

    def _fit_narrower(self, materials: Sequence[Material]) -> Heads:
        features, truths = [], []
        for each in materials:
            marked = [one for one in each.learnt if one.narrower is not None]
            texts = [one.text for one in marked]
            vectors = encoder.vectors(texts, f"annotated below the top level, {each.language}")
            features.append(_narrower_features(self._top(each.language, texts, vectors), vectors))
            truths.append(material.truth(marked, self.narrower, narrower=True))
        return _regressions(np.vstack(features), np.vstack(truths))


def _fit_joint(materials: Sequence[Material]) -> Heads:
    some = {each.language: each.weak[:SECTIONS_A_LANGUAGE] for each in materials}
    vectors = [
        encoder.vectors([item.text for item in items], f"{language} by section")
        for language, items in some.items()
    ]
    answers = np.concatenate([material.sections(items) for items in some.values()])
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=60, tol=1e-3)
    model.fit(np.vstack(vectors), answers)
    return _heads(model.classes_, model.coef_, model.intercept_)


def _narrower_features(top: Floats, vectors: Floats) -> Floats:
    return np.hstack([FIRST * logit(np.clip(top, 1e-4, 1 - 1e-4)), VECTOR * vectors])


def _heads(classes: NDArray[np.intp], weights: Floats, bias: Floats) -> Heads:
    """The models of all topics, of which some may have had no text."""
    found = Heads(np.zeros((weights.shape[1], len(TOP)), np.float32), np.full(len(TOP), NEVER, np.float32))
    found.weights[:, classes] = weights.T
    found.bias[classes] = bias
    return found


def _regressions(features: Floats, truths: Floats) -> Heads:
    """A logistic regression for each column of the truths; each has both answers in it, or never applies."""
    weights = np.zeros((features.shape[1], truths.shape[1]), np.float32)
    bias = np.full(truths.shape[1], NEVER, np.float32)
    for column in range(truths.shape[1]):
        if truths[:, column].any():
            model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(features, truths[:, column])
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return Heads(weights, bias)
