"""Installing what the browser tests need: only what is missing, and what cannot be is told."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.web import browser


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What would have been run."""
    ran: list[tuple[str, ...]] = []

    def run(*command: str) -> list[str]:
        ran.append(command)
        return []

    monkeypatch.setattr(browser, "_run", run)
    return ran


def machine(monkeypatch: pytest.MonkeyPatch, *there: str, root: bool = True) -> None:
    """A machine with these programs and nothing else."""
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}" if name in there else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(browser, "AXE", Path("/nowhere"))


def test_what_is_missing_is_installed(
    monkeypatch: pytest.MonkeyPatch, commands: list[tuple[str, ...]]
) -> None:
    machine(monkeypatch, "apt-get", "npm")
    assert browser.install() == []
    assert [command[:2] for command in commands] == [
        ("apt-get", "update"),
        ("apt-get", "install"),
        ("npm", "ci"),
    ]


def test_what_is_there_is_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, commands: list[tuple[str, ...]], tmp_path: Path
) -> None:
    machine(monkeypatch, "apt-get", "npm", "google-chrome")
    monkeypatch.setattr(browser, "AXE", tmp_path)
    assert browser.install() == []
    assert commands == []


def test_what_cannot_be_installed_is_told(
    monkeypatch: pytest.MonkeyPatch, commands: list[tuple[str, ...]]
) -> None:
    machine(monkeypatch, "apt-get", root=False)
    chromium, axe = browser.install()
    assert "Chromium" in chromium
    assert "Node.js" in axe
    assert commands == []


def test_a_command_that_fails_is_told_with_its_last_words() -> None:
    (said,) = browser._run("sh", "-c", "echo first; echo last >&2; exit 3")
    assert "exit code 3: first | last" in said
    (said,) = browser._run("/nonexistent/program")
    assert "No such file" in said
    assert browser._run("true") == []


def test_what_npm_brings_is_locked_by_version_and_hash_and_names_no_registry() -> None:
    wanted = json.loads((browser.FOLDER / "package.json").read_text())["devDependencies"]
    text = (browser.FOLDER / "package-lock.json").read_text()
    locked = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert "resolved" not in text
    assert {f"node_modules/{name}": version for name, version in wanted.items()} == {
        name: one["version"] for name, one in locked.items()
    }
    assert all(one["integrity"].startswith("sha512-") for one in locked.values())
