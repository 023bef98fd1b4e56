"""What a look at the consumer groups gives, as frozen data; the names are those in Elasticsearch too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

Status: TypeAlias = Literal["OK", "WARN", "REWOUND", "STALLED", "STOPPED", "ERROR"]

STATUSES: tuple[Status, ...] = ("OK", "WARN", "REWOUND", "STALLED", "STOPPED", "ERROR")
"""From the least to the most grave; a group's is the gravest of its partitions'."""


class Reader(Struct, frozen=True, kw_only=True):
    """The member of a group that has a partition, as the broker knows it."""

    consumer: str
    client: str
    host: str


class PartitionLag(Struct, frozen=True, kw_only=True):
    """How far behind a group is in one partition.

    Attributes:
        topic: the topic.
        partition: the partition's number.
        status: by the rules of ``pipeline.lag.rules``.
        reason: why, for a person; empty if it is OK and judged.
        log_start_offset: the oldest message that is still there; ``None`` if the partition does not answer.
        log_end_offset: where the next message that is written will stand; likewise.
        committed_offset: the next message to be read; ``None`` if the group has committed nothing here.
        lag: messages that are there and not read.
        seconds: how long the next message to be read has waited; 0 if there is none, ``None`` if not known.
        measured: whether that is the broker's timestamp of that very message; else it is interpolated.
        produce_rate: messages written a second, over the window; ``None`` as long as nothing can be compared.
        consume_rate: messages read a second, likewise.
        trend: messages by which the lag grows each second, likewise; below 0 it falls.
        catch_up_s: seconds until the lag is 0 if all goes on like this; ``None`` if it never will be, or
            that is not known.
        complete: how much of the window is there, from 0 to 1; it is judged at 1.
        reader: who has it, if a member of the group has.
    """

    topic: str
    partition: int
    status: Status
    reason: str
    log_start_offset: int | None
    log_end_offset: int | None
    committed_offset: int | None
    lag: int
    seconds: float | None
    measured: bool
    produce_rate: float | None
    consume_rate: float | None
    trend: float | None
    catch_up_s: float | None
    complete: float
    reader: Reader | None


class GroupLag(Struct, frozen=True, kw_only=True):
    """How far behind a group is: sums over its partitions, and the longest wait of them.

    Attributes:
        group: its name.
        hop: what it does, if it is one of ours: enrich, index, watch.
        status: the gravest of its partitions', or ERROR if there is nothing to look at.
        reason: why, for a person.
        members: how many processes are in the group.
        lag: messages not read, of all partitions.
        seconds: of the partition that is furthest behind; ``None`` if one with lag is not known.
        measured: whether all that makes ``seconds`` up was measured.
        produce_rate: messages written a second, of all partitions together.
        consume_rate: messages read a second, likewise.
        trend: messages by which the lag grows each second.
        catch_up_s: seconds until the lag is 0; ``None`` if a partition stands still, or it never will be.
        complete: as for a partition; the least of them.
        partitions: by topic and number.
    """

    group: str
    hop: str | None
    status: Status
    reason: str
    members: int
    lag: int
    seconds: float | None
    measured: bool
    produce_rate: float | None
    consume_rate: float | None
    trend: float | None
    catch_up_s: float | None
    complete: float
    partitions: tuple[PartitionLag, ...]


class Snapshot(Struct, frozen=True, kw_only=True):
    """All groups at one moment, and over how many seconds they are judged."""

    at: datetime
    window_s: float
    groups: tuple[GroupLag, ...]

    @property
    def status(self) -> Status:
        """The gravest of the groups'."""
        return gravest(group.status for group in self.groups)


def known_lag(of: GroupLag | PartitionLag) -> int | None:
    """The lag; nothing where it is 0 only because nobody says how far the log goes."""
    return of.lag if of.lag or of.seconds is not None else None


def gravest(statuses: Iterable[Status]) -> Status:
    """The gravest of some statuses; OK if there is none."""
    return max(statuses, key=STATUSES.index, default="OK")
