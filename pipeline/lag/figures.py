"""From what was seen of a partition to what is told of it, and from partitions to their group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.lag import window as seen
from pipeline.lag.broker import Group, Place
from pipeline.lag.rules import Verdict, judge
from pipeline.lag.shape import GroupLag, PartitionLag, gravest
from pipeline.lag.window import Point, Window


def partition(place: Place, window: Window, group: Group, now: float, wall: float) -> PartitionLag:
    """Judge and count one partition.

    Args:
        place: which.
        window: what was seen of it lately, and just now.
        group: who reads it.
        now: on the points' clock.
        wall: the same moment in seconds since 1970.
    """
    points, complete = window.points, window.complete
    point = points[-1]
    lag = point.lag
    produced, consumed = seen.produce_rate(points), seen.consume_rate(points)
    verdict = judge(points, complete=complete)
    seconds, measured = _waiting(point, window, now, wall)
    return PartitionLag(
        topic=place.topic,
        partition=place.partition,
        status=verdict.status,
        reason=verdict.reason,
        log_start_offset=point.start,
        log_end_offset=point.end,
        committed_offset=point.committed,
        lag=lag,
        seconds=seconds,
        measured=measured,
        produce_rate=produced,
        consume_rate=consumed,
        trend=seen.trend(points),
        catch_up_s=seen.catch_up_s(lag, produced, consumed),
        complete=complete,
        reader=group.readers.get(place.named),
    )


def _waiting(point: Point, window: Window, now: float, wall: float) -> tuple[float | None, bool]:
    """For how long the next message to be read has waited, and whether that is measured."""
    if not point.lag:
        return 0.0, True
    stamp = window.stamp(point.position)
    if stamp is not None:
        return max(0.0, wall - stamp), True
    return window.age(point.position, now, wall), False


def silent(topic: str, number: int, reason: str) -> PartitionLag:
    """A partition of which nobody says anything: its lag counts as 0, and its status is ERROR."""
    return PartitionLag(
        topic=topic,
        partition=number,
        status="ERROR",
        reason=reason,
        log_start_offset=None,
        log_end_offset=None,
        committed_offset=None,
        lag=0,
        seconds=None,
        measured=False,
        produce_rate=None,
        consume_rate=None,
        trend=None,
        catch_up_s=None,
        complete=0.0,
        reader=None,
    )


def group(
    name: str, hop: str | None, members: int, of: Iterable[PartitionLag], gone: Sequence[str]
) -> GroupLag:
    """Sum up a group's partitions.

    Args:
        name: the group's.
        hop: what it does, if it is ours.
        members: how many are in it.
        of: its partitions.
        gone: what else is to be told: topics that are not there.
    """
    partitions = tuple(sorted(of, key=lambda one: (one.topic, one.partition)))
    lag = sum(one.lag for one in partitions)
    produced = _total(one.produce_rate for one in partitions)
    consumed = _total(one.consume_rate for one in partitions)
    verdict = _verdict(name, partitions, gone)
    known = [one.seconds for one in partitions]
    still = any(one.lag and one.status in ("STALLED", "STOPPED", "ERROR") for one in partitions)
    return GroupLag(
        group=name,
        hop=hop,
        status=verdict.status,
        reason=verdict.reason,
        members=members,
        lag=lag,
        seconds=None if None in known or not known else max(filter(None, known), default=0.0),
        measured=bool(partitions) and all(one.measured for one in partitions),
        produce_rate=produced,
        consume_rate=consumed,
        trend=_total(one.trend for one in partitions),
        catch_up_s=None if still else _slowest(partitions),
        complete=min((one.complete for one in partitions), default=0.0),
        partitions=partitions,
    )


def _slowest(partitions: Sequence[PartitionLag]) -> float | None:
    """When the last of them has caught up; ``None`` if one never does, or it is not known of one."""
    known = [one.catch_up_s for one in partitions if one.catch_up_s is not None]
    return max(known) if known and len(known) == len(partitions) else None


def _verdict(name: str, partitions: Sequence[PartitionLag], gone: Sequence[str]) -> Verdict:
    """The gravest of the partitions', with the reason of the first that has it."""
    if gone:
        return Verdict("ERROR", "; ".join(gone))
    if not partitions:
        return Verdict("ERROR", f"there is no group '{name}', or it has committed nothing")
    status = gravest(one.status for one in partitions)
    ill = [one for one in partitions if one.status == status and one.reason]
    if not ill:
        return Verdict(status)
    return Verdict(status, f"{_named(ill)}: {ill[0].reason}" if status != "OK" else ill[0].reason)


def _named(partitions: Sequence[PartitionLag]) -> str:
    one_topic = len({one.topic for one in partitions}) == 1
    names = ", ".join(
        str(one.partition) if one_topic else f"{one.topic}/{one.partition}" for one in partitions
    )
    return f"partition{'s' if len(partitions) > 1 else ''} {names}"


def _total(values: Iterable[float | None]) -> float | None:
    """The sum of what is known; ``None`` if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
