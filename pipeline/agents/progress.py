"""Whether a hop gets on: does what it committed advance while there is something left to do?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct


class Reading(Struct, frozen=True):
    """How far a partition is read: the offset that the group has committed, and the topic's end."""

    committed: int
    end: int

    @property
    def lag(self) -> int:
        """Messages that are not done yet."""
        return max(0, self.end - self.committed)


class Progress:
    """Judges readings of one hop's partitions, as the broker gives them.

    Args:
        patience_s: seconds without a commit that advances, after which a partition with lag is stuck.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._readings: dict[int, Reading] = {}
        self._advanced: dict[int, float] = {}

    @property
    def lag(self) -> int:
        """Messages that the whole group has left to do."""
        return sum(reading.lag for reading in self._readings.values())

    def note(self, readings: Mapping[int, Reading], now: float) -> None:
        """Take note of how far each partition is, at a time in seconds of a clock that never jumps."""
        for partition, reading in readings.items():
            before = self._readings.get(partition)
            if before is None or reading.committed != before.committed or not reading.lag:
                self._advanced[partition] = now
        self._readings = dict(readings)

    def stuck(self, assigned: Collection[int], now: float) -> list[int]:
        """The partitions that are stuck, of those that this process has.

        A process that has none is stuck where nobody else gets on either: it may have lost its place in the
        group without knowing.
        """
        waiting = {partition for partition, reading in self._readings.items() if reading.lag}
        stuck = {each for each in waiting if now - self._advanced[each] > self._patience_s}
        if assigned:
            return sorted(stuck.intersection(assigned))
        return sorted(stuck) if stuck == waiting else []
