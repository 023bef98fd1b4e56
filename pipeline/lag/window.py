"""What was seen of one partition lately: rates, the trend, and when a message must have been written."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

TENTHS = 10


class Point(Struct, frozen=True):
    """A partition at one moment.

    Attributes:
        at: seconds on a clock that never jumps.
        start: offset of the oldest message that is there.
        committed: what the group has committed, or ``None``.
        end: offset after the newest message.
    """

    at: float
    start: int
    committed: int | None
    end: int

    @property
    def position(self) -> int:
        """The next message to be read: without a commit, or with one that is too old, the oldest."""
        return max(self.start, self.start if self.committed is None else self.committed)

    @property
    def lag(self) -> int:
        """Messages that are there and not read."""
        return max(0, self.end - self.position)


class Window:
    """The points of the last seconds, and one before them, so that they cover the whole window.

    Args:
        length_s: seconds that the window is long.
    """

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self._points: deque[Point] = deque()
        self._mark: tuple[int, float] | None = None

    @property
    def points(self) -> Sequence[Point]:
        """From the oldest to the newest."""
        return tuple(self._points)

    @property
    def complete(self) -> float:
        """How much of the window is covered, from 0 to 1."""
        covered = self._points[-1].at - self._points[0].at if self._points else 0.0
        return 1.0 if covered >= self.length_s else covered / self.length_s

    def add(self, point: Point) -> None:
        """Take one more point. A log that became shorter is another log: what was seen is forgotten."""
        if self._points and point.end < self._points[-1].end:
            self._points.clear()
            self._mark = None
        self._points.append(point)
        while len(self._points) > 2 and self._points[1].at <= point.at - self.length_s:  # noqa: PLR2004 - a pair
            self._points.popleft()

    def mark(self, offset: int, at: float) -> None:
        """The message at this offset was written then, on the points' clock: a hold for interpolation."""
        self._mark = (offset, at)

    def stamp(self, offset: int) -> float | None:
        """When the message at this offset was written, if that was marked."""
        return self._mark[1] if self._mark and self._mark[0] == offset else None

    def age(self, offset: int, now: float) -> float | None:
        """For how many seconds a message has stood there, judged by how the end of the log moved.

        Returns:
            The seconds; ``None`` if it was there before anything was seen, or is not there yet.
        """
        knots = [*([self._mark] if self._mark else []), *((point.end, point.at) for point in self._points)]
        before = [knot for knot in knots if knot[0] <= offset]
        after = [knot for knot in knots if knot[0] > offset]
        if not before or not after:
            return None
        low, high = max(before), min(after)
        share = (offset - low[0]) / (high[0] - low[0])
        return max(0.0, now - low[1] - share * (high[1] - low[1]))


def produce_rate(points: Sequence[Point]) -> float | None:
    """Messages written a second; ``None`` if there is nothing to compare."""
    seconds = _seconds(points)
    return (points[-1].end - points[0].end) / seconds if seconds else None


def consume_rate(points: Sequence[Point]) -> float | None:
    """Messages read a second, since the commits last went back; ``None`` if there is nothing to compare.

    Before its first commit a group has read nothing.
    """
    since = max((n for n in range(1, len(points)) if went_back(points[n - 1], points[n])), default=0)
    some = points[since:]
    seconds = _seconds(some)
    known = seconds and some[-1].committed is not None
    return (some[-1].position - some[0].position) / seconds if known else None


def trend(points: Sequence[Point]) -> float | None:
    """Messages by which the lag grows each second; ``None`` if there is nothing to compare."""
    seconds = _seconds(points)
    return (points[-1].lag - points[0].lag) / seconds if seconds else None


def catch_up_s(lag: int, produced: float | None, consumed: float | None) -> float | None:
    """Seconds until the lag is 0 if both rates stay as they are; ``None`` if it never is, or unknown."""
    if lag == 0:
        return 0.0
    if produced is None or consumed is None or consumed <= produced:
        return None
    return lag / (consumed - produced)


def went_back(earlier: Point, later: Point) -> bool:
    """Whether what is read next lies before what was to be read next: commits were reset, or are gone."""
    return earlier.committed is not None and later.position < earlier.committed


def tenths(points: Sequence[Point]) -> list[Point]:
    """Of many points some eleven, evenly apart: so many commits lie between two that each tells something."""
    if len(points) <= TENTHS + 1:
        return list(points)
    step = (points[-1].at - points[0].at) / TENTHS
    chosen = [points[0]]
    for point in points[1:-1]:
        if point.at - points[0].at >= len(chosen) * step:
            chosen.append(point)
    return [*chosen, points[-1]]


def _seconds(points: Sequence[Point]) -> float:
    return points[-1].at - points[0].at if len(points) > 1 else 0.0
