"""Articles a second end to end beside what the models alone reach, in one run, and what an article costs."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from msgspec import structs

from bench import latency, limit, news
from bench.feeding import feed
from bench.peers.running import cpu_of
from bench.percentiles import percentiles
from bench.taken import taken
from pipeline import search
from pipeline.article import RawArticle
from pipeline.settings import Settings
from tests.services import Stack
from tests.workers import Worker, model_processes

POLL_S = 0.2
PATIENCE_S = 900.0
MODELS = "models"
LIMITS: Mapping[str, Callable[[Sequence[RawArticle], Settings], limit.Took]] = {
    "nlp.pipe alone": limit.nlp_pipe,
    "the models alone": limit.models,
    "all enrichers alone": lambda articles, settings: limit.models(articles, settings, None),
}
END = "end to end"
SHARES = (0.1, 0.5, 0.8)

Round = dict[str, dict[str, float]]


def main(
    articles: Annotated[int, typer.Option(min=2, help="Articles in each round.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median counts.")] = 5,
    warm: Annotated[int, typer.Option(min=2, help="Articles before the first round.")] = 6000,
    seconds: Annotated[
        float, typer.Option(help="Seconds for which latency is measured at each rate.")
    ] = 60.0,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/bench.json"),
) -> None:
    """Measure on services of its own; takes about half an hour on two cores."""
    with Stack(brief=False) as stack, Worker(stack.settings, stack.folder) as worker:
        settings = stack.settings
        _say(f"warming up with {warm} articles: Elasticsearch compiles what it runs often")
        _through(news.articles(warm, "warm", seed=-1), settings)
        measured = []
        for number in range(rounds):
            measured.append(_round(number, articles, stack, worker))
            rates = ", ".join(f"{name} {one['rate']:.1f}/s" for name, one in measured[-1].items())
            _say(f"round {number + 1} of {rounds}: {rates}")
        highest = statistics.median(one[END]["rate"] for one in measured)
        waited = {share: _waited(share, highest, seconds, settings) for share in SHARES}
    some = news.articles(min(articles, 500), "stages")
    _say("by stage, and the profile")
    figures = _figures(measured, waited, settings, news.described(some)) | {
        "stages": _stages(some, settings),
        "profile": dict(limit.profile(some, settings)),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(table(figures))
    _say(f"written to {out}")


def _round(number: int, count: int, stack: Stack, worker: Worker) -> Round:
    """All limits and the pipeline, one after the other on the same cores with the same articles."""
    articles = news.articles(count, f"round-{number}", seed=number)
    found: Round = {}
    for name, alone in LIMITS.items():
        took = alone(articles, stack.settings)
        found[name] = {"rate": count / took.seconds, MODELS: took.cpu_s / count * 1000}
    spent: dict[str, float] = {}
    began = time.perf_counter()
    with _spent(stack, worker, spent):
        _through(articles, stack.settings)
    seconds = time.perf_counter() - began
    found[END] = {"rate": count / seconds} | {name: each / count * 1000 for name, each in spent.items()}
    return found


def _through(articles: Sequence[RawArticle], settings: Settings) -> None:
    """Feed articles and wait until a search finds them all."""
    began = datetime.now(UTC)
    feed((structs.replace(each, received=datetime.now(UTC)) for each in articles), settings)
    end = time.monotonic() + PATIENCE_S
    while search.count(settings, received_since=began) < len(articles):
        if time.monotonic() > end:
            raise TimeoutError(f"not all articles were found within {PATIENCE_S:g} s")
        time.sleep(POLL_S)


@contextmanager
def _spent(stack: Stack, worker: Worker, spent: dict[str, float]) -> Iterator[None]:
    """Puts into ``spent`` the CPU seconds that each part takes meanwhile."""
    assert worker.process is not None
    pid = worker.process.pid
    kafka, node = stack.kafka.status().pid, stack.elasticsearch.status().pid
    assert kafka is not None
    assert node is not None
    parts = {
        "feeder": psutil.Process(),
        "Kafka": psutil.Process(kafka),
        "Elasticsearch": psutil.Process(node),
    }

    def now() -> dict[str, float]:
        return _of_worker(pid) | {name: cpu_of(each) for name, each in parts.items()}

    before = now()
    yield
    spent |= {name: each - before[name] for name, each in now().items()}


def _of_worker(pid: int) -> dict[str, float]:
    """CPU seconds of a worker itself and of its model processes, those that were replaced among them."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    living = sum(cpu_of(each) for each in model_processes(pid))
    return {
        MODELS: living + times.children_user + times.children_system,
        "worker": times.user + times.system,
    }


