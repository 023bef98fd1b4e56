"""How a model of ours lies on disk: its weights in half precision, nothing of spaCy's own beside them.

Half precision halves the size; in memory and in the computation the weights are in single precision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from pipeline.enrich.crf.layers import cast
from pipeline.enrich.crf.pipe import FACTORY
from pipeline.enrich.crf.tokens import remembering

WITHOUT = ("vocab", "tokenizer")


def save(nlp: Language, folder: Path) -> None:
    """Writes a pipeline; the weights of its ``newswire_entities`` are rounded by that."""
    _cast(nlp, np.float16)
    try:
        nlp.to_disk(folder, exclude=WITHOUT)
    finally:
        _cast(nlp, np.float32)


def load(folder: Path) -> Language:
    """Reads what ``save`` wrote.

    Raises:
        OSError: the folder is missing or holds no pipeline.
    """
    nlp = spacy.load(folder, exclude=WITHOUT)
    _cast(nlp, np.float32)
    return remembering(nlp)


def _cast(nlp: Language, kind: type[np.floating[Any]]) -> None:
    """Gives all weights of the component, if it is there, another precision."""
    if nlp.has_pipe(FACTORY):
        component: Any = nlp.get_pipe(FACTORY)
        cast(component.model, kind)
