"""Raw articles through the models again, into a new generation that nobody searches yet."""

from __future__ import annotations

from pipeline.replay.plan import Into, Offsets, Plan, ReplayError, Since, Start, instant, offsets
from pipeline.replay.run import Summary, run

__all__ = [
    "Into",
    "Offsets",
    "Plan",
    "ReplayError",
    "Since",
    "Start",
    "Summary",
    "instant",
    "offsets",
    "run",
]
