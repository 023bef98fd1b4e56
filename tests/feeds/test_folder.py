"""A folder of ``feeds.toml``: fed files are moved away, half-written ones waited for, kills survived."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import ValidationError

from pipeline.feeds import watch as watching
from pipeline.feeds.files import FileItem
from pipeline.feeds.folder import Folder, FolderConfig
from pipeline.feeds.memory import AlreadyWatchedError, Verdict
from pipeline.feeds.shape import Deferring, Result, Unreadable
from pipeline.feeds.watch import memory_of
from pipeline.formats import Context, Rejected
from pipeline.settings import Settings

ACCEPTED = Result(accepted=1, rejected=0, failed=0)
REJECTED = Result(accepted=0, rejected=1, failed=0, reasons=("byte 0: empty: no text",))
FAILED = Result(accepted=0, rejected=0, failed=1)


def rejected(item: FileItem, kind: Any = "truncated") -> Rejected:
    return Rejected(
        stage="parse", kind=kind, reason="cut off", location=item.location, offset=0, size=1, data=b"x"
    )


class Feeding:
    """Runs a folder in a thread; files whose bytes end in ``…`` are cut off."""

    def __init__(self, config: FolderConfig, settings: Settings, result: Result = ACCEPTED) -> None:
        self.stop = threading.Event()
        self.seen: list[str] = []
        self.troubles: list[Unreadable] = []
        self.batches: list[int] = []
        self.error: Exception | None = None
        self.feed = Folder(config, settings, self.stop)
        self._result = result
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.end()

    def end(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            for batch in self.feed.batches():
                items = list(batch)
                self.batches.append(len(items))
                for item in items:
                    self._take(item)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def _take(self, item: Any) -> None:
        if isinstance(item, Unreadable):
            self.troubles.append(item)
            return
        with item.open() as file:
            cut = file.read().endswith("…".encode())
        result = self._result
        if cut:
            deferred = self.feed.defers(item, rejected(item))
            result = Result(accepted=0, rejected=0 if deferred else 1, failed=0, deferred=deferred)
        self.feed.acknowledge(item, result)
        self.seen.append(item.path.name)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def configured(folder: Path, **changes: Any) -> FolderConfig:
    return FolderConfig.model_validate({"name": "afp", "path": folder, "quiet": 0.2, **changes})


def old(path: Path, content: str = "x") -> Path:
    """A file that has long been written."""
    path.write_text(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_fed_is_done_and_not_seen_again(folder: Path, here: Settings) -> None:
    old(folder / "a.txt")
    (folder / "sub").mkdir()
    old(folder / "sub" / "b.txt")
    with Feeding(configured(folder), here) as feeding:
        until(lambda: left(folder) == ["done/a.txt", "done/sub/b.txt"])
        old(folder / "c.txt")
        until(lambda: "done/c.txt" in left(folder))
        time.sleep(0.6)
    assert feeding.seen == ["a.txt", "b.txt", "c.txt"]


def test_what_failed_is_told_beside_it_and_can_be_moved_back(folder: Path, here: Settings) -> None:
    old(folder / "a.txt")
    with Feeding(configured(folder), here, REJECTED) as feeding:
        until(lambda: left(folder) == ["failed/a.txt", "failed/a.txt.reason.txt"])
        assert "- byte 0: empty: no text" in (folder / "failed" / "a.txt.reason.txt").read_text()
        (folder / "failed" / "a.txt").rename(folder / "a.txt")
        until(lambda: len(feeding.seen) == 2)
    assert feeding.seen == ["a.txt", "a.txt"]


def test_a_file_that_came_back_while_nobody_watched_is_fed_again(folder: Path, here: Settings) -> None:
    old(folder / "a.txt")
    with Feeding(configured(folder), here, REJECTED):
        until(lambda: "failed/a.txt" in left(folder))
    (folder / "failed" / "a.txt").rename(folder / "a.txt")
    with Feeding(configured(folder), here) as feeding:
        until(lambda: "done/a.txt" in left(folder))
    assert feeding.seen == ["a.txt"]


def test_what_the_broker_did_not_take_stays_and_comes_again(
    folder: Path, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RESCAN_S", 0.3)
    old(folder / "a.txt")
    with Feeding(configured(folder), here, FAILED) as feeding:
        until(lambda: len(feeding.seen) >= 2)
    assert left(folder) == ["a.txt"]


@pytest.mark.parametrize("result", [ACCEPTED, REJECTED])
def test_killed_before_the_move_it_is_moved_at_the_next_start(
    folder: Path, here: Settings, result: Result
) -> None:
    path = old(folder / "a.txt")
    item = FileItem(path, path.stat())
    memory = memory_of(folder, "afp", here)
    verdict = Verdict(when=datetime.now(UTC), accepted=0, rejected=1, reasons=("byte 9: bad",))
    memory.add([item.key], verdict if result is REJECTED else None)
    memory.close()
    with Feeding(configured(folder), here) as feeding:
        until(lambda: "a.txt" not in left(folder))
    assert feeding.seen == []
    if result is REJECTED:
        assert left(folder) == ["failed/a.txt", "failed/a.txt.reason.txt"]
        assert "byte 9: bad" in (folder / "failed" / "a.txt.reason.txt").read_text()
    else:
        assert left(folder) == ["done/a.txt"]


def test_without_moving_files_stay_and_are_remembered(folder: Path, here: Settings) -> None:
    old(folder / "a.txt")
    with Feeding(configured(folder, move=False), here) as feeding:
        until(lambda: feeding.seen == ["a.txt"])
    with Feeding(configured(folder, move=False), here) as again:
        old(folder / "b.txt")
        until(lambda: again.seen == ["b.txt"])
    assert left(folder) == ["a.txt", "b.txt"]


def test_what_was_moved_before_is_not_fed_when_files_are_to_stay_from_now_on(
    folder: Path, here: Settings
) -> None:
    old(folder / "a.txt")
    with Feeding(configured(folder, watch=False), here) as feeding:
        feeding.end()
    old(folder / "b.txt")
    with Feeding(configured(folder, watch=False, move=False), here) as feeding:
        feeding.end()
    assert feeding.seen == ["b.txt"]
    assert left(folder) == ["b.txt", "done/a.txt"]


def test_a_file_whose_end_is_missing_is_waited_for(folder: Path, here: Settings) -> None:
    (folder / "slow.xml").write_text("half…")
    with Feeding(configured(folder, patience=30), here) as feeding:
        until(lambda: feeding.seen == ["slow.xml"])
        time.sleep(0.5)
        assert left(folder) == ["slow.xml"]
        (folder / "slow.xml").write_text("half and the rest")
        until(lambda: left(folder) == ["done/slow.xml"])
    assert feeding.seen == ["slow.xml", "slow.xml"]


def test_a_file_whose_end_never_comes_fails_when_the_time_is_over(folder: Path, here: Settings) -> None:
    (folder / "cut.xml").write_text("half…")
    with Feeding(configured(folder, patience=1.5), here) as feeding:
        until(lambda: "failed/cut.xml" in left(folder))
    assert feeding.seen == ["cut.xml", "cut.xml"]


def test_an_old_file_whose_end_is_missing_fails_at_once(folder: Path, here: Settings) -> None:
    old(folder / "cut.xml", "half…")
    with Feeding(configured(folder, patience=60), here) as feeding:
        until(lambda: "failed/cut.xml" in left(folder))
    assert feeding.seen == ["cut.xml"]


def test_a_clock_that_is_ahead_does_not_make_it_wait_for_ever(folder: Path, here: Settings) -> None:
    (folder / "cut.xml").write_text("half…")
    os.utime(folder / "cut.xml", (4_000_000_000, 4_000_000_000))
    with Feeding(configured(folder, patience=1), here):
        until(lambda: "failed/cut.xml" in left(folder))


def test_only_what_is_cut_off_is_waited_for(folder: Path, here: Settings) -> None:
    (folder / "a.xml").write_text("x")
    feed = Folder(configured(folder), here, threading.Event())
    item = FileItem(folder / "a.xml", (folder / "a.xml").stat())
    assert isinstance(feed, Deferring)
    assert not feed.defers(item, rejected(item))  # Nothing is watched yet.


def test_once_it_ends_when_all_is_fed(folder: Path, here: Settings) -> None:
    old(folder / "a.txt")
    (folder / "fresh.txt").write_text("x")
    with Feeding(configured(folder, watch=False), here) as feeding:
        feeding.end()
    assert sorted(feeding.seen) == ["a.txt", "fresh.txt"]
    assert left(folder) == ["done/a.txt", "done/fresh.txt"]


def test_files_come_in_bounded_batches(folder: Path, here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BATCH", 10)
    for number in range(35):
        old(folder / f"{number:02}.txt")
    with Feeding(configured(folder, watch=False), here) as feeding:
        feeding.end()
    assert feeding.batches == [10, 10, 10, 5]
    assert feeding.seen == [f"{number:02}.txt" for number in range(35)]


def test_a_folder_within_named_like_ours_is_watched(folder: Path, here: Settings) -> None:
    (folder / "sport" / "done").mkdir(parents=True)
    old(folder / "sport" / "done" / "a.txt")
    with Feeding(configured(folder), here):
        until(lambda: left(folder) == ["done/sport/done/a.txt"])


def test_done_and_failed_may_be_elsewhere(folder: Path, here: Settings, tmp_path: Path) -> None:
    old(folder / "a.txt")
    with Feeding(configured(folder, done=tmp_path / "x" / "fed", failed="../bad"), here):
        until((tmp_path / "x" / "fed" / "a.txt").exists)
    assert (tmp_path / "bad").is_dir()
    assert left(folder) == []


def test_a_move_that_fails_is_told_once_and_the_file_is_not_fed_again(
    folder: Path, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RESCAN_S", 0.3)
    old(folder / "a.txt")
    (folder / "done").mkdir()
    (folder / "done" / "a.txt").mkdir()  # a folder in the way, then a file that is in the way of folders
    (folder / "sub").mkdir()
    old(folder / "sub" / "b.txt")
    (folder / "done" / "sub").write_text("in the way")
    with Feeding(configured(folder), here) as feeding:
        until(lambda: bool(feeding.troubles))
        time.sleep(1)
    assert sorted(feeding.seen) == ["a.txt", "b.txt"]
    (trouble,) = feeding.troubles
    assert trouble.location == str(folder / "sub" / "b.txt")
    assert trouble.what == f"was fed, but cannot be moved to {folder}/done"
    assert "done/a-1.txt" in left(folder)
    (folder / "done" / "sub").unlink()
    with Feeding(configured(folder), here) as feeding:
        until(lambda: "done/sub/b.txt" in left(folder))
    assert feeding.seen == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_folder_that_may_not_be_written_is_told(folder: Path, here: Settings) -> None:
    folder.chmod(0o500)
    with Feeding(configured(folder), here) as feeding:
        feeding.end()
    folder.chmod(0o700)
    assert isinstance(feeding.error, PermissionError)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, here: Settings) -> None:
    with Feeding(configured(tmp_path / "nowhere"), here) as feeding:
        feeding.end()
    assert str(feeding.error) == f"there is no folder {tmp_path}/nowhere"


def test_a_folder_that_another_watches_is_told(folder: Path, here: Settings) -> None:
    memory = memory_of(folder, "afp", here)
    with Feeding(configured(folder), here) as feeding:
        feeding.end()
    memory.close()
    assert isinstance(feeding.error, AlreadyWatchedError)


def test_the_configuration_says_what_holds_for_its_articles(folder: Path, here: Settings) -> None:
    config = configured(folder, source="AFP", language="fr", timezone="Europe/Paris")
    feed = Folder(config, here, threading.Event())
    path = old(folder / "a.txt")
    base = Context(source="-", feed="-", location="a", received=datetime.now(UTC), limit=1024)
    context = feed.context(FileItem(path, path.stat()), base)
    assert (context.source, context.feed, context.language) == ("AFP", "afp", "fr")
    assert (context.zone, context.location) == ("Europe/Paris", "a")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"done": "."}, "done must be another folder"),
        ({"failed": ".."}, "failed must be another folder"),
        ({"done": "x", "failed": "./x"}, "must be two folders"),
        ({"quiet": -1}, "greater than or equal to 0"),
    ],
)
def test_what_makes_no_sense(folder: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        configured(folder, **changes)
