"""What finds language, entities, topics, keyphrases and quotes; ``chain`` ties them, ``pool`` runs them.

What ``chain`` has is here too, and is imported when it is first asked for: a worker needs none of it, for its
model processes have it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.enrich.chain import (
        Chain,
        Recognisers,
        entity_enricher,
        keyphrase_enricher,
        language_enricher,
        load,
        quote_enricher,
        topic_enricher,
    )

__all__ = [
    "Chain",
    "Recognisers",
    "entity_enricher",
    "keyphrase_enricher",
    "language_enricher",
    "load",
    "quote_enricher",
    "topic_enricher",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("pipeline.enrich.chain"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
