"""Which messages are dealt with: few words for many, and never one too many or too few."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.ledger import Ledger
from pipeline.feeds.mailbox.letters import Letters


def letters(file: Path) -> Letters:
    made = Letters(Ledger(file))
    made.load()
    return made


def test_a_new_mailbox_is_unknown(tmp_path: Path) -> None:
    new = letters(tmp_path / "x.ledger")
    assert (new.validity, new.floor, new.unsettled([1, 2])) == (None, 1, [1, 2])


def test_what_was_unread_at_the_beginning_and_what_comes_is_to_be_fed(tmp_path: Path) -> None:
    known = letters(tmp_path / "x.ledger")
    known.begin(7, 100, [3, 50, 101])
    assert known.unsettled([100, 101]) == [3, 50, 100, 101]
    again = letters(tmp_path / "x.ledger")
    assert (again.validity, again.floor) == (7, 100)
    assert again.unsettled([100, 101]) == [3, 50, 100, 101]


def test_other_numbers_make_all_forgotten(tmp_path: Path) -> None:
    known = letters(tmp_path / "x.ledger")
    known.begin(7, 100, [3])
    known.settle([100, 101], "done")
    known.begin(8, 5, [1])
    for one in (known, letters(tmp_path / "x.ledger")):
        assert (one.validity, one.floor, one.unsettled([5]), one.unmarked()) == (8, 5, [1, 5], {})


def test_what_is_settled_is_marked_once(tmp_path: Path) -> None:
    known = letters(tmp_path / "x.ledger")
    known.begin(7, 1, [])
    known.settle([1, 2], "done")
    known.settle([3], "failed")
    known.settle([4], "kept")
    assert letters(tmp_path / "x.ledger").unmarked() == {1: "done", 2: "done", 3: "failed"}
    known.marked([1, 2, 9])
    for one in (known, letters(tmp_path / "x.ledger")):
        assert one.unmarked() == {3: "failed"}
        assert one.unsettled([1, 2, 3, 4, 5]) == [5]


def test_the_floor_rises_to_the_first_that_is_open_and_the_notes_below_go(tmp_path: Path) -> None:
    known = letters(tmp_path / "x.ledger")
    known.begin(7, 1, [])
    known.settle([1, 2, 4], "kept")
    known.settle([3], "done")
    known.advance([1, 2, 3, 4, 5, 6])
    assert known.floor == 5
    assert known.unmarked() == {3: "done"}
    known.marked([3])
    known.settle([6], "kept")
    known.advance([5, 6])
    assert known.floor == 5
    assert Ledger(tmp_path / "x.ledger").all() == {"validity": "7", "floor": "5", "6": "kept"}
    known.settle([5], "kept")
    known.advance([5, 6])
    assert (known.floor, known.unsettled([5, 6, 7])) == (7, [7])


def test_what_was_to_be_fed_and_is_gone_is_forgotten(tmp_path: Path) -> None:
    known = letters(tmp_path / "x.ledger")
    known.begin(7, 100, [3, 50])
    known.drop([3, 4])
    for one in (known, letters(tmp_path / "x.ledger")):
        assert one.unsettled([]) == [50]


@given(st.data())
def test_each_message_is_fed_once_whatever_happens_in_between(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.ledger")
        known = letters(file)
        old = data.draw(st.sets(st.integers(1, 9)))
        known.begin(7, 10, old)
        there, fed = set(old), list[int]()
        for _ in range(data.draw(st.integers(1, 8))):
            step = data.draw(st.sampled_from(["come", "feed", "mark", "look", "kill"]))
            if step == "come":
                there.add(max(there | {9}) + 1)
            elif step == "mark":
                known.marked(known.unmarked())
            elif step == "look":
                known.advance(sorted(uid for uid in there if uid >= known.floor))
            elif step == "kill":
                known = letters(file)
            else:
                due = known.unsettled(sorted(there))
                some = [uid for uid in due if data.draw(st.booleans())]
                known.settle(some, "done")
                fed += some
        rest = letters(file).unsettled(sorted(there))
        assert sorted(fed + rest) == sorted(there)
