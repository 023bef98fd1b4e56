"""How far behind each group was lately, as a line: remembered while somebody watches, and drawn here."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

from pipeline.lag import Snapshot
from pipeline.web import view

LONG_S = 600
"""Seconds that are shown, and units that a drawing is wide."""

HEIGHT = 100
_GAP_S = 10
_LEAST_S = 10.0


class Trail(Struct, frozen=True):
    """The line as an SVG path in a drawing of ``LONG_S`` by ``HEIGHT``, and what it says in words."""

    path: str
    says: str


class Trails:
    """The time behind of each group in the last ten minutes; where nobody looked, there is a gap."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        # The last look, and what was seen: replaced whole, for one thread looks and another draws.
        self._seen: tuple[float, dict[str, tuple[tuple[float, float], ...]]] = (0.0, {})

    def add(self, snapshot: Snapshot) -> None:
        """Remember one look; a group that is gone is forgotten."""
        now, before = snapshot.at.timestamp(), self._seen[1]
        seen = {
            group.group: (
                *(point for point in before.get(group.group, ()) if now - LONG_S <= point[0] < now),
                *([(now, group.seconds)] if group.seconds is not None else []),
            )
            for group in snapshot.groups
        }
        self._seen = now, seen

    def drawn(self, group: str) -> Trail | None:
        """The group's line up to its last look; nothing as long as there is none."""
        last, seen = self._seen
        points = seen.get(group, ())
        if len(points) < 2:  # noqa: PLR2004 - a line has two ends
            return None
        most = max(seconds for _, seconds in points)
        scale = max(most, _LEAST_S)

        def place(point: tuple[float, float]) -> str:
            return f"{LONG_S - (last - point[0]):.0f} {HEIGHT * (1 - point[1] / scale):.0f}"

        parts = [f"M{place(points[0])}"]
        parts += [f"{'M' if b[0] - a[0] > _GAP_S else 'L'}{place(b)}" for a, b in pairwise(points)]
        return Trail("".join(parts), f"at most {view.span(most)} behind in the last 10 min")
