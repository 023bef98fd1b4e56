"""How the lag is said, and that one look is enough for all who ask."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.lag import GroupLag, Monitor, PartitionLag, Snapshot
from pipeline.settings import Settings
from pipeline.web.lagging import Lagging, Table
from pipeline.web.lagging import table as shown
from pipeline.web.trails import Trails

NUMBERS: dict[str, Any] = {
    "status": "OK",
    "reason": "",
    "lag": 0,
    "seconds": 0.0,
    "measured": True,
    "produce_rate": None,
    "consume_rate": None,
    "trend": None,
    "catch_up_s": None,
    "complete": 1.0,
}


def partition(**changes: Any) -> PartitionLag:
    place = {"topic": "news.raw", "partition": 2, "log_start_offset": 0, "log_end_offset": 9}
    return PartitionLag(**(NUMBERS | place | {"committed_offset": 9, "reader": None} | changes))


def group(*partitions: PartitionLag, **changes: Any) -> GroupLag:
    usual = {"group": "newswire-enrich", "hop": "enrich", "members": 1, "partitions": partitions}
    return GroupLag(**(NUMBERS | usual | changes))


def snapshot(*groups: GroupLag) -> Snapshot:
    return Snapshot(at=datetime(2026, 3, 12, 9, 5, 7, tzinfo=UTC), window_s=60, groups=groups)


def table(of: Snapshot) -> Table:
    return shown(of, Trails())


def test_a_group_and_its_partitions_are_lines_of_text() -> None:
    behind = {
        "lag": 12_345,
        "seconds": 185.0,
        "produce_rate": 1234.56,
        "consume_rate": 2.0,
        "catch_up_s": 90.0,
    }
    found = table(snapshot(group(partition(), status="WARN", reason="the lag grows", **behind)))
    assert (found.at, found.at_text, found.status) == ("2026-03-12T09:05:07Z", "09:05:07 UTC", "WARN")
    whole, part = found.rows
    assert (whole.name, whole.part, whole.status, whole.reason) == ("enrich", False, "WARN", "the lag grows")
    assert (whole.behind, whole.waited, whole.catches_up) == ("12,345", "3 min 05 s", "1 min 30 s")
    assert (whole.written, whole.read) == ("1,234.6", "2.0")
    assert (part.name, part.part) == ("news.raw, partition 2", True)
    assert (part.behind, part.waited, part.written, part.catches_up) == ("0", "0.0 s", "—", "—")


def test_what_was_not_measured_or_is_not_known_says_so() -> None:
    guessed, unknown = table(
        snapshot(
            group(lag=1, seconds=60.0, measured=False),
            group(group="desk", hop=None, lag=1, seconds=None, measured=False),
        )
    ).rows
    assert guessed.waited == "1 min 00 s (estimated)"
    assert unknown.name == "desk"
    assert (unknown.waited, unknown.catches_up) == ("unknown", "unknown")


def test_messages_before_a_reader_that_nobody_knows_are_not_none() -> None:
    (silent,) = table(snapshot(group(lag=0, seconds=None, measured=False))).rows
    assert (silent.behind, silent.waited, silent.catches_up) == ("unknown", "unknown", "unknown")


def test_what_is_read_no_faster_than_written_is_never_caught_up() -> None:
    never, unknown, done = table(
        snapshot(
            group(lag=1, produce_rate=2.0, consume_rate=2.0),
            group(lag=1, produce_rate=2.0, consume_rate=None),
            group(lag=0, produce_rate=2.0, consume_rate=2.0),
        )
    ).rows
    assert (never.catches_up, unknown.catches_up, done.catches_up) == ("never", "unknown", "—")


def test_a_group_that_was_seen_twice_has_a_line_and_its_partitions_have_none() -> None:
    trails = Trails()
    for second in (5, 7):
        at = datetime(2026, 3, 12, 9, 5, second, tzinfo=UTC)
        found = Snapshot(at=at, window_s=60, groups=(group(partition(), seconds=30.0, lag=2),))
        trails.add(found)
    whole, part = shown(found, trails).rows
    assert whole.trail is not None
    assert whole.trail.says == "at most 30 s behind in the last 10 min"
    assert part.trail is None


def test_each_look_is_remembered_once_however_many_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([5, 7])

    def sample(_: Monitor) -> Snapshot:
        at = datetime(2026, 3, 12, 9, 5, next(looks), tzinfo=UTC)
        return Snapshot(at=at, window_s=60, groups=(group(seconds=30.0),))

    monkeypatch.setattr(Monitor, "sample", sample)

    async def work() -> None:
        lagging = Lagging(Settings(kafka="127.0.0.1:9"))
        for _ in range(2):
            await asyncio.gather(*[lagging.look() for _ in range(5)])
        drawn = lagging.trails.drawn("newswire-enrich")
        assert drawn is not None
        assert drawn.path.count("L") == 1
        await lagging.close()

    asyncio.run(work())


def test_who_asks_while_it_is_looked_up_gets_the_same_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    gate = threading.Event()

    def sample(_: Monitor) -> Snapshot:
        gate.wait(10)
        looks.append(1)
        return snapshot()

    monkeypatch.setattr(Monitor, "sample", sample)

    async def work() -> None:
        lagging = Lagging(Settings(kafka="127.0.0.1:9"))
        asking = [asyncio.create_task(lagging.look()) for _ in range(20)]
        await asyncio.sleep(0.01)
        gate.set()
        assert await asyncio.gather(*asking) == [snapshot()] * 20
        assert len(looks) == 1
        await lagging.look()
        assert len(looks) == 2
        await lagging.close()

    asyncio.run(work())


def test_one_who_goes_away_does_not_end_the_look_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(Monitor, "sample", lambda _: gate.wait(10) and snapshot())

    async def work() -> None:
        lagging = Lagging(Settings(kafka="127.0.0.1:9"))
        leaving, staying = (asyncio.create_task(lagging.look()) for _ in range(2))
        await asyncio.sleep(0.01)
        leaving.cancel()
        gate.set()
        assert await staying == snapshot()
        await lagging.close()

    asyncio.run(work())
