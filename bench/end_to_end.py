"""Articles a second end to end beside the models alone, in one run, and seconds until a search finds them."""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from elasticsearch import Elasticsearch
from msgspec import structs

from bench import corpus, limit
from bench.taken import taken
from pipeline import search
from pipeline.article import RawArticle
from pipeline.producer import Producer, article_message
from pipeline.settings import Settings
from tests.services import Stack
from tests.workers import Worker

POLL_S = 0.02
PATIENCE_S = 600.0


def main(
    articles: Annotated[int, typer.Option(help="Articles in each round.")] = 1000,
    rounds: Annotated[int, typer.Option(help="Rounds; the median counts.")] = 3,
    rate: Annotated[float, typer.Option(help="Articles a second while latency is measured.")] = 5.0,
    seconds: Annotated[float, typer.Option(help="Seconds for which latency is measured.")] = 30.0,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/bench.json"),
) -> None:
    """Measure on services of its own; takes about five minutes."""
    with Stack(brief=False) as stack, Worker(stack.settings, stack.folder):
        settings = stack.settings
        _say(f"warming up, then {rounds} rounds of {articles} articles")
        _throughput(corpus.articles(100, "warm"), settings)
        measured = [_round(number, articles, settings) for number in range(rounds)]
        _say(f"latency at {rate:g} articles/s for {seconds:g} s")
        latencies = _latencies(rate, seconds, settings)
    figures = _figures(measured, latencies, settings)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(_table(figures))
    _say(f"written to {out}")


def _round(number: int, count: int, settings: Settings) -> dict[str, float]:
    """The three rates of one round, in articles a second, one after the other on the same cores."""
    articles = corpus.articles(count, f"round-{number}", seed=number)
    rates = {
        "nlp.pipe alone": count / limit.nlp_pipe(articles, settings),
        "all models alone": count / limit.models(articles, settings),
        "end to end": count / _throughput(articles, settings),
    }
    _say(f"round {number + 1}: " + ", ".join(f"{name} {rate:.1f}/s" for name, rate in rates.items()))
    return rates


def _throughput(articles: list[RawArticle], settings: Settings) -> float:
    """Seconds from the first article fed until a search finds the last."""
    began, start = datetime.now(UTC), time.perf_counter()
    _send(articles, settings)
    _until(lambda: search.count(settings, received_since=began) >= len(articles), "all articles in the index")
    return time.perf_counter() - start


def _send(articles: list[RawArticle], settings: Settings, pause_s: float = 0) -> dict[str, float]:
    """Feed articles, at most one in so many seconds; when each was handed over, by its id."""
    handed: dict[str, float] = {}
    producer = Producer(settings)
    try:
        for article in articles:
            now = datetime.now(UTC)
            handed[article.id] = time.perf_counter()
            message = article_message(structs.replace(article, received=now), settings)
            producer.post(message, _acknowledged)
            time.sleep(max(0.0, handed[article.id] + pause_s - time.perf_counter()))
        producer.flush()
    finally:
        producer.close()
    return handed


def _acknowledged(error: Exception | None) -> None:
    if error is not None:
        raise error


def _latencies(rate: float, seconds: float, settings: Settings) -> list[float]:
    """Seconds from handing an article over until a search finds it, for each article, at a steady rate."""
    articles = corpus.articles(round(rate * seconds), "latency")
    seen: dict[str, float] = {}
    ended = threading.Event()

    def watch() -> None:
        with Elasticsearch(str(settings.elasticsearch)) as client:
            while len(seen) < len(articles) and not ended.is_set():
                found = client.search(
                    index=settings.index,
                    query={"term": {"source": "latency"}},
                    sort=[{"received": "desc"}],
                    size=100,
                    source=False,
                )
                now = time.perf_counter()
                for hit in found["hits"]["hits"]:
                    seen.setdefault(hit["_id"], now)
                time.sleep(POLL_S)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        handed = _send(articles, settings, 1 / rate)
        watcher.join(PATIENCE_S)
    finally:
        ended.set()
    return [seen[article] - start for article, start in handed.items()]


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {PATIENCE_S:g} s: {what}")
        time.sleep(POLL_S)


def _figures(measured: list[dict[str, float]], latencies: list[float], settings: Settings) -> dict[str, Any]:
    rates = {name: [round(one[name], 1) for one in measured] for name in measured[0]}
    share = [one["end to end"] / one["nlp.pipe alone"] for one in measured]
    ordered = sorted(latencies)
    return {
        **taken(),
        "versions": {
            name: version(name) for name in ("faust-streaming", "kafka-python", "spacy", "elasticsearch")
        },
        "processes": settings.processes,
        "articles a second": rates,
        "end to end / nlp.pipe alone": [round(one, 3) for one in share],
        "seconds to searchable": {
            "articles": len(ordered),
            "p50": round(statistics.median(ordered), 3),
            "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
            "max": round(ordered[-1], 3),
        },
    }


def _table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = ["| what | median | lowest | highest |", "| --- | ---: | ---: | ---: |"]
    rates = {f"articles/s, {name}": values for name, values in figures["articles a second"].items()}
    for name, values in (
        rates | {"end to end / nlp.pipe alone": figures["end to end / nlp.pipe alone"]}
    ).items():
        rows.append(f"| {name} | {statistics.median(values):g} | {min(values):g} | {max(values):g} |")
    waited = figures["seconds to searchable"]
    rows += ["", "| from feed to searchable | p50 | p95 | longest |", "| --- | ---: | ---: | ---: |"]
    seconds = " | ".join(f"{waited[name]:g}" for name in ("p50", "p95", "max"))
    rows.append(f"| seconds, {waited['articles']} articles | {seconds} |")
    return "\n".join(rows)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
