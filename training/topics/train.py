"""Fits the topic model of one language.

``python -m training.topics.train --language fr --data ../shared/data --out pipeline/enrich/models/fr_topics``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from pipeline.enrich import topics
from pipeline.enrich.topics import BUCKETS, TOPICS, Classifier
from training.topics import corpora
from training.topics.corpora import Item

LANGUAGES = ("en", "fr")
VERSION = "0.1.0"
ALPHA = 1e-6
EPOCHS = 12
SEED = 7
QCODES = tuple(TOPICS)
UNKNOWN = -8.0  # the bias of a topic that no item has: its score stays under 0.001


def fit(items: Sequence[Item], name: str) -> Classifier:
    """A logistic regression for each topic against all others, its weights cut to eight bits.

    Args:
        items: what to learn from, of three topics or more.
        name: the model's name and version.
    """
    matrix, rarity = _matrix([topics.words_in(item.text) for item in items])
    answers = np.array([QCODES.index(item.topic) for item in items])
    model = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=SEED
    )
    model.fit(matrix, answers)
    weights = np.zeros((BUCKETS, len(QCODES)), np.float32)
    bias = np.full(len(QCODES), UNKNOWN, np.float32)
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return Classifier(name, np.round(weights / scale).astype(np.int8), scale, bias, rarity)


def _matrix(texts: Sequence[Sequence[str]]) -> tuple[csr_matrix, NDArray[np.float32]]:
    """A row of weighted buckets for each text, and the rarity of each bucket."""
    counted = [topics.features(words) for words in texts]
    seen = np.bincount(np.concatenate([buckets for buckets, _ in counted]), minlength=BUCKETS)
    rarity = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float16).astype(np.float32)
    values = np.concatenate([topics.weighted(*one, rarity) for one in counted])
    columns = np.concatenate([buckets for buckets, _ in counted]).astype(np.int32)
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in counted)])
    return csr_matrix((values, columns, starts), shape=(len(texts), BUCKETS)), rarity


def save(model: Classifier, out: Path) -> None:
    """Writes the weights where ``pipeline.enrich.topics.load`` reads them."""
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / "weights.npz",
        name=np.array(model.name),
        weights=model.weights,
        scale=model.scale,
        bias=model.bias,
        rarity=model.rarity.astype(np.float16),
    )


def main() -> None:
    """Reads the command line, fits on all items, saves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    arguments = parser.parse_args()
    items = corpora.weak(arguments.data, arguments.language)
    save(fit(items, f"{arguments.language}_topics {VERSION}"), arguments.out)


if __name__ == "__main__":
    main()
