"""The data that a look gives: its gravest status, and that it goes through JSON unchanged."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag import Snapshot
from pipeline.lag.shape import STATUSES, Status, gravest
from tests.lag.made import READER, group, partition, snapshot


def test_no_group_is_ok() -> None:
    assert snapshot().status == "OK"
    assert gravest([]) == "OK"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["OK", "OK"], "OK"),
        (["OK", "WARN"], "WARN"),
        (["REWOUND", "WARN"], "REWOUND"),
        (["STALLED", "REWOUND", "OK"], "STALLED"),
        (["STALLED", "STOPPED"], "STOPPED"),
        (["ERROR", "STOPPED"], "ERROR"),
    ],
)
def test_the_gravest_of_the_groups_is_the_snapshots(statuses: list[Status], expected: Status) -> None:
    assert snapshot(*(group(status=one) for one in statuses)).status == expected


@given(st.lists(st.sampled_from(STATUSES), min_size=1))
def test_the_gravest_does_not_depend_on_the_order(statuses: list[Status]) -> None:
    assert gravest(statuses) == gravest(reversed(statuses))
    assert gravest(statuses) in statuses


def test_json_gives_the_same_back() -> None:
    one = snapshot(group(partition(0, reader=READER), partition(1, committed_offset=None, seconds=None)))
    assert msgspec.json.decode(msgspec.json.encode(one), type=Snapshot) == one
