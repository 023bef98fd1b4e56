"""The register of letters: each once, open until a mark stands behind it, found by the start of its id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import dead
from pipeline.article import DeadLetter
from pipeline.dead.register import MOST_SAID, MOST_TOLD, Entry, NoSuchLetterError, Register, Which
from tests.dead.letters import FAILED, from_feed, from_topic, letters

NOW_MS = 1_750_000_000_000


@pytest.fixture
def register() -> Iterator[Register]:
    made = Register()
    yield made
    made.close()


def ids(entries: list[Entry]) -> list[str]:
    return [entry.id for entry in entries]


class Event(NamedTuple):
    """A copy of one of four letters comes to stand in a partition, or a mark for it."""

    number: int
    partition: int
    mark: bool


events = st.lists(st.builds(Event, st.integers(0, 3), st.integers(0, 2), st.booleans()))


@given(events)
def test_a_letter_is_open_while_a_copy_has_no_mark_behind_it(happened: list[Event]) -> None:
    register = Register()
    open_in: dict[int, dict[int, bool]] = {}
    for offset, event in enumerate(happened):
        letter = from_topic(event.number)
        if event.mark:
            register.mark(dead.identity(letter), event.partition, NOW_MS)
            if event.partition in open_in.get(event.number, {}):
                open_in[event.number][event.partition] = False
        else:
            register.add(letter, event.partition, offset)
            open_in.setdefault(event.number, {})[event.partition] = True
    still = {number for number, copies in open_in.items() if any(copies.values())}
    counts = register.counts()
    assert (counts.open, counts.retried) == (len(still), len(open_in) - len(still))
    newest = register.newest(Which(), 10)
    assert ids(newest) == [dead.identity(from_topic(number)) for number in sorted(still, reverse=True)]
    for entry, number in zip(newest, sorted(still, reverse=True), strict=True):
        copies = open_in[number]
        assert register.open_copies(entry.id) == sorted(place for place, is_open in copies.items() if is_open)
        assert copies[entry.partition], "the copy that is named is an open one"
        assert happened[entry.offset] == Event(number, entry.partition, mark=False)
    both = [entry for partition in range(3) for entry in register.in_place(Which(retried=True), partition)]
    assert len(both) == len(open_in)
    register.close()


@given(letters)
def test_an_entry_says_what_a_list_shows(letter: DeadLetter) -> None:
    register = Register()
    register.add(letter, 2, 7)
    (entry,) = register.newest(Which(), 10)
    register.close()
    assert entry.id == dead.identity(letter)
    assert (entry.stage, entry.failed, entry.attempts) == (letter.stage, letter.failed, letter.attempts)
    assert (entry.partition, entry.offset, entry.retried) == (2, 7, UNSET)
    assert entry.error_message == letter.error_message[:MOST_SAID]
    assert entry.size == (len(letter.value) if letter.omitted is UNSET else letter.omitted)


def test_where_it_came_from(register: Register) -> None:
    register.add(from_topic(1), 0, 0)
    register.add(from_feed(2), 0, 1)
    register.add(from_feed(3, location=UNSET), 0, 2)
    origins = [entry.origin for entry in register.newest(Which(), 10)]
    assert origins == ["unknown", "/in/wire-2.jsonl, byte 0", "news.enriched/0/1"]


def test_the_newest_first_and_so_many(register: Register) -> None:
    for number in (3, 1, 4, 0, 2):
        register.add(from_topic(number), number % 2, number)
    assert ids(register.newest(Which(), 3)) == [dead.identity(from_topic(number)) for number in (4, 3, 2)]
    assert [entry.offset for entry in register.in_place(Which(), 0)] == [0, 2, 4]


def test_which_are_meant(register: Register) -> None:
    register.add(from_topic(0), 0, 0)
    register.add(from_topic(1, stage="enrich"), 0, 1)
    register.add(from_feed(2), 0, 2)
    register.mark(dead.identity(from_topic(0)), 0, NOW_MS)
    since = FAILED + timedelta(minutes=2)
    assert register.count(Which()) == 2
    assert register.count(Which(retried=True)) == 3
    assert [entry.stage for entry in register.newest(Which("enrich"), 9)] == ["enrich"]
    assert register.count(Which("index")) == 0
    assert [entry.retried for entry in register.newest(Which("index", retried=True), 9)] == [
        datetime.fromtimestamp(NOW_MS / 1000, UTC)
    ]
    assert [entry.stage for entry in register.newest(Which(since=since), 9)] == ["parse"]
    assert register.counts().stages == {"enrich": 1, "parse": 1}


@pytest.mark.parametrize("time", [-1, 0, 2**62])
def test_a_mark_may_claim_any_time(register: Register, time: int) -> None:
    register.add(from_topic(), 0, 0)
    register.mark(dead.identity(from_topic()), 0, time)
    assert register.counts().open == 0
    (entry,) = register.newest(Which(retried=True), 9)
    assert isinstance(entry.retried, datetime)


def test_a_mark_without_its_letter_says_nothing(register: Register) -> None:
    """The letter's time on the topic was over before the mark's."""
    register.mark("0" * 16, 0, NOW_MS)
    assert register.counts().retried == 0


class TestFind:
    def test_any_start_that_is_unique_finds_it(self, register: Register) -> None:
        for number in range(50):
            register.add(from_topic(number), 0, number)
        all_ids = ids(register.newest(Which(), 50))
        for one in all_ids:
            for length in range(1, 17):
                meant = [each for each in all_ids if each.startswith(one[:length])]
                if len(meant) == 1:
                    assert register.find(one[:length]).id == one
                else:
                    with pytest.raises(NoSuchLetterError, match="more digits"):
                        register.find(one[:length])

    def test_one_that_was_retried_is_found_too(self, register: Register) -> None:
        register.add(from_topic(), 0, 0)
        register.mark(dead.identity(from_topic()), 0, NOW_MS)
        assert register.find(dead.identity(from_topic())[:5]).retried is not UNSET

    def test_one_that_is_not_there(self, register: Register) -> None:
        with pytest.raises(NoSuchLetterError, match="there is no dead letter abc"):
            register.find("abc")

    @pytest.mark.parametrize("text", ["", "xyz", "ABC", "0" * 17, "%", "1\n"])
    def test_what_is_no_id(self, register: Register, text: str) -> None:
        with pytest.raises(NoSuchLetterError, match="no id"):
            register.find(text)


def test_strangers_are_counted_and_the_first_are_told(register: Register) -> None:
    for number in range(MOST_TOLD + 5):
        register.stranger(f"news.dead/0/{number}", "no stage")
    assert register.strangers == MOST_TOLD + 5
    assert len(register.told) == MOST_TOLD
    assert register.told[0] == "news.dead/0/0: no stage"
