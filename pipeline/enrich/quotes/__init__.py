"""Finds quotations in French and English bodies and whose they are, by their marks and verbs of speech."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.article import Entity, Quote
from pipeline.enrich.quotes.marks import quoted
from pipeline.enrich.quotes.reading import Reader
from pipeline.enrich.quotes.scene import Scene
from pipeline.enrich.quotes.words import FILES, load

LANGUAGES = frozenset(FILES)
"""Primary subtags of the languages that are read."""

READ = 150_000
"""Code points of a body that are read, as of names."""

__all__ = ["LANGUAGES", "READ", "quotes"]


def quotes(body: str, language: str, entities: Sequence[Entity] = ()) -> tuple[Quote, ...]:
    """The quotations of a body, in the order of the text.

    Args:
        body: plain text, of any size.
        language: primary subtag; a body in none of ``LANGUAGES`` has no quotations.
        entities: the names of the body, mentions in its code points; without any, words with capitals count
            as names.

    Returns:
        What stands between the marks, in code points of the body, and whose words those are, where somebody
        is named.
    """
    if language not in LANGUAGES:
        return ()
    read = body[:READ]
    found = quoted(read)
    if not found:
        return ()
    return tuple(Reader(Scene(read, found, load(language), entities), found).quotes())
