"""Background processes: started, found again, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.local import process as processes
from pipeline.local.errors import LocalServiceError
from pipeline.local.user import me, unprivileged

SLEEP = ["sleep", "60"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[psutil.Process]:
    """A process that sleeps."""
    child = psutil.Process(started(SLEEP, tmp_path).pid)
    yield child
    if processes.alive(child):
        child.kill()
        processes.wait_gone(child, 10)


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "pid"


def started(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    return processes.spawn(
        command, folder=folder, output=folder / "output.log", environment=os.environ, user=me()
    )


def ended(folder: Path) -> psutil.Process:
    """A process that is gone for good."""
    process = psutil.Process(started(SLEEP, folder).pid)
    process.kill()
    assert processes.wait_gone(process, 10)
    return process


def test_it_runs_in_a_session_of_its_own(sleeper: psutil.Process) -> None:
    assert os.getsid(sleeper.pid) == sleeper.pid != os.getsid(0)


def test_what_it_prints_goes_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "output.log").write_text("of last time\n")
    child = started(["sh", "-c", "echo out; echo err >&2; pwd"], tmp_path)
    child.wait(10)
    assert (tmp_path / "output.log").read_text().splitlines() == ["out", "err", str(tmp_path.resolve())]


def test_it_gets_the_environment_and_no_more(tmp_path: Path) -> None:
    child = processes.spawn(
        ["env"],
        folder=tmp_path,
        output=tmp_path / "out",
        environment={"PATH": os.defpath, "A": "b"},
        user=me(),
    )
    child.wait(10)
    assert set((tmp_path / "out").read_text().splitlines()) == {f"PATH={os.defpath}", "A=b"}


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalServiceError, match="cannot start /no/such/java"):
        started(["/no/such/java"], tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run something as another user")
def test_root_runs_it_as_another_user() -> None:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        child = processes.spawn(
            ["id", "-u"],
            folder=Path("/"),
            output=output,
            environment={"PATH": os.defpath},
            user=unprivileged(),
        )
        assert child.wait(10) == 0
        assert int(output.read_text()) == unprivileged().uid


def test_it_is_found_by_its_pid_file(sleeper: psutil.Process, pid_file: Path) -> None:
    processes.remember(pid_file, sleeper)
    assert processes.find(pid_file, {"no such argument"}) == processes.Found(sleeper)


def test_without_a_pid_file_there_is_nothing(pid_file: Path) -> None:
    assert processes.find(pid_file, {"no such argument"}) == processes.Found(None)


def test_a_pid_file_of_a_process_that_is_gone_is_removed(tmp_path: Path, pid_file: Path) -> None:
    gone = ended(tmp_path)
    pid_file.write_text(json.dumps({"pid": gone.pid, "created": 1.0}))
    found = processes.find(pid_file, {"no such argument"})
    assert found.process is None
    assert f"removed the stale pid file {pid_file}" in found.note
    assert not pid_file.exists()


def test_another_process_with_the_same_pid_is_not_taken_for_it(
    sleeper: psutil.Process, pid_file: Path
) -> None:
    pid_file.write_text(json.dumps({"pid": sleeper.pid, "created": sleeper.create_time() - 60}))
    found = processes.find(pid_file, {"no such argument"})
    assert found.process is None
    assert "stale" in found.note
    assert processes.alive(sleeper)


def test_a_clock_that_was_set_a_little_does_not_matter(sleeper: psutil.Process, pid_file: Path) -> None:
    pid_file.write_text(json.dumps({"pid": sleeper.pid, "created": sleeper.create_time() + 1}))
    assert processes.find(pid_file, {"no such argument"}).process == sleeper


@given(content=st.binary(max_size=60))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_pid_file_of_any_bytes_is_stale(pid_file: Path, content: bytes) -> None:
    pid_file.write_bytes(content)
    assert processes.find(pid_file, {"no such argument"}).process is None
    assert not pid_file.exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "1",
        "{",
        "[]",
        '{"pid": 1}',
        '{"pid": null, "created": 0}',
        '{"pid": -5, "created": 0}',
        '{"pid": 1e400, "created": 0}',
        '{"pid": 99999999999999999999, "created": 0}',
        '{"pid": 1, "created": "x"}',
        '{"pid": 1, "created": NaN}',
    ],
)
def test_a_pid_file_that_was_cut_off_or_is_not_ours_is_stale(pid_file: Path, content: str) -> None:
    pid_file.write_text(content)
    found = processes.find(pid_file, {"no such argument"})
    assert found.process is None
    assert "stale" in found.note


def test_one_that_was_never_written_down_is_found_by_its_arguments(tmp_path: Path, pid_file: Path) -> None:
    mark = f"-Dnewswire.folder={tmp_path}"
    script = "import time; print('up', flush=True); time.sleep(60)"
    child = started([sys.executable, "-c", script, mark, "main"], tmp_path)
    while "up" not in (tmp_path / "output.log").read_text():
        os.sched_yield()
    try:
        assert processes.find(pid_file, {mark, "other"}).process is None
        found = processes.find(pid_file, {mark, "main"}).process
        assert found is not None
        assert found.pid == child.pid
    finally:
        child.kill()
        processes.wait_gone(psutil.Process(child.pid), 10)


def test_a_pid_file_that_cannot_be_read_is_an_error(pid_file: Path) -> None:
    pid_file.mkdir()
    with pytest.raises(LocalServiceError, match="cannot read the pid file"):
        processes.find(pid_file, {"no such argument"})


def test_a_child_that_ended_unseen_is_not_alive(tmp_path: Path) -> None:
    child = started(["true"], tmp_path)
    process = psutil.Process(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process.status() == psutil.STATUS_ZOMBIE
    assert not processes.alive(process)


def test_a_stopped_process_is_gone(sleeper: psutil.Process) -> None:
    processes.send(sleeper, signal.SIGTERM)
    assert processes.wait_gone(sleeper, 10)
    assert not processes.alive(sleeper)


def test_one_that_does_not_stop_is_still_there_and_can_be_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    child = started(["sh", "-c", script], tmp_path)
    while "ready" not in (tmp_path / "output.log").read_text():
        os.sched_yield()
    process = psutil.Process(child.pid)
    processes.send(process, signal.SIGTERM)
    assert not processes.wait_gone(process, 0.3)
    processes.send(process, signal.SIGKILL)
    assert processes.wait_gone(process, 10)


def test_a_process_that_is_no_child_is_waited_for(tmp_path: Path) -> None:
    started(["sh", "-c", "sleep 60 & echo $!"], tmp_path).wait(10)
    orphan = psutil.Process(int((tmp_path / "output.log").read_text()))
    assert not processes.wait_gone(orphan, 0.1)
    processes.send(orphan, signal.SIGKILL)
    assert processes.wait_gone(orphan, 10)


def test_a_signal_to_one_that_is_gone_is_all_right(tmp_path: Path) -> None:
    processes.send(ended(tmp_path), signal.SIGTERM)


def test_a_signal_to_another_users_process_is_refused(
    sleeper: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_self: psutil.Process, _signal: int) -> None:
        raise psutil.AccessDenied(sleeper.pid)

    monkeypatch.setattr(psutil.Process, "send_signal", denied)
    with pytest.raises(LocalServiceError, match=f"process {sleeper.pid} belongs to another user"):
        processes.send(sleeper, signal.SIGTERM)
