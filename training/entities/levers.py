"""What each way of varying the training texts gives: models fitted without it, one by one.

``python -m training.entities.levers --data ../shared/data`` fits them to French from nothing, which takes
some three minutes each, and prints a Markdown table. Decision 15 has what it printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from pipeline.enrich.crf import storage
from pipeline.enrich.entities import Recogniser
from training.entities import augment, sources, train
from training.entities.corpora import Sentence
from training.entities.evaluate import spans_found
from training.entities.scores import OVERALL, tally

LANGUAGE = "fr"
PLAN = train.Recipe(updates=600, zero_at=660, every=600, rate=0.002, models=1)
SAMPLE = 2_000
"""Texts of WikiNEuRal's test part that are measured, as they are and made to look like news."""

WITHOUT: dict[str, dict[str, Any]] = {
    "nothing left out": {},
    "several sentences in a text": {"LENGTHS": (1,)},
    "capitals": {"CAPITALS": 0},
    "quotations and their speakers": {"QUOTED": 0, "ATTRIBUTED": 0},
    "typographic marks": {"TYPOGRAPHIC_QUOTES": 0, "TYPOGRAPHIC_APOSTROPHES": 0},
    "datelines": {"DATELINED": 0},
    "other names in the place of those that stand there": {"SWAPPED": {}},
}
"""What is left out, and the numbers of ``augment`` that leave it out."""


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """Texts are varied without it meanwhile.

    Raises:
        KeyError: there is no such thing.
    """
    with ExitStack() as stack:
        for number, value in WITHOUT[name].items():
            stack.enter_context(patch.object(augment, number, value))
        yield


def tests(data: Path) -> dict[str, list[Sentence]]:
    """French texts to measure on, by what they look like."""
    parts = sources.parts(data, LANGUAGE)
    plain = parts.tests["wikineural"][:SAMPLE]
    style = augment.style(LANGUAGE)
    opening, closing = style.quotes[0]
    return {
        "WikiNEuRal": plain,
        "in capitals": [augment.capitals(one) for one in plain],
        "quoted": [augment.around(opening, augment.requoted(one, "“", "”"), closing) for one in plain],
        "three a text": [augment.joined(plain[at : at + 3], Random(0)) for at in range(0, len(plain), 3)],
        "news": [one for name, some in parts.tests.items() if name != "wikineural" for one in some],
    }


def fitted(data: Path, plan: train.Recipe) -> Recogniser:
    """A French model that learnt from nothing."""
    with TemporaryDirectory() as folder, redirect_stdout(sys.stderr):  # the table alone goes out
        storage.save(train.fit(LANGUAGE, data, plan=plan), Path(folder))
        return Recogniser(storage.load(Path(folder)))


def measured(recogniser: Recogniser, texts: Sequence[Sentence]) -> float:
    """F1 over people, organisations and places, as users get them."""
    found = spans_found(recogniser, [one.text for one in texts])
    return tally(found, [one.spans for one in texts]).score(OVERALL).f1


def main() -> None:
    """Reads the command line, fits and measures one model after the other, prints each as it is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--updates", type=int, default=PLAN.updates, help="how many each model learns by")
    arguments = parser.parse_args()
    kinds = tests(arguments.data)
    print("| left out | " + " | ".join(kinds) + " |")
    print("| --- |" + " ---: |" * len(kinds))
    for name in WITHOUT:
        with left_out(name):
            recogniser = fitted(arguments.data, PLAN.shortened(arguments.updates))
        row = " | ".join(f"{measured(recogniser, some):.3f}" for some in kinds.values())
        print(f"| {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
