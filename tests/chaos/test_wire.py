"""The copy: distinct, in versions, repeated, poisoned, and the same each time."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.wire import HARMLESS, Copy, Wanted, files, poisoned, stories


def read(copy: Copy) -> list[dict[str, Any]]:
    return [json.loads(line) for line in copy.lines]


def test_there_are_as_many_stories_as_asked_for_each_with_its_own_text() -> None:
    copy = stories(2000, seed=1)
    assert len(copy.wanted) == 2000
    assert len({wanted.text for wanted in copy.wanted.values()}) == 2000
    assert {each["guid"] for each in read(copy)} == set(copy.wanted)


def test_no_two_versions_have_the_same_text() -> None:
    texts = {(each["guid"], each["version"]): each["body"] for each in read(stories(500, seed=1))}
    assert len(set(texts.values())) == len(texts)
    assert texts.keys() == stories(500, seed=1).versions


def test_what_is_wanted_is_the_newest_version() -> None:
    copy = stories(300, seed=3)
    newest: dict[str, Wanted] = {}
    for each in read(copy):
        if each["version"] >= newest.get(each["guid"], Wanted(0, "")).version:
            newest[each["guid"]] = Wanted(each["version"], each["body"])
    assert newest == copy.wanted


def test_there_are_newer_versions_older_ones_behind_newer_ones_and_exact_repeats() -> None:
    copy = stories(2000, seed=1)
    orders: dict[str, list[int]] = {}
    for each in read(copy):
        orders.setdefault(each["guid"], []).append(each["version"])
    kinds = Counter(map(tuple, orders.values()))
    assert set(kinds) == {(1,), (1, 1), (1, 2), (3, 1, 2)}
    assert min(kinds.values()) >= 90
    assert sum(count > 1 for count in Counter(copy.lines).values()) == kinds[1, 1]


def test_some_versions_come_soon_and_some_late() -> None:
    places: dict[str, list[int]] = {}
    for place, each in enumerate(read(stories(2000, seed=1))):
        places.setdefault(each["guid"], []).append(place)
    gaps = [each[1] - each[0] for each in places.values() if len(each) > 1]
    assert min(gaps) == 1
    assert max(gaps) > 500


@given(st.integers(1, 200), st.integers())
def test_the_same_seed_gives_the_same_copy(count: int, seed: int) -> None:
    assert stories(count, seed) == stories(count, seed)


def test_one_piece_in_fifty_is_poison_of_each_kind() -> None:
    good = stories(2000, seed=1)
    copy = poisoned(good, 50, ["Deadly.", "Deadlier."])
    assert len(copy.poison) == -(-(len(good.lines) - 25) // 50)
    assert copy.versions == good.versions | {("poison-00002", 1), ("poison-00003", 1)}
    assert copy.wanted == good.wanted
    assert [line for line in copy.lines if b"poison" not in line] == list(good.lines)
    bad = [json.loads(line) for line in copy.lines if b"poison" in line]
    assert {each["body"] for each in bad} == {"Deadly.", "Deadlier.", "Bad."}
    assert {type(each["version"]) for each in bad} == {int, str}
    assert not any(b"Deadl" in line for line in copy.lines[:HARMLESS])
    everything = b"".join(copy.lines + copy.straight)
    assert all(everything.count(guid.encode()) for guid in copy.poison)
    assert any(value.startswith(b"\xff") for value in copy.straight)
    assert any(value.startswith(b"{") for value in copy.straight)


@given(st.lists(st.binary(min_size=1)), st.integers(1, 5))
def test_files_hold_all_lines_in_their_order(lines: list[bytes], size: int) -> None:
    assert b"".join(files(lines, size)) == b"".join(lines)
    assert len(list(files(lines, size))) == -(-len(lines) // size)
