"""What a dateline is: the places that a story was filed from, and the agency that filed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pipeline.enrich.mentions import Mention

Known = Callable[[str], bool]
"""Whether a name, in whatever case, is that of a place."""


class Dateline(NamedTuple):
    """What stands before a story, as mentions in it, and where all that begins and ends.

    ``places`` are those that the story was filed from and, each for itself, the country or state that is
    named behind one. ``end`` is where the story's own first word stands.
    """

    places: tuple[Mention, ...]
    agency: Mention | None
    start: int
    end: int
