"""A watched folder: each file once, when it has been written to its end, through restarts."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self

import pytest

from pipeline.feeds import watch as watching
from pipeline.feeds.files import FileItem
from pipeline.feeds.memory import AlreadyWatchedError, Memory
from pipeline.feeds.shape import Result, Unreadable
from pipeline.feeds.watch import Watch, memory_of
from pipeline.settings import Settings

ACCEPTED = Result(accepted=1, rejected=0, failed=0)
REJECTED = Result(accepted=0, rejected=1, failed=0)
FAILED = Result(accepted=0, rejected=0, failed=1)


class Watcher:
    """Watches in a thread, and takes note of what the feed gives."""

    def __init__(self, folder: Path, file: Path, result: Result = ACCEPTED, quiet_s: float = 0.3) -> None:
        self.stop = threading.Event()
        self.found: list[FileItem | Unreadable] = []
        self.content: list[bytes] = []
        self._changed = threading.Condition()
        self._memory = Memory(file)
        self._feed = Watch(folder, self._memory, self.stop, quiet_s=quiet_s)
        self._result = result
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(30)
        self._memory.close()
        assert not self._thread.is_alive()

    def _run(self) -> None:
        for batch in self._feed.batches():
            for item in batch:
                assert isinstance(item, (FileItem, Unreadable))
                if isinstance(item, FileItem):
                    with item.open() as file:
                        self.content.append(file.read())
                    self._feed.acknowledge(item, self._result)
                with self._changed:
                    self.found.append(item)
                    self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.found) >= count, 30), self.names

    @property
    def names(self) -> list[str]:
        return [Path(item.location).name for item in self.found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.fed"


def old(path: Path, content: str = "x") -> Path:
    """A file that has long been written."""
    path.write_text(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_files_that_are_there_and_files_that_come(folder: Path, file: Path) -> None:
    old(folder / "b.txt")
    old(folder / "a.txt")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(2)
        (folder / "c.txt").write_text("later")
        watcher.wait_for(3)
    assert watcher.names == ["a.txt", "b.txt", "c.txt"]


def test_after_a_restart_nothing_comes_twice_and_nothing_is_skipped(folder: Path, file: Path) -> None:
    old(folder / "a.txt")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(1)
    old(folder / "b.txt")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(1)
    assert watcher.names == ["b.txt"]


def test_a_rejected_file_does_not_come_again(folder: Path, file: Path) -> None:
    old(folder / "bad.txt")
    with Watcher(folder, file, REJECTED) as watcher:
        watcher.wait_for(1)
    old(folder / "good.txt")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(1)
    assert watcher.names == ["good.txt"]


def test_a_file_that_the_broker_did_not_take_comes_again(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RESCAN_S", 0.5)
    old(folder / "a.txt")
    with Watcher(folder, file, FAILED) as watcher:
        watcher.wait_for(2)
    assert set(watcher.names) == {"a.txt"}


def test_a_file_that_changes_comes_again(folder: Path, file: Path) -> None:
    old(folder / "a.txt", "first")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(1)
        (folder / "a.txt").write_text("second")
        watcher.wait_for(2)
    assert watcher.content == [b"first", b"second"]


def test_a_file_that_was_written_lately_is_waited_for(folder: Path, file: Path) -> None:
    (folder / "fresh.txt").write_text("half")
    with Watcher(folder, file, quiet_s=3600) as watcher:
        (folder / "later.txt").write_text("half")
        old(folder / "written.txt")
        watcher.wait_for(1)
    assert watcher.names == ["written.txt"]


def test_a_file_written_piece_by_piece_is_read_to_its_end(folder: Path, file: Path) -> None:
    whole = "".join(f"line {number}\n" for number in range(10))
    with Watcher(folder, file) as watcher:
        with (folder / "a.txt").open("w") as writer:
            for line in whole.splitlines(keepends=True):
                writer.write(line)
                writer.flush()
                time.sleep(0.05)
        while not watcher.content or watcher.content[-1] != whole.encode():
            watcher.wait_for(len(watcher.found) + 1)


def test_a_file_moved_in_under_its_last_name_comes_once(folder: Path, file: Path) -> None:
    with Watcher(folder, file) as watcher:
        old(folder / "a.txt.part").rename(folder / "a.txt")
        old(folder / ".b.txt.Xy12").rename(folder / "b.txt")
        watcher.wait_for(2)
    assert Counter(watcher.names) == {"a.txt": 1, "b.txt": 1}


def test_a_folder_moved_in_gives_its_files(folder: Path, file: Path) -> None:
    (folder.parent / "new" / "deep").mkdir(parents=True)
    old(folder.parent / "new" / "deep" / "a.txt")
    with Watcher(folder, file) as watcher:
        old(folder / "first.txt")
        watcher.wait_for(1)
        (folder.parent / "new").rename(folder / "new")
        watcher.wait_for(2)
    assert watcher.names == ["first.txt", "a.txt"]


def test_hidden_files_and_those_in_hidden_folders_never_come(folder: Path, file: Path) -> None:
    with Watcher(folder, file) as watcher:
        (folder / ".git").mkdir()
        old(folder / ".git" / "x.txt")
        old(folder / ".y.txt")
        old(folder / "seen.txt")
        watcher.wait_for(1)
    assert watcher.names == ["seen.txt"]


def test_a_file_that_went_away_harms_nobody(folder: Path, file: Path) -> None:
    with Watcher(folder, file, quiet_s=1.0) as watcher:
        (folder / "gone.txt").write_text("x")
        (folder / "gone.txt").unlink()
        old(folder / "seen.txt")
        watcher.wait_for(1)
    assert watcher.names == ["seen.txt"]


def test_trouble_is_reported_once(folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "RESCAN_S", 0.3)
    (folder / "broken.txt").symlink_to("nowhere")
    with Watcher(folder, file) as watcher:
        watcher.wait_for(1)
        time.sleep(1)
        old(folder / "seen.txt")
        watcher.wait_for(2)
    assert watcher.names == ["broken.txt", "seen.txt"]


def test_many_files_come_once_each(folder: Path, file: Path) -> None:
    with Watcher(folder, file) as watcher:
        for number in range(200):
            old(folder / f"{number:03}.txt")
        watcher.wait_for(200)
    assert Counter(watcher.names) == {f"{number:03}.txt": 1 for number in range(200)}


def test_what_was_fed_is_remembered_for_each_folder_source_and_topic(folder: Path, tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    key = ("/in/a.txt", 1, 1)
    memory = memory_of(folder, "agency", here)
    memory.add([key])
    others = [
        memory_of(tmp_path, "agency", here),
        memory_of(folder, "other", here),
        memory_of(folder, "agency", here.model_copy(update={"topic_raw": "other"})),
        memory_of(folder, "agency", here.model_copy(update={"kafka": "elsewhere:9092"})),
    ]
    assert not any(key in other for other in others)
    for other in others:
        other.close()
    with pytest.raises(AlreadyWatchedError):
        memory_of(folder / ".." / "in", "agency", here)
    memory.close()
