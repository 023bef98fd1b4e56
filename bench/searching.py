"""What searching and indexing cost on many articles: percentiles of each kind of query, bytes, and rates."""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from elasticsearch import AsyncElasticsearch, Elasticsearch

from bench import varied
from bench.percentiles import percentiles
from bench.taken import taken
from pipeline import search
from pipeline.agents.index import WIDTH
from pipeline.article import EnrichedArticle, RawArticle
from pipeline.settings import Settings
from pipeline.sink import connection, templates
from pipeline.sink.bulk import Document, Outcome, portions
from pipeline.sink.elasticsearch import Sink
from tests.services import Stack

BARE = "bare"
"""Begins the name of the index that the same documents are written to by ``_bulk`` alone."""

AT_ONCE = (1, 8)
ROUND = 10_000
"""Articles that the sink and bare ``_bulk`` write in turn."""

_LEAST_LETTERS = 5
_TIMEOUT_S = 120.0
_WORD = re.compile(r"[^\W\d_]{5,}")

Query = Callable[[], object]


def main(
    articles: Annotated[int, typer.Option(help="Articles in the index.")] = 200_000,
    beside: Annotated[int, typer.Option(min=1, help="Of these, how many bare _bulk writes too.")] = 80_000,
    queries: Annotated[int, typer.Option(help="Queries of each kind, at each number at once.")] = 400,
    data: Annotated[Path, typer.Option(help="Folder with masakhanews.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/searching.json"),
) -> None:
    """Measure on services of its own; with 200,000 articles about half an hour."""
    with Stack(brief=False) as stack:
        figures = measure(stack.settings, articles, beside, queries, varied.raw(data))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(table(figures))
    _say(f"written to {out}")


def measure(
    settings: Settings, articles: int, beside: int, queries: int, raw: Sequence[RawArticle]
) -> dict[str, Any]:
    """The figures, of services that run.

    Args:
        settings: where Elasticsearch is; the index is filled.
        articles: how many to index.
        beside: how many of them bare ``_bulk`` writes too, in whole rounds, the first.
        queries: how many of each kind, at each number at once.
        raw: the news that the articles are made of.
    """
    bases = varied.enriched(raw, settings)
    _say(f"{len(bases)} articles to begin with; indexing {articles}, {beside} of them by bare _bulk too")
    rounds = asyncio.run(_indexed(bases, articles, beside, settings))
    size = {"as written": _size(settings)}
    _say("searching")
    latencies = {
        name: {at_once: _measured(made, queries, at_once) for at_once in AT_ONCE}
        for name, made in _kinds(bases, settings).items()
    }
    size["merged"] = _merged(settings)
    return _figures(rounds, size, latencies, articles)


class _Remembering(Sink):
    """A sink that keeps what it sent, so that the same can be sent without it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.sent: list[Document] = []

    async def _round(self, left: dict[int, Document], outcomes: dict[int, Outcome]) -> None:
        self.sent += left.values()
        await super()._round(left, outcomes)


@asynccontextmanager
async def _closed(sink: Sink) -> AsyncIterator[None]:
    """Closes the sink in the end."""
    try:
        yield
    finally:
        await sink.close()


async def _indexed(
    bases: Sequence[EnrichedArticle], count: int, beside: int, settings: Settings
) -> list[dict[str, float]]:
    """Articles a second by the sink and by bare ``_bulk``, of each round that both of them write."""
    sink, bare = _Remembering(settings), f"{BARE}-{settings.index}"
    rounds: list[dict[str, float]] = []
    async with (
        _closed(sink),
        AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client,
    ):
        await sink.ready()
        await _make_bare(client, bare)
        source = varied.articles(bases, count)
        for number in range(-(-count // ROUND)):
            batch = list(islice(source, ROUND))
            began = time.perf_counter()
            await _by_sink(sink, batch, settings.index_batch)
            middle = time.perf_counter()
            rate = {"sink": len(batch) / (middle - began)}
            if number * ROUND < beside:
                await _bulk(client, bare, _of_articles(sink.sent, batch), settings.index_batch)
                rate["bulk"] = len(batch) / (time.perf_counter() - middle)
                rounds.append(rate)
            sink.sent.clear()
            _say(
                f"{(number + 1) * ROUND:,}: "
                + ", ".join(f"{name} {each:.0f}/s" for name, each in rate.items())
            )
        await client.indices.refresh(index=f"{settings.index},{bare}")
    return rounds


async def _by_sink(sink: Sink, batch: Sequence[EnrichedArticle], size: int) -> None:
    """What the worker does: while a batch is written, the next one is made ready."""
    room = asyncio.Semaphore(WIDTH)

    async def index(part: Sequence[EnrichedArticle]) -> None:
        await sink.index(part)
        room.release()

    async with asyncio.TaskGroup() as tasks:
        for first in range(0, len(batch), size):
            await room.acquire()
            tasks.create_task(index(batch[first : first + size]))


def _of_articles(sent: Sequence[Document], articles: Sequence[EnrichedArticle]) -> list[bytes]:
    """The articles' own documents as they were first sent: what else the sink rewrote is work of its own."""
    ids = {each.id for each in articles}
    first: dict[str, Document] = {}
    for each in sent:
        if each.id in ids:
            first.setdefault(each.id, each)
    return [_lines(each) for each in first.values()]


def _lines(one: Document) -> bytes:
    """The lines of a bulk request to one index."""
    action = {"_id": one.id, "version": one.version, "version_type": "external_gte"}
    return b"\n".join((msgspec.json.encode({"index": action}), msgspec.json.encode(one.fields), b""))


async def _make_bare(client: AsyncElasticsearch, index: str) -> None:
    """An index with the same settings, fields and analyzers, behind no alias."""
    await client.indices.put_index_template(
        name=index, index_patterns=[index], priority=1000, composed_of=list(templates.components())
    )
    await client.indices.create(index=index)


async def _bulk(client: AsyncElasticsearch, index: str, sent: Sequence[bytes], batch: int) -> None:
    """The same documents by bulk requests of the same size, and nothing else."""
    for first in range(0, len(sent), batch):
        part = dict(enumerate(sent[first : first + batch]))
        for places in portions(part):
            lines: list[Any] = [part[place] for place in places]
            answer = await client.bulk(operations=lines, index=index)
            if answer["errors"]:
                raise RuntimeError(f"bare _bulk: {next(x for x in answer['items'] if 'error' in x['index'])}")


def _size(settings: Settings) -> float:
    """Bytes a document."""
    with Elasticsearch(str(settings.elasticsearch), request_timeout=_TIMEOUT_S) as client:
        stats = client.indices.stats(index=settings.index, metric=["docs", "store"])["_all"]["primaries"]
        return float(stats["store"]["size_in_bytes"] / client.count(index=settings.index)["count"])


def _merged(settings: Settings) -> float:
    """Bytes a document with all segments merged; no query is measured on that: an index in use is not so."""
    with Elasticsearch(str(settings.elasticsearch), request_timeout=1800) as client:
        client.indices.forcemerge(index=settings.index, max_num_segments=1)
        client.indices.refresh(index=settings.index)
    return _size(settings)


def _kinds(bases: Sequence[EnrichedArticle], settings: Settings) -> dict[str, Callable[[int], Query]]:
    """Each kind of query, made anew for each number from words of the news."""
    people = [each.text for one in bases for each in one.entities if each.label == "PER"]
    places = [each.text for one in bases for each in one.entities if each.label == "LOC"]
    topics = sorted({topic.name for one in bases for topic in one.topics})
    ids = [hit.id for hit in search.search("the", settings, size=200, collapse=False).hits]
    sentences = [_WORD.findall(sentence) for one in bases for sentence in str(one.body).split(". ")]
    sentences = [words for words in sentences if len(words) > _LEAST_LETTERS]

    def chosen(number: int, of: Sequence[Any]) -> Any:
        return random.Random(number).choice(of)

    def words(number: int, count: int) -> str:
        return " ".join(chosen(number, sentences)[:count])

    def typed(text: str, **options: Any) -> Query:
        return lambda: search.search(text, settings, **options)

    def paged(text: str, pages: int) -> Query:
        def ask() -> object:
            after = None
            for _ in range(pages):
                found = search.search(text, settings, after=after)
                after = found.after
                if after is None:
                    break
            return found

        return ask

    return {
        "one word": lambda n: typed(words(n, 1)),
        "three words": lambda n: typed(words(n, 3)),
        "eight words": lambda n: typed(words(n, 8)),
        "phrase": lambda n: typed(f'"{words(n, 2)}"'),
        "person, 30 days": lambda n: typed(f'person:"{chosen(n, people)}" since:30d'),
        "word, topic, language": lambda n: typed(f'{words(n, 1)} topic:"{chosen(n, topics)}" language:en'),
        "OR and exclusion": lambda n: typed(f"({words(n, 1)} OR {words(n + 1, 1)}) -{words(n + 2, 1)}"),
        "newest first": lambda n: typed(words(n, 1), sort="newest"),
        "newest of a place": lambda n: typed(f'place:"{chosen(n, places)}"', sort="newest"),
        "one word, every article": lambda n: typed(words(n, 1), collapse=False),
        "one word, ten pages": lambda n: paged(words(n, 1), 10),
        "facets of one word": lambda n: lambda: search.facets(words(n, 1), settings),
        "suggestions": lambda n: lambda: search.suggest(chosen(n, people)[:4], settings),
        "more like this": lambda n: lambda: search.like(chosen(n, ids), settings),
        "one article": lambda n: lambda: search.show(chosen(n, ids), settings),
    }


def _measured(made: Callable[[int], Query], count: int, at_once: int) -> list[float]:
    """Milliseconds of each query, so many at once; a few before warm the caches."""

    def one(number: int) -> float:
        query = made(number)
        began = time.perf_counter()
        query()
        return 1000 * (time.perf_counter() - began)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, range(-4 * at_once, 0)))
        return list(pool.map(one, range(count)))


