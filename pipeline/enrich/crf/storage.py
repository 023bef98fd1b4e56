"""How a model of ours lies on disk: tables in eight bits, other weights in half precision, nothing else.

A model without tables of its own takes those of the model of all languages, which lies beside it. In memory
the tables stay as they are; other weights and the computation are in single precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from pipeline.enrich.crf import french, layers, tables
from pipeline.enrich.crf.pipe import FACTORY, EntityTagger
from pipeline.enrich.crf.reading import Reader
from pipeline.enrich.crf.tokens import remembering

WITHOUT = ("vocab", "tokenizer")


def save(nlp: Language, folder: Path) -> None:
    """Writes a pipeline with its ``newswire_entities``; the pipeline stays as it was.

    Tables that are those of the model of all languages beside ``folder`` are not written again.
    """
    component: EntityTagger = nlp.get_pipe(FACTORY)  # type: ignore[assignment]  # the factory makes it
    own = component.reader.tables if component.reader else tables.rounded(layers.tables(component.model))
    with _small(component):
        nlp.to_disk(folder, exclude=WITHOUT)
    if not tables.are_shared(own, folder):
        tables.write(own, folder)


def load(folder: Path) -> Language:
    """Reads what ``save`` wrote, to find names with; ``start`` in the configuration learns on.

    Raises:
        OSError: the folder is missing or holds no pipeline, or there are no tables.
    """
    if folder.name.startswith("fr_"):
        french.prepare()
    nlp = spacy.load(folder, exclude=WITHOUT)
    if nlp.has_pipe(FACTORY):
        component: Any = nlp.get_pipe(FACTORY)
        layers.cast(component.model, np.float32)
        component.reader = Reader(component.model, tables.of(folder))
    return remembering(nlp)


@contextmanager
def _small(component: EntityTagger) -> Iterator[None]:
    """Its weights in half precision and without tables for a while."""
    whole = layers.tables(component.model)
    layers.set_tables(component.model, [table[:0] for table in whole])
    layers.cast(component.model, np.float16)
    try:
        yield
    finally:
        layers.cast(component.model, np.float32)
        layers.set_tables(component.model, whole)
