"""Knows the cities that papers name alone before a dash or a colon: ``NEW DELHI:``, ``ROMA -``."""

from __future__ import annotations

from pipeline.enrich.datelines import tables

_KNOWN = frozenset(name.casefold() for name in tables.read("capitals.txt")[""])


def is_well_known(name: str) -> bool:
    """Whether a text is the name of such a city, in whatever case; they stand in ``capitals.txt``."""
    return name.casefold().replace("’", "'") in _KNOWN
