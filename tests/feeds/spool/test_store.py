"""The queue on disk: order, kills, limits, other processes, damage; and whatever one does to it."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pipeline.feeds.spool import store as stores
from pipeline.feeds.spool.store import (
    ROW,
    Record,
    SpoolBusyError,
    SpoolDamagedError,
    SpoolError,
    Store,
)

MIB = 1024 * 1024


def everything(store: Store) -> list[Record]:
    """All that is to be sent, as one who reads on and on finds it."""
    found: list[Record] = []
    while more := store.after(found[-1].number if found else 0):
        found += more
    return found


def data(store: Store) -> list[bytes]:
    return [record.data for record in everything(store)]


class TestQueue:
    def test_it_gives_what_it_took_in_order(self, tmp_path: Path) -> None:
        with Store(tmp_path / "deep" / "spool", MIB) as store:
            assert data(store) == []
            store.append([b"a", b"", b"\0\xff"])
            store.append([b"d"])
            assert data(store) == [b"a", b"", b"\0\xff", b"d"]
            assert [each.data for each in store.after(everything(store)[1].number)] == [b"\0\xff", b"d"]

    def test_what_is_removed_is_gone_and_its_place_is_not_given_again(self, tmp_path: Path) -> None:
        with Store(tmp_path, MIB) as store:
            store.append([b"a", b"b", b"c"])
            first, second, third = everything(store)
            store.remove(second)
            assert data(store) == [b"a", b"c"]
            store.tidy()
            store.remove(third)
            store.remove(first)
            store.tidy()
            assert (store.left, store.waiting().bytes, data(store)) == (0, 0, [])
            store.append([b"d"])
            assert everything(store)[0].number > third.number

    def test_opened_anew_it_holds_what_it_held(self, tmp_path: Path) -> None:
        with Store(tmp_path, MIB) as store:
            store.append([b"a", b"b", b"c"])
            store.remove(everything(store)[0])
            store.tidy()
            before = store.waiting()
        with Store(tmp_path, MIB) as store:
            assert data(store) == [b"b", b"c"]
            assert (store.waiting().messages, store.waiting().bytes) == (before.messages, before.bytes)

    def test_so_much_is_read_at_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stores, "READ", 1000)
        with Store(tmp_path, MIB) as store:
            store.append([b"x" * 400] * 10)
            assert len(store.after(0)) == 3
            assert len(everything(store)) == 10

    def test_one_waits_for_what_comes(self, tmp_path: Path) -> None:
        with Store(tmp_path, MIB) as store:
            threading.Timer(0.1, store.append, [[b"a"]]).start()
            begin = time.monotonic()
            store.wait(0, 20)
            assert time.monotonic() - begin < 10
            assert data(store) == [b"a"]
            begin = time.monotonic()
            store.wait(everything(store)[-1].number, 0.05)
            assert time.monotonic() - begin >= 0.05

    def test_what_was_refused_is_kept_and_given_again_when_it_is_opened_anew(self, tmp_path: Path) -> None:
        with Store(tmp_path, MIB) as store:
            store.append([b"a", b"b"])
            store.refuse(everything(store)[0], "too large")
            assert data(store) == [b"b"]
            assert (store.left, store.waiting().messages, store.waiting().refused) == (1, 2, 1)
        with Store(tmp_path, MIB) as store:
            assert data(store) == [b"a", b"b"]
            assert (store.left, store.waiting().refused) == (2, 0)

    def test_any_thread_may_use_it(self, tmp_path: Path) -> None:
        with Store(tmp_path, MIB) as store:

            def use(number: int) -> None:
                for _ in range(20):
                    store.append([b"%d" % number] * 3)
                    store.remove(store.after(0)[0])
                    store.tidy()
                    store.waiting()

            threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # Two threads may have removed the same record, which counts once.
            assert store.waiting().messages == len(everything(store)) >= 4 * 20 * 2


class TestRoom:
    def test_there_is_room_up_to_the_limit(self, tmp_path: Path) -> None:
        with Store(tmp_path, 1000) as store:
            assert store.fits(5000)  # else it could never be sent
            store.append([b"x" * (400 - ROW)])
            assert store.fits(600)
            assert not store.fits(601)
            assert store.fits(300, 300)
            assert not store.fits(301, 300)
            store.remove(everything(store)[0])
            assert store.fits(5000)

    def test_what_waits_is_counted(self, tmp_path: Path) -> None:
        with Store(tmp_path, 1000) as store:
            assert store.waiting().oldest_seconds is None
            store.append([b"a"])
            time.sleep(0.3)
            store.append([b"bcd"])
            waiting = store.waiting()
            assert (waiting.messages, waiting.bytes, waiting.limit) == (2, 4 + 2 * ROW, 1000)
            assert waiting.oldest_seconds is not None
            assert waiting.oldest_seconds >= 0.3
            store.remove(everything(store)[0])
            store.tidy()
            oldest = store.waiting().oldest_seconds
            assert oldest is not None
            assert oldest < waiting.oldest_seconds

    def test_a_clock_that_is_set_back_gives_no_negative_age(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Store(tmp_path, MIB) as store:
            store.append([b"a"])
            monkeypatch.setattr(time, "time", lambda: 0.0)
            assert store.waiting().oldest_seconds == 0

    def test_an_empty_one_gives_its_room_back_to_the_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stores, "SLACK", MIB)
        with Store(tmp_path, 100 * MIB) as store:
            store.append([b"x" * 10_000] * 500)
            store.append([b"x" * 10_000] * 500)
            largest = used(tmp_path)
            assert 10_000_000 < largest < 30_000_000
            for record in everything(store):
                store.remove(record)
            store.tidy()
            assert used(tmp_path) < MIB


def used(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if not file.name.endswith("-shm"))


APPENDING = """
import sys
from pathlib import Path
from pipeline.feeds.spool.store import Store
store = Store(Path(sys.argv[1]), 2**30)
print("open", flush=True)
for number in range(100_000):
    store.append([b"%d a" % number, b"%d b" % number])
    print(number, flush=True)
