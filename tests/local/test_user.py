"""Whom the services run as, and what that user can reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.local import user as users
from pipeline.local.errors import LocalServiceError
from pipeline.local.user import User

STRANGER = User(54321, 54321)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may do all")


def test_this_process_has_a_user() -> None:
    assert users.me() == User(os.geteuid(), os.getegid())


@as_root
def test_root_has_somebody_else_run_what_refuses_root() -> None:
    assert users.unprivileged().uid != 0
    assert users.unprivileged().name == "nobody"


@not_as_root
def test_anybody_else_runs_it_as_oneself() -> None:
    assert users.unprivileged() == users.me()


def test_a_user_without_a_name_is_shown_by_number() -> None:
    assert STRANGER.name == "uid 54321"
    assert users.name_of(0) == "root"


def test_the_file_systems_root_is_open_to_all() -> None:
    assert users.barrier(Path("/"), STRANGER) is None


def test_a_closed_folder_on_the_way_is_found(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    found = users.barrier(inside, STRANGER)
    assert found is not None
    assert found in [*inside.parents, inside]


def test_nothing_is_closed_to_root(tmp_path: Path) -> None:
    tmp_path.chmod(0o000)
    assert users.barrier(tmp_path / "a", User(0, 0)) is None


def test_what_does_not_exist_is_not_closed() -> None:
    assert users.barrier(Path("/no such folder/at all"), STRANGER) is None


@pytest.mark.parametrize(
    ("mode", "owner", "group", "other"),
    [
        (0o755, True, True, True),
        (0o750, True, True, False),
        (0o700, True, False, False),
        (0o705, True, False, True),
        (0o055, False, True, True),
        (0o644, False, False, False),
    ],
)
def test_rights_count_for_whom_they_are_meant(
    tmp_path: Path, mode: int, owner: bool, group: bool, other: bool
) -> None:
    tmp_path.chmod(mode)
    entry = tmp_path.stat()
    tmp_path.chmod(0o700)
    mine, us = entry.st_uid, entry.st_gid
    assert users._may_enter(entry, User(mine, 54321)) is owner
    assert users._may_enter(entry, User(54321, us)) is group
    assert users._may_enter(entry, STRANGER) is other


def test_a_cache_that_can_be_reached_is_kept(tmp_path: Path) -> None:
    assert users.reachable_cache(tmp_path, users.me()) == tmp_path


def test_a_closed_cache_gives_way_to_the_systems(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert users.reachable_cache(tmp_path, STRANGER) == users.SYSTEM_CACHE


def test_a_folder_that_can_be_reached_is_kept(tmp_path: Path) -> None:
    assert users.reachable_folder(tmp_path, "elasticsearch", users.me()) == tmp_path / "elasticsearch"


def test_a_closed_folder_gives_way_and_leaves_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = tmp_path / "system"
    monkeypatch.setattr(users, "SYSTEM_DATA", system)
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    place = users.reachable_folder(var, "elasticsearch", STRANGER)
    assert place.is_relative_to(system)
    assert place.is_dir()
    assert (var / "elasticsearch").resolve() == place
    assert users.reachable_folder(var, "elasticsearch", STRANGER) == place


def test_data_whose_link_was_removed_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "SYSTEM_DATA", tmp_path / "system")
    tmp_path.chmod(0o700)
    before = users.reachable_folder(tmp_path, "elasticsearch", STRANGER)
    (before / "data").mkdir()
    (tmp_path / "elasticsearch").unlink()
    after = users.reachable_folder(tmp_path, "elasticsearch", STRANGER)
    assert list(after.iterdir()) == []
    assert (before / "data").is_dir()


def test_two_closed_folders_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "SYSTEM_DATA", tmp_path / "system")
    places = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700)
        places.add(users.reachable_folder(tmp_path / name, "elasticsearch", STRANGER))
    assert len(places) == 2


def test_data_in_a_closed_folder_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "SYSTEM_DATA", tmp_path / "system")
    data = tmp_path / "elasticsearch" / "data"
    data.mkdir(parents=True)
    tmp_path.chmod(0o700)
    with pytest.raises(LocalServiceError, match="holds data") as caught:
        users.reachable_folder(tmp_path, "elasticsearch", STRANGER)
    assert "chmod o+x" in str(caught.value)
    assert data.is_dir()


def test_folders_are_made_open_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        users.make_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755


def test_a_folder_that_exists_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    users.make_folder(tmp_path / "a")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalServiceError, match="cannot make the folder") as caught:
        users.make_folder(tmp_path / "file" / "folder")
    assert str(tmp_path / "file" / "folder") in str(caught.value)


def test_a_file_is_written_whole_and_readable_by_all(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        users.write_file(tmp_path / "conf", "é=1\n")
    finally:
        os.umask(before)
    assert (tmp_path / "conf").read_text(encoding="utf-8") == "é=1\n"
    assert (tmp_path / "conf").stat().st_mode & 0o777 == 0o644
    assert [file.name for file in tmp_path.iterdir()] == ["conf"]


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "passwd"
    elsewhere.write_text("precious")
    (tmp_path / "conf").symlink_to(elsewhere)
    users.write_file(tmp_path / "conf", "new")
    assert elsewhere.read_text() == "precious"
    assert not (tmp_path / "conf").is_symlink()


@as_root
def test_a_folder_is_given_away_with_all_in_it_but_not_through_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("")
    folder = tmp_path / "data"
    (folder / "nodes").mkdir(parents=True)
    (folder / "nodes" / "file").write_text("")
    (folder / "link").symlink_to(outside)
    users.give_to(folder, STRANGER)
    for path in (folder, folder / "nodes", folder / "nodes" / "file"):
        assert (path.stat().st_uid, path.stat().st_gid) == (54321, 54321)
    assert outside.stat().st_uid == 0


@not_as_root
def test_nobody_else_can_give_a_folder_away(tmp_path: Path) -> None:
    users.give_to(tmp_path, STRANGER)
    assert tmp_path.stat().st_uid == os.geteuid()


def test_ones_own_folder_may_be_used(tmp_path: Path) -> None:
    users.require_owner(tmp_path, users.me(), "kafka")


def test_a_folder_that_does_not_exist_may_be_used(tmp_path: Path) -> None:
    users.require_owner(tmp_path / "none", STRANGER, "kafka")


def test_another_users_folder_may_not_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER.uid)
    with pytest.raises(LocalServiceError, match="belongs to") as caught:
        users.require_owner(tmp_path, STRANGER, "kafka")
    assert str(tmp_path) in str(caught.value)
    assert "uid 54321" in str(caught.value)
    assert "NEWSWIRE_VAR" in str(caught.value)
