"""What the steps of entity recognition hand on: one place of a text that a name stands in."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.article import Label


class Mention(NamedTuple):
    """A name at a place of a text: offsets in code points, ``end`` excluded."""

    start: int
    end: int
    label: Label
