"""Starting, finding and stopping a service: with a small real one, so that it is quick.

What Kafka and Elasticsearch themselves do is in test_services.py.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from pipeline.local import process as processes
from pipeline.local import service as module
from pipeline.local.errors import LocalServiceError
from pipeline.local.install import Name, Programs
from pipeline.local.lock import locked
from pipeline.local.ports import Address, answers, free_port
from pipeline.local.service import Answer, Launch, Service, silent
from pipeline.local.user import User, make_folder, me
from pipeline.settings import Settings

HOST = "127.0.0.1"
SERVE = """
import signal, socket, sys, time
print("starting", flush=True)
mode, port = sys.argv[1], int(sys.argv[2])
if mode == "dies":
    print("the disk is on fire", flush=True)
    sys.exit(3)
if mode == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == "mute":
    time.sleep(60)
with socket.create_server(("127.0.0.1", port)) as server:
    while True:
        server.accept()[0].close()
"""


class Little(Service):
    """A service that only accepts connections."""

    name: ClassVar[Name] = "kafka"
    setting: ClassVar[str] = "NEWSWIRE_KAFKA"
    main_class: ClassVar[str] = "little.Main"

    def __init__(self, var: Path, mode: str = "serves", user: User | None = None) -> None:
        self.address = Address(HOST, free_port(HOST))
        super().__init__(Settings(kafka=str(self.address), var=var), user or me())
        self.external = ""
        self.mode = mode
        self.spawned = 0

    def programs(self, progress: Callable[[str], None]) -> Programs:
        progress("programs are here")
        return Programs(Path(sys.prefix), "1.0")

    def spawn(self, programs: Programs, lock: int) -> Launch:  # noqa: ARG002 - the base class's
        self.spawned += 1
        make_folder(self.folder / "logs")
        child = processes.spawn(
            [sys.executable, "-c", SERVE, self.mode, str(self.address.port), self.mark, self.main_class],
            folder=self.folder,
            output=self.log_files[1],
            environment=os.environ,
            user=self.user,
        )
        return Launch(psutil.Process(child.pid), child)

    def ask(self, process: psutil.Process | None, limit_s: float) -> Answer | None:  # noqa: ARG002 - the base's
        return Answer("1.0") if answers(self.address) else None


@pytest.fixture
def made() -> Iterator[list[Little]]:
    """Services that are killed at the end, whatever became of them."""
    services: list[Little] = []
    yield services
    for service in services:
        service.kill9()


@pytest.fixture
def little(tmp_path: Path, made: list[Little]) -> Little:
    made.append(Little(tmp_path / "var"))
    return made[0]


def of_mode(mode: str, tmp_path: Path, made: list[Little]) -> Little:
    made.append(Little(tmp_path / "var", mode))
    return made[-1]


def test_before_its_first_start_it_is_stopped(little: Little) -> None:
    status = little.status()
    assert (status.state, status.pid, status.note) == ("stopped", None, "")
    assert not little.var.exists()


def test_it_is_started_and_looked_at(little: Little) -> None:
    status = little.start()
    assert status.state == "running"
    assert status.embedded
    assert status.address == str(little.address)
    assert status.version == "1.0"
    assert status.pid is not None
    assert status.memory_bytes == pytest.approx(psutil.Process(status.pid).memory_info().rss, rel=0.5)
    assert status.uptime_s is not None
    assert 0 <= status.uptime_s < 300
    assert status.folder == str(little.folder)
    assert json.loads(little.pid_file.read_text())["pid"] == status.pid


def test_a_second_start_leaves_it_alone(little: Little) -> None:
    first = little.start()
    second = little.start()
    assert (second.state, second.pid, second.note) == ("running", first.pid, "was running already")
    assert little.spawned == 1


def test_another_command_finds_it(little: Little) -> None:
    pid = little.start().pid
    other = Little(little.var)
    other.address = little.address
    assert other.status().pid == pid
    assert other.start().note == "was running already"
    assert other.spawned == 0


def test_it_is_stopped_and_its_pid_file_is_gone(little: Little) -> None:
    little.start()
    status = little.stop()
    assert (status.state, status.note) == ("stopped", "stopped")
    assert not little.pid_file.exists()
    assert not answers(little.address)


def test_to_stop_what_does_not_run_is_no_error(little: Little) -> None:
    assert little.stop().note == "was not running"
    little.start()
    little.stop()
    assert little.stop().note == "was not running"


def test_after_a_kill_its_pid_file_is_stale_and_it_starts_again(little: Little) -> None:
    little.start()
    little.kill9()
    assert little.pid_file.exists()
    said: list[str] = []
    status = little.start(said.append)
    assert status.state == "running"
    assert "removed the stale pid file" in status.note
    assert [line for line in said if "stale" in line] == [status.note]


def test_status_tells_of_a_stale_pid_file(little: Little) -> None:
    little.start()
    little.kill9()
    assert "removed the stale pid file" in little.status().note
    assert little.status().note == ""


def test_to_stop_after_a_kill_cleans_up(little: Little) -> None:
    little.start()
    little.kill9()
    said: list[str] = []
    assert little.stop(said.append).note == "was not running"
    assert "stale" in said[0]
    assert not little.pid_file.exists()


def test_one_whose_pid_file_was_lost_is_found_and_stopped(little: Little) -> None:
    pid = little.start().pid
    little.pid_file.unlink()
    assert little.status().pid == pid
    assert little.start().note == "was running already"
    assert json.loads(little.pid_file.read_text())["pid"] == pid
    little.pid_file.unlink()
    assert little.stop().note == "stopped"


def test_one_that_dies_at_start_is_reported_with_its_log(tmp_path: Path, made: list[Little]) -> None:
    dying = of_mode("dies", tmp_path, made)
    with pytest.raises(LocalServiceError) as caught:
        dying.start()
    message = str(caught.value)
    assert message.startswith("kafka ended while it was starting")
    assert str(dying.folder / "output.log") in message
    assert message.endswith("  the disk is on fire")
    assert dying.status().state == "stopped"


def test_one_that_never_answers_is_reported_and_left(
    tmp_path: Path, made: list[Little], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "START_LIMIT_S", 0.3)
    mute = of_mode("mute", tmp_path, made)
    with pytest.raises(LocalServiceError, match="does not answer at") as caught:
        mute.start()
    assert "newswire down" in str(caught.value)
    assert mute.status().state == "not answering"
    assert mute.stop().note == "stopped"


def test_one_that_does_not_stop_is_killed(
    tmp_path: Path, made: list[Little], monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = of_mode("deaf", tmp_path, made)
    deaf.start()
    monkeypatch.setattr(module, "STOP_LIMIT_S", 0.5)
    status = deaf.stop()
    assert status.state == "stopped"
    assert "killed: it did not stop within" in status.note


def test_one_that_hangs_does_not_answer(little: Little) -> None:
    pid = little.start().pid
    assert pid is not None
    little.address = Address(HOST, free_port(HOST))
    status = little.status()
    assert (status.state, status.pid) == ("not answering", pid)


def test_a_taken_port_is_said_and_nothing_is_started(little: Little) -> None:
    with (
        socket.create_server((HOST, little.address.port)),
        pytest.raises(LocalServiceError, match=f"is taken by process {os.getpid()}"),
    ):
        little.start()
    assert little.spawned == 0
    assert little.start().state == "running"


def test_a_full_disk_is_said_and_nothing_is_started(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM_MIB", 10**9)
    with pytest.raises(LocalServiceError, match="MiB free") as caught:
        little.start()
    assert "NEWSWIRE_VAR" in str(caught.value)
    assert little.spawned == 0


def test_another_users_folder_is_refused(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    little.start()
    little.stop()
    little.user = User(54321, 54321)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(LocalServiceError, match="belongs to"):
        little.start()
    monkeypatch.undo()


def test_two_starts_at_once_make_one_process(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    with little.starting() as launch:
        other = Little(little.var)
        other.address = little.address
        monkeypatch.setattr(module, "LOCK_LIMIT_S", 0.2)
        with pytest.raises(LocalServiceError, match="another newswire process"):
            other.start()
        little.wait_ready(launch)
    assert other.start().note == "was running already"
    assert other.spawned == 0


def test_a_stop_waits_for_a_start(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    little.start()
    monkeypatch.setattr(module, "LOCK_LIMIT_S", 0.2)
    with (
        locked(little.var / "kafka.lock", limit_s=0, progress=silent),
        pytest.raises(LocalServiceError, match="another newswire process"),
    ):
        little.stop()
    assert little.stop().note == "stopped"


def test_the_lock_is_let_go_when_the_start_fails(tmp_path: Path, made: list[Little]) -> None:
    dying = of_mode("dies", tmp_path, made)
    with pytest.raises(LocalServiceError):
        dying.start()
    dying.mode = "serves"
    assert dying.start().state == "running"


def test_it_outlives_the_session_of_its_starter(little: Little) -> None:
    pid = little.start().pid
    assert pid is not None
    assert os.getsid(pid) == pid
    assert psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_an_external_one_is_not_stopped(little: Little) -> None:
    little.start()
    outsider = Little(little.var)
    outsider.address = little.address
    outsider.external = "elsewhere"
    status = outsider.stop()
    assert (status.state, status.embedded, status.pid, status.note) == ("external", False, None, "elsewhere")
    assert little.status().state == "running"


def test_an_external_one_that_is_away_does_not_answer(little: Little) -> None:
    little.external = "elsewhere"
    status = little.status()
    assert (status.state, status.embedded, status.note) == ("not answering", False, "elsewhere")


def test_a_folder_that_cannot_be_written_is_an_error(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_programs: Programs, _lock: int) -> Launch:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(little, "spawn", full)
    with pytest.raises(LocalServiceError, match=r"cannot prepare .* No space left on device"):
        little.start()


def test_sigterm_ends_it_as_stop_does(little: Little) -> None:
    pid = little.start().pid
    assert pid is not None
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGTERM)
    assert processes.wait_gone(process, 10)
    assert little.status().state == "stopped"