def _figures(
    rounds: Sequence[Mapping[str, float]],
    size: Mapping[str, float],
    latencies: Mapping[str, Mapping[int, Sequence[float]]],
    articles: int,
) -> dict[str, Any]:
    shares = [each["sink"] / each["bulk"] for each in rounds]
    return {
        **taken(),
        "versions": {"elasticsearch client": version("elasticsearch")},
        "articles": articles,
        "articles a second": {name: [round(each[name], 1) for each in rounds] for name in rounds[0]},
        "sink / bare _bulk": {
            "median": round(statistics.median(shares), 3),
            "least": round(min(shares), 3),
            "most": round(max(shares), 3),
        },
        "bytes a document": {name: round(value) for name, value in size.items()},
        "milliseconds": {
            name: {str(at_once): percentiles(values) for at_once, values in found.items()}
            for name, found in latencies.items()
        },
    }


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [
        "| milliseconds | p50, one at once | p99 | p50, 8 at once | p99 |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, found in figures["milliseconds"].items():
        cells = [f"{found[str(at_once)][share]:g}" for at_once in AT_ONCE for share in ("p50", "p99")]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    share, size = figures["sink / bare _bulk"], figures["bytes a document"]
    rates = {name: statistics.median(each) for name, each in figures["articles a second"].items()}
    rows.append("")
    rows.append(
        f"{figures['articles']:,} articles. Indexed: {rates['sink']:.0f} a second by the sink,"
        f" {rates['bulk']:.0f} by bare `_bulk` (share: median {share['median']:g}, {share['least']:g} to"
        f" {share['most']:g}). Bytes a document: {size['as written']:,} as written, {size['merged']:,}"
        " with its segments merged."
    )
    return "\n".join(rows)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
