"""The zygote: the process that loads the models once, and that every model process is a copy of.

It is a fresh interpreter with one thread, which the worker is not: only such a process may be copied by
``fork`` and go on. Its copies share its memory until they write to it, and are there within milliseconds.
They are children of the worker, as if that had forked them: it kills them, waits for them and is told how
they ended (``docs/decisions/0008-model-processes.md``).
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import TYPE_CHECKING

import psutil
from threadpoolctl import threadpool_limits

from pipeline import log
from pipeline.enrich import ahead, lean, serving
from pipeline.enrich.serving import Load, Models
from pipeline.errors import NewswireError
from pipeline.settings import MIB, Settings

if TYPE_CHECKING:  # importing it takes longer than all else here
    from pipeline.enrich.chain import Chain

TRIES = 3
"""Times that a zygote is started which ends before its models are loaded."""

NAME = b"newswire-zygote"
MODELS_NAME = b"newswire-models"
"""What the system calls a model process, in ``ps -o comm``; 15 letters at most."""

_PR_SET_NAME, _PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 15, 36, 37

_adoption = threading.Lock()


class ModelStartError(NewswireError):
    """The models could not be loaded in a process of their own; the message says why."""


def shipped(settings: Settings) -> Callable[[], Chain]:
    """Loads our own models; whoever only names this function imports nothing of them."""
    from pipeline.enrich import chain  # noqa: PLC0415 - see above

    return chain.prepared(settings)


class Zygote:
    """Its process is started when it is first needed, and again if it has ended; for any number of threads.

    Args:
        settings: the memory that the models may take, and what ``load`` needs.
        load: makes the models; a function that can be imported there.
    """

    def __init__(self, settings: Settings, load: Load = shipped) -> None:
        self._job = settings, load
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Connection | None = None
        self._loading = False
        self._asked = False

    @property
    def pid(self) -> int | None:
        """The id of its process, if there is one; it may have ended a moment ago."""
        process = self._process  # another thread may let go of it meanwhile
        return None if process is None else process.pid

    def launch(self) -> None:
        """Begin to load the models, if that is not done yet; waits for nothing."""
        with self._lock:
            self._launch()

    def fork(self, pipe: Connection, given_up: threading.Event) -> int | None:
        """A new model process, as a child of this process; waits until the models are loaded.

        Args:
            pipe: its end of a pipe, by which it first tells what is wrong with its models, if anything.
            given_up: set when nobody waits any more.

        Returns:
            Its id; nothing if nobody waits.

        Raises:
            ModelStartError: the models cannot be loaded.
        """
        with self._lock:
            self._asked = True
            try:
                return self._tried(pipe, given_up)
            finally:
                self._asked = False

    def abandon(self) -> None:
        """Have done with what is under way, loading or forking; whoever else waits for it begins anew."""
        process = self._process  # another thread may let go of it meanwhile
        if self._asked and process is not None:
            process.kill()

    def close(self) -> None:
        """End its process; model processes live on."""
        if process := self._process:
            process.kill()
        with self._lock:
            self._reap()

    def _tried(self, pipe: Connection, given_up: threading.Event) -> int | None:
        code = None
        for _ in range(TRIES):
            if given_up.is_set():
                return None
            try:
                self._launch()
                if given_up.is_set():  # perhaps a moment ago, when there was nothing to abandon yet
                    self.abandon()
                return self._forked(pipe)
            except (EOFError, OSError):
                code = self._reap()
        if given_up.is_set():
            return None
        raise ModelStartError(
            f"the models cannot be loaded: {TRIES} times, the process that loads them ended before it was "
            f"ready, the last time with exit code {code}"
        )

    def _launch(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._reap()
        self._process, self._control = ahead.started()
        self._loading = True
        with suppress(OSError):  # it has ended already, which is seen when it is asked for something
            self._control.send(_main_module())
            self._control.send(self._job)

    def _forked(self, pipe: Connection) -> int:
        assert self._control is not None
        assert self._process is not None
        if self._loading:
            problem: str = self._control.recv()
            self._loading = False
            if problem:
                self._reap()
                raise ModelStartError(f"the models cannot be loaded: {problem}")
        with _adopting():
            send_handle(self._control, pipe.fileno(), self._process.pid)
            pid: int | None = self._control.recv()
            if pid is None:
                raise OSError("no process could be forked")
            try:
                self._control.recv()  # now it is ours
            except (EOFError, OSError):
                with suppress(OSError):  # nobody else may have the same pipe
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                raise
        return pid

    def _reap(self) -> int | None:
        """Put an end to what is left of the process; its exit code."""
        self._loading = False
        if self._process is None or self._control is None:
            return None
        self._control.close()
        self._process.kill()
        code = self._process.wait()
        self._process = self._control = None
        return code


def _main_module() -> str:
    """The module that this program was started as, for functions that are its own."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return "" if spec is None or spec.name.endswith("__main__") else str(spec.name)


