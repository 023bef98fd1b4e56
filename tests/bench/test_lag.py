"""The measurement of the lag's looks: what is looked at is what was meant, simulated and real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench import lag, looks
from pipeline.lag import Monitor, broker
from pipeline.settings import Settings

if TYPE_CHECKING:
    from tests.services import Stack


def figures(**changes: Any) -> dict[str, Any]:
    size = {
        "broker": "real",
        "partitions": 1000,
        "groups": 20,
        "load": 0.5,
        "first": [1.5, 1.0],
        "seconds": [0.1, 0.3, 0.2],
        "CPU seconds": [0.05, 0.06, 0.07],
        "MiB": 93.4,
    }
    return {"machine": "2 cores", "sizes": [size | changes, size]}


class TestSimulated:
    def test_every_group_is_behind_in_every_partition_and_half_of_them_are_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names, clock = ["one", "other"], looks.Clock()
        simulated = looks.Simulated(40, names)
        monkeypatch.setattr(broker, "_made", lambda *_, **__: simulated)
        monkeypatch.setattr("pipeline.lag.monitor.time", clock)
        with Monitor(Settings(), names) as monitor:
            for _ in range(40):
                snapshot = monitor.sample()
                clock.go_on()
                simulated.go_on()
        assert [group.group for group in snapshot.groups] == names
        for group in snapshot.groups:
            assert len(group.partitions) == 40
            assert all(one.measured and one.lag and one.reader for one in group.partitions)
            assert [one.status for one in group.partitions].count("STALLED") == 20
        assert snapshot.groups[0].lag != snapshot.groups[1].lag

    def test_a_look_is_two_seconds_after_the_one_before(self) -> None:
        clock = looks.Clock()
        before = clock.monotonic(), clock.time()
        clock.go_on()
        assert clock.monotonic() - before[0] == 2
        assert clock.time() - before[1] == pytest.approx(2)


def test_the_table_has_medians_and_the_most_and_says_how_busy_the_machine_was() -> None:
    lines = lag.table(figures(broker="simulated", load=7.2)).splitlines()
    assert lines[2] == "| simulated | 1,000 | 20 | 0.20 | 0.30 | 0.06 | 0.07 | 1.50 | 93 |"
    assert lines[3].startswith("| real |")
    assert lines[-1] == "2 cores; load 0.5 to 7.2."
    assert len({line.count("|") for line in lines[:4]}) == 1


@pytest.mark.services
def test_a_small_run_measures_what_is_simulated_and_what_is_real(stack: Stack) -> None:
    found = lag.measure(stack.settings.kafka, 2, simulated=((20, 2),), real=((4, 3),))
    assert [(each["broker"], each["partitions of groups"]) for each in found["sizes"]] == [
        ("simulated", 40),
        ("real", 12),
    ]
    for each in found["sizes"]:
        assert each["measured"] == each["partitions of groups"], "each next message was fetched"
        assert len(each["seconds"]) == len(each["CPU seconds"]) == 2
        assert 0 < each["MiB before"] < each["MiB"]
    assert lag.table(found).count("\n| ") == 3
