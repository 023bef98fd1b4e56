"""The model processes: batches of raw bytes go in, enriched bytes or the reason why not come out."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import structlog
from msgspec import structs
from pebble import ProcessExpired, ProcessPool

from pipeline import article
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError, RawArticle
from pipeline.enrich import load
from pipeline.errors import NewswireError
from pipeline.settings import Settings

START_LIMIT_S = 120
TRIES_ALONE = 2

log = structlog.get_logger(__name__)


Outcome = bytes | Failure


class ModelStartError(NewswireError):
    """The models could not be loaded in a process of their own; the message says why."""


class Models(Protocol):
    """What runs in a model process: from articles to as many enriched ones, in their order."""

    def enrich(self, raws: Sequence[RawArticle], now: datetime) -> list[EnrichedArticle]:
        """May raise; then the articles are tried one by one."""
        ...


class ModelPool:
    """A pool of processes with the models loaded; one that dies or hangs is replaced.

    Use as an async context manager: it enters once a process has its models, and raises
    ``ModelStartError`` where that fails.

    Args:
        settings: how many processes, and the limits of one article.
        load: makes the chain of models, in each process; a function that can be imported there.
    """

    def __init__(self, settings: Settings, load: Callable[[Settings], Models] = load) -> None:
        self._limit_s = settings.enrich_timeout_s
        self._settings = settings
        self._load = load
        self._pool = self._new_pool()

    async def __aenter__(self) -> Self:
        try:
            problem = await asyncio.wrap_future(self._pool.schedule(_ready, timeout=START_LIMIT_S))
        except (TimeoutError, ProcessExpired, BrokenProcessPool) as error:
            problem = f"{type(error).__name__}: a model process ended before it was ready"
        except asyncio.CancelledError:
            _stop(self._pool)
            raise
        if problem:
            _stop(self._pool)
            raise ModelStartError(f"the models cannot be loaded: {problem}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _stop(self._pool)

    async def enrich(self, values: Sequence[bytes]) -> list[Outcome]:
        """One outcome for each value, in their order; never raises for what is in the values.

        A batch that kills its process or outlasts ``enrich_timeout_s`` is halved until the article that
        does so stands alone.

        Raises:
            ModelStartError: a process that took the place of a dead one cannot load the models.
        """
        for _ in range(TRIES_ALONE):
            result = await self._run(values)
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
        return [structs.replace(failure, attempts=TRIES_ALONE)]

    async def _run(self, values: Sequence[bytes]) -> list[Outcome] | Failure:
        """The outcomes of a batch that some process finished, or why none did."""
        pool = self._pool
        try:
            task = asyncio.wrap_future(pool.schedule(_work, args=[list(values)], timeout=self._limit_s))
            await asyncio.wait([task], timeout=self._limit_s + START_LIMIT_S)
            if task.cancelled() or not task.done():
                raise BrokenProcessPool("the pool lost track of a batch")  # noqa: TRY301 - one way to mend it
            outcomes: list[Outcome] = task.result()
        except TimeoutError:
            return Failure("enrich", "TimeoutError", f"the models took over {self._limit_s:g} s")
        except ProcessExpired as error:
            return Failure(
                "enrich", "ProcessExpired", f"the model process died with exit code {error.exitcode}"
            )
        except (BrokenProcessPool, RuntimeError) as error:
            # Pebble gives a whole pool up when a process dies that had nothing to do.
            self._renew(pool)
            return Failure("enrich", type(error).__name__, f"the model processes died: {error}")
        return outcomes

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._settings.processes,
            initializer=_load,
            initargs=[self._settings, self._load],
            context=multiprocessing.get_context("spawn"),
        )

    def _renew(self, broken: ProcessPool) -> None:
        if self._pool is broken:
            log.warning("the model processes are started anew")
            self._pool = self._new_pool()
            _stop(broken)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it bare
    pool.join()


_models: Models | None = None
_problem = ""
_max_bytes = 0


def _load(settings: Settings, load: Callable[[Settings], Models]) -> None:
    """Runs once in each new model process; what goes wrong is kept for ``_ready`` to tell."""
    global _models, _problem, _max_bytes  # noqa: PLW0603 - a process has one set of models
    _max_bytes = settings.max_article_bytes
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _models = load(settings)
    except Exception as error:  # noqa: BLE001 - told to the parent, which stops with it
        _problem = f"{type(error).__name__}: {error}"


def _die_with_parent() -> None:
    """A model process never outlives its worker, ``kill -9`` included."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> str:
    return _problem


def _work(values: list[bytes]) -> list[Outcome]:
    """Runs in a model process: decode, enrich the whole batch, encode."""
    outcomes: list[Outcome | None] = [None] * len(values)
    articles: dict[int, RawArticle] = {}
    for place, value in enumerate(values):
        try:
            articles[place] = _decode(value)
        except InvalidArticleError as error:
            outcomes[place] = Failure("validate", type(error).__name__, str(error))
    done = _enrich(list(articles.values()))
    for place, outcome in zip(articles, done, strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _decode(value: bytes) -> RawArticle:
    if len(value) > _max_bytes:
        raise InvalidArticleError(f"{len(value)} bytes are over the limit of {_max_bytes} for an article")
    return article.decode_raw(value)


def _enrich(articles: list[RawArticle]) -> list[Outcome]:
    """The batch at once; if the models raise, one by one, so that only the culprit fails."""
    if _models is None:
        raise ModelStartError(_problem)
    try:
        return [article.encode(each) for each in _models.enrich(articles, datetime.now(UTC))]
    except Exception as error:  # noqa: BLE001 - whatever a model raises is an article's outcome
        if len(articles) == 1:
            return [Failure("enrich", type(error).__name__, str(error) or repr(error))]
        return [outcome for each in articles for outcome in _enrich([each])]