@contextmanager
def _adopting() -> Iterator[None]:
    """Whoever below us loses its parent gets us as the new one, and not the first process of the machine."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = ctypes.c_int()
    with _adoption:
        libc.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0)
        if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            reason = os.strerror(ctypes.get_errno())
            raise ModelStartError(f"model processes cannot be started, which takes Linux: {reason}")
        try:
            yield
        finally:
            libc.prctl(_PR_SET_CHILD_SUBREAPER, before.value, 0, 0, 0)


def main(control: int, *, early: bool) -> None:
    """The life of a zygote, in its process: load, say what went wrong with that, then fork when told to."""
    gc.disable()  # what is loaded stays
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they reach the whole group; the worker decides when to stop
    _be_called(NAME)
    log.configure()
    pipe = Connection(control)
    made: list[tuple[Settings, Models | Callable[[], Models]]] = []
    with _ending_with(control):
        if early:
            _import_ours()
        _adopt_main(pipe.recv())
        settings, load = pipe.recv()
        if load is shipped:
            _import_ours()
        _limit_memory(settings.process_memory_mib)
        problem = serving.attempted(lambda: made.append((settings, load(settings))), settings)
    threadpool_limits(1)  # there is a process for each core; more threads would only wait for each other
    gc.freeze()  # the collector of a copy is not to write to any of it
    gc.enable()
    pipe.send(problem)
    while made:
        try:
            theirs = recv_handle(pipe)
        except EOFError:
            break
        if _fork(pipe):
            pipe.close()
            _be_called(MODELS_NAME)
            serving.serve(Connection(theirs), *made[0])
            break
        os.close(theirs)
    os._exit(0)  # to tidy up would be to write to all that is shared


def _fork(pipe: Connection) -> bool:
    """Whether this is the new model process; its parent ends at once, so that the worker becomes that."""
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        pipe.send(None)
        return False
    if second := os.fork():
        pipe.send(second)
        os._exit(0)
    return True


def _import_ours() -> None:
    """All that our own models need, which is a third of the time that they take to load."""
    lean.import_spacy()
    from pipeline.enrich import chain  # noqa: PLC0415 - for the zygote alone, and not for every load

    assert chain


def _adopt_main(name: str) -> None:
    """Know the functions of the program itself, too, by the name that they are sent with."""
    if name:
        sys.modules["__main__"] = importlib.import_module(name)


@contextmanager
def _ending_with(pipe: int) -> Iterator[None]:
    """Meanwhile this process ends with the worker; after it, it has one thread again."""
    done, ours = os.pipe()
    watch = threading.Thread(target=serving.end_with, args=(pipe, done))
    watch.start()
    try:
        yield
    finally:
        os.close(ours)
        watch.join()
        os.close(done)


def _be_called(name: bytes) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name, 0, 0, 0)


def _limit_memory(mib: int) -> None:
    """Let the process and its copies take so many MiB more than it has by now; beyond, a ``MemoryError``.

    What counts is memory that one alone may write to. What libraries set aside as they are imported is no
    part of it, so a limit means the same on every machine.
    """
    if mib:
        limit = psutil.Process().memory_info().data + mib * MIB
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        lowest = min(each for each in (limit, soft, hard) if each != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_DATA, (lowest, hard))
