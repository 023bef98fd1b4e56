"""What an article costs at the index hop, and a search, with ever more documents in the index."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psutil
from elasticsearch import AsyncElasticsearch

from bench import varied
from bench.filling import Maker, fill, settled, stocks
from bench.percentiles import percentiles
from pipeline import search
from pipeline.agents.index import WIDTH
from pipeline.article import EnrichedArticle, article_id
from pipeline.settings import Settings
from pipeline.sink import connection
from pipeline.sink.bulk import Document, Outcome, lines, portions
from pipeline.sink.elasticsearch import Sink
from pipeline.stories.sketch import sketch
from tests.services import Stack, apart

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DAYS = 90
"""Documents in the index, of so many days: of three days, a thirtieth of them."""

NEAR_SIZES = (10_000, 30_000, 100_000, 300_000)
NEAR_DAYS = 3
"""Documents of the days in which stories are looked for, and none beside: as where much comes."""

WARM = 4
"""Times as many articles as are measured at a point come before the first: until then Java compiles."""

SETTLE_S = 3.0
"""Seconds after a round that count as its own: a second look at stories comes after two."""

STATS_S = 10.5
"""Seconds for which Elasticsearch tells the size of an index as it was."""

QUERIES = 100
PAIRS = 20_000

_TIMEOUT_S = 300.0
_WORD = re.compile(r"[^\W\d_]{5,}")

Say = Callable[[str], None]


class Cpu:
    """CPU seconds of processes, and seconds, since it was made.

    Args:
        processes: by name.
    """

    def __init__(self, processes: Mapping[str, psutil.Process]) -> None:
        self._processes = processes
        self._before = self._now()
        self._began = time.perf_counter()

    def ms(self, articles: int) -> dict[str, float]:
        """Milliseconds an article, by the name of the process."""
        return {
            name: round(1000 * (value - self._before[name]) / articles, 3)
            for name, value in self._now().items()
        }

    @property
    def seconds(self) -> float:
        """By the clock on the wall."""
        return time.perf_counter() - self._began

    def _now(self) -> dict[str, float]:
        return {name: sum(each.cpu_times()[:2]) for name, each in self._processes.items()}


class _Remembering(Sink):
    """A sink that keeps what it sent and where, so that the same can be sent there without it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.sent: dict[str, tuple[str, Document]] = {}

    async def _round(self, left: dict[int, Document], outcomes: dict[int, Outcome]) -> None:
        documents = list(left.values())
        await super()._round(left, outcomes)
        for each in documents:
            self.sent.setdefault(each.id, (self._places.index(each.id), each))


def points(
    stack: Stack,
    bases: Sequence[EnrichedArticle],
    say: Say,
    sizes: Sequence[int],
    *,
    days: int,
    articles: int,
    rounds: int,
) -> Iterator[dict[str, Any]]:
    """The figures with ever more documents in the index.

    Args:
        stack: services that run; indices of our own are made and dropped.
        bases: enriched news: what is measured is made of it, and what is there already.
        say: told how it gets on.
        sizes: how many documents, ever more.
        days: evenly of so many days.
        articles: how many are measured at each point by the sink, and as many by bare ``_bulk``.
        rounds: in so many rounds, in turn.
    """
    settings, warm = apart(stack.settings), apart(stack.settings)
    maker, measured = Maker(stocks(bases)), _Measured(bases)
    say("warming up")
    try:
        asyncio.run(fill(warm, maker, articles, days))
        asyncio.run(_rounds(stack, warm, measured, WARM * articles, WARM))
        _searches(bases, warm, QUERIES)
        there = 0
        for point in sizes:
            cpu = Cpu({"Elasticsearch": _node(stack), "maker": psutil.Process()})
            asyncio.run(fill(settings, maker, point - there, days))
            filled = _told_fill(cpu, point - there, say)
            there = point
            found = {
                "documents": point,
                "of the last three days": round(point * min(1, NEAR_DAYS / days)),
                "filling": filled,
                **asyncio.run(_size(settings)),
                "rounds": asyncio.run(_rounds(stack, settings, measured, articles, rounds)),
                "pairs that share a band": _sharing(maker, measured),
                "search ms": _searches(bases, settings, QUERIES),
                **_memory(stack, settings),
            }
            say(f"{point:,}: {found['rounds'][-1]}")
            yield found
    finally:
        for each in (warm, settings):
            asyncio.run(_drop(each))


