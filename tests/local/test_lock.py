"""A lock between processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.local import lock as module
from pipeline.local.errors import LocalServiceError
from pipeline.local.lock import locked
from pipeline.local.service import silent

HOLD = """
import sys, time
from pathlib import Path
from pipeline.local.lock import locked
with locked(Path(sys.argv[1]), limit_s=60, progress=print):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.lock"


def holder(file: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def end(child: subprocess.Popen[str]) -> None:
    with child:
        child.send_signal(signal.SIGKILL)


def test_it_can_be_taken_again_after_it_was_let_go(file: Path) -> None:
    for _ in range(3):
        with locked(file, limit_s=0, progress=silent):
            pass


def test_it_is_let_go_after_an_error(file: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(file, limit_s=0, progress=silent):
        raise ZeroDivisionError
    with locked(file, limit_s=0, progress=silent):
        pass


def test_another_process_keeps_it(file: Path) -> None:
    child = holder(file)
    try:
        with pytest.raises(LocalServiceError) as caught, locked(file, limit_s=0.2, progress=silent):
            pass
    finally:
        end(child)
    assert str(file) in str(caught.value)
    assert "run the command again" in str(caught.value)


def test_one_who_waits_is_told_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TELL_AFTER_S", 0.0)
    said: list[str] = []
    child = holder(file)
    try:
        with pytest.raises(LocalServiceError), locked(file, limit_s=0.5, progress=said.append):
            pass
    finally:
        end(child)
    assert len(said) == 1
    assert "waiting for another newswire process" in said[0]


def test_the_kernel_lets_go_when_the_holder_is_killed(file: Path) -> None:
    end(holder(file))
    with locked(file, limit_s=0, progress=silent):
        pass


def test_a_child_that_inherits_it_holds_it(file: Path) -> None:
    with locked(file, limit_s=0, progress=silent) as descriptor:
        child = subprocess.Popen(["/bin/sleep", "60"], pass_fds=[descriptor])
    try:
        with pytest.raises(LocalServiceError), locked(file, limit_s=0, progress=silent):
            pass
    finally:
        child.kill()
        child.wait()
    with locked(file, limit_s=0, progress=silent):
        pass


def test_a_child_that_does_not_inherit_it_does_not(file: Path) -> None:
    with locked(file, limit_s=0, progress=silent):
        child = subprocess.Popen(["/bin/sleep", "60"])
    try:
        with locked(file, limit_s=0, progress=silent):
            pass
    finally:
        child.kill()
        child.wait()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none" / "one.lock"
    with (
        pytest.raises(LocalServiceError, match="cannot write") as caught,
        locked(file, limit_s=0, progress=silent),
    ):
        pass
    assert str(file) in str(caught.value)


def test_its_file_is_ours_alone(file: Path) -> None:
    with locked(file, limit_s=0, progress=silent):
        assert file.stat().st_mode & 0o077 == 0
        assert file.stat().st_uid == os.geteuid()
