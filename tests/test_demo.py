"""The demonstration on services that run already: it finds what it fed, each article once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import demo
from pipeline.settings import Settings
from tests.services import Stack, apart
from tests.workers import environment

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(stack: Stack) -> Settings:
    """Topics, group and index of its own, in the folder that the services run in."""
    return apart(stack.settings)


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.services
def test_twice_shows_each_article_once(settings: Settings) -> None:
    found = []
    for _ in range(2):
        done = newswire(settings, "demo", "samples")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "each once" in done.stdout
        for part in ("Vladimir Poutine", "Conseil de sécurité", "Kim Jong Un", "medtop:", "newswire down"):
            assert part in done.stdout
        search = newswire(settings, "search", "Poutine", "--json")
        found.append({hit["id"] for hit in json.loads(search.stdout)["hits"]})
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.services
def test_a_sample_that_is_no_article_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"guid": "x", "body": 7}\n')
    done = newswire(settings, "demo", str(tmp_path))
    assert done.returncode == 1
    assert "broken.json" in done.stderr
    assert "not every sample was accepted" in done.stderr


@pytest.mark.parametrize("known", [True, False])
def test_how_the_command_becomes_known_is_said_where_it_is_not(
    known: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "activate").touch()
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    monkeypatch.chdir(tmp_path)
    if known:
        (tmp_path / "bin" / "newswire").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    demo._go_on("a" * 32, 9)
    printed = capsys.readouterr().out
    assert ("source bin/activate" in printed) is not known
    assert f"newswire show {'a' * 32}" in printed
