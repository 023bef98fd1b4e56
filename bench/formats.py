"""Articles and megabytes a second by format, beside what the models cost an article in the same run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import corpus, writers
from pipeline import enrich, formats
from pipeline.article import RawArticle
from pipeline.settings import Settings

BAR = 0.05
"""Share of the models' cost that reading may cost."""


def main(
    articles: Annotated[int, typer.Option(help="Articles in each round.")] = 200,
    rounds: Annotated[int, typer.Option(help="Rounds; the median counts.")] = 5,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path(
        "var/bench-formats.json"
    ),
) -> None:
    """Measure processor time, so that what else runs here matters little; takes about a minute."""
    texts = corpus.articles(articles, "bench")
    files = {name: writers.files(name, texts) for name in writers.WRITERS}
    chain = enrich.load(Settings())
    costs: dict[str, list[float]] = {name: [] for name in files}
    model: list[float] = []
    for number in range(rounds + 1):
        read = {name: _read(name, data, articles) for name, data in files.items()}
        enriched = _enrich(chain, texts)
        if number:  # The first one warms up.
            model.append(enriched)
            for name, seconds in read.items():
                costs[name].append(seconds)
    sizes = {name: sum(map(len, data)) / articles for name, data in files.items()}
    figures = _figures(sizes, costs, statistics.median(model))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(_table(figures))
    print(f"written to {out}")


def _read(name: str, files: Sequence[bytes], count: int) -> float:
    """Processor seconds an article.

    Raises:
        RuntimeError: the files were not read as so many articles with text: there is nothing to compare.
    """
    context = formats.Context(
        source="bench", feed="bench", location="bench", received=datetime.now(UTC), limit=1_000_000
    )
    start = time.process_time()
    found = [one for data in files for one in formats.parse(data, context)]
    seconds = time.process_time() - start
    bodies = [one.body for one in found if isinstance(one, RawArticle) and one.body]
    if len(bodies) != count or len(found) != count:
        raise RuntimeError(f"{name}: of {count} articles came {len(bodies)}, in {len(found)} outcomes")
    return seconds / count


def _enrich(chain: enrich.Chain, articles: Sequence[RawArticle]) -> float:
    """Processor seconds an article in language, entities and topics, in batches as the worker makes them."""
    size = Settings().enrich_batch
    start = time.process_time()
    for first in range(0, len(articles), size):
        chain.enrich(articles[first : first + size], datetime.now(UTC))
    return (time.process_time() - start) / len(articles)


def _figures(sizes: dict[str, float], costs: dict[str, list[float]], model: float) -> dict[str, Any]:
    return {
        "models_ms": model * 1000,
        "bar": BAR,
        "formats": {
            name: {
                "articles_per_s": 1 / statistics.median(costs[name]),
                "mb_per_s": size / statistics.median(costs[name]) / 1e6,
                "share_of_models": statistics.median(costs[name]) / model,
                "lowest": min(costs[name]) / model,
                "highest": max(costs[name]) / model,
            }
            for name, size in sizes.items()
        },
    }


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"The models cost {figures['models_ms']:.1f} ms of processor time an article.",
        "",
        "| format | articles/s | MB/s | of the models' cost | lowest | highest |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {one['articles_per_s']:,.0f} | {one['mb_per_s']:.1f} | {one['share_of_models']:.2%}"
        f" | {one['lowest']:.2%} | {one['highest']:.2%} |"
        for name, one in figures["formats"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