"""


@pytest.fixture
def appending(tmp_path: Path) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()
    process.stdout.close()  # type: ignore[union-attr]  # it is a pipe


class TestOtherProcesses:
    def test_a_second_one_is_refused(self, tmp_path: Path, appending: Any) -> None:
        assert appending.stdout.readline() == "open\n"
        with pytest.raises(SpoolBusyError, match=f"another process has the spool {tmp_path}; end it"):
            Store(tmp_path, MIB)
        appending.kill()
        appending.wait()
        Store(tmp_path, MIB).close()

    def test_one_that_could_not_be_opened_is_let_go_of(self, tmp_path: Path) -> None:
        (tmp_path / "spool.db").write_bytes(b"no spool " * 1000)
        for _ in range(2):
            with pytest.raises(SpoolDamagedError):
                Store(tmp_path, MIB)

    def test_what_was_taken_before_a_kill_is_there_after_it(self, tmp_path: Path, appending: Any) -> None:
        for _ in range(30):
            appending.stdout.readline()
        appending.send_signal(signal.SIGKILL)
        told = 28 + len(appending.stdout.readlines())
        with Store(tmp_path, 2**30) as store:
            found = data(store)
        count = len(found) // 2
        assert count - 1 in {told, told + 1}
        assert found == [b"%d %s" % (number, part) for number in range(count) for part in (b"a", b"b")]


class TestTrouble:
    def test_a_file_that_is_none_is_told_with_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "spool.db").write_bytes(b"no spool " * 1000)
        with pytest.raises(SpoolDamagedError, match="damaged") as caught:
            Store(tmp_path, MIB)
        for part in (str(tmp_path / "spool.db"), "move it away", ".recover"):
            assert part in str(caught.value)

    def test_a_page_that_was_overwritten_is_noticed_when_it_is_opened(self, tmp_path: Path) -> None:
        with Store(tmp_path, 10 * MIB) as store:
            store.append([b"x" * 1000] * 1000)
        file = tmp_path / "spool.db"
        with file.open("r+b") as opened:
            opened.seek(file.stat().st_size // 2)
            opened.write(b"\xff" * 8192)
        with pytest.raises(SpoolDamagedError):
            Store(tmp_path, MIB)
        assert file.exists()

    def test_a_log_that_is_cut_off_gives_what_is_whole(self, tmp_path: Path) -> None:
        """As after a loss of power in a write that nobody was told of."""
        store = Store(tmp_path, MIB)
        store.append([b"a"])
        whole = (tmp_path / "spool.db-wal").stat().st_size
        store.append([b"b"])
        for name in ("spool.db", "spool.db-wal"):
            copy = tmp_path / "copy" / name
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(tmp_path / name, copy)
        store.close()
        with (tmp_path / "copy" / "spool.db-wal").open("r+b") as log:
            log.truncate(whole + 100)
        with Store(tmp_path / "copy", MIB) as copied:
            assert data(copied) == [b"a"]

    def test_a_full_disk_is_told_and_nothing_is_taken_and_it_heals(self, tmp_path: Path) -> None:
        with Store(tmp_path, 10 * MIB) as store:
            store.append([b"a"])
            fill(store)
            with pytest.raises(SpoolError, match=r"full; make room on its disk"):
                store.append([b"b", b"x" * 100_000])
            assert store.waiting().messages == 1
            store.append([b"c"])  # the connection that had no room is another one now
            assert data(store) == [b"a", b"c"]

    def test_what_was_removed_stays_so_though_the_disk_does_not_work(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Store(tmp_path, 10 * MIB) as store:
            store.append([b"a", b"bb", b"c"])
            store.remove(everything(store)[1])
            monkeypatch.setattr(stores, "_OLDEST", "SELECT nothing FROM nowhere")
            with pytest.raises(SpoolError):
                store.tidy()
            monkeypatch.undo()
            assert data(store) == [b"a", b"c"]
            assert (store.waiting().messages, store.waiting().bytes) == (2, 2 + 2 * ROW)
            store.tidy()
        with Store(tmp_path, MIB) as store:
            assert data(store) == [b"a", b"c"]

    def test_a_folder_that_cannot_be_had_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(SpoolError, match="file/spool cannot be used"):
            Store(tmp_path / "file" / "spool", MIB)

    def test_one_of_a_newer_version_is_left_alone(self, tmp_path: Path) -> None:
        Store(tmp_path, MIB).close()
        table = sqlite3.connect(tmp_path / "spool.db")
        table.execute("PRAGMA user_version = 99")
        table.close()
        with pytest.raises(SpoolError, match="of a newer Newswire"):
            Store(tmp_path, MIB)


def fill(store: Store) -> None:
    """Let the file grow no more, as on a disk that is full; a new connection may again."""
    assert store._table
    (pages,) = store._table.execute("PRAGMA page_count").fetchone()
    store._table.execute(f"PRAGMA max_page_count = {pages}")


class Crashing(RuleBasedStateMachine):
    """A queue against a plain list: appended to, read, acknowledged, reopened, and killed."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="newswire-spool-"))
        self.folder = self.root / "0"
        self.store = Store(self.folder, 100_000)
        self.kept: list[bytes] = []
        self.maybe: set[bytes] = set()
        """Removed, and not known to be cleared from the disk: a kill may bring it back."""
        self.number = 0
        self.given: list[Record] = []

    @rule(count=st.integers(1, 5), size=st.sampled_from([0, 1, 100, 5000]))
    def append(self, count: int, size: int) -> None:
        records = [b"%d " % (self.number + place) + b"x" * size for place in range(count)]
        self.number += count
        self.store.append(records)
        self.kept += records

    @rule()
    def read(self) -> None:
        self.given = everything(self.store)

    @precondition(lambda self: self.given)
    @rule(pick=st.randoms(use_true_random=False))
    def acknowledge(self, pick: Any) -> None:
        record = self.given.pop(pick.randrange(len(self.given)))
        self.store.remove(record)
        self.kept.remove(record.data)
        self.maybe.add(record.data)

    @rule()
    def tidy(self) -> None:
        self.store.tidy()

    @rule()
    def reopen(self) -> None:
        self.store.tidy()
        self.store.close()
        self.store = Store(self.folder, 100_000)
        self.given, self.maybe = [], set()

    @rule()
    def crash(self) -> None:
        """Go on with the files as they are on the disk now, as after a kill."""
        copy = self.root / str(int(self.folder.name) + 1)
        copy.mkdir()
        for file in self.folder.glob("spool.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy)
        self.store.close()
        self.folder, self.given = copy, []
        self.store = Store(copy, 100_000)
        found = data(self.store)
        assert [each for each in found if each not in self.maybe] == self.kept
        self.kept, self.maybe = found, set()

    @invariant()
    def nothing_is_lost_and_all_is_in_order(self) -> None:
        assert data(self.store) == self.kept
        numbers = [int(each.split()[0]) for each in self.kept]
        assert numbers == sorted(numbers)
        waiting = self.store.waiting()
        assert waiting.messages == len(self.kept) == self.store.left
        assert waiting.bytes == sum(len(each) + ROW for each in self.kept)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)


TestCrashing = Crashing.TestCase
TestCrashing.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
