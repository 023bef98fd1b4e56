"""What was fed is remembered through a kill, by one process at a time."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds import memory as remembering
from pipeline.feeds.memory import AlreadyWatchedError, Memory, Verdict

A, B = ("/in/a.txt", 10, 100), ("/in/é \n\u2028.txt", 20, 200)


def test_what_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "x.fed"
    memory = Memory(file)
    assert A not in memory
    memory.add([A, B])
    assert A in memory
    memory.close()
    again = Memory(file)
    assert A in again
    assert B in again
    assert len(again) == 2
    again.close()


def test_another_state_of_the_file_is_another_file(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "x.fed")
    memory.add([A])
    assert ("/in/a.txt", 11, 100) not in memory
    assert ("/in/a.txt", 10, 101) not in memory
    memory.add([("/in/a.txt", 11, 100)])
    assert A not in memory
    assert len(memory) == 1
    memory.close()


def test_it_is_on_disk_when_add_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.fed"
    memory = Memory(file)
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(file.read_bytes()))
    memory.add([A])
    assert synced == [b'["/in/a.txt",10,100]\n']
    memory.add([])
    assert len(synced) == 1
    memory.close()


@given(st.integers(0, 60))
def test_a_kill_within_a_line_costs_that_line_alone(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.fed")
        memory = Memory(file)
        memory.add([A])
        whole = file.stat().st_size
        memory.add([B])
        memory.close()
        os.truncate(file, max(whole, file.stat().st_size - cut))
        again = Memory(file)
        assert A in again
        again.add([("/in/c.txt", 3, 3)])
        again.close()
        last = Memory(file)
        assert A in last
        assert ("/in/c.txt", 3, 3) in last
        last.close()


@pytest.mark.parametrize("junk", [b"\n", b"null\n", b"\xff\n", b'["a"]\n', b'["a", "b", 3]\n'])
def test_a_line_that_cannot_be_read_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "x.fed").write_bytes(junk + b'["/in/a.txt",10,100]\n' + junk)
    memory = Memory(tmp_path / "x.fed")
    assert A in memory
    assert len(memory) == 1
    memory.close()


def test_two_processes_cannot_hold_it(tmp_path: Path) -> None:
    file = tmp_path / "x.fed"
    memory = Memory(file)
    with pytest.raises(AlreadyWatchedError, match=r"x\.fed"):
        Memory(file)
    memory.close()
    Memory(file).close()


def test_files_that_are_gone_are_forgotten_and_the_lock_stays(tmp_path: Path) -> None:
    file = tmp_path / "x.fed"
    memory = Memory(file)
    memory.add([A, B])
    memory.forget(lambda path: path == A[0])
    assert A not in memory
    assert B in memory
    memory.add([("/in/c.txt", 3, 3)])
    with pytest.raises(AlreadyWatchedError):
        Memory(file)
    memory.close()
    again = Memory(file)
    assert len(again) == 2
    assert B in again
    again.close()
    assert not list(tmp_path.glob("*.new"))


def test_where_all_are_gone_as_when_a_disk_is_not_mounted_none_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "x.fed")
    memory.add([A, B])
    memory.forget(lambda _: True)
    assert A in memory
    assert B in memory
    memory.close()


def test_with_nothing_gone_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x.fed"
    memory = Memory(file)
    memory.add([A])
    before = file.stat().st_ino
    memory.forget(lambda _: False)
    assert file.stat().st_ino == before
    memory.close()


VERDICT = Verdict(when=datetime(2024, 6, 19, tzinfo=UTC), accepted=1, rejected=2, reasons=("byte 0: é",))


def test_what_was_wrong_is_there_after_a_restart(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "x.fed")
    memory.add([A], VERDICT)
    memory.add([B])
    memory.close()
    again = Memory(tmp_path / "x.fed")
    assert again.verdict(A) == VERDICT
    assert again.verdict(B) is None
    assert again.verdict(("/in/a.txt", 11, 100)) is None
    again.add([A])
    assert again.verdict(A) is None
    again.close()


def test_a_file_that_was_dropped_may_come_back(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "x.fed")
    memory.add([A, B], VERDICT)
    memory.drop(A[0])
    assert A not in memory
    assert memory.verdict(A) is None
    memory.close()
    again = Memory(tmp_path / "x.fed")
    assert A not in again
    assert again.verdict(B) == VERDICT
    again.close()


def test_of_files_that_come_and_go_the_memory_does_not_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "STALE", 10)
    file = tmp_path / "x.fed"
    memory = Memory(file)
    memory.add([B], VERDICT)
    for number in range(100):
        memory.add([(f"/in/{number}", 1, 1)])
        memory.drop(f"/in/{number}")
    assert len(memory) == 1
    assert len(file.read_bytes().splitlines()) < 20
    memory.add([A])
    memory.close()
    again = Memory(file)
    assert A in again
    assert again.verdict(B) == VERDICT
    assert len(again) == 2
    again.close()
