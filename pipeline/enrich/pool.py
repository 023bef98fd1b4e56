"""The pool of model processes: a free one takes each batch; the article that kills or hangs it is found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import structlog

from pipeline.article import Failure
from pipeline.enrich import load
from pipeline.enrich.process import Load, ModelProcess, Outcome, ProcessDiedError
from pipeline.settings import Settings

TRIES_ALONE = 2

log = structlog.get_logger(__name__)


class ModelPool:
    """A pool of processes with the models loaded; one that dies or hangs is replaced.

    Use as an async context manager: it enters once all processes have their models, and raises
    ``ModelStartError`` where that fails.

    Args:
        settings: how many processes, and the limits of one article.
        load: makes the chain of models, in each process; a function that can be imported there.
    """

    def __init__(self, settings: Settings, load: Load = load) -> None:
        self._limit_s = settings.enrich_timeout_s
        self._processes = [ModelProcess(settings, load) for _ in range(settings.processes)]
        self._free: asyncio.Queue[ModelProcess] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            try:
                async with asyncio.TaskGroup() as starting:
                    for process in self._processes:
                        starting.create_task(process.start())
            except ExceptionGroup as problems:
                raise problems.exceptions[0] from None
            stack.pop_all()
        for process in self._processes:
            self._free.put_nowait(process)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def enrich(self, values: Sequence[bytes]) -> list[Outcome]:
        """One outcome for each value, in their order; never raises for what is in the values.

        A batch that kills its process or outlasts ``enrich_timeout_s`` is halved until the article that
        does so stands alone.

        Raises:
            ModelStartError: a process that took the place of a dead one cannot load the models.
        """
        for attempts in range(1, TRIES_ALONE + 1):
            result = await self._run(values, attempts)
            if isinstance(result, list):
                return result
            failure = result
            log.warning("a batch failed in the models", articles=len(values), reason=failure.error_message)
            if len(values) > 1:
                middle = len(values) // 2
                first, second = await asyncio.gather(
                    self.enrich(values[:middle]), self.enrich(values[middle:])
                )
                return first + second
        return [failure]

    async def _run(self, values: Sequence[bytes], attempts: int) -> list[Outcome] | Failure:
        """The outcomes of a batch that some process finished, or why none did."""
        process = await self._free.get()
        try:
            return await process.enrich(values)
        except TimeoutError:
            reason = f"the models took over {self._limit_s:g} s"
            return Failure("enrich", "TimeoutError", reason, attempts)
        except ProcessDiedError as error:
            return Failure("enrich", type(error).__name__, str(error), attempts)
        finally:
            self._free.put_nowait(process)

    async def _close(self) -> None:
        await asyncio.gather(*(process.close() for process in self._processes))
