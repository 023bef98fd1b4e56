"""What an article costs from a thousand to a million in the index, and with more partitions and workers."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import growing, hops, varied
from bench.taken import taken
from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from tests.services import Stack

PARTS = ("index", "near", "partitions", "workers")

_NODE = "Elasticsearch"
_DOCUMENTS = ("documents", "of three days")
_SHARING = "pairs that share a band"

Found = Iterator[dict[str, Any]]


def main(
    *,
    upto: Annotated[int, typer.Option(min=1000, help="Most documents in the index.")] = 1_000_000,
    near: Annotated[int, typer.Option(min=1000, help="Most of the last three days.")] = 300_000,
    only: Annotated[str, typer.Option(help="Parts to measure, parted by commas.")] = ",".join(PARTS),
    articles: Annotated[int, typer.Option(min=3, help="Articles measured at each size of the index.")] = 1500,
    carried: Annotated[int, typer.Option(min=50, help="Articles measured in each run of workers.")] = 4000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, in turn, at each size.")] = 3,
    news: Annotated[int, typer.Option(min=20, help="Articles of real news to begin with, at most.")] = 1000,
    data: Annotated[Path, typer.Option(help="Folder with masakhanews.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/growth.json"),
) -> None:
    """Measure on services of its own: three quarters of an hour, `--upto 10000 --only index` minutes.

    Each row is written as soon as it is there. Parts that are measured another time stay as they were.
    """
    chosen = [each.strip() for each in only.split(",")]
    if unknown := set(chosen) - set(PARTS):
        raise typer.BadParameter(
            f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    _say("enriching the news to begin with")
    bases = _bases(data, news)

    def parts(stack: Stack) -> dict[str, Callable[[], Found]]:
        points = partial(growing.points, stack, bases, _say, articles=articles, rounds=rounds)
        return {
            "index": lambda: points(_upto(growing.SIZES, upto), days=growing.DAYS),
            "near": lambda: points(_upto(growing.NEAR_SIZES, min(near, upto)), days=growing.NEAR_DAYS),
            "partitions": lambda: hops.by_partitions(
                stack, hops.Copy(bases), _say, articles=carried, rounds=rounds
            ),
            "workers": lambda: hops.by_workers(stack, hops.Copy(bases), _say, articles=carried),
        }

    for part in PARTS:
        if part in chosen:
            with Stack(brief=False) as stack:
                _keep(out, part, parts(stack)[part]())
    print(table(json.loads(out.read_text())))
    _say(f"written to {out}")


def _upto(sizes: Sequence[int], most: int) -> list[int]:
    return [each for each in sizes if each < most] + [most]


def _bases(data: Path, most: int) -> list[EnrichedArticle]:
    """Real news, enriched; of every language as much as there is of it among all."""
    raw = varied.raw(data, most)
    return varied.enriched(raw[:: -(-len(raw) // most)], Settings())


def _keep(out: Path, part: str, found: Found) -> None:
    """Write each row of a part when it is there, beside the other parts."""
    out.parent.mkdir(parents=True, exist_ok=True)
    head = {**taken(), "versions": {"elasticsearch client": version("elasticsearch")}}
    rows: list[dict[str, Any]] = []
    began = time.monotonic()
    for row in found:
        rows.append({**row, "load": round(os.getloadavg()[0], 1)})
        figures = json.loads(out.read_text()) if out.exists() else {}
        figures[part] = {**head, "minutes": round((time.monotonic() - began) / 60, 1), "rows": rows}
        out.write_text(json.dumps(figures, indent=2) + "\n")


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown, those that are there."""
    tables = {"index": _of_index, "near": _of_index, "partitions": _of_partitions, "workers": _of_workers}
    lines: list[str] = []
    for part, made in tables.items():
        if part in figures:
            rows = figures[part]["rows"]
            lines += [*made(rows), "", _head(figures[part]), ""]
    return "\n".join(lines).rstrip()


def _head(part: Mapping[str, Any]) -> str:
    loads = [each["load"] for each in part["rows"]]
    return (
        f"{part['machine']}; commit {part['commit']}, {part['when']}; load {min(loads):g} to {max(loads):g};"
        f" {part['minutes']:g} minutes."
    )


def _of_index(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    costs, others = [], []
    for row in rows:
        cells = [f"{row['documents']:,}", f"{row['of the last three days']:,}"]
        for name in ("sink", "bulk"):
            each = [one[name] for one in row["rounds"]]
            cells += [_spread([one["CPU ms an article"][of] for one in each]) for of in (_NODE, "sink")]
            cells.append(_spread([one["articles/s"] for one in each]))
        costs.append(cells)
        times = [row["search ms"][kind][share] for kind in row["search ms"] for share in ("p50", "p99")]
        sizes = [row[name] for name in ("bytes a document", "segments", "old heap MiB", "node RSS MiB")]
        others.append(
            [
                *cells[:2],
                *(f"{each:g}" for each in times),
                *(f"{each:,}" for each in sizes),
                f"{row[_SHARING]:.1%}",
            ]
        )
    writing = ("Elasticsearch, CPU ms an article", "sink's process", "articles/s")
    bare = ("bare `_bulk`: Elasticsearch", "its process", "articles/s")
    searching = ("one word, p50 ms", "p99", "with its facets, p50 ms", "p99")
    sizes_of = ("bytes a document", "segments", "old heap, MiB", "node, MiB", _SHARING)
    return [
        *_lines((*_DOCUMENTS, *writing, *bare), costs),
        "",
        *_lines((*_DOCUMENTS, *searching, *sizes_of), others),
    ]


def _of_partitions(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for number in dict.fromkeys(row["partitions"] for row in rows):
        mine = [row for row in rows if row["partitions"] == number]
        cpu = [[row["CPU ms an article"][kind] for row in mine] for kind in ("worker", "Kafka", _NODE)]
        batches = [[row["articles a batch"][hop] for row in mine] for hop in ("enrich", "index")]
        memory = [[row["MiB"][kind] for row in mine] for kind in ("worker", "Kafka")]
        rates = [row["articles/s"] for row in mine]
        found.append([str(number), *map(_spread, (rates, *cpu, *batches, *memory))])
    cost = ("worker, CPU ms an article", "Kafka", "Elasticsearch")
    batches_of = ("articles a batch: enrich", "index")
    return _lines(("partitions", "articles/s", *cost, *batches_of, "worker, MiB", "Kafka, MiB"), found)


def _of_workers(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for row in rows:
        cpu = row["CPU ms an article"]
        models = f"sleep {row['sleep_ms']:g} ms" if row["sleep_ms"] else "none"
        rates = [f"{row['articles/s']:g}", f"{cpu['worker']:.2f}", f"{1000 / cpu['worker']:,.0f}"]
        others = (cpu.get("models", 0.0), cpu["Kafka"], row["feeding, Kafka CPU ms"], cpu[_NODE])
        found.append(
            [f"{row['hops'][0]}, {models}", str(row["workers"]), *rates, *(f"{each:.2f}" for each in others)]
        )
    worker = ("worker, CPU ms an article", "articles/s of a core of it")
    others_of = ("model processes, CPU ms", "Kafka", "Kafka, being fed", "Elasticsearch")
    return _lines(("hop, models", "workers", "articles/s", *worker, *others_of), found)


def _lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table of numbers."""
    return [
        f"| {' | '.join(columns)} |",
        f"| {' | '.join(['---:'] * len(columns))} |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _spread(values: Sequence[float]) -> str:
    """The middle one, and the least and the most where there are several."""
    middle = f"{statistics.median(values):.3g}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.3g}–{max(values):.3g})"


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
