"""How far both hops have committed, looked at again and again, and what that says of a recovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from pipeline.settings import Settings

STEP_S = 0.5
_TIMEOUT_MS = 5_000


class Place(NamedTuple):
    """A partition of the topic that a hop reads."""

    hop: str
    partition: int


class Stand(NamedTuple):
    """How far a partition is committed, and where it ends."""

    committed: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """All partitions of both hops at one moment."""

    at: float
    stands: dict[Place, Stand]

    @property
    def lag(self) -> int:
        """How many messages are not committed."""
        return sum(stand.end - stand.committed for stand in self.stands.values())

    @property
    def committed(self) -> int:
        """How many messages are committed."""
        return sum(stand.committed for stand in self.stands.values())


def recovery(samples: Sequence[Sample], since: float) -> float | None:
    """Seconds from a moment until each partition that lagged then had a commit behind it.

    What lagged is read from the last sample at that moment or before, else from the first one after it. None
    if some partition never moved on.
    """
    before = [sample for sample in samples if sample.at <= since] or list(samples)
    after = [sample for sample in samples if sample.at > since]
    if not before:
        return None
    start = before[-1] if before[-1].at <= since else before[0]
    longest = 0.0
    for place, stand in start.stands.items():
        if stand.committed < stand.end:
            moved = [each.at for each in after if each.stands[place].committed > stand.committed]
            if not moved:
                return None
            longest = max(longest, moved[0] - since)
    return longest


class Progress:
    """Looks at the broker every half second, in a thread of its own, for as long as the ``with`` block.

    Attributes:
        samples: what was seen so far; nothing while the broker is away.
    """

    def __init__(self, settings: Settings) -> None:
        self.samples: list[Sample] = []
        self._settings = settings
        self._topics = {"enrich": settings.topic_raw, "index": settings.topic_enriched}
        self._admin: Any = None
        self._stop = threading.Event()
        self._trouble: KafkaError | None = None
        self._thread = threading.Thread(target=self._watch, name="progress")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._forget()

    @property
    def committed(self) -> int:
        """How many messages both hops have committed, when it was last seen.

        Raises:
            KafkaError: the broker answers what waiting does not cure.
        """
        if self._trouble is not None:
            raise self._trouble
        return self.samples[-1].committed if self.samples else 0

    def await_commits(self, count: int, within_s: float) -> None:
        """Wait until both hops have committed so many messages together."""
        end = time.monotonic() + within_s
        while self.committed < count:
            assert time.monotonic() < end, f"only {self.committed} messages committed after {within_s:g} s"
            time.sleep(STEP_S / 2)

    def settled(self) -> bool:
        """Whether the last samples show that all is done and nothing moves."""
        if self._trouble is not None:
            raise self._trouble
        last = self.samples[-3:]
        return len(last) == 3 and all(each.lag == 0 and each.stands == last[0].stands for each in last)

    def _watch(self) -> None:
        while not self._stop.wait(STEP_S):
            try:
                self.samples.append(self._look())
            except (KafkaError, OSError) as error:
                self._forget()
                if isinstance(error, KafkaError) and not error.retriable:
                    self._trouble = error
                    return

    def _look(self) -> Sample:
        if self._admin is None:
            self._admin = KafkaAdminClient(
                bootstrap_servers=self._settings.kafka, request_timeout_ms=_TIMEOUT_MS
            )
        groups = {f"{self._settings.group}-{hop}": hop for hop in self._topics}
        committed = self._admin.list_group_offsets(list(groups))
        ends = self._ends()
        stands = {}
        for group, hop in groups.items():
            for partition, end in ends[self._topics[hop]].items():
                done = committed.get(group, {}).get(TopicPartition(self._topics[hop], partition))
                stands[Place(hop, partition)] = Stand(max(0, done.offset) if done else 0, end)
        return Sample(time.monotonic(), stands)

    def _ends(self) -> dict[str, dict[int, int]]:
        """Where each partition of both topics ends; asked after the commits, so that no end is too early."""
        described = self._admin.describe_topics(list(self._topics.values()))
        wanted = {
            TopicPartition(topic["name"], partition["partition_index"]): OffsetSpec.LATEST
            for topic in described
            for partition in topic["partitions"]
        }
        ends: dict[str, dict[int, int]] = {topic: {} for topic in self._topics.values()}
        for place, found in self._admin.list_partition_offsets(wanted).items():
            ends[place.topic][place.partition] = found.offset
        return ends

    def _forget(self) -> None:
        if self._admin is not None:
            with suppress(KafkaError, OSError):
                self._admin.close()
            self._admin = None
