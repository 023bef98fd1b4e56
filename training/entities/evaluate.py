"""Measures an entity model, by label, on texts that it was not fitted to.

``python -m training.entities.evaluate --language fr --data ../shared/data --model pipeline/enrich/models/fr_entities``
"""  # noqa: E501 - a command stays on one line

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time

import spacy

from pipeline.enrich.entities import Recogniser
from training.entities import augment, gazetteer, texts
from training.entities.corpora import LABELS, Sentence, uner, wikineural
from training.entities.train import LANGUAGES


@dataclass
class Tally:
    """Spans found and right, found, and to be found, by label."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)

    def add(self, found: set[tuple[int, int, str]], wanted: set[tuple[int, int, str]]) -> None:
        """Counts one text's spans; a span is right if start, end and label are."""
        self.right.update(label for _, _, label in found & wanted)
        self.found.update(label for _, _, label in found)
        self.wanted.update(label for _, _, label in wanted)

    def scores(self, labels: Sequence[str]) -> tuple[float, float, float]:
        """Precision, recall and F1 over some labels together."""
        right = sum(self.right[label] for label in labels)
        precision = right / max(1, sum(self.found[label] for label in labels))
        recall = right / max(1, sum(self.wanted[label] for label in labels))
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def measure(recogniser: Recogniser, sentences: Sequence[Sentence]) -> tuple[Tally, float]:
    """What the recogniser finds, rules and all, as the pipeline uses it; and words a second on one core."""
    tally = Tally()
    started = process_time()
    answers = recogniser.find([one.text for one in sentences])
    seconds = process_time() - started
    for one, entities in zip(sentences, answers, strict=True):
        found = {(span.start, span.end, entity.label) for entity in entities for span in entity.mentions}
        tally.add(set[tuple[int, int, str]](found), set(one.spans))
    return tally, sum(len(one.text.split()) for one in sentences) / seconds


def suites(data: Path, language: str) -> dict[str, tuple[list[Sentence], Sequence[str]]]:
    """What to measure on: the sentences, and the labels that they are marked with, by name."""
    test = wikineural(data, language, "test")
    _, held_out = texts.split(data, language)
    names = gazetteer.load(language, texts.people_in(held_out))
    like_news = augment.articles(test, augment.STYLES[language], names, Random(1))
    found: dict[str, tuple[list[Sentence], Sequence[str]]] = {
        "WikiNEuRal test": (test, LABELS),
        "WikiNEuRal test, varied and joined": (like_news, LABELS),
        "held out of training": (held_out, LABELS),
    }
    if articles := texts.held_out_articles(data, language):
        found["newswire held out, whole articles"] = (articles, LABELS)
    if language == "en":
        found["UNER English EWT test"] = (uner(data, "en_ewt-ud-test"), LABELS[:3])
    return found


def main() -> None:
    """Reads the command line, measures, prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--model", type=Path, required=True, help="folder of the model")
    arguments = parser.parse_args()
    recogniser = Recogniser(spacy.load(arguments.model, exclude=["tokenizer"]))
    print("| on | texts | P | R | F1 | " + " | ".join(LABELS) + " | words/s |")
    print("| --- |" + " --- |" * (5 + len(LABELS)))
    for name, (sentences, labels) in suites(arguments.data, arguments.language).items():
        tally, speed = measure(recogniser, sentences)
        overall = " | ".join(f"{score:.3f}" for score in tally.scores(labels))
        by_label = " | ".join(f"{tally.scores([each])[2]:.3f}" if each in labels else "–" for each in LABELS)
        print(f"| {name} | {len(sentences)} | {overall} | {by_label} | {speed:.0f} |")


if __name__ == "__main__":
    main()
