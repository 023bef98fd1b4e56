"""The limit: what the models do alone, in as many processes, with no pipeline around them."""

from __future__ import annotations

import contextlib
import cProfile
import multiprocessing
import pstats
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from msgspec import structs
from threadpoolctl import threadpool_limits

from pipeline.article import EnrichedArticle, RawArticle
from pipeline.enrich import entities, load
from pipeline.enrich.crf import storage
from pipeline.settings import Settings

STAGES = ("language", "entities", "topics")
"""The enrichers that read with a model, which are the limit; the others work on what these found."""

_ROOT = f"{Path(__file__).parents[1]}/"
_context = multiprocessing.get_context("spawn")

Work = Callable[[Sequence[RawArticle]], None]
Loader = Callable[[Settings, Sequence[RawArticle]], Work]


class Took(NamedTuple):
    """What some articles took: seconds until the last was done, and CPU seconds over all processes."""

    seconds: float
    cpu_s: float


def nlp_pipe(articles: Sequence[RawArticle], settings: Settings) -> Took:
    """What ``nlp.pipe`` of the entity models alone takes for these articles.

    As for ``models``, with the same errors.
    """
    return _side_by_side(articles, settings, _nlp_pipe)


def models(articles: Sequence[RawArticle], settings: Settings, stages: Sequence[str] | None = STAGES) -> Took:
    """What some enrichers, all if none are named, take for these articles with nothing around them.

    The articles are parted evenly over ``settings.processes``, each of which has loaded its models and done
    a first batch before. Each takes batches of ``settings.enrich_batch``, as model processes do.

    Raises:
        RuntimeError: a process failed.
    """
    return _side_by_side(articles, settings, partial(_enrichers, stages))


def by_stage(articles: Sequence[RawArticle], settings: Settings) -> dict[str, float]:
    """CPU seconds of each enricher, in one process."""
    with ProcessPoolExecutor(1, mp_context=_context) as one:
        return one.submit(_by_stage, articles, settings).result()


def profile(articles: Sequence[RawArticle], settings: Settings, most: int = 15) -> list[tuple[str, float]]:
    """Where the time of all enrichers goes: the functions with the largest shares of their own, and these.

    The profiler makes short functions look longer than they are.
    """
    with ProcessPoolExecutor(1, mp_context=_context) as one:
        return one.submit(_profile, articles, settings).result()[:most]


def _side_by_side(articles: Sequence[RawArticle], settings: Settings, loader: Loader) -> Took:
    barrier = _context.Barrier(settings.processes + 1)
    spent: SimpleQueue[float] = _context.SimpleQueue()
    processes = [
        _context.Process(target=_process, args=(part, settings, loader, barrier, spent))
        for part in (articles[start :: settings.processes] for start in range(settings.processes))
    ]
    for each in processes:
        each.start()
    with contextlib.suppress(threading.BrokenBarrierError):  # the exit codes tell
        barrier.wait()
    began = time.perf_counter()
    for each in processes:
        each.join()
    seconds = time.perf_counter() - began
    if failed := [each.exitcode for each in processes if each.exitcode]:
        raise RuntimeError(f"a process of the limit ended with {failed[0]}")
    return Took(seconds, sum(spent.get() for _ in processes))


def _process(
    articles: Sequence[RawArticle],
    settings: Settings,
    loader: Loader,
    barrier: Barrier,
    spent: SimpleQueue[float],
) -> None:
    with threadpool_limits(1):
        try:
            work = loader(settings, articles)
            work(articles[: settings.enrich_batch])
        except BaseException:
            barrier.abort()
            raise
        barrier.wait()
        began = time.process_time()
        for batch in _batches(articles, settings):
            work(batch)
        spent.put(time.process_time() - began)


def _nlp_pipe(_: Settings, articles: Sequence[RawArticle]) -> Work:
    languages = {str(each.language_declared) for each in articles}
    loaded = {each: storage.load(entities.MODELS / f"{each}_entities") for each in languages}

    def work(batch: Sequence[RawArticle]) -> None:
        for language, nlp in loaded.items():
            mine = [str(each.body) for each in batch if each.language_declared == language]
            with nlp.memory_zone():
                for document in nlp.pipe(mine, batch_size=entities.BATCH):
                    _ = document.ents

    return work


def _enrichers(stages: Sequence[str] | None, settings: Settings, _: Sequence[RawArticle]) -> Work:
    chain = load(settings)
    kept = [each for each in chain.stages if stages is None or each.name in stages]

    def work(batch: Sequence[RawArticle]) -> None:
        living = _begun(batch)
        for stage in kept:
            living = stage.run(living)

    return work


def _by_stage(articles: Sequence[RawArticle], settings: Settings) -> dict[str, float]:
    with threadpool_limits(1):
        chain = load(settings)
        chain.enrich(articles[: settings.enrich_batch], datetime.now(UTC))
        spent = dict.fromkeys((each.name for each in chain.stages), 0.0)
        for batch in _batches(articles, settings):
            living = _begun(batch)
            for stage in chain.stages:
                began = time.process_time()
                living = stage.run(living)
                spent[stage.name] += time.process_time() - began
    return spent


def _profile(articles: Sequence[RawArticle], settings: Settings) -> list[tuple[str, float]]:
    with threadpool_limits(1):
        chain = load(settings)
        chain.enrich(articles[: settings.enrich_batch], datetime.now(UTC))
        with cProfile.Profile(time.process_time) as taken:
            for batch in _batches(articles, settings):
                chain.enrich(batch, datetime.now(UTC))
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(pstats.Stats(taken))[
        "stats"
    ]
    whole = sum(each[2] for each in stats.values())
    found = [(_called(place, name), each[2] / whole) for (place, _, name), each in stats.items()]
    return sorted(found, key=lambda each: -each[1])


def _called(place: str, name: str) -> str:
    """A function's file, as far as it tells, and its name; functions in C are of none."""
    return name if place == "~" else f"{place.removeprefix(_ROOT).rpartition('site-packages/')[2]}:{name}"


def _begun(batch: Sequence[RawArticle]) -> list[EnrichedArticle]:
    now = datetime.now(UTC)
    return [EnrichedArticle(**structs.asdict(each), enriched=now) for each in batch]


def _batches(articles: Sequence[RawArticle], settings: Settings) -> Iterator[Sequence[RawArticle]]:
    size = settings.enrich_batch
    return (articles[start : start + size] for start in range(0, len(articles), size))
