"""Looks at consumer groups again and again, and says how far behind they are."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Self

from pipeline.lag import figures
from pipeline.lag.broker import Broker, Found, Place
from pipeline.lag.shape import GroupLag, Snapshot
from pipeline.lag.window import TENTHS, Point, Window
from pipeline.settings import Settings

WINDOW_S = 60.0

_WATCH = "watch"


class Monitor:
    """The lag of consumer groups; ``sample`` from any thread, every few seconds. A context manager too.

    Args:
        settings: where the broker is, and the names of our own groups and topics.
        groups: the groups to look at; by default our own. Those are there even if they never committed;
            ``<group>-watch`` only once it has.
        window_s: seconds over which rates are taken and groups are judged.
    """

    def __init__(
        self, settings: Settings, groups: Iterable[str] | None = None, *, window_s: float = WINDOW_S
    ) -> None:
        """Touches nothing yet."""
        self.window_s = window_s
        hops = {
            "enrich": settings.topic_raw,
            "index": settings.topic_enriched,
            _WATCH: settings.topic_enriched,
        }
        self._hops = {f"{settings.group}-{hop}": hop for hop in hops}
        self._reads = {f"{settings.group}-{hop}": topic for hop, topic in hops.items()}
        self._optional = {f"{settings.group}-{_WATCH}"} if groups is None else set()
        self._groups = list(dict.fromkeys(self._hops if groups is None else groups))
        self._broker = Broker(settings)
        self._windows: dict[tuple[str, Place], Window] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, when a look that is under way has ended."""
        with self._lock:
            self._broker.close()

    def sample(self) -> Snapshot:
        """Look once. What was seen before is kept if this fails, and the next look makes new connections.

        Raises:
            LagError: the broker does not answer within some seconds, or refuses.
        """
        with self._lock:
            topics = {self._reads[group] for group in self._groups if group in self._reads}
            found = self._broker.look(self._groups, topics)
            now = time.monotonic()
            watched = [group for group in self._groups if self._is_there(found, group)]
            points = {
                (group, place): Point(now, log.start, found.groups[group].committed.get(place.named), log.end)
                for group in watched
                for place, log in sorted(found.logs.items())
                if place.topic in self._topics(found, group)
            }
            self._remember(points)
            self._stamp(points)
            groups = tuple(self._of_group(found, group, points) for group in watched)
            return Snapshot(at=datetime.now(UTC), window_s=self.window_s, groups=groups)

    def settle(self) -> Snapshot:
        """Look as long as the window is, and give the last look: the first that is judged. As ``sample``."""
        self.sample()
        until = time.monotonic() + self.window_s
        while True:
            time.sleep(min(self.window_s / TENTHS, max(0.0, until - time.monotonic())))
            over = time.monotonic() >= until
            snapshot = self.sample()
            if over:
                return snapshot

    def _is_there(self, found: Found, group: str) -> bool:
        return group not in self._optional or bool(found.groups[group].committed)

    def _topics(self, found: Found, group: str) -> set[str]:
        """The topic that one of our hops reads, whatever its group read before; else those with commits."""
        if group in self._reads:
            return {self._reads[group]}
        return {place.topic for place in found.groups[group].committed}

    def _remember(self, points: dict[tuple[str, Place], Point]) -> None:
        """A partition that is gone is forgotten, and so is one whose topic was made again."""
        kept = {key: self._windows.get(key) or Window(self.window_s) for key in points}
        for key, point in points.items():
            kept[key].add(point)
        self._windows = kept

    def _stamp(self, points: dict[tuple[str, Place], Point]) -> None:
        """When the next messages to be read were written, on the points' clock."""
        wanted: dict[Place, set[int]] = {}
        for (_, place), point in points.items():
            if point.lag:
                wanted.setdefault(place, set()).add(point.position)
        stamps = self._broker.written(wanted) if wanted else {}
        jump = time.time() - time.monotonic()
        for (group, place), point in points.items():
            if (stamp := stamps.get((place, point.position))) is not None:
                self._windows[group, place].mark(point.position, stamp - jump)

    def _of_group(self, found: Found, name: str, points: dict[tuple[str, Place], Point]) -> GroupLag:
        group, topics, now = found.groups[name], self._topics(found, name), time.monotonic()
        partitions = [
            figures.partition(place, point, self._windows[of, place], group, now)
            for (of, place), point in points.items()
            if of == name
        ]
        silent = [(*where, why) for where, why in found.silent.items() if where[0] in topics]
        partitions += [
            figures.silent(topic, number, why) for topic, number, why in silent if number is not None
        ]
        gone = [why for _, number, why in silent if number is None]
        return figures.group(name, self._hops.get(name), group.members, partitions, gone)