def _told_fill(cpu: Cpu, count: int, say: Say) -> dict[str, float]:
    say(f"{count:,} documents put in within {cpu.seconds:.0f} s")
    return {"seconds": round(cpu.seconds), **cpu.ms(count)}


class _Measured:
    """Articles to be measured, received now: whole ones, one word in eight made up; none comes twice."""

    def __init__(self, bases: Sequence[EnrichedArticle]) -> None:
        self._bases = list(bases)
        self._chooser = random.Random(2)
        self._number = 0

    def next(self, count: int) -> list[EnrichedArticle]:
        """So many; a piece of news comes again when all others have."""
        made = []
        for _ in range(count):
            place = self._number % len(self._bases)
            if not place:
                self._chooser.shuffle(self._bases)
            self._number += 1
            # A take keeps its headline and first words: those are compared, and are to be as in the news.
            number = self._number * varied.TAKES
            made.append(varied.varied(self._bases[place], number, datetime.now(UTC), self._chooser))
        return made


async def _rounds(
    stack: Stack, settings: Settings, measured: _Measured, articles: int, rounds: int
) -> list[dict[str, Any]]:
    """What the same articles cost by the sink and by bare ``_bulk`` into the same indices, in turn.

    Each is deleted again after its turn, so that it is no more than the next one meets.
    """
    found = []
    processes = {"Elasticsearch": _node(stack), "sink": psutil.Process()}
    async with (
        _sink(settings) as sink,
        AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client,
    ):
        await sink.ready()
        for _ in range(rounds):
            batch = measured.next(articles // rounds)
            figures: dict[str, Any] = {}
            async with _told(figures, "sink", processes, len(batch)):
                await _by_sink(sink, batch, settings.index_batch)
            operations = _again(sink.sent, batch)
            await _remove(client, settings, [each.id for each in batch])
            async with _told(figures, "bulk", processes, len(batch)):
                await _by_bulk(client, operations, settings.index_batch)
            await _remove(client, settings, [_other(each.id) for each in batch])
            sink.sent.clear()
            found.append(figures)
    return found


@asynccontextmanager
async def _told(
    figures: dict[str, Any], name: str, processes: Mapping[str, psutil.Process], articles: int
) -> AsyncIterator[None]:
    """What is done within costs, with what comes of it in the seconds after; articles a second without."""
    cpu = Cpu(processes)
    yield
    rate = articles / cpu.seconds
    await asyncio.sleep(SETTLE_S)
    figures[name] = {"articles/s": round(rate, 1), "CPU ms an article": cpu.ms(articles)}


@asynccontextmanager
async def _sink(settings: Settings) -> AsyncIterator[_Remembering]:
    sink = _Remembering(settings)
    try:
        yield sink
    finally:
        await sink.close()


async def _by_sink(sink: Sink, batch: Sequence[EnrichedArticle], size: int) -> None:
    """What the worker does: while a batch is written, the next one is made ready."""
    room = asyncio.Semaphore(WIDTH)

    async def index(part: Sequence[EnrichedArticle]) -> None:
        try:
            await sink.index(part)
        finally:
            room.release()

    async with asyncio.TaskGroup() as tasks:
        for first in range(0, len(batch), size):
            await room.acquire()
            tasks.create_task(index(batch[first : first + size]))


def _other(article: str) -> str:
    return article_id("bulk", article, "")


def _again(
    sent: Mapping[str, tuple[str, Document]], batch: Sequence[EnrichedArticle]
) -> list[tuple[str, Document]]:
    """Where and as what some articles were sent first, under other ids."""
    return [(sent[each.id][0], replace(sent[each.id][1], id=_other(each.id))) for each in batch]


async def _by_bulk(client: AsyncElasticsearch, operations: Sequence[tuple[str, Document]], size: int) -> None:
    """Documents by bulk requests of the same size, and nothing else."""
    for first in range(0, len(operations), size):
        made = {
            place: lines(index, each.id, each.version, each.fields)
            for place, (index, each) in enumerate(operations[first : first + size])
        }
        for places in portions(made):
            body: list[Any] = [made[place] for place in places]
            answer = await client.bulk(operations=body, require_alias=True, filter_path=["items.*.error"])
            if refused := [each for each in answer.get("items", ()) if each]:
                raise RuntimeError(f"bare _bulk: {refused[0]}")


async def _remove(client: AsyncElasticsearch, settings: Settings, ids: Sequence[str]) -> None:
    await client.indices.refresh(index=settings.index)
    await client.delete_by_query(
        index=settings.index, query={"ids": {"values": list(ids)}}, conflicts="proceed", refresh=True
    )
    await settled(client, settings.index)


async def _size(settings: Settings) -> dict[str, Any]:
    await asyncio.sleep(STATS_S)
    async with AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client:
        stats = (await client.indices.stats(index=settings.index, metric=["store", "segments"]))["_all"][
            "total"
        ]
        count = (await client.count(index=settings.index))["count"]
        indices = await client.indices.get(index=settings.index, filter_path=["*.aliases"])
    return {
        "bytes a document": round(stats["store"]["size_in_bytes"] / count),
        "segments": stats["segments"]["count"],
        "indices": len(indices.body),
    }


async def _drop(settings: Settings) -> None:
    async with AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client:
        if names := list((await client.indices.get(index=f"{settings.index}-*")).body):
            await client.indices.delete(index=names)


def _sharing(maker: Maker, measured: _Measured) -> float:
    """Of pairs of a measured article and a filled one, of one language, the share that has a common band."""
    chooser = random.Random(3)
    filled = {language: maker.sketches(language, 200) for language in maker.languages}
    found = []
    for each in measured.next(PAIRS // 100):
        made = sketch(each)
        language = (each.language or "").partition("-")[0]
        if made and language in filled:
            found += [
                not set(made.bands).isdisjoint(other.bands) for other in chooser.sample(filled[language], 100)
            ]
    return round(sum(found) / len(found), 4) if found else 0.0


def _searches(
    bases: Sequence[EnrichedArticle], settings: Settings, count: int
) -> dict[str, dict[str, float]]:
    """Percentiles of milliseconds: words of the news, drawn as often as they come there, each query new."""
    chooser = random.Random(4)
    texts = [str(each.body) for each in bases]

    def word() -> str:
        while not (found := _WORD.findall(chooser.choice(texts))):
            pass
        return str(chooser.choice(found))

    def one_word() -> None:
        search.search(word(), settings)

    def with_facets() -> None:
        asked = word()
        search.search(asked, settings)
        search.facets(asked, settings)

    return {
        name: percentiles([_ms(ask) for _ in range(count + 5)][5:])
        for name, ask in {"one word": one_word, "one word and its facets": with_facets}.items()
    }


def _ms(done: Callable[[], None]) -> float:
    began = time.perf_counter()
    done()
    return 1000 * (time.perf_counter() - began)


def _memory(stack: Stack, settings: Settings) -> dict[str, Any]:
    """Of the node: what is resident, and what the heap holds that has outlived its youth."""

    async def old() -> int:
        async with AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client:
            nodes = (await client.nodes.stats(metric=["jvm"]))["nodes"]
        (node,) = nodes.values()
        return int(node["jvm"]["mem"]["pools"]["old"]["used_in_bytes"])

    return {
        "node RSS MiB": _node(stack).memory_info().rss >> 20,
        "old heap MiB": asyncio.run(old()) >> 20,
    }


def _node(stack: Stack) -> psutil.Process:
    process = stack.elasticsearch.find().process
    assert process is not None
    return process
