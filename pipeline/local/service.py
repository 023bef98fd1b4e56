"""What both embedded services have in common: how one is started, stopped and looked at."""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import psutil

from pipeline.local import process as processes
from pipeline.local import user as users
from pipeline.local.errors import LocalServiceError
from pipeline.local.install import Name, Programs, require_space
from pipeline.local.lock import locked
from pipeline.local.logs import tail
from pipeline.local.ports import Address, require_free

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.settings import Settings

State = Literal["running", "stopped", "external", "not answering"]
START_LIMIT_S = 180.0
STOP_LIMIT_S = 60.0
LOCK_LIMIT_S = 240.0
# Below this nothing is started: Elasticsearch takes no new shards with less than 512 MiB free.
ROOM_MIB = 640
LOG_LINES = 15


@dataclass(frozen=True)
class Status:
    """How a service is; what is not known, or does not apply, is None.

    Attributes:
        service: its name.
        state: ``external`` is a service that answers and that we do not start.
        address: where it is to be reached.
        embedded: whether we start and stop it.
        pid: its process.
        uptime_s: seconds since it was started.
        memory_bytes: memory that it holds in RAM.
        version: of its program.
        folder: where its data and logs are.
        note: what else is worth telling, in words.
    """

    service: Name
    state: State
    address: str
    embedded: bool
    pid: int | None = None
    uptime_s: float | None = None
    memory_bytes: int | None = None
    version: str | None = None
    folder: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a service says of itself; the version is None where it does not tell."""

    version: str | None = None


@dataclass
class Launch:
    """A start under way: the process if it is known, else what starts it, and a note for the status."""

    process: psutil.Process | None = None
    child: subprocess.Popen[bytes] | None = None
    note: str = ""


def silent(_message: str) -> None:
    """A progress callback for those who do not want to know."""


class Service(ABC):
    """One embedded service, or the external one that stands in its place."""

    name: ClassVar[Name]
    setting: ClassVar[str]
    main_class: ClassVar[str]
    address: Address
    external: str

    def __init__(self, settings: Settings, user: users.User) -> None:
        self.settings = settings
        self.user = user
        self.var = settings.var.resolve()

    @property
    def folder(self) -> Path:
        """Where its configuration, data, logs and pid file are."""
        return (self.var / self.name).resolve()

    @property
    def where(self) -> str:
        """Where it is to be reached, for people; several addresses if it has several."""
        return str(self.address)

    @property
    def pid_file(self) -> Path:
        """The file that names its process."""
        return self.folder / "pid"

    @property
    def log_files(self) -> list[Path]:
        """Its own log, and what its process printed."""
        return [self.folder / "logs" / "server.log", self.folder / "output.log"]

    @property
    def mark(self) -> str:
        """The command-line argument that only processes on its folder have."""
        return f"-Dnewswire.folder={self.folder}"

    def find(self) -> processes.Found:
        """Its process, if it runs."""
        return processes.find(self.pid_file, {self.mark, self.main_class})

    @abstractmethod
    def programs(self, progress: Callable[[str], None]) -> Programs:
        """Its programs, fetched if need be."""

    @abstractmethod
    def spawn(self, programs: Programs, lock: int) -> Launch:
        """Writes the configuration and starts the process."""

    @abstractmethod
    def ask(self, process: psutil.Process | None, limit_s: float) -> Answer | None:
        """What answers at the address, if it is ready and is that process (any, where none is given)."""

    @contextmanager
    def starting(self, progress: Callable[[str], None] = silent) -> Iterator[Launch]:
        """Starts the service if it is not running, and keeps others from doing so within the block.

        Raises:
            LocalServiceError: it cannot be started; says why and what to do.
        """
        users.make_folder(self.var)
        for folder in (self.folder, self.folder / "data"):
            users.require_owner(folder, self.user, self.name)
        with locked(self.var / f"{self.name}.lock", limit_s=LOCK_LIMIT_S, progress=progress) as lock:
            users.make_folder(users.reachable_folder(self.var, self.name, self.user))
            found = self.find()
            if found.process is not None:
                yield Launch(found.process, note="was running already")
                return
            if found.note:
                progress(found.note)
            require_space(self.folder, ROOM_MIB, "NEWSWIRE_VAR")
            require_free(self.address, self.setting)
            launch = self._spawn(self.programs(progress), lock)
            launch.note = found.note
            yield launch

    def wait_ready(self, launch: Launch) -> Status:
        """Waits until the service answers, and writes its pid file.

        Raises:
            LocalServiceError: its process ended, or it does not answer in time; shows the log's end.
        """
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            launch.process = launch.process or self.find().process
            self._require_alive(launch)
            if launch.process is not None and self.ask(launch.process, 5.0) is not None:
                processes.remember(self.pid_file, launch.process)
                self._let_go(launch)
                return self.status(launch.note)
            time.sleep(0.1)
        raise LocalServiceError(
            f"{self.name} does not answer at {self.address} after {START_LIMIT_S:.0f} s, "
            "though its process runs. Wait and run `newswire status`, or `newswire down` and try again."
            f"{self._log_end()}"
        )

    def start(self, progress: Callable[[str], None] = silent) -> Status:
        """Starts the service and waits until it answers; see ``starting`` and ``wait_ready``."""
        with self.starting(progress) as launch:
            return self.wait_ready(launch)

    def stop(self, progress: Callable[[str], None] = silent) -> Status:
        """Stops the service and waits until it is gone; killed if it does not end in time.

        Raises:
            LocalServiceError: the process belongs to another user, or cannot be ended at all.
        """
        with self.stopping(progress) as process:
            return self.wait_stopped(process)

    @contextmanager
    def stopping(self, progress: Callable[[str], None] = silent) -> Iterator[psutil.Process | None]:
        """Asks the process to stop, and keeps others from starting one within the block.

        Raises:
            LocalServiceError: the process belongs to another user.
        """
        if self.external or not self.var.is_dir():
            yield None
            return
        with locked(self.var / f"{self.name}.lock", limit_s=LOCK_LIMIT_S, progress=progress):
            found = self.find()
            if found.note:
                progress(found.note)
            if found.process is not None:
                processes.send(found.process, signal.SIGTERM)
            yield found.process

    def wait_stopped(self, process: psutil.Process | None) -> Status:
        """Waits for a process that was asked to stop; kills it after a minute."""
        if process is None:
            return self.status("" if self.external else "was not running")
        note = "stopped"
        if not processes.wait_gone(process, STOP_LIMIT_S):
            note = f"killed: it did not stop within {STOP_LIMIT_S:.0f} s"
            self._kill(process)
        self.pid_file.unlink(missing_ok=True)
        return self.status(note)

    def kill9(self) -> None:
        """Kills the process at once and leaves its pid file behind, as a crash would."""
        process = self.find().process
        if process is not None:
            self._kill(process)

    def status(self, note: str = "") -> Status:
        """How the service is at this moment."""
        if self.external:
            answer = self.ask(None, 3.0)
            state: State = "external" if answer else "not answering"
            version = answer.version if answer else None
            return Status(self.name, state, self.where, False, version=version, note=note or self.external)
        found = self.find()
        folder = str(self.folder)
        if found.process is None:
            note = note or found.note
            return Status(self.name, "stopped", str(self.address), True, folder=folder, note=note)
        try:
            return self._running(found.process, note)
        except psutil.NoSuchProcess:
            return Status(self.name, "stopped", str(self.address), True, folder=folder, note=note)

    def _running(self, process: psutil.Process, note: str) -> Status:
        answer = self.ask(process, 3.0)
        return Status(
            self.name,
            "running" if answer else "not answering",
            str(self.address),
            True,
            pid=process.pid,
            uptime_s=round(time.time() - process.create_time(), 1),
            memory_bytes=process.memory_info().rss,
            version=answer.version if answer else None,
            folder=str(self.folder),
            note=note,
        )

    def _spawn(self, programs: Programs, lock: int) -> Launch:
        try:
            return self.spawn(programs, lock)
        except OSError as error:
            raise LocalServiceError(
                f"cannot prepare {self.folder} for {self.name}: {error}. Mend that, or set NEWSWIRE_VAR."
            ) from error

    def _kill(self, process: psutil.Process) -> None:
        processes.send(process, signal.SIGKILL)
        if not processes.wait_gone(process, STOP_LIMIT_S):
            raise LocalServiceError(
                f"{self.name}'s process {process.pid} cannot be ended: the system holds it (a failing disk?)."
            )

    def _require_alive(self, launch: Launch) -> None:
        code = launch.child.poll() if launch.child is not None else None
        if code or (launch.process is not None and not processes.alive(launch.process)):
            shown = f" with exit code {code}" if code else ""
            raise LocalServiceError(f"{self.name} ended while it was starting{shown}.{self._log_end()}")

    def _let_go(self, launch: Launch) -> None:
        # What started the process ends by itself once the process answers; it holds the lock until then.
        if launch.child is not None and launch.process is not None and launch.child.pid != launch.process.pid:
            launch.child.wait(START_LIMIT_S)

    def _log_end(self) -> str:
        parts = []
        for file in self.log_files:
            lines = tail(file, LOG_LINES)
            if lines:
                parts.append(f"\nThe end of {file}:\n" + "\n".join(f"  {line}" for line in lines))
        return "".join(parts) or f" There is nothing in {self.folder / 'logs'}."
