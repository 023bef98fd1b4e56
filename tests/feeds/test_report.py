"""What a run tells: which events are problems, and when a run was a success."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pipeline.feeds.report import Event, Kind, Summary, Waiting


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("progress", False),
        ("item", False),
        ("rejected", True),
        ("failed", True),
        ("unreadable", True),
        ("feed", True),
        ("waiting", True),
    ],
)
def test_which_events_somebody_has_to_know(kind: Kind, problem: bool) -> None:
    assert Event(kind=kind).problem is problem


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({}, 0),
        ({"files": 3, "accepted": 9, "bytes": 100, "seconds": 1.5}, 0),
        ({"accepted": 9, "rejected": 1}, 1),
        ({"accepted": 9, "failed": 1}, 1),
        ({"accepted": 9, "unreadable": 1}, 1),
        ({"accepted": 9, "errors": 1}, 1),
        ({"accepted": 9, "unacknowledged": 1}, 1),
        ({"accepted": 9, "stopped": True}, 1),
        ({"accepted": 9, "spool": Waiting(messages=0, bytes=0, limit=1)}, 0),
        ({"accepted": 9, "spool": Waiting(messages=2, bytes=9, limit=1)}, 3),
        ({"accepted": 9, "stopped": True, "spool": Waiting(messages=2, bytes=9, limit=1)}, 1),
    ],
)
def test_only_a_run_that_left_nothing_is_a_success(counts: dict[str, Any], code: int) -> None:
    assert Summary(**counts).exit_code == code


def test_what_waits_is_told_in_words() -> None:
    one = Waiting(messages=1, bytes=1024 * 1024, limit=1024**3)
    assert str(one) == "1 message (1.0 of 1,024 MiB)"
    many = Waiting(messages=12_345, bytes=5_000_000_000, limit=8 * 1024**3)
    assert str(many) == "12,345 messages (4,768.4 of 8,192 MiB)"


def test_a_summary_is_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Summary(files=1, accepted=2))) == {
        "files": 1,
        "accepted": 2,
        "rejected": 0,
        "failed": 0,
        "unreadable": 0,
        "errors": 0,
        "unacknowledged": 0,
        "bytes": 0,
        "seconds": 0.0,
        "stopped": False,
        "spool": None,
        "feeds": {},
    }


def test_each_feed_has_its_part() -> None:
    summary = Summary()
    summary.of("afp").accepted += 2
    summary.of("afp").last_article = datetime(2024, 6, 19, 10, tzinfo=UTC)
    summary.of("dpa")
    assert msgspec.json.decode(msgspec.json.encode(summary))["feeds"] == {
        name: {
            "files": 0,
            "accepted": accepted,
            "rejected": 0,
            "failed": 0,
            "unreadable": 0,
            "errors": 0,
            "bytes": 0,
            "up": False,
            "last_article": last,
            "last_error": None,
        }
        for name, accepted, last in (("afp", 2, "2024-06-19T10:00:00Z"), ("dpa", 0, None))
    }
