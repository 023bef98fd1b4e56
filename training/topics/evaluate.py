"""Measures the topic model of one language on texts that it was not fitted to.

``python -m training.topics.evaluate --language fr --data ../shared/data``

Three measures: a model fitted without the last months, on those months; a model fitted without some
publishers, on those; and the former on MasakhaNEWS, whole articles of one of seven topics.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from pipeline.enrich import topics
from pipeline.enrich.topics import Classifier
from training.topics import corpora
from training.topics.corpora import Item
from training.topics.train import LANGUAGES, QCODES, fit

LATER_SHARE = 0.1
HELD_OUT_PUBLISHERS = {
    "en": frozenset({"www.nbcnews.com", "www.theguardian.com", "www.bbc.co.uk", "www.independent.co.uk"}),
    "fr": frozenset({"www.lemonde.fr", "www.franceinfo.fr", "www.francetvinfo.fr", "www.lepoint.fr"}),
}


def by_time(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Earlier items, undated ones among them, and the latest."""
    ordered = sorted(items, key=lambda item: item.day)
    cut = int(len(ordered) * (1 - LATER_SHARE))
    return ordered[:cut], ordered[cut:]


def by_publisher(items: Sequence[Item], held_out: frozenset[str]) -> tuple[list[Item], list[Item]]:
    """Items of other publishers, and items of the held-out ones."""
    kept = [item for item in items if item.publisher not in held_out]
    return kept, [item for item in items if item.publisher in held_out]


def report(title: str, model: Classifier, items: Sequence[Item], among: Sequence[str] = QCODES) -> None:
    """Prints accuracy, macro-F1 and F1 by topic, and how the scores above the threshold do.

    Args:
        title: what is measured.
        model: what is measured on the items.
        items: texts with the right answer.
        among: qcodes that the first answer is chosen from.
    """
    started = process_time()
    scores = np.array([model.scores(topics.words_in(item.text)) for item in items])
    seconds = process_time() - started
    answers = np.array([QCODES.index(item.topic) for item in items])
    allowed = np.array([QCODES.index(qcode) for qcode in among])
    first = allowed[scores[:, allowed].argmax(axis=1)]
    each = by_topic(answers, first)
    given = scores >= topics.LEAST_SCORE
    right = given[np.arange(len(items)), answers]
    print(f"\n{title}: {len(items)} texts, {len(items) / seconds:.0f} a second")
    print(f"  first topic right {np.mean(first == answers):.3f}, macro-F1 {np.mean([*each.values()]):.3f}")
    print(
        f"  given: {given.sum(axis=1).mean():.2f} topics a text, the right one among them {right.mean():.3f}"
    )
    print("  " + "; ".join(f"{topics.TOPICS[qcode]} {score:.3f}" for qcode, score in each.items()))


def by_topic(answers: NDArray[np.intp], first: NDArray[np.intp]) -> dict[str, float]:
    """F1 of each topic that is the right one for any text."""
    present = np.unique(answers)
    scores = f1_score(answers, first, labels=present, average=None, zero_division=0)
    return {QCODES[index]: float(score) for index, score in zip(present, scores, strict=True)}


def main() -> None:
    """Reads the command line, fits the models to be measured, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    arguments = parser.parse_args()
    items = corpora.weak(arguments.data, arguments.language)
    earlier, later = by_time(items)
    model = fit(earlier, "measured")
    report("later months", model, later)
    articles = corpora.masakhanews(arguments.data, arguments.language)
    report("MasakhaNEWS", model, articles, sorted({item.topic for item in articles}))
    kept, others = by_publisher(items, HELD_OUT_PUBLISHERS[arguments.language])
    report("publishers not fitted to", fit(kept, "measured"), others)


if __name__ == "__main__":
    main()
