"""The rules by which a partition is OK or not: a window of offsets instead of thresholds, after Burrow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.lag.shape import Status
from pipeline.lag.window import Point, tenths, went_back


class Verdict(NamedTuple):
    """A status, and why, for a person; nothing is said of what is OK and judged."""

    status: Status
    reason: str = ""


def judge(points: Sequence[Point], *, complete: float) -> Verdict:
    """Judge one partition by what was seen of it; the first rule that applies decides. No clock, no state.

    Args:
        points: at least one, from the oldest to the newest.
        complete: how much of the window they cover; below 1 only what one look can tell is told.
    """
    return (
        _wrong(points[-1])
        or _rewound(points)
        or _caught_up(points)
        or _incomplete(complete)
        or _standing(points)
        or _behind(points)
        or Verdict("OK")
    )


def _wrong(last: Point) -> Verdict | None:
    """The offsets contradict each other: whatever the group does, it is not what was meant."""
    if last.committed is None:
        return None
    if last.committed > last.end:
        return Verdict(
            "ERROR",
            f"{last.committed} is committed, but the log ends at {last.end}: the topic was made again, or"
            " lost messages",
        )
    if last.committed < last.start:
        expired = last.start - last.committed
        return Verdict("ERROR", f"{expired:,} messages were deleted before the group had read them")
    return None


def _rewound(points: Sequence[Point]) -> Verdict | None:
    if points[-1].lag == 0:
        return None
    for earlier, later in pairwise(points):
        if went_back(earlier, later):
            if later.committed is None:
                return Verdict("REWOUND", f"the group's commit at {earlier.committed} is gone")
            return Verdict("REWOUND", f"the commits went back from {earlier.committed} to {later.committed}")
    return None


def _caught_up(points: Sequence[Point]) -> Verdict | None:
    return Verdict("OK") if 0 in [point.lag for point in points] else None


def _incomplete(complete: float) -> Verdict | None:
    return Verdict("OK", f"not judged yet: {complete:.0%} of the window") if complete < 1 else None


def _standing(points: Sequence[Point]) -> Verdict | None:
    """Messages wait, and no commit was higher than the first one in all of the window.

    A reader that has come back is not called one that hangs before it has had the time of a window.
    """
    first = points[0].position
    if any(point.committed is not None and point.position > first for point in points):
        return None
    seconds = f"for {points[-1].at - points[0].at:.0f} s"
    if points[-1].idle:
        return Verdict("STOPPED", f"nobody reads it: no commit {seconds}, and no member of the group has it")
    if any(point.idle for point in points):
        return Verdict("STOPPED", f"a member of the group has it again, but no commit {seconds}")
    return Verdict("STALLED", f"its reader does not get on: no commit {seconds}")


def _behind(points: Sequence[Point]) -> Verdict | None:
    some = tenths(points)
    grown = some[-1].lag - some[0].lag
    if grown <= 0 or any(later.lag < earlier.lag for earlier, later in pairwise(some)):
        return None
    return Verdict("WARN", f"it is read more slowly than written: the lag grew by {grown:,}")
