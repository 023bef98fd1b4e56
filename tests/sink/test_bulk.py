"""One bulk request: what is sent, how it is split, and what each kind of answer means."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sink import bulk
from pipeline.sink.bulk import Indexed, Refused, Stale, Trouble, curable, judge, portions


def item(status: int, **error: Any) -> dict[str, Any]:
    return {"index": {"status": status} | ({"error": error} if error else {})}


def test_an_operation_is_two_lines_with_the_wires_own_version() -> None:
    fields = {"body": "Deux\nlignes\u2028et un séparateur."}
    lines = bulk.lines("news-000001-2024.06", "a1", 42, fields).split(b"\n")
    assert lines.pop() == b""
    action, source = map(msgspec.json.decode, lines)
    assert action["index"] == {
        "_index": "news-000001-2024.06-entrance",
        "_id": "a1",
        "version": 42,
        "version_type": "external_gte",
    }
    assert source == fields


@pytest.mark.parametrize("status", [200, 201])
def test_taken(status: int) -> None:
    assert judge(item(status)) == Indexed()


def test_a_newer_version_is_there_already() -> None:
    assert judge(item(409, type="version_conflict_engine_exception", reason="...")) == Stale()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "es_rejected_execution_exception"),
        (429, "circuit_breaking_exception"),
        (503, "unavailable_shards_exception"),
        (500, "node_disconnected_exception"),
        (403, "cluster_block_exception"),
        (404, "index_not_found_exception"),
        (401, "security_exception"),
        (408, "timeout_exception"),
    ],
)
def test_what_may_be_otherwise_later_is_trouble(status: int, kind: str) -> None:
    answer = judge(item(status, type=kind, reason="why"))
    assert answer == Trouble(status, kind, "why")
    assert str(answer) == f"{status} {kind}: why"
    assert curable(status)


@pytest.mark.parametrize("status", [400, 405, 413])
def test_what_stays_so_is_refused_with_its_cause(status: int) -> None:
    cause = {"type": "illegal_argument_exception", "reason": "Invalid date 'FEBRUARY 31'"}
    answer = judge(
        item(status, type="document_parsing_exception", reason="failed to parse [x]", caused_by=cause)
    )
    assert answer == Refused("document_parsing_exception", "failed to parse [x]: Invalid date 'FEBRUARY 31'")
    assert not curable(status)


def test_a_refusal_without_a_word_still_has_a_reason() -> None:
    assert judge(item(400)) == Refused("unknown", "no reason given")
    assert judge(item(400, type="x_exception")) == Refused("x_exception", "x_exception")


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(1, 60))
def test_portions_keep_all_in_order_within_the_size(lines: list[bytes], most: int) -> None:
    operations = dict(enumerate(lines))
    found = portions(operations, most)
    assert [key for portion in found for key in portion] == list(operations)
    for portion in found:
        assert portion
        assert len(portion) == 1 or sum(len(operations[key]) for key in portion) <= most


@given(st.lists(st.binary(min_size=1, max_size=30), min_size=2, max_size=30), st.integers(1, 60))
def test_portions_are_no_more_than_needed(lines: list[bytes], most: int) -> None:
    operations = dict(enumerate(lines))
    found = portions(operations, most)
    for one, following in itertools.pairwise(found):
        assert sum(len(operations[key]) for key in one) + len(operations[following[0]]) > most
