"""The timeline and the map as shapes: where each bar and each spot stands, in the units of their drawings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from msgspec import Struct

BAR_WIDTH, BAR_GAP, HEIGHT = 10, 2, 100
# Half degrees from the date line and from the north pole.
MAP_WIDTH, MAP_HEIGHT = 720, 360
_LEAST_BAR = 2.0
_LEAST_RADIUS, _MOST_RADIUS = 4.0, 16.0


class Moment(Protocol):
    """Articles of a span of time, as ``pipeline.search`` counts them."""

    @property
    def start(self) -> datetime:
        """Its first instant."""

    @property
    def count(self) -> int:
        """How many."""


class Spot(Protocol):
    """Articles of a place, as ``pipeline.search`` counts them."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""

    @property
    def count(self) -> int:
        """How many."""


class Bar(Struct, frozen=True):
    """A bar of the timeline; ``end`` is the next one's start, absent for the last."""

    x: int
    y: float
    height: float
    count: int
    start: datetime
    end: datetime | None


class Dot(Struct, frozen=True):
    """A spot of the map."""

    x: float
    y: float
    radius: float
    count: int


def bars(timeline: Sequence[Moment]) -> tuple[Bar, ...]:
    """The bars, as high as their counts; one that is not empty can be seen."""
    most = max((one.count for one in timeline), default=0)
    ends = [one.start for one in timeline[1:]]
    found = []
    for place, one in enumerate(timeline):
        height = max(one.count / most * HEIGHT, _LEAST_BAR) if one.count else 0.0
        found.append(
            Bar(
                x=place * (BAR_WIDTH + BAR_GAP),
                y=round(HEIGHT - height, 2),
                height=round(height, 2),
                count=one.count,
                start=one.start,
                end=ends[place] if place < len(ends) else None,
            )
        )
    return tuple(found)


def width(drawn: Sequence[Bar]) -> int:
    """The width of a drawing of these bars."""
    return max(len(drawn) * (BAR_WIDTH + BAR_GAP) - BAR_GAP, BAR_WIDTH)


def dots(spots: Sequence[Spot]) -> tuple[Dot, ...]:
    """The spots, their areas as their counts, the largest first so that none is hidden."""
    most = max((spot.count for spot in spots), default=0)
    return tuple(
        Dot(
            x=round((spot.lon + 180) / 360 * MAP_WIDTH, 1),
            y=round((90 - spot.lat) / 180 * MAP_HEIGHT, 1),
            radius=round(max(math.sqrt(spot.count / most) * _MOST_RADIUS, _LEAST_RADIUS), 1),
            count=spot.count,
        )
        for spot in sorted(spots, key=lambda spot: -spot.count)
    )


@cache
def land() -> str:
    """The outline of the continents as an SVG path, in the units of the map.

    Made from Natural Earth's land at 1:110 million, which is in the public domain.
    """
    return (Path(__file__).parent / "static" / "land.txt").read_text(encoding="ascii").strip()
