"""What polling remembers: all or nothing, through a kill, for one process at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.feeds.poll.polled import FAULT, KEEP_S, Polled, State, polled_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = State(etag='"a"', modified="b", digest="c", reading="d", moved="e", told="f", failures=2, due=7.5)
DAY = 86_400.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feed" / "poll.sqlite"


@pytest.fixture
def polled(file: Path) -> Iterator[Polled]:
    known = Polled(file)
    with known.held():
        yield known


def test_what_was_noted_is_there_for_the_next_process(file: Path) -> None:
    first = Polled(file)
    with first.held():
        first.note("a", STATE)
        first.settle("b", State(due=1.0), {("x", "1")}, 0.0)
    second = Polled(file)
    with second.held():
        assert second.states() == {"a": STATE, "b": State(due=1.0)}
        assert second.sent("b") == {("x", "1")}


def test_a_place_is_noted_once(polled: Polled) -> None:
    polled.note("a", State(due=1.0))
    polled.note("a", STATE)
    assert polled.states() == {"a": STATE}


def test_the_items_of_each_place_are_its_own(polled: Polled) -> None:
    polled.settle("a", STATE, {("x", "1")}, 0.0)
    polled.settle("b", STATE, {("x", "2")}, 0.0)
    assert polled.sent("a") == {("x", "1")}
    assert polled.sent("b") == {("x", "2")}
    assert polled.sent("c") == frozenset()


def test_what_an_item_says_now_takes_the_place_of_what_it_said(polled: Polled) -> None:
    polled.settle("a", STATE, {("x", "1"), ("x", "2"), ("y", "1")}, 0.0)
    polled.settle("a", STATE, {("x", "3")}, 0.0)
    assert polled.sent("a") == {("x", "3"), ("y", "1")}


def test_what_left_its_feed_is_forgotten_after_a_month(polled: Polled) -> None:
    polled.settle("a", STATE, {("left", "1"), ("stays", "1")}, 0.0)
    polled.settle("a", STATE, {("stays", "1")}, 40 * DAY)  # It stayed in the feed for all that time.
    polled.settle("a", STATE, {("stays", "1")}, 40 * DAY + KEEP_S)
    assert ("left", "1") in polled.sent("a")
    polled.settle("a", STATE, {("stays", "1")}, 41 * DAY + KEEP_S)
    assert polled.sent("a") == {("stays", "1")}


def test_what_came_back_is_not_forgotten(polled: Polled) -> None:
    polled.settle("a", STATE, {("x", "1")}, 0.0)
    polled.settle("a", STATE, set(), DAY)
    polled.settle("a", STATE, {("x", "1")}, 2 * DAY)
    polled.settle("a", STATE, {("x", "1")}, 2 * DAY + KEEP_S)
    assert polled.sent("a") == {("x", "1")}


def test_a_fault_that_is_gone_is_forgotten_at_once(polled: Polled) -> None:
    polled.settle("a", STATE, {(FAULT, "1")}, 0.0)
    polled.settle("a", STATE, set(), 1.0)
    assert polled.sent("a") == frozenset()


def test_places_that_are_polled_no_more_are_forgotten_after_a_month(polled: Polled) -> None:
    for place, due in (("old", 0.0), ("kept", 0.0), ("young", DAY)):
        polled.settle(place, State(due=due), {("x", "1")}, 0.0)
    polled.forget({"kept"}, KEEP_S + 1)
    assert set(polled.states()) == {"kept", "young"}
    assert polled.sent("old") == frozenset()
    assert polled.sent("kept") == {("x", "1")}


prints = st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from("123")))


@settings(max_examples=30, deadline=None)
@given(st.lists(prints, min_size=1, max_size=6))
def test_an_item_of_the_last_document_is_always_known(documents: list[set[tuple[str, str]]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        known = Polled(Path(folder, "x.sqlite"))
        with known.held():
            for number, document in enumerate(documents):
                known.settle("a", STATE, document, float(number))
                sent = known.sent("a")
                assert document <= sent
                assert {one for one in sent if one[0] in {name for name, _ in document}} == document


def test_another_process_has_to_wait(polled: Polled, file: Path) -> None:
    with pytest.raises(AlreadyWatchedError, match="another process polls"), Polled(file).held():
        pass
    assert polled.states() == {}


def test_a_file_that_is_damaged_says_what_to_do(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database" * 100)
    with (
        pytest.raises(OSError, match="remove it: then what the feeds still hold is fed once more"),
        Polled(file).held(),
    ):
        pass


def test_a_table_that_is_damaged_says_so_later(polled: Polled) -> None:
    assert polled._table
    polled._table.execute("DROP TABLE items")
    with pytest.raises(OSError, match="cannot be remembered"):
        polled.settle("a", STATE, {("x", "1")}, 0.0)
    assert polled.states() == {}  # Nothing of it was noted.


def test_afterwards_nothing_is_noted(file: Path) -> None:
    known = Polled(file)
    with known.held():
        pass
    with pytest.raises(OSError, match="not held any more"):
        known.note("a", STATE)


KILLED = """
import sys, itertools
from pathlib import Path
from pipeline.feeds.poll.polled import Polled, State
known = Polled(Path(sys.argv[1]))
with known.held():
    for number in itertools.count(1):
        known.settle("a", State(failures=number), {(str(number), str(n)) for n in range(200)}, 0.0)
        if number == 20:
            print("go", flush=True)
"""


def test_killed_at_any_time_state_and_items_are_of_one_document(file: Path) -> None:
    for each in range(3):
        file = file.with_name(f"{each}.sqlite")
        running = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE)
        assert running.stdout
        assert running.stdout.readline() == b"go\n"
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
        known = Polled(file)
        with known.held():
            last = known.states()["a"].failures
            names = [int(name) for name, _ in known.sent("a")]
            assert names.count(last) == 200
            assert max(names) == last


def test_each_topic_has_a_memory_of_its_own(tmp_path: Path) -> None:
    one = Settings(var=tmp_path)
    other = Settings(var=tmp_path, topic_raw="other")
    with polled_of(one).held(), polled_of(other).held():
        assert len(list((tmp_path / "feed").glob("poll-*.sqlite"))) == 2
