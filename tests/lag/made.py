"""Points, partitions, groups and snapshots for the tests, of which only what matters is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.lag.shape import GroupLag, PartitionLag, Reader, Snapshot
from pipeline.lag.window import Point

AT = datetime(2026, 11, 27, 2, 48, 13, 500_000, tzinfo=UTC)
READER = Reader(consumer="c-1", client="faust", host="/10.0.0.7")


def points(
    committed: Sequence[int | None], end: Sequence[int] | int, *, start: int = 0, step: float = 1.0
) -> list[Point]:
    """One point a step, from 100 s on."""
    ends = [end] * len(committed) if isinstance(end, int) else end
    return [
        Point(100 + number * step, start, one, last)
        for number, (one, last) in enumerate(zip(committed, ends, strict=True))
    ]


def partition(number: int = 0, **changes: Any) -> PartitionLag:
    """A partition that is 30 messages, 6 s, behind."""
    fields: dict[str, Any] = {
        "topic": "news.raw",
        "partition": number,
        "status": "OK",
        "reason": "",
        "log_start_offset": 10,
        "log_end_offset": 100,
        "committed_offset": 70,
        "lag": 30,
        "seconds": 6.0,
        "measured": True,
        "produce_rate": 2.0,
        "consume_rate": 5.0,
        "trend": -3.0,
        "catch_up_s": 10.0,
        "complete": 1.0,
        "reader": None,
    }
    return PartitionLag(**{**fields, **changes})


def group(*partitions: PartitionLag, **changes: Any) -> GroupLag:
    """A group of these partitions, with the first one's figures."""
    of = partitions[0] if partitions else partition()
    fields: dict[str, Any] = {
        "group": "newswire-enrich",
        "hop": "enrich",
        "members": 2,
        **{
            name: getattr(of, name) for name in ("status", "reason", "lag", "seconds", "measured", "complete")
        },
        **{name: getattr(of, name) for name in ("produce_rate", "consume_rate", "trend", "catch_up_s")},
        "partitions": partitions,
    }
    return GroupLag(**{**fields, **changes})


def snapshot(*groups: GroupLag, at: datetime = AT) -> Snapshot:
    return Snapshot(at=at, window_s=60, groups=groups)
