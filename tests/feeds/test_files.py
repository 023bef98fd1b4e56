"""Files and folders: which are read, in what order, and what is said of the others."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.feeds.files import FileItem, Files, find, wanted
from pipeline.feeds.shape import Result, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.feeds.shape import Item


def names(found: Iterable[Item | Unreadable], folder: Path) -> list[str]:
    return [
        str(item.path.relative_to(folder)) if isinstance(item, FileItem) else f"! {item.location}"
        for item in found
    ]


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)


def test_files_are_found_in_all_folders_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "b.txt", "a.txt", "sub/d.txt", "sub/c.txt", "sub/deep/x", "C.txt")
    assert names(find(tmp_path), tmp_path) == [
        "C.txt",
        "a.txt",
        "b.txt",
        "sub/c.txt",
        "sub/d.txt",
        "sub/deep/x",
    ]


def test_hidden_and_unfinished_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, ".hidden", "a.txt", "a.txt~", "b.tmp", "c.PART", ".git/config", "sub.part/x", ".a.txt.swp")
    assert names(find(tmp_path), tmp_path) == ["a.txt"]


def test_folders_may_be_passed_over_by_their_paths(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "done/b.txt", "done/deep/c.txt", "sport/done/d.txt")
    assert names(find(tmp_path, {tmp_path / "done"}), tmp_path) == ["a.txt", "sport/done/d.txt"]


@pytest.mark.parametrize("name", [".hidden", "half.part"])
def test_who_names_one_gets_it(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert names(find(tmp_path / name), tmp_path) == [name]


@pytest.mark.parametrize(
    ("name", "read"),
    [("a.txt", True), ("a", True), ("a.tmp.txt", True), (".a", False), ("a.tmp", False), ("a~", False)],
)
def test_names_that_are_wanted(name: str, read: bool) -> None:
    assert wanted(name) is read


def test_pipes_sockets_and_devices_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        assert names(find(tmp_path), tmp_path) == ["a.txt"]


def test_a_pipe_that_is_named_is_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (trouble,) = find(tmp_path / "pipe")
    assert trouble == Unreadable(location=str(tmp_path / "pipe"), reason="neither a file nor a folder")


def test_links_to_files_are_followed_and_loops_are_none(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.txt")
    (tmp_path / "link.txt").symlink_to("a.txt")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert names(find(tmp_path), tmp_path) == ["a.txt", "link.txt", "sub/b.txt"]


def test_a_link_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (trouble,) = find(tmp_path)
    assert trouble == Unreadable(location=str(tmp_path / "gone.txt"), reason="No such file or directory")


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    (trouble,) = find(tmp_path / "none")
    assert isinstance(trouble, Unreadable)
    assert trouble.reason == "No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_we_may_not_read_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.txt", "z.txt")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "sub").chmod(0)
    try:
        troubles = [each for each in find(tmp_path) if isinstance(each, Unreadable)]
    finally:
        (tmp_path / "sub").chmod(0o700)
    assert {each.reason for each in troubles} == {"Permission denied"}
    assert len(troubles) == 2


def test_a_name_that_is_not_utf_8_has_a_readable_location(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.txt")
    file.write_text("x")
    (item,) = find(tmp_path)
    assert isinstance(item, FileItem)
    assert item.location == f"{tmp_path}/caf\ufffd.txt"
    with item.open() as opened:
        assert opened.read() == b"x"


def test_a_location_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path)
    (item,) = find(Path("a.txt"))
    assert item.location == str(tmp_path / "a.txt")


def test_another_state_of_a_file_has_another_key(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    (before,) = find(tmp_path)
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    (touched,) = find(tmp_path)
    (tmp_path / "a.txt").write_text("longer than before")
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    (grown,) = find(tmp_path)
    keys = {each.key for each in (before, touched, grown) if isinstance(each, FileItem)}
    assert len(keys) == 3


def test_how_long_a_file_has_been_quiet(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    os.utime(tmp_path / "a.txt", (0, 0))
    (item,) = find(tmp_path)
    assert isinstance(item, FileItem)
    assert item.quiet_for() > 1e9


def test_a_pipe_that_took_a_file_s_place_is_an_error_and_no_trap(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    (item,) = find(tmp_path)
    (tmp_path / "a.txt").unlink()
    os.mkfifo(tmp_path / "a.txt")
    assert isinstance(item, FileItem)
    with pytest.raises(OSError, match="no regular file any more"):
        item.open()


def test_the_feed_knows_its_bytes_and_gives_all_at_once(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "sub/b.txt")
    feed = Files([tmp_path / "sub", tmp_path / "a.txt", tmp_path / "none"])
    assert feed.total == len("a.txt") + len("sub/b.txt")
    (batch,) = feed.batches()
    items = list(batch)
    assert names(items, tmp_path) == ["sub/b.txt", "a.txt", f"! {tmp_path / 'none'}"]
    first = items[0]
    assert isinstance(first, FileItem)
    feed.acknowledge(first, Result(accepted=1, rejected=0, failed=0))
    assert [list(batch) for batch in feed.batches()] == [items]