def _waited(share: float, highest: float, seconds: float, settings: Settings) -> latency.Latencies:
    rate = share * highest
    _say(f"latency at {rate:.1f} articles/s, {share:.0%} of the highest rate, for {seconds:g} s")
    articles = news.articles(max(2, round(rate * seconds)), f"latency-{share:.0%}", seed=round(share * 100))
    return latency.measured(articles, rate, settings)


def _stages(articles: Sequence[RawArticle], settings: Settings) -> dict[str, Any]:
    """CPU milliseconds an article of each enricher on one core, and words a second of the models together."""
    spent = limit.by_stage(articles, settings)
    models = sum(spent[name] for name in limit.STAGES)
    return {
        "CPU ms an article": {name: round(each / len(articles) * 1000, 2) for name, each in spent.items()},
        "words a second, models": round(news.words(articles) / models),
        "words a second, all": round(news.words(articles) / sum(spent.values())),
    }


def _figures(
    measured: Sequence[Round],
    waited: Mapping[float, latency.Latencies],
    settings: Settings,
    articles: str,
) -> dict[str, Any]:
    names = ("faust-streaming", "kafka-python", "aiokafka", "spacy", "elasticsearch")
    parts = [part for part in measured[0][END] if part != "rate"]
    return {
        **taken(),
        "versions": {name: version(name) for name in names},
        "articles": articles,
        "processes": settings.processes,
        "articles a second": {
            name: [round(one[name]["rate"], 1) for one in measured] for name in measured[0]
        },
        "end to end beside": {
            name: [round(one[END]["rate"] / one[name]["rate"], 3) for one in measured] for name in LIMITS
        },
        "CPU ms an article, alone": {
            name: [round(one[name][MODELS], 2) for one in measured] for name in LIMITS
        },
        "CPU ms an article, end to end": {
            part: [round(one[END][part], 2) for one in measured] for part in parts
        },
        "CPU outside the models": [round(_outside(one[END]), 3) for one in measured],
        "seconds": {
            f"{share:.0%}": {
                "articles": len(one.found),
                "enriched": _seconds(one.enriched),
                "found": _seconds(one.found),
            }
            for share, one in waited.items()
        },
    }


def _outside(one: Mapping[str, float]) -> float:
    """CPU of all that is no model, in shares of what the models took."""
    return sum(each for name, each in one.items() if name not in (MODELS, "rate")) / one[MODELS]


def _seconds(values: Sequence[float]) -> dict[str, float]:
    return {**percentiles(values, (50, 95, 99), 3), "longest": round(max(values), 3)}


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [
        f"{figures['machine']}, {figures['when']}, commit {figures['commit']}; {figures['articles']}",
        "",
        *_row("", "median", "lowest", "highest", head=True),
    ]
    sections = {
        "articles/s, {}": figures["articles a second"],
        "end to end / {}": figures["end to end beside"],
        "CPU ms an article, {}": figures["CPU ms an article, alone"],
        "CPU ms an article end to end, {}": figures["CPU ms an article, end to end"],
    }
    for said, section in sections.items():
        for name, values in section.items():
            rows += _spread(said.format(name), values)
    rows += _spread("CPU outside the models / in them", figures["CPU outside the models"])
    rows += [
        "",
        *_row("seconds from the feeder's call", "articles", "p50", "p95", "p99", "longest", head=True),
    ]
    for share, one in figures["seconds"].items():
        for until in ("enriched", "found"):
            rows += _row(f"{until}, at {share} of the highest rate", one["articles"], *one[until].values())
    rows += ["", *_row("CPU ms an article on one core", "", head=True)]
    for name, value in figures["stages"].items():
        rows += [
            _row(one, each)[0]
            for one, each in (value.items() if isinstance(value, dict) else [(name, value)])
        ]
    rows += ["", *_row("share of the enrichers' time (cProfile)", "%", head=True)]
    rows += [_row(f"`{name}`", f"{share:.1%}")[0] for name, share in figures["profile"].items()]
    return "\n".join(rows)


def _spread(name: str, values: Sequence[float]) -> list[str]:
    return _row(name, *(f"{each:g}" for each in (statistics.median(values), min(values), max(values))))


def _row(*cells: object, head: bool = False) -> list[str]:
    row = f"| {' | '.join(map(str, cells))} |"
    return [row, f"| --- |{' ---: |' * (len(cells) - 1)}"] if head else [row]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
