"""What fuzzing once found is read as it should be, and what looks for more can find it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.formats.shape import Outcome
from tests.fuzzing import targets, under_hypothesis
from tests.fuzzing.__main__ import main
from tests.fuzzing.targets import FOUND, TARGETS, check, seeds

CASES = sorted(path for path in FOUND.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_broke_something_does_no_more(path: Path) -> None:
    (target,) = (each for each in TARGETS if each.replace(" ", "-") == path.parent.name)
    check(target, path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_all_that_a_target_starts_from_is_sound(target: str) -> None:
    for data in seeds(target):
        if len(data) < 4000:
            check(target, data)


@pytest.mark.parametrize("target", TARGETS)
def test_there_is_copy_to_start_from(target: str) -> None:
    assert seeds(target)


def test_what_breaks_is_found_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fragile(data: bytes) -> list[Outcome]:
        if b"\x00" in data:
            raise ZeroDivisionError
        return []

    tally = tmp_path / "tally.json"
    monkeypatch.setattr(targets, "TARGETS", {**TARGETS, "text": fragile})
    with pytest.raises(ZeroDivisionError):
        under_hypothesis.main("text", str(tally), str(tmp_path), "60")
    (kept,) = tmp_path.glob("crash-*")
    with pytest.raises(ZeroDivisionError):
        check("text", kept.read_bytes())
    assert json.loads(tally.read_text())["runs"] > 0


def test_what_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(data: bytes) -> list[Outcome]:
        sum(range(30_000_000 + len(data)))
        return []

    monkeypatch.setattr(targets, "TARGETS", {**TARGETS, "text": slow})
    monkeypatch.setattr(targets, "SLOWEST_S", 0.01)
    with pytest.raises(targets.TooSlowError, match="for 3 bytes"):
        check("text", b"abc")


def test_memory_is_that_of_the_program_and_not_of_the_one_that_started_it() -> None:
    ballast = bytearray(b"x") * (400 * 1024 * 1024)
    assert targets.peak_mib() >= len(ballast) // 1024**2
    ask = "from tests.fuzzing.targets import peak_mib; print(peak_mib())"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, cwd=targets.ROOT)
    assert int(told.stdout) < len(ballast) // 1024**2


def test_it_goes_on_until_the_time_is_over(tmp_path: Path) -> None:
    tally = tmp_path / "tally.json"
    under_hypothesis.main("query", str(tally), str(tmp_path), "0.2")
    told = json.loads(tally.read_text())
    assert told["runs"] > 0
    assert 0 <= told["slowest_s"] < targets.SLOWEST_S
    assert 0 <= told["grown_mib"] < targets.MEMORY_MIB
    assert [path.name for path in tmp_path.iterdir()] == ["tally.json"]


class TestCampaign:
    """The command."""

    def test_it_tells_and_keeps_how_it_went(self, tmp_path: Path) -> None:
        told = self._run(
            "--only", "query", "--engines", "hypothesis", "--seconds", "1", "--out", str(tmp_path)
        )
        assert "| query | hypothesis | 1 |" in told.stdout
        assert "query by hypothesis" in told.stderr
        (result,) = json.loads((tmp_path / "results.json").read_text())
        assert result["runs"] > 0
        assert result["fault"] == ""

    @pytest.mark.parametrize("engine", ["/bin/false", "/bin/true"])
    def test_an_engine_that_does_not_work_is_a_fault(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
    ) -> None:
        monkeypatch.setattr("tests.fuzzing.__main__.PYTHON", Path(engine))
        told = self._run("--only", "query", "--engines", "atheris", "--out", str(tmp_path))
        assert told.exit_code == 1
        assert "query by atheris: 0 inputs; it said nothing" in told.stderr

    @pytest.mark.parametrize(
        ("option", "message"), [("--only", "no such target"), ("--engines", "no such engine")]
    )
    def test_what_there_is_not_is_refused(self, option: str, message: str) -> None:
        told = self._run(option, "nonsense")
        assert told.exit_code == 2
        assert message in told.stderr

    @staticmethod
    def _run(*arguments: str) -> Result:
        app = typer.Typer()
        app.command()(main)
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, [*arguments])
