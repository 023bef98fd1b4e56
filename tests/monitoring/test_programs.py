"""Fetching Prometheus: only where it is missing, whole or not at all, and what cannot be is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.monitoring import programs

Run = Callable[..., list[str]]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where it is unpacked; nothing is there yet."""
    monkeypatch.setattr(programs, "FOLDER", tmp_path)
    monkeypatch.setattr(programs, "UNPACKED", tmp_path / "unpacked")
    return tmp_path


def machine(monkeypatch: pytest.MonkeyPatch, *there: str, root: bool = True) -> None:
    """A machine with these programs on the path and no others."""
    which = shutil.which

    def found(name: str, path: str | None = None) -> str | None:
        if path is not None:
            return which(name, path=path)
        return f"/usr/bin/{name}" if name in there else None

    monkeypatch.setattr(shutil, "which", found)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)


def apt(monkeypatch: pytest.MonkeyPatch, *, holds: tuple[str, ...], listed: bool = True) -> list[str]:
    """What apt-get and dpkg-deb would do; the commands that are run are told."""
    ran: list[str] = []
    lists = listed

    def run(*command: str, folder: Path) -> list[str]:
        nonlocal lists
        ran.append(" ".join(command[:2]))
        if command[:2] == ("apt-get", "update"):
            lists = True
        elif command[0] == "apt-get":
            if not lists:
                return ["there is no such package"]
            (folder / "prometheus_2.deb").write_bytes(b"")
        else:
            into = Path(command[3]) / "usr" / "bin"
            into.mkdir(parents=True)
            for name in holds:
                (into / name).write_text("#!/bin/sh\n")
                (into / name).chmod(0o755)
        return []

    monkeypatch.setattr(programs, "_run", run)
    return ran


BOTH = ("prometheus", "promtool")
UNPACKS = ["apt-get download", "dpkg-deb --extract"]


def test_what_is_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch, *BOTH, "apt-get", "dpkg-deb")
    ran = apt(monkeypatch, holds=BOTH)
    assert programs.fetch() == []
    assert ran == []
    assert programs.program("promtool") == "/usr/bin/promtool"
    assert list(folder.iterdir()) == []


def test_what_is_missing_is_unpacked_and_nothing_else_is_left(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb", root=False)
    ran = apt(monkeypatch, holds=BOTH)
    assert programs.program("promtool") is None
    assert programs.fetch() == []
    assert ran == UNPACKS
    assert programs.program("promtool") == str(folder / "unpacked/usr/bin/promtool")
    assert [path.name for path in folder.iterdir()] == ["unpacked"]
    assert programs.fetch() == []
    assert ran == UNPACKS


def test_half_of_it_is_made_whole(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb")
    (folder / "unpacked/usr/bin").mkdir(parents=True)
    apt(monkeypatch, holds=BOTH)
    assert programs.fetch() == []
    assert programs.program("prometheus")


def test_root_brings_the_lists_of_packages_up_to_date_if_it_must(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb")
    ran = apt(monkeypatch, holds=BOTH, listed=False)
    assert programs.fetch() == []
    assert ran == ["apt-get download", "apt-get update", *UNPACKS]
    assert programs.program("prometheus") == str(folder / "unpacked/usr/bin/prometheus")


def test_others_are_told_that_there_are_none(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb", root=False)
    ran = apt(monkeypatch, holds=BOTH, listed=False)
    assert programs.fetch() == ["there is no such package"]
    assert ran == ["apt-get download"]
    assert list(folder.iterdir()) == []


def test_a_machine_without_apt_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch)
    [fault] = programs.fetch()
    assert "install it yourself" in fault
    assert list(folder.iterdir()) == []


def test_a_package_without_the_programs_is_told(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb")
    apt(monkeypatch, holds=("prometheus",))
    assert programs.fetch() == ["prometheus_2.deb holds no prometheus or promtool"]
    assert [path.name for path in folder.iterdir()] == ["unpacked"]


def test_an_unpacking_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    machine(monkeypatch, "apt-get", "dpkg-deb")

    def run(*command: str, folder: Path) -> list[str]:
        (folder / "prometheus_2.deb").write_bytes(b"")
        return ["no room"] if command[0] == "dpkg-deb" else []

    monkeypatch.setattr(programs, "_run", run)
    assert programs.fetch() == ["no room"]
    assert list(folder.iterdir()) == []
