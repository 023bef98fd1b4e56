"""The tally of an item: what became of its pieces, counted from two threads."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.feeds.handed import REASONS, Tally
from pipeline.feeds.lane import Lane
from pipeline.feeds.shape import Result
from pipeline.formats import Rejected
from tests.feeds.test_lane import BASE, Bytes, Given

if TYPE_CHECKING:
    from pipeline.feeds.handed import Message


@pytest.fixture
def tally() -> Tally:
    inbox: SimpleQueue[Message] = SimpleQueue()
    return Tally(Lane(Given(), BASE, inbox.put, threading.Event()), Bytes(b""), "given")


def rejected(offset: int = 0, kind: Any = "type") -> Rejected:
    return Rejected(
        stage="parse", kind=kind, reason="no article", location="/in/a", offset=offset, size=1, data=b"x"
    )


def test_it_counts_what_the_broker_took_and_did_not_take(tally: Tally) -> None:
    tally.pending = 3
    tally.settle(accepted=1)
    tally.settle(accepted=1)
    tally.settle(failure="the spool is full")
    assert tally.pending == 0
    assert tally.result == Result(accepted=2, rejected=0, failed=1, failure="the spool is full")
    assert not tally.result.settled


def test_what_was_never_sent_is_lost(tally: Tally) -> None:
    tally.pending = 1
    tally.settle(lost=True)
    assert (tally.pending, tally.lost) == (0, True)


def test_reasons_say_where_and_are_bounded(tally: Tally) -> None:
    for offset in range(REASONS + 5):
        tally.reject(rejected(offset))
    assert tally.result.rejected == REASONS + 5
    assert tally.result.reasons == tuple(f"byte {offset}: no article" for offset in range(REASONS))
    assert tally.result.settled


def test_a_missing_end_is_remembered(tally: Tally) -> None:
    tally.reject(rejected(kind="truncated"))
    tally.reject(rejected())
    assert tally.result.truncated


def test_what_is_awaited_is_not_rejected_yet(tally: Tally) -> None:
    tally.reject(rejected(kind="truncated"), deferred=True)
    assert (tally.result.rejected, tally.result.deferred, tally.result.settled) == (0, True, False)


def test_two_threads_lose_no_count(tally: Tally) -> None:
    tally.pending = 2000

    def settle() -> None:
        for _ in range(1000):
            tally.settle(accepted=1)

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tally.pending, tally.result.accepted) == (0, 2000)
