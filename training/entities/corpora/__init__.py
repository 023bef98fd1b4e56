"""Annotated corpora as running text with character spans, whatever columns, labels and language they have."""

from training.entities.corpora.arabic import anercorp, camel, wojood
from training.entities.corpora.labels import DROPPED, LABELS, WORLDWIDE
from training.entities.corpora.readers import (
    germeval,
    hiner,
    kind,
    klintan,
    msra,
    stockmark,
    turkish_wiki,
    turku,
    uner,
    wikineural,
    worldwide,
)
from training.entities.corpora.rows import mended
from training.entities.corpora.serbian import cyrillic
from training.entities.corpora.text import UNSURE, Sentence, Span, sentence, whole
from training.entities.corpora.typography import detokenise

__all__ = [
    "DROPPED",
    "LABELS",
    "UNSURE",
    "WORLDWIDE",
    "Sentence",
    "Span",
    "anercorp",
    "camel",
    "cyrillic",
    "detokenise",
    "germeval",
    "hiner",
    "kind",
    "klintan",
    "mended",
    "msra",
    "sentence",
    "stockmark",
    "turkish_wiki",
    "turku",
    "uner",
    "whole",
    "wikineural",
    "wojood",
    "worldwide",
]
