"""What was seen of one partition lately: rates, the trend, and when a message must have been written."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

import msgspec

TENTHS = 10

_PACKED = Struct("<dqqq?")
_SIZE = _PACKED.size
_AT = Struct("<d")
_NO_COMMIT = -1

_NEAR = 1.25
"""Tenths of a window between two points that are kept: a quarter more, for looks come late, if at all."""


class Point(msgspec.Struct, frozen=True, gc=False):
    """A partition at one moment.

    Attributes:
        at: seconds on a clock that never jumps.
        start: offset of the oldest message that is there.
        committed: what the group has committed, or ``None``.
        end: offset after the newest message.
        idle: no member of the group has the partition.
    """

    at: float
    start: int
    committed: int | None
    end: int
    idle: bool = False

    @property
    def position(self) -> int:
        """The next message to be read: without a commit, or with one that is too old, the oldest."""
        committed = self.committed
        return self.start if committed is None or committed < self.start else committed

    @property
    def lag(self) -> int:
        """Messages that are there and not read."""
        committed = self.committed
        lag = self.end - (self.start if committed is None or committed < self.start else committed)
        return max(lag, 0)


def _point(at: float, start: int, committed: int, end: int, idle: bool) -> Point:
    return Point(at, start, None if committed == _NO_COMMIT else committed, end, idle)


class Window:
    """The points of the last seconds, and one before them, so that they cover the whole window.

    However often somebody looks, some twenty points are kept: those in between that tell nothing are not.
    They are packed, for there is a window for each partition of each group.

    Args:
        length_s: seconds that the window is long.
    """

    __slots__ = ("_mark", "_packed", "length_s")

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self._packed = bytearray()
        self._mark: tuple[int, float] | None = None

    @property
    def points(self) -> Sequence[Point]:
        """From the oldest to the newest."""
        return [_point(*fields) for fields in _PACKED.iter_unpack(self._packed)]

    @property
    def last(self) -> Point:
        """The newest."""
        return self._point(-1)

    @property
    def complete(self) -> float:
        """How much of the window is covered, from 0 to 1."""
        covered = self._at(-1) - self._at(0) if self._packed else 0.0
        return 1.0 if covered >= self.length_s else covered / self.length_s

    def add(self, point: Point) -> None:
        """Take one more point. A log that became shorter is another log: what was seen is forgotten."""
        packed = self._packed
        if packed and point.end < self.last.end:
            packed.clear()
            self._mark = None
        while len(packed) > _SIZE and self._at(1) <= point.at - self.length_s:
            del packed[:_SIZE]
        if len(packed) > _SIZE and self._tells_nothing(self._point(-2), self._point(-1), point):
            del packed[-_SIZE:]
        committed = _NO_COMMIT if point.committed is None else point.committed
        packed += _PACKED.pack(point.at, point.start, committed, point.end, point.idle)

    def mark(self, offset: int, written: float) -> None:
        """The message at this offset was written then, in seconds since 1970: a hold for interpolation."""
        self._mark = (offset, written)

    def stamp(self, offset: int) -> float | None:
        """When the message at this offset was written, if that was marked."""
        return self._mark[1] if self._mark and self._mark[0] == offset else None

    def age(self, offset: int, now: float, wall: float) -> float | None:
        """For how many seconds a message has stood there, judged by how the end of the log moved.

        Args:
            offset: the message's.
            now: on the points' clock.
            wall: the same moment in seconds since 1970.

        Returns:
            The seconds; ``None`` if it was there before anything was seen, or is not there yet.
        """
        knots = [(point.end, point.at) for point in self.points]
        if self._mark:
            knots.append((self._mark[0], now - (wall - self._mark[1])))
        before = [knot for knot in knots if knot[0] <= offset]
        after = [knot for knot in knots if knot[0] > offset]
        if not before or not after:
            return None
        low, high = max(before), min(after)
        share = (offset - low[0]) / (high[0] - low[0])
        return max(0.0, now - low[1] - share * (high[1] - low[1]))

    def _at(self, number: int) -> float:
        return float(_AT.unpack_from(self._packed, number * _SIZE)[0])

    def _point(self, number: int) -> Point:
        return _point(*_PACKED.unpack_from(self._packed, number * _SIZE))

    def _tells_nothing(self, before: Point, middle: Point, after: Point) -> bool:
        """Whether no rule needs the one in the middle: the others are near, and say the same without it."""
        if after.at - before.at > _NEAR * self.length_s / TENTHS:
            return False
        if (
            went_back(before, middle)
            or went_back(middle, after)
            or middle.idle > max(before.idle, after.idle)
        ):
            return False
        return middle.lag > 0 or before.lag == 0 or after.lag == 0


def produce_rate(points: Sequence[Point]) -> float | None:
    """Messages written a second; ``None`` if there is nothing to compare."""
    seconds = _seconds(points)
    return (points[-1].end - points[0].end) / seconds if seconds else None


def consume_rate(points: Sequence[Point]) -> float | None:
    """Messages read a second, since the commits last went back; ``None`` if there is nothing to compare.

    Before its first commit a group has read nothing.
    """
    if not points or points[-1].committed is None:
        return None
    first = points[-1]
    for earlier in reversed(points):
        if went_back(earlier, first):
            break
        first = earlier
    seconds = points[-1].at - first.at
    return (points[-1].position - first.position) / seconds if seconds else None


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
    before, now = earlier.committed, later.committed
    if before is None or (now is not None and now >= before):
        return False
    return later.position < before


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
