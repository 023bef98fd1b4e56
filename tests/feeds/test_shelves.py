"""Fed files are moved, never over another, also to another file system and after a kill between two steps."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.feeds.files import FileItem
from pipeline.feeds.memory import Verdict
from pipeline.feeds.shelves import Shelves

VERDICT = Verdict(
    when=datetime(2024, 6, 19, 10, 15, tzinfo=UTC),
    accepted=2,
    rejected=1,
    reasons=("byte 27: the member 'body' is the number 7; expected a string",),
)
ELSEWHERE = Path("/dev/shm")  # noqa: S108 - a file system of its own on every Linux


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def shelves(folder: Path) -> Shelves:
    made = Shelves(folder, folder / "done", folder / "failed", "afp")
    made.prepare()
    return made


def item(path: Path, content: str = "x") -> FileItem:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return FileItem(path, path.stat())


def content(shelf: Path) -> dict[str, str]:
    return {
        str(path.relative_to(shelf)): path.read_text()
        for path in shelf.rglob("*")
        if path.is_file() and not path.name.endswith(".reason.txt")
    }


def test_a_good_file_is_done(folder: Path, shelves: Shelves) -> None:
    one = item(folder / "a.xml")
    assert shelves.put_away(one, None)
    assert content(folder) == {"done/a.xml": "x"}


def test_its_place_below_the_folder_is_kept(folder: Path, shelves: Shelves) -> None:
    shelves.put_away(item(folder / "sport" / "a.xml", "1"), None)
    shelves.put_away(item(folder / "a.xml", "2"), None)
    assert content(shelves.done) == {"sport/a.xml": "1", "a.xml": "2"}


def test_no_file_is_overwritten(folder: Path, shelves: Shelves) -> None:
    for number in range(4):
        assert shelves.put_away(item(folder / "latest.tar.gz", str(number)), None)
    assert content(shelves.done) == {
        "latest.tar.gz": "0",
        "latest.tar-1.gz": "1",
        "latest.tar-2.gz": "2",
        "latest.tar-3.gz": "3",
    }


def test_a_number_that_is_taken_is_passed_over(folder: Path, shelves: Shelves) -> None:
    (shelves.done / "a").write_text("mine")
    (shelves.done / "a-1").write_text("mine too")
    Shelves(folder, shelves.done, shelves.failed, "afp").put_away(item(folder / "a", "new"), None)
    assert content(shelves.done) == {"a": "mine", "a-1": "mine too", "a-2": "new"}


def test_a_failed_file_has_its_reason_beside_it(folder: Path, shelves: Shelves) -> None:
    one = item(folder / "wire.jsonl")
    assert shelves.put_away(one, VERDICT)
    assert content(folder) == {"failed/wire.jsonl": "x"}
    told = (shelves.failed / "wire.jsonl.reason.txt").read_text()
    assert told.startswith(f"{folder}/wire.jsonl was not taken as a whole.\n")
    for part in ("2024-06-19T10:15:00+00:00", "feed      afp", "accepted  2 ", "rejected  1 "):
        assert part in told
    assert "\n- byte 27: the member 'body'" in told
    assert f"mend the file and move it back to {folder}." in told


def test_more_faults_than_are_told_show(folder: Path, shelves: Shelves) -> None:
    many = Verdict(when=VERDICT.when, accepted=0, rejected=2, reasons=VERDICT.reasons)
    shelves.put_away(item(folder / "a"), many)
    assert "\n- …\n" in (shelves.failed / "a.reason.txt").read_text()


def test_reasons_are_not_overwritten_either(folder: Path, shelves: Shelves) -> None:
    shelves.put_away(item(folder / "a.xml", "1"), VERDICT)
    (shelves.failed / "a.xml").unlink()  # mended and moved back, and its reason left there
    shelves.put_away(item(folder / "a.xml", "2"), VERDICT)
    assert content(shelves.failed) == {"a-1.xml": "2"}
    assert sorted(path.name for path in shelves.failed.glob("*.reason.txt")) == [
        "a-1.xml.reason.txt",
        "a.xml.reason.txt",
    ]


def test_a_file_that_changed_meanwhile_stays(folder: Path, shelves: Shelves) -> None:
    one = item(folder / "a.xml", "old")
    (folder / "a.xml").write_text("newer")
    assert not shelves.put_away(one, None)
    assert content(folder) == {"a.xml": "newer"}


def test_a_file_that_is_gone_harms_nobody(folder: Path, shelves: Shelves) -> None:
    one = item(folder / "a.xml")
    one.path.unlink()
    assert shelves.put_away(one, None)
    assert content(folder) == {}


def test_after_a_kill_between_the_two_steps_of_a_move_it_ends(folder: Path, shelves: Shelves) -> None:
    one = item(folder / "a.xml")
    os.link(one.path, shelves.done / "a.xml")
    assert shelves.put_away(one, None)
    assert content(folder) == {"done/a.xml": "x"}


def test_a_link_is_moved_and_what_it_names_stays(folder: Path, shelves: Shelves, tmp_path: Path) -> None:
    (tmp_path / "real.xml").write_text("x")
    (folder / "a.xml").symlink_to(tmp_path / "real.xml")
    shelves.put_away(FileItem(folder / "a.xml", (folder / "a.xml").stat()), None)
    assert (shelves.done / "a.xml").is_symlink()
    assert (tmp_path / "real.xml").read_text() == "x"


def test_without_hard_links_it_is_renamed(
    folder: Path, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    shelves.put_away(item(folder / "a", "1"), None)
    shelves.put_away(item(folder / "a", "2"), None)
    assert content(folder) == {"done/a": "1", "done/a-1": "2"}


def test_a_file_that_cannot_be_moved_stays(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    shelves = Shelves(folder, tmp_path / "file" / "done", tmp_path / "failed", "afp")
    one = item(folder / "a.xml")
    with pytest.raises(NotADirectoryError):
        shelves.put_away(one, None)
    assert content(folder) == {"a.xml": "x"}


@pytest.fixture
def elsewhere(folder: Path) -> Path:
    """A folder on another file system."""
    if not ELSEWHERE.is_dir() or ELSEWHERE.stat().st_dev == folder.stat().st_dev:
        pytest.skip("there is no other file system to write to")
    return Path(tempfile.mkdtemp(dir=ELSEWHERE))


def test_to_another_file_system_it_is_copied(folder: Path, elsewhere: Path) -> None:
    try:
        shelves = Shelves(folder, elsewhere / "done", elsewhere / "failed", "afp")
        shelves.prepare()
        times = (1_700_000_000, 1_700_000_000)
        for number in range(2):
            path = item(folder / "a.xml", str(number)).path
            os.utime(path, times)
            assert shelves.put_away(FileItem(path, path.stat()), None)
        shelves.put_away(item(folder / "b.xml"), VERDICT)
        assert content(folder) == {}
        assert content(elsewhere) == {"done/a.xml": "0", "done/a-1.xml": "1", "failed/b.xml": "x"}
        assert (elsewhere / "done" / "a.xml").stat().st_mtime == times[1]
        assert (elsewhere / "failed" / "b.xml.reason.txt").is_file()
    finally:
        shutil.rmtree(elsewhere)
