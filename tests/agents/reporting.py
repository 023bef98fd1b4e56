"""A report that remembers all that a hop told."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.agents.outcomes import Settled


class Recorded:
    """What was told, in its order; ``on_ack`` is called at each ack before it is remembered."""

    def __init__(self, on_ack: Callable[[Settled], None] = lambda _: None) -> None:
        self.in_flight = 0
        self.most_in_flight = 0
        self.batches: list[tuple[int, float]] = []
        self.settled: list[Settled] = []
        self._on_ack = on_ack

    def held(self, articles: int) -> None:
        self.in_flight = articles
        self.most_in_flight = max(self.most_in_flight, articles)

    def batch(self, articles: int, seconds: float) -> None:
        self.batches.append((articles, seconds))

    def acked(self, settled: Settled) -> None:
        self._on_ack(settled)
        self.settled.append(settled)
