"""One model process and the pipe to it: batches of raw bytes go in, enriched bytes or why not come out.

Each process has a pipe of its own, whose other end nobody else holds: however a process ends, in the middle
of a message included, the pipe ends with it (``docs/decisions/0008-model-processes.md``).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import NamedTuple, Protocol, TypeVar

import psutil
from threadpoolctl import threadpool_limits

from pipeline import article, log
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError, RawArticle
from pipeline.errors import NewswireError
from pipeline.settings import MIB, Settings

START_LIMIT_S = 120
START_TRIES = 3

LIFE = 10_000
"""Articles after which a process is replaced: spaCy keeps some 460 bytes of each, memory zones or not."""

Outcome = bytes | Failure
Answer = TypeVar("Answer")

_spawn = multiprocessing.get_context("spawn")


class ModelStartError(NewswireError):
    """The models could not be loaded in a process of their own; the message says why."""


class ProcessDiedError(Exception):
    """A model process ended with a batch in work; the message says how."""


class ModelMemoryError(ProcessDiedError):
    """There was not memory enough for a batch; its process is replaced. The message names the limit."""


class Models(Protocol):
    """What runs in a model process: from articles to as many enriched ones, in their order."""

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> list[EnrichedArticle]:
        """May raise; then the articles are tried one by one.

        Args:
            raws: the articles.
            now: the time.
            skipped: parts of the work to leave out, by name, and why.
            begins: to be told the name of each part before it is begun.
        """
        ...


Load = Callable[[Settings], Models]


class _Batch(NamedTuple):
    """Raw articles, and the parts of the work to leave out."""

    values: list[bytes]
    skipped: dict[str, str]


class ModelProcess:
    """A process with the models loaded, which does one batch at a time.

    It is replaced when it has ended, and between two batches when it has done ``LIFE`` articles.

    Attributes:
        part: the name of the part of the work that was begun last, of the last batch.

    Args:
        settings: the limits of one article.
        load: makes the models, in the process; a function that can be imported there.
        first_life: articles after which the first process is replaced; those of a pool should not all be
            replaced at once.
    """

    def __init__(self, settings: Settings, load: Load, first_life: int = LIFE) -> None:
        self._settings = settings
        self._load = load
        self._life = first_life
        self._articles = 0
        self.part = ""
        self._process: SpawnProcess | None = None
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
        batch = _Batch(list(values), dict(skipped or {}))
        return await self._within(self._settings.enrich_timeout_s, lambda _: self._exchange(batch))

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one; it may have ended a moment ago."""
        process = self._process  # the thread may let go of it meanwhile
        return None if process is None else process.pid

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
        if process is not None:
            process.kill()

    def _start(self, given_up: threading.Event) -> None:
        if self._articles >= self._life:
            self._reap()
            self._life = LIFE
        if self._process is not None and self._process.is_alive():
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
        """Start a process; what went wrong with its models, nothing if they are loaded, None if it ended."""
        self._pipe, theirs = _spawn.Pipe()
        process = _spawn.Process(
            target=_serve, args=(theirs, self._settings, self._load), name="models", daemon=True
        )
        process.start()
        theirs.close()
        self._process = process
        if given_up.is_set():
            process.kill()
        try:
            problem: str = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return problem

    def _exchange(self, batch: _Batch) -> list[Outcome]:
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
            raise ModelMemoryError(_out_of_memory(self._settings))
        self._articles += len(batch.values)
        return outcomes

    def _reap(self) -> int | None:
        """Put an end to what is left of the process; its exit code."""
        if self._process is None or self._pipe is None:
            return None
        self._pipe.close()
        self._process.join(1)  # it ends with its pipe, unless it hangs
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process = self._pipe = None
        return code


def _end(code: int | None) -> str:
    """How a process ended, for a person."""
    if code == -signal.SIGKILL:
        return (
            "the model process was killed (SIGKILL); unless somebody did that, the machine is out of memory"
        )
    return f"the model process died with exit code {code}"


def _out_of_memory(settings: Settings) -> str:
    limit = settings.process_memory_mib
    allowed = f" of the {limit} MiB that they may take (NEWSWIRE_PROCESS_MEMORY_MIB)" if limit else ""
    return f"the models ran out of memory{allowed}"


def _serve(pipe: Connection, settings: Settings, load: Load) -> None:
    """The life of a model process: load, say what went wrong with that, if anything, then batch by batch."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # they reach the whole group; the parent decides when to stop
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    threadpool_limits(1)  # there is a process for each core; more threads would only wait for each other
    _limit_memory(settings.process_memory_mib)
    log.configure()
    try:
        models = load(settings)
    except MemoryError:
        pipe.send(_out_of_memory(settings))
        return
    except Exception as error:  # noqa: BLE001 - told to the parent, which stops with it
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send("")
    while True:
        try:
            outcomes = _work(pipe.recv(), models, settings.max_article_bytes, pipe.send)
        except EOFError:
            return
        except MemoryError:
            # Whatever was under way in native code may be half done: a new process takes over.
            pipe.send(None)
            return
        pipe.send(outcomes)


def _limit_memory(mib: int) -> None:
    """Let the process take so many MiB more than it has by now; beyond that it meets a ``MemoryError``.

    What counts is memory that it alone may write to. What libraries set aside for each core as they are
    imported is no part of it, so a limit means the same on every machine.
    """
    if mib:
        limit = psutil.Process().memory_info().data + mib * MIB
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        lowest = min(each for each in (limit, soft, hard) if each != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_DATA, (lowest, hard))


def _die_with_parent() -> None:
    """A model process never outlives its worker, ``kill -9`` and a hanging model included."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(batch: _Batch, models: Models, max_bytes: int, begins: Callable[[str], None]) -> list[Outcome]:
    """Decode, enrich the whole batch, encode."""
    outcomes: list[Outcome | None] = [None] * len(batch.values)
    articles: dict[int, RawArticle] = {}
    for place, value in enumerate(batch.values):
        try:
            articles[place] = _decode(value, max_bytes)
        except InvalidArticleError as error:
            outcomes[place] = Failure("validate", type(error).__name__, str(error))
    enrich = partial(models.enrich, now=datetime.now(UTC), skipped=batch.skipped, begins=begins)
    done = _enrich(list(articles.values()), enrich)
    for place, outcome in zip(articles, done, strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _decode(value: bytes, max_bytes: int) -> RawArticle:
    if len(value) > max_bytes:
        raise InvalidArticleError(f"{len(value)} bytes are over the limit of {max_bytes} for an article")
    return article.decode_raw(value)


def _enrich(
    articles: list[RawArticle], enrich: Callable[[list[RawArticle]], list[EnrichedArticle]]
) -> list[Outcome]:
    """The batch at once; if the models raise, one by one, so that only the culprit fails."""
    try:
        return [article.encode(each) for each in enrich(articles)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a model raises is an article's outcome
        if len(articles) == 1:
            return [Failure("enrich", type(error).__name__, str(error) or repr(error))]
        return [outcome for each in articles for outcome in _enrich([each], enrich)]
