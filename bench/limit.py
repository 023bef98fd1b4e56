"""The limit: what the models do alone, in as many processes, with no pipeline around them."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import threading
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier

from pipeline import article
from pipeline.article import RawArticle
from pipeline.enrich import entities
from pipeline.enrich.crf import storage
from pipeline.enrich.pool import ModelPool
from pipeline.settings import Settings


def nlp_pipe(articles: Sequence[RawArticle], settings: Settings) -> float:
    """Seconds that ``nlp.pipe`` of the entity models takes for these articles, loading not counted.

    The articles are parted evenly over the processes; each runs whole batches of one language.

    Raises:
        RuntimeError: a process failed, which the models of a language that none ships for make it do.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(settings.processes + 1)
    workers = [
        context.Process(target=_pipe, args=(part, settings.enrich_batch, barrier))
        for part in (articles[start :: settings.processes] for start in range(settings.processes))
    ]
    for worker in workers:
        worker.start()
    with contextlib.suppress(threading.BrokenBarrierError):  # the exit codes tell
        barrier.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    if failed := [worker.exitcode for worker in workers if worker.exitcode]:
        raise RuntimeError(f"a process of the limit ended with {failed[0]}")
    return seconds


def _pipe(articles: Sequence[RawArticle], batch: int, barrier: Barrier) -> None:
    """One process's share: whole batches of one language, as ``nlp.pipe`` likes them."""
    texts: dict[str, list[str]] = {}
    for each in articles:
        texts.setdefault(str(each.language_declared), []).append(str(each.body))
    try:
        models = {language: storage.load(entities.MODELS / f"{language}_entities") for language in texts}
    except OSError:
        barrier.abort()
        raise
    barrier.wait()
    for language, mine in texts.items():
        with models[language].memory_zone():
            for document in models[language].pipe(mine, batch_size=batch):
                _ = document.ents


def models(articles: Sequence[RawArticle], settings: Settings) -> float:
    """Seconds that language, entities and topics take in the worker's own pool of processes."""

    async def run() -> float:
        values = [article.encode(each) for each in articles]
        size = settings.enrich_batch
        batches = [values[start : start + size] for start in range(0, len(values), size)]
        async with ModelPool(settings) as pool:
            warm = [pool.enrich(batches[0]) for _ in range(2 * settings.processes)]
            await asyncio.gather(*warm)
            began = time.perf_counter()
            await asyncio.gather(*map(pool.enrich, batches))
            return time.perf_counter() - began

    return asyncio.run(run())
