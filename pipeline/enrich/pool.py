"""The pool of model processes: a free one takes each batch; the article that kills or hangs it is found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from msgspec import structs

from pipeline.article import Failure
from pipeline.enrich.process import LIFE, Load, ModelProcess, ModelStartError, Outcome, ProcessDiedError
from pipeline.enrich.usage import Usage
from pipeline.enrich.zygote import Zygote, shipped
from pipeline.settings import Settings

TRIES_ALONE = 2

log = structlog.get_logger(__name__)


class ModelPool:
    """A pool of processes with the models loaded; one that dies, hangs, or has done its share is replaced.

    Use as an async context manager: it enters once all processes have their models, and raises
    ``ModelStartError`` where that fails. Or by ``start`` and ``close``: batches that come before that is done
    wait for it.

    Attributes:
        usage: how many processes live, and what they and those before them have used.

    Args:
        settings: how many processes, and the limits of one article.
        models: what the processes are forked from, which is closed with the pool; or what makes the chain of
            models there, a function that can be imported.
    """

    def __init__(self, settings: Settings, models: Zygote | Load = shipped) -> None:
        self._too_slow = f"the models took over {settings.enrich_timeout_s:g} s"
        count = settings.processes
        self._zygote = models if isinstance(models, Zygote) else Zygote(settings, models)
        self._processes = [
            ModelProcess(settings, self._zygote, first_life=LIFE * (number + 1) // count)
            for number in range(count)
        ]
        self.usage = Usage(lambda: _there(self._processes), lambda: _there([self._zygote]))
        self._free: asyncio.Queue[ModelProcess] = asyncio.Queue()
        self._returning: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Have all processes, with their models loaded.

        Raises:
            ModelStartError: they cannot be loaded.
        """
        try:
            async with asyncio.TaskGroup() as starting:
                for process in self._processes:
                    starting.create_task(process.start())
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None
        for process in self._processes:
            self._free.put_nowait(process)

    async def close(self) -> None:
        """End all processes and whatever they have in work."""
        for returning in self._returning:
            returning.cancel()
        await asyncio.gather(*self._returning, return_exceptions=True)
        await asyncio.gather(*(process.close() for process in self._processes))
        await asyncio.to_thread(self._zygote.close)

    async def enrich(self, values: Sequence[bytes]) -> list[Outcome]:
        """One outcome for each value, in their order; never raises for what is in the values.

        A batch that outlasts ``enrich_timeout_s`` is done again article by article, each with that time for
        itself. One that kills its process, or that runs out of memory, is halved until the article that does
        so stands alone. All that happens in one process, so that other batches go on in the others. A failure
        says how often its article was given to the models.

        Raises:
            ModelStartError: a process that took the place of a dead one cannot load the models.
        """
        process = await self._free.get()
        try:
            return await self._together(process, values, 0)
        finally:
            returning = asyncio.create_task(self._return(process))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)

    async def _together(self, process: ModelProcess, values: Sequence[bytes], tried: int) -> list[Outcome]:
        """The outcomes of a batch whose articles were tried so often before."""
        if len(values) == 1:
            return [await self._alone(process, values[0], tried)]
        try:
            return _counted(await process.enrich(values), tried + 1)
        except TimeoutError:
            self._tell(values, self._too_slow)
            return [await self._alone(process, value, tried + 1) for value in values]
        except ProcessDiedError as error:
            self._tell(values, str(error))
        middle = len(values) // 2
        first = await self._together(process, values[:middle], tried + 1)
        return first + await self._together(process, values[middle:], tried + 1)

    async def _alone(self, process: ModelProcess, value: bytes, tried: int) -> Outcome:
        """The outcome of one article; tried again, since a process may have been killed from outside.

        Then again without the part of the work that it did not survive.
        """
        skipped: dict[str, str] = {}
        while True:
            for _ in range(TRIES_ALONE):
                tried += 1
                try:
                    return _counted(await process.enrich([value], skipped), tried)[0]
                except TimeoutError as error:
                    failure = Failure("enrich", type(error).__name__, self._too_slow, tried)
                except ProcessDiedError as error:
                    failure = Failure("enrich", type(error).__name__, str(error), tried)
                self._tell([value], failure.error_message)
            if not process.part:
                return failure
            skipped[process.part] = failure.error_message

    async def _return(self, process: ModelProcess) -> None:
        """Make a process free again; one that must load its models does so before anybody waits for it."""
        with suppress(ModelStartError):  # whoever takes it next is told
            await process.start()
        self._free.put_nowait(process)

    @staticmethod
    def _tell(values: Sequence[bytes], reason: str) -> None:
        log.warning("a batch failed in the models", articles=len(values), reason=reason)


def _there(processes: Iterable[ModelProcess | Zygote]) -> list[int]:
    """The ids of those that are there."""
    return [pid for each in processes if (pid := each.pid) is not None]


def _counted(outcomes: Sequence[Outcome], attempts: int) -> list[Outcome]:
    """The outcomes, of which the failures say how often their articles were tried."""
    return [
        structs.replace(each, attempts=attempts) if isinstance(each, Failure) else each for each in outcomes
    ]
