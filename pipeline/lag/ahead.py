"""When the next messages to be read were written: read from the broker itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

_PATIENCE_S = 1.0
_POLL_MS = 250
_PARTITION_BYTES = 32 * 1024
_ANSWER_BYTES = 2 * 1024 * 1024
# All that has come: what a paused partition has parked keeps later records back (kafka-python 3.0.12).
_EVERY_RECORD = 10_000_000
_EMPTY_MS = 100
_MS = 1000


class Ahead:
    """Reads single messages by offset, of all partitions in one fetch.

    Args:
        make: makes the consumer from these options of its own.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self._consumer = make(
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            # A batch that is larger comes all the same, but alone in its answer.
            max_partition_fetch_bytes=_PARTITION_BYTES,
            fetch_max_bytes=_ANSWER_BYTES,
            fetch_max_wait_ms=_EMPTY_MS,
            check_crcs=False,
            enable_incremental_fetch_sessions=False,
            metrics_enabled=False,
        )

    def written(self, wanted: Mapping[Any, Collection[int]]) -> dict[tuple[Any, int], float]:
        """When the messages at these offsets were written; where one is gone, the next one after it.

        Two groups at different offsets of one partition take a round each, the oldest message first: when a
        later one was written can be interpolated. What has not come within a second is left out.

        Args:
            wanted: offsets by partition (``Place``).

        Returns:
            Seconds since 1970, as the broker or the producer stamped them; by partition and offset.
        """
        found: dict[tuple[Any, int], float] = {}
        left = {place: sorted(offsets, reverse=True) for place, offsets in wanted.items()}
        until = time.monotonic() + _PATIENCE_S
        while left and time.monotonic() < until:
            now = {place.named: (place, offsets.pop()) for place, offsets in left.items()}
            left = {place: offsets for place, offsets in left.items() if offsets}
            try:
                self._round(now, until, found)
            except KafkaError:  # one was deleted meanwhile, say: unknown this time
                break
        return found

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close(autocommit=False, timeout_ms=_MS)

    def _round(
        self,
        wanted: Mapping[TopicPartition, tuple[Any, int]],
        until: float,
        into: dict[tuple[Any, int], float],
    ) -> None:
        """One offset of each partition. Where only the mark of a transaction is left, nothing ever comes."""
        self._consumer.assign(list(wanted))
        self._consumer.resume(*wanted)
        for named, (_, offset) in wanted.items():
            self._consumer.seek(named, offset)
        missing = set(wanted)
        while missing and time.monotonic() < until:
            found = self._consumer.poll(timeout_ms=_POLL_MS, max_records=_EVERY_RECORD)
            for named in missing & found.keys():
                self._consumer.pause(named)
                if (stamp := found[named][0].timestamp) >= 0:  # -1: its producer gave none
                    into[wanted[named]] = stamp / _MS
            missing -= found.keys()
            if not found:  # who has read on, and has nothing, has read such a mark
                missing = {named for named in missing if self._consumer.position(named) == wanted[named][1]}
