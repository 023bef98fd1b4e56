"""Fits the entity model of one language, or the one of all that the others start from.

``make train-entities LANG=fr``, or
``python -m training.entities.train --language fr --data ../shared/data --out fr_entities``
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, load_meta
from thinc.api import Config

from pipeline.enrich.crf import storage, tokens
from pipeline.enrich.crf.layers import Scores
from pipeline.enrich.crf.pipe import FACTORY
from pipeline.enrich.entities import MODELS
from training.entities import cards, sources
from training.entities import texts as texts  # noqa: PLC0414 - the configuration names its readers

CONFIG = Path(__file__).with_name("config.cfg")
VERSION = "0.5.0"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long a model learns.

    Attributes:
        updates: how many are made.
        zero_at: the update at which the learning rate would reach zero; averaged weights need less.
        every: updates between two looks at the part that chooses the best step.
        rate: the highest learning rate.
        models: how many learn so, each with another seed. Of one, the best step counts; of several, the
            mean of their last: each has learnt too much by heart then, each something else.
    """

    updates: int
    zero_at: int
    every: int
    rate: float
    models: int

    def shortened(self, updates: int) -> Recipe:
        """The same with fewer updates, for a quick trial; the learning rate falls more gently then."""
        return replace(self, updates=updates, every=max(1, updates // 4))


EVERY = Recipe(updates=6000, zero_at=6600, every=1500, rate=0.002, models=1)
OWN = Recipe(updates=800, zero_at=880, every=400, rate=0.001, models=3)
ONE = Recipe(updates=400, zero_at=440, every=400, rate=0.001, models=3)
OWN_TABLES = {"fr": replace(OWN, models=5), "en": OWN}
"""Languages whose models learn embedding tables of their own, and how; others keep those of all languages."""

LANGUAGES = (texts.EVERY, *sources.LANGUAGES)


def recipe(language: str) -> Recipe:
    """All languages together learn from nothing, one goes on from there."""
    if language == texts.EVERY:
        return EVERY
    return OWN_TABLES.get(language, ONE)


def fit(language: str, data: Path, start: Path | None = None, plan: Recipe | None = None) -> Language:
    """A pipeline fitted to the data, or the mean of several.

    Models that went on from the same one, each its own way, are worse than their mean (Wortsman et al.:
    "Model soups", ICML 2022).

    Args:
        language: one of ``LANGUAGES``.
        data: the folder that holds the corpora.
        start: folder of the finished model of all languages; without one the weights are fresh.
        plan: how to learn; the language's own recipe without one.
    """
    plan = plan or recipe(language)
    overrides: dict[str, str | float] = {
        "nlp.lang": language,
        "paths.data": str(data),
        "training.max_steps": plan.updates,
        "training.eval_frequency": plan.every,
        "training.optimizer.learn_rate.total_steps": plan.zero_at,
        "training.optimizer.learn_rate.initial_rate": plan.rate,
    }
    if start:
        overrides["paths.start"] = str(start)
        overrides["initialize.components.newswire_entities.fixed"] = language not in OWN_TABLES
    config = load_config(CONFIG, overrides=overrides)
    if language in tokens.BY_CHARACTER:
        config["nlp"]["tokenizer"] = {"@tokenizers": tokens.TOKENIZER}
    seed = config["training"]["seed"]
    step = "model-best" if plan.models == 1 else "model-last"
    seeds = range(seed, seed + plan.models)
    return _mean([_one(config.merge({"training": {"seed": each}}), step) for each in seeds])


def _one(config: Config, step: str) -> Language:
    """A pipeline as it was at its best step, or its last."""
    nlp = init_nlp(config)
    with TemporaryDirectory() as folder:
        train(nlp, Path(folder), stdout=sys.stdout, stderr=sys.stderr)
        return spacy.load(Path(folder) / step)


def _mean(fitted: Sequence[Language]) -> Language:
    """The first of some pipelines of one shape, its weights the mean of those of all."""
    networks: list[Scores] = [nlp.get_pipe(FACTORY).model for nlp in fitted]  # type: ignore[attr-defined]  # ours has it
    for nodes in zip(*(network.walk() for network in networks), strict=True):
        for name in nodes[0].param_names:
            mean: Any = np.mean([node.get_param(name) for node in nodes], axis=0, dtype=np.float32)
            nodes[0].set_param(name, mean)
    return fitted[0]


def save(nlp: Language, out: Path, data: Path) -> None:
    """Writes the pipeline with its name and version, small, without spaCy's own vocabulary and tokeniser.

    The folders that it was made from are taken out of its configuration.
    """
    nlp.meta |= {
        "name": "entities",
        "version": VERSION,
        "license": cards.licence(_licences(nlp, data)),
        "description": f"PER, ORG, LOC and MISC in {nlp.lang} news, fitted for Newswire",
    }
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    storage.save(nlp, out)


def _licences(nlp: Language, data: Path) -> Iterator[str]:
    """Of all that went into a pipeline: its corpora, and the model that it went on from."""
    for language in texts.languages(str(nlp.lang)):
        yield from (source.licence for source, _ in sources.parts(data, language).train)
    if start := nlp.config["paths"]["start"]:
        yield load_meta(Path(start) / "meta.json")["license"]


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
    plan = recipe(language).shortened(arguments.steps) if arguments.steps else recipe(language)
    save(fit(language, arguments.data, start, plan), arguments.out, arguments.data)


if __name__ == "__main__":
    main()
