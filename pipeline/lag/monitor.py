"""Looks at consumer groups again and again, and says how far behind they are."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
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
        self._windows: dict[str, dict[Place, Window]] = {}
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
            reads = {
                group: self._topics(found, group) for group in self._groups if self._is_there(found, group)
            }
            self._remember(found, reads)
            self._stamp()
            groups = tuple(self._of_group(found, group, topics) for group, topics in reads.items())
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

    def _remember(self, found: Found, reads: Mapping[str, Collection[str]]) -> None:
        """A partition that is gone is forgotten, and so is one whose topic was made again."""
        now, logs, known = time.monotonic(), sorted(found.logs.items()), self._windows
        self._windows = {}
        for group, topics in reads.items():
            seen, before = found.groups[group], known.get(group, {})
            kept = self._windows[group] = {}
            for place, log in logs:
                if place.topic in topics:
                    named = place.named
                    idle = seen.steady and named not in seen.readers
                    kept[place] = before.get(place) or Window(self.window_s)
                    kept[place].add(Point(now, log.start, seen.committed.get(named), log.end, idle))

    def _stamp(self) -> None:
        """When the next messages to be read were written; each is asked for until it is known."""
        wanted: dict[Place, dict[int, list[Window]]] = {}
        for windows in self._windows.values():
            for place, window in windows.items():
                point = window.last
                if point.lag and window.stamp(point.position) is None:
                    wanted.setdefault(place, {}).setdefault(point.position, []).append(window)
        for (place, offset), written in self._broker.written(wanted).items() if wanted else ():
            for window in wanted[place][offset]:
                window.mark(offset, written)

    def _of_group(self, found: Found, name: str, topics: Collection[str]) -> GroupLag:
        group, now, wall = found.groups[name], time.monotonic(), time.time()
        partitions = [
            figures.partition(place, window, group, now, wall)
            for place, window in self._windows[name].items()
        ]
        silent = [(*where, why) for where, why in found.silent.items() if where[0] in topics]
        partitions += [
            figures.silent(topic, number, why) for topic, number, why in silent if number is not None
        ]
        gone = [why for _, number, why in silent if number is None]
        return figures.group(name, self._hops.get(name), group.members, partitions, gone)
