"""The folder of lists: a list is there whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.enrich.identity.alias_folder import path_of, remove, stamps, store
from pipeline.enrich.identity.alias_lists import ListError, parsed

TICK_S = 0.02
"""Longer than a file system's clock stands still."""

LIST = "id,name,label,aliases\nx,Name,ORG,A|B\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.csv"
    file.write_text(LIST)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "entities"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestStore:
    def test_a_list_is_copied_byte_for_byte_under_its_file_s_name(self, folder: Path, desk: Path) -> None:
        desk.write_bytes(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode())
        stored = store(folder, desk)
        assert (stored.name, stored.replaced) == ("desk", False)
        assert [entry.identity.id for entry in stored.entries] == ["x"]
        assert path_of(folder, "desk").read_bytes() == desk.read_bytes()
        assert names_in(folder) == ["desk.csv"]

    def test_one_of_the_same_name_is_replaced(self, folder: Path, desk: Path) -> None:
        store(folder, desk)
        desk.write_text(LIST + "y,Other,PER,\n")
        assert store(folder, desk).replaced
        assert path_of(folder, "desk").read_text() == desk.read_text()
        assert list(stamps(folder)) == ["desk"]

    def test_a_list_with_faults_changes_nothing(self, folder: Path, desk: Path) -> None:
        store(folder, desk)
        before = stamps(folder)
        desk.write_text(LIST + "y,,PER,\n")
        with pytest.raises(ListError, match="line 3: the name is empty"):
            store(folder, desk)
        assert stamps(folder) == before
        assert path_of(folder, "desk").read_text() == LIST

    @pytest.mark.parametrize("name", ["people of 2024.csv", "Zürich.v2.csv", "noextension", "a.CSV"])
    def test_names_that_may_be(self, name: str, folder: Path, tmp_path: Path) -> None:
        (tmp_path / name).write_text(LIST)
        assert store(folder, tmp_path / name).name == name.removesuffix(".csv")
        assert list(stamps(folder)) == [name.removesuffix(".csv")]

    @pytest.mark.parametrize(
        "name", [".csv", ".hidden.csv", "shipped.csv", " blank.csv", "bell\x07.csv", os.fsdecode(b"\xff.csv")]
    )
    def test_names_that_may_not_be(self, name: str, folder: Path, tmp_path: Path) -> None:
        (tmp_path / name).write_text(LIST)
        with pytest.raises(ListError, match="give the file another name"):
            store(folder, tmp_path / name)
        assert stamps(folder) == {}

    def test_what_cannot_be_written_is_told(self, desk: Path, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ListError, match=r"desk\.csv cannot be written: "):
            store(tmp_path / "file", desk)
        (tmp_path / "busy" / "desk.csv" / "in the way").mkdir(parents=True)
        with pytest.raises(ListError, match=r"cannot be written: Is a directory"):
            store(tmp_path / "busy", desk)
        assert names_in(tmp_path / "busy") == ["desk.csv"], "nothing half done is left"

    def test_a_reader_never_sees_a_half_written_list(self, folder: Path, tmp_path: Path) -> None:
        versions = []
        for number in range(2):
            file = tmp_path / str(number) / "desk.csv"
            file.parent.mkdir()
            file.write_text(LIST + f"y{number},{'n' * 100},ORG,\n" * 2000)
            versions.append(file)
        store(folder, versions[0])
        whole = {file.read_bytes() for file in versions}
        done = threading.Event()

        def write() -> None:
            for number in range(20):
                store(folder, versions[number % 2])
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        seen = set()
        while not done.is_set():
            assert list(stamps(folder)) == ["desk"]
            seen.add(path_of(folder, "desk").read_bytes())
        writer.join()
        assert seen <= whole

    def test_a_killed_import_leaves_the_former_list(self, folder: Path, desk: Path) -> None:
        store(folder, desk)
        code = (
            "import os, signal, sys\nfrom pathlib import Path\n"
            "from pipeline.enrich.identity import alias_folder\n"
            "alias_folder.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
            "alias_folder.store(Path(sys.argv[1]), Path(sys.argv[2]))"
        )
        desk.write_text(LIST + "y,Other,PER,\n")
        done = subprocess.run([sys.executable, "-c", code, folder, desk], check=False, timeout=60)
        assert done.returncode == -9
        assert path_of(folder, "desk").read_text() == LIST
        assert list(stamps(folder)) == ["desk"], "what was under way is no list"


class TestStamps:
    def test_no_folder_no_lists(self, folder: Path) -> None:
        assert stamps(folder) == {}

    def test_only_lists_by_name(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for name in (
            "b.csv",
            "a.csv",
            ".a.csv.12.part",
            ".c.csv",
            "shipped.csv",
            "notes.txt",
            ".csv",
            "\x07.csv",
        ):
            (folder / name).write_text(LIST)
        assert list(stamps(folder)) == ["a", "b"]

    def test_a_link_without_an_end_is_none(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "a.csv").symlink_to(folder / "absent")
        assert stamps(folder) == {}

    def test_a_stamp_changes_with_whatever_is_done_to_a_list(self, folder: Path, desk: Path) -> None:
        store(folder, desk)
        seen = [stamps(folder)]

        def append() -> None:
            with path_of(folder, "desk").open("a") as file:
                file.write("y,Other,PER,\n")

        for change in (
            lambda: store(folder, desk),
            lambda: path_of(folder, "desk").chmod(0o600),
            append,
            lambda: remove(folder, "desk"),
        ):
            time.sleep(TICK_S)
            change()
            seen.append(stamps(folder))
        assert all(one != other for one, other in pairwise(seen))

    def test_a_folder_that_is_none_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ListError, match="cannot be read: Not a directory"):
            stamps(tmp_path / "file")


class TestRemove:
    def test_a_list_is_gone(self, folder: Path, desk: Path) -> None:
        store(folder, desk)
        remove(folder, "desk")
        assert names_in(folder) == []

    @pytest.mark.parametrize("name", ["other", "", "../desk", "desk.csv", "shipped", "."])
    def test_what_is_not_there_is_told_with_what_is(self, name: str, folder: Path, desk: Path) -> None:
        store(folder, desk)
        with pytest.raises(ListError, match=r"there is no list .*; there are: desk"):
            remove(folder, name)
        assert desk.exists()
        assert list(stamps(folder)) == ["desk"]

    def test_where_there_is_none(self, folder: Path) -> None:
        with pytest.raises(ListError, match="there is none"):
            remove(folder, "desk")

    def test_what_cannot_be_removed_is_told(self, folder: Path) -> None:
        (folder / "desk.csv").mkdir(parents=True)
        with pytest.raises(ListError, match="cannot be removed: Is a directory"):
            remove(folder, "desk")


def test_what_is_stored_is_what_was_checked(folder: Path, desk: Path) -> None:
    stored = store(folder, desk)
    assert parsed(path_of(folder, "desk").read_bytes(), "") == stored.entries
