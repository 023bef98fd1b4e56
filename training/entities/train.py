"""Fits the entity model of one language, or the one of all that the others start from.

``make train-entities LANG=fr``, or
``python -m training.entities.train --language fr --data ../shared/data --out fr_entities``
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

from pipeline.enrich.crf import storage, tokens
from pipeline.enrich.entities import MODELS
from training.entities import cards, sources
from training.entities import texts as texts  # noqa: PLC0414 - the configuration names its readers

CONFIG = Path(__file__).with_name("config.cfg")
VERSION = "0.3.0"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long a model learns.

    Attributes:
        updates: how many are made.
        zero_at: the update at which the learning rate would reach zero; averaged weights need less.
        every: updates between two looks at the part that chooses the best step.
        rate: the highest learning rate.
    """

    updates: int
    zero_at: int
    every: int
    rate: float


EVERY = Recipe(updates=3000, zero_at=3300, every=1000, rate=0.002)
ONE = Recipe(updates=1200, zero_at=1300, every=200, rate=0.001)
LANGUAGES = (texts.EVERY, *sources.LANGUAGES)


def recipe(language: str) -> Recipe:
    """All languages together learn from nothing, one goes on from there."""
    return EVERY if language == texts.EVERY else ONE


def fit(language: str, data: Path, start: Path | None = None, steps: int | None = None) -> Language:
    """A pipeline fitted to the data, as it was at its best step on the part that chooses it.

    Args:
        language: one of ``LANGUAGES``.
        data: the folder that holds the corpora.
        start: folder of the finished model of all languages; without one the weights are fresh.
        steps: updates to make instead of the recipe's, for a quick trial.
    """
    plan = recipe(language)
    overrides: dict[str, str | int | float] = {
        "nlp.lang": language,
        "paths.data": str(data),
        "training.max_steps": steps or plan.updates,
        "training.eval_frequency": max(1, steps // 4) if steps else plan.every,
        "training.optimizer.learn_rate.total_steps": plan.zero_at,
        "training.optimizer.learn_rate.initial_rate": plan.rate,
    }
    if start:
        overrides["paths.start"] = str(start)
    config = load_config(CONFIG, overrides=overrides)
    if language in tokens.BY_CHARACTER:
        config["nlp"]["tokenizer"] = {"@tokenizers": tokens.TOKENIZER}
    nlp = init_nlp(config)
    with TemporaryDirectory() as folder:
        train(nlp, Path(folder), stdout=sys.stdout, stderr=sys.stderr)
        return spacy.load(Path(folder) / "model-best")


def save(nlp: Language, out: Path, data: Path) -> None:
    """Writes the pipeline with its name and version, small, without spaCy's own vocabulary and tokeniser.

    The folders that it was made from are taken out of its configuration.
    """
    shares = [share for each in texts.languages(str(nlp.lang)) for share in sources.parts(data, each).train]
    nlp.meta |= {
        "name": "entities",
        "version": VERSION,
        "license": cards.licence(sorted({source.licence for source, _ in shares})),
        "description": f"PER, ORG, LOC and MISC in {nlp.lang} news, fitted for Newswire",
    }
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    storage.save(nlp, out)


def main() -> None:
    """Reads the command line, fits, saves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    parser.add_argument(
        "--start", type=Path, help="folder of the model to start from; the shipped one of all"
    )
    parser.add_argument("--steps", type=int, help="updates instead of the recipe's")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    language = arguments.language
    start = None if language == texts.EVERY else arguments.start or MODELS / f"{texts.EVERY}_entities"
    save(fit(language, arguments.data, start, arguments.steps), arguments.out, arguments.data)


if __name__ == "__main__":
    main()
