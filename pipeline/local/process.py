"""Background processes: started in a session of their own, found again, and stopped."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from pipeline.local.errors import LocalServiceError
from pipeline.local.user import write_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from pipeline.local.user import User

# The clock that create times are counted from may be set while a process lives.
SAME_TIME_S = 2.0
# Children of this process: kept, so that they can be reaped when they end.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Found:
    """What a pid file led to: the process if it lives, and a note if the file was stale."""

    process: psutil.Process | None
    note: str = ""


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    output: Path,
    environment: Mapping[str, str],
    user: User,
    inherited: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Starts a command in the background, in its own session, so that it outlives this process.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        output: file for what it prints; emptied first.
        environment: all of its environment.
        user: whom it runs as; another than oneself only when root.
        inherited: file descriptors that stay open in it.

    Raises:
        LocalServiceError: the program cannot be started.
    """
    other = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.uid != os.geteuid() else {}
    options: dict[str, Any] = {"cwd": folder, "env": dict(environment), "pass_fds": tuple(inherited), **other}
    try:
        with output.open("wb") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
    except OSError as error:
        raise LocalServiceError(f"cannot start {command[0]} in {folder}: {error.strerror}.") from error
    _children[child.pid] = child
    return child


def remember(file: Path, process: psutil.Process) -> None:
    """Writes the pid file: the pid and when the process began, which together name it for good."""
    write_file(file, json.dumps({"pid": process.pid, "created": process.create_time()}) + "\n")


def find(file: Path, arguments: Collection[str]) -> Found:
    """The process that a pid file names, or one that was never written down.

    A pid alone is not enough, since the system gives it to another process later: it must have begun
    when the file says. A file that names no such process is removed. If there is none, the process
    with these arguments is looked for: its starter may have been killed before it wrote the file.

    Args:
        file: the pid file.
        arguments: command-line arguments that only this service has all of.

    Raises:
        LocalServiceError: the file cannot be read.
    """
    process = _named(file)
    if process is not None:
        return Found(process)
    stale = file.exists()
    process = _with_arguments(arguments)
    if process is not None:
        return Found(process)
    if not stale:
        return Found(None)
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        return Found(None, f"{file} is stale and cannot be removed: {error.strerror}")
    return Found(None, f"removed the stale pid file {file}: its process is gone")


def _named(file: Path) -> psutil.Process | None:
    try:
        record = json.loads(file.read_text())
        process = psutil.Process(int(record["pid"]))
        same = abs(process.create_time() - float(record["created"])) < SAME_TIME_S
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    except (ValueError, KeyError, TypeError, OverflowError):
        return None  # cut off or not ours: as stale as one whose process is gone
    except OSError as error:
        raise LocalServiceError(
            f"cannot read the pid file {file}: {error.strerror}. Run as its owner, or set NEWSWIRE_VAR."
        ) from error
    return process if same and alive(process) else None


def _with_arguments(arguments: Collection[str]) -> psutil.Process | None:
    for process in psutil.process_iter(["cmdline"]):
        if set(arguments) <= set(process.info["cmdline"] or []) and alive(process):
            return process
    return None


def alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended but was not waited for does not."""
    child = _children.get(process.pid)
    if child is not None and child.poll() is not None:
        del _children[process.pid]
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(process: psutil.Process, signal: int) -> None:
    """Sends a signal; a process that is gone already is all right.

    Raises:
        LocalServiceError: it belongs to another user.
    """
    try:
        process.send_signal(signal)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise LocalServiceError(
            f"process {process.pid} belongs to another user ({process.username()}). Stop it as that user."
        ) from error


def wait_gone(process: psutil.Process, limit_s: float) -> bool:
    """Waits until the process has ended; false if it has not within the limit, in seconds."""
    child = _children.pop(process.pid, None)
    try:
        if child is not None:
            child.wait(limit_s)
        else:
            psutil.wait_procs([process], timeout=limit_s)
    except subprocess.TimeoutExpired:
        _children[process.pid] = child  # type: ignore[assignment]  # only a child's wait runs out
    return not alive(process)
