"""One model process and the pipe to it: batches of raw bytes go in, enriched bytes or why not come out.

Each process has a pipe of its own, whose other end nobody else holds: however a process ends, in the middle
of a message included, the pipe ends with it (``docs/decisions/0008-model-processes.md``).
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TypeVar

import psutil

from pipeline.enrich.serving import Batch, Load, Models, Outcome, out_of_memory
from pipeline.enrich.zygote import ModelStartError, Zygote
from pipeline.settings import Settings

__all__ = [
    "LIFE",
    "Load",
    "ModelMemoryError",
    "ModelProcess",
    "ModelStartError",
    "Models",
    "Outcome",
    "ProcessDiedError",
]

START_LIMIT_S = 120
START_TRIES = 3

LIFE = 10_000
"""Articles after which a process is replaced: spaCy keeps some 460 bytes of each, memory zones or not."""

Answer = TypeVar("Answer")


class ProcessDiedError(Exception):
    """A model process ended with a batch in work; the message says how."""


class ModelMemoryError(ProcessDiedError):
    """There was not memory enough for a batch; its process is replaced. The message names the limit."""


class ModelProcess:
    """A process with the models loaded, which does one batch at a time.

    It is replaced when it has ended, and between two batches when it has done ``LIFE`` articles.

    Attributes:
        part: the name of the part of the work that was begun last, of the last batch.

    Args:
        settings: the limits of one article.
        zygote: what it is forked from; whoever made it closes it.
        first_life: articles after which the first process is replaced; those of a pool should not all be
            replaced at once.
    """

    def __init__(self, settings: Settings, zygote: Zygote, first_life: int = LIFE) -> None:
        self._settings = settings
        self._zygote = zygote
        self._life = first_life
        self._articles = 0
        self.part = ""
        self._process: psutil.Process | None = None
        self._pipe: Connection | None = None
        # All that waits for the process does so in this one thread; only ``kill`` comes from outside.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model-process")

    async def start(self) -> None:
        """Have a living process with its models loaded; at once where there is one that need not be replaced.

        Raises:
            ModelStartError: they cannot be loaded, or the process ended again and again before it was ready.
        """
        try:
            await self._within(START_LIMIT_S, self._start)
        except TimeoutError as error:
            raise ModelStartError(f"the models were not loaded within {START_LIMIT_S} s") from error

    async def enrich(
        self, values: Sequence[bytes], skipped: Mapping[str, str] | None = None
    ) -> list[Outcome]:
        """One outcome for each value, in their order.

        Args:
            values: raw articles.
            skipped: parts of the work to leave out, by name, and why.

        Raises:
            TimeoutError: they took longer than ``enrich_timeout_s``; the process is gone.
            ModelMemoryError: they need more memory than there is; the process is gone.
            ProcessDiedError: the process ended meanwhile.
            ModelStartError: as ``start``.
        """
        await self.start()
        batch = Batch(list(values), dict(skipped or {}))
        return await self._within(self._settings.enrich_timeout_s, lambda _: self._exchange(batch))

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one; it may have ended a moment ago."""
        process = self._process  # the thread may let go of it meanwhile
        return None if process is None else int(process.pid)

    async def close(self) -> None:
        """End the process and whatever it has in work."""
        self._kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._reap)
        self._thread.shutdown()

    async def _within(self, limit_s: float, call: Callable[[threading.Event], Answer]) -> Answer:
        """What the call gives in the thread; when nobody waits any more, it is told, the process killed."""
        given_up = threading.Event()
        try:
            return await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(self._thread, call, given_up), limit_s
            )
        except (TimeoutError, asyncio.CancelledError):
            given_up.set()
            self._kill()
            raise

    def _kill(self) -> None:
        process = self._process  # the thread may let go of it meanwhile
        if process is None:
            self._zygote.abandon()
        else:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _start(self, given_up: threading.Event) -> None:
        if self._articles >= self._life:
            self._reap()
            self._life = LIFE
        if self._process is not None and _lives(self._process):
            return
        code = self._reap()
        self._articles = 0
        for _ in range(START_TRIES):
            problem = self._launch(given_up)
            if problem == "":
                return
            code = self._reap()
            if problem is not None:
                raise ModelStartError(f"the models cannot be loaded: {problem}")
            if given_up.is_set():
                return
        raise ModelStartError(
            f"the models cannot be loaded: {START_TRIES} times, a model process ended before it was ready, "
            f"the last time with exit code {code}"
        )

    def _launch(self, given_up: threading.Event) -> str | None:
        """Start a process; what is wrong with its models, nothing if they are there, None if it ended."""
        self._pipe, theirs = Pipe()
        with theirs:
            pid = self._zygote.fork(theirs, given_up)
        if pid is None:
            return None
        self._process = psutil.Process(pid)
        if given_up.is_set():
            self._process.kill()
        try:
            problem: str = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return problem

    def _exchange(self, batch: Batch) -> list[Outcome]:
        assert self._pipe is not None
        self.part = ""
        try:
            self._pipe.send(batch)
            while isinstance(told := self._pipe.recv(), str):
                self.part = told
            outcomes: list[Outcome] | None = told
        except (EOFError, OSError) as error:
            raise ProcessDiedError(_end(self._reap())) from error
        if outcomes is None:
            self._reap()
            raise ModelMemoryError(out_of_memory(self._settings))
        self._articles += len(batch.values)
        return outcomes

    def _reap(self) -> int | None:
        """Put an end to what is left of the process; its exit code."""
        if self._pipe is not None:
            self._pipe.close()
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(1)  # it ends with its pipe, unless it cannot be scheduled
            except psutil.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
        self._process = self._pipe = None
        return None if code is None else int(code)


def _lives(process: psutil.Process) -> bool:
    """Whether it has not ended; one that was killed cannot be waited for until its last thread is gone."""
    try:
        process.wait(0)
    except psutil.TimeoutExpired:
        with suppress(psutil.NoSuchProcess):
            return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def _end(code: int | None) -> str:
    """How a process ended, for a person."""
    if code == -signal.SIGKILL:
        return (
            "the model process was killed (SIGKILL); unless somebody did that, the machine is out of memory"
        )
    return f"the model process died with exit code {code}"
