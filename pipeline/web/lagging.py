"""How far behind each hop is: one look for all pages that watch, and how it is said."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from pipeline.lag import GroupLag, Monitor, PartitionLag, Snapshot
from pipeline.lag.shape import known_lag
from pipeline.settings import Settings
from pipeline.web import view
from pipeline.web.asking import Asking
from pipeline.web.trails import Trail, Trails

EVERY_S = 2.0


class Row(Struct, frozen=True, kw_only=True):
    """A line of the table: a group, or one of its partitions; all of it is text, ready to be shown.

    A group has a ``trail`` too, once it was seen twice.
    """

    name: str
    part: bool
    status: str
    behind: str
    waited: str
    written: str
    read: str
    catches_up: str
    reason: str
    trail: Trail | None = None


class Table(Struct, frozen=True, kw_only=True):
    """How far behind everything is at one moment."""

    at: str
    at_text: str
    status: str
    rows: tuple[Row, ...]


class Lagging:
    """Samples the offsets with one monitor, which keeps what it needs to tell rates."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked yet."""
        self.trails = Trails()
        self._settings = settings
        self._monitor: Monitor | None = None
        # One thread of its own: where Kafka hangs, searches go on.
        self._ask = Asking(threads=1, queue=0, whom="Kafka")
        self._running: asyncio.Future[Snapshot] | None = None

    async def look(self) -> Snapshot:
        """How far behind all groups are now; who asks while it is looked up gets the same answer.

        Raises:
            NewswireError: Kafka could not be asked.
        """
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._ask(self._sample))
        return await asyncio.shield(self._running)

    async def close(self) -> None:
        """Leave Kafka."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self._ask.close()
        if self._monitor is not None:
            await asyncio.to_thread(self._monitor.close)

    def _sample(self) -> Snapshot:
        if self._monitor is None:
            self._monitor = Monitor(self._settings)
        snapshot = self._monitor.sample()
        self.trails.add(snapshot)
        return snapshot


def table(snapshot: Snapshot, trails: Trails) -> Table:
    """The snapshot as it is shown, with how it was lately."""
    rows: list[Row] = []
    for group in snapshot.groups:
        rows.append(_row(group.hop or group.group, group, part=False, trail=trails.drawn(group.group)))
        rows += [_row(f"{one.topic}, partition {one.partition}", one, part=True) for one in group.partitions]
    at = snapshot.at.isoformat()
    return Table(
        at=view.machine(at), at_text=f"{snapshot.at:%H:%M:%S} UTC", status=snapshot.status, rows=tuple(rows)
    )


def _row(name: str, one: GroupLag | PartitionLag, *, part: bool, trail: Trail | None = None) -> Row:
    return Row(
        name=name,
        part=part,
        status=one.status,
        behind="unknown" if (lag := known_lag(one)) is None else f"{lag:,}",
        waited=view.span(one.seconds) + ("" if one.measured or not one.seconds else " (estimated)"),
        written=_rate(one.produce_rate),
        read=_rate(one.consume_rate),
        catches_up=_catches_up(one),
        reason=one.reason,
        trail=trail,
    )


def _catches_up(one: GroupLag | PartitionLag) -> str:
    if one.lag == 0:
        return "—" if known_lag(one) is not None else view.span(None)
    return "never" if one.catch_up_s is None and one.consume_rate is not None else view.span(one.catch_up_s)


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:,.1f}"
