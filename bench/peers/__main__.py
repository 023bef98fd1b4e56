"""``python -m bench.peers``: Newswire and its peers in one run, alternating; tables, and JSON in ``var``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from bench import varied
from bench.peers import articles as corpus
from bench.peers import tables
from bench.peers.contenders import AIOKAFKA, CONFLUENT, FAUST, PEERS, QUIXSTREAMS, TUTORIALS, Contender, ours
from bench.peers.parts import Task, killed, measured
from bench.peers.place import PYTHON
from bench.taken import taken
from pipeline.settings import Settings, settings
from tests.services import Stack

PARTS = {
    "A": "The same models",
    "B": "As their first pages have it, one article after the other, with fr_core_news_md",
    "C": "The hop alone: 1 ms of busy work in the place of the models, topic to topic",
    "D": "The index hop alone: enriched articles into Elasticsearch",
    "E": "`kill -9` in the middle",
}
WARM = 64
BOTH = ("fr", "en")
_PACKAGES = (
    "quixstreams",
    "bytewax",
    "faststream",
    "aiokafka",
    "confluent-kafka",
    "faust-streaming",
    "elasticsearch",
)


class Bench:
    """One run: what was measured so far, and what went wrong.

    Args:
        place: the services, and how many processes each contender has.
        rounds: how often each contender is measured.
        articles: how many a round of B has; the other parts' numbers follow from it.
    """

    def __init__(self, place: Settings, rounds: int, articles: int) -> None:
        self._place = place
        self._rounds = rounds
        self._articles = articles
        self._warm = False
        self.figures: dict[str, Any] = {}
        self.failed: list[str] = []

    def run(self, part: str) -> str:
        """Measure a part; its table."""
        if not self._warm:
            self._throw_away()
            self._warm = True
        say(f"{part}: {PARTS[part]}")
        return {"A": self._same, "B": self._tutorials, "C": self._hop, "D": self._index, "E": self._kills}[
            part
        ]()

    def _same(self) -> str:
        task = self._task("models", 4 * self._articles, BOTH)
        return self._alternating("A", [ours("enrich", "index"), *PEERS], lambda _: task, "articles")

    def _tutorials(self) -> str:
        ours_task = self._task("models", self._articles, ("fr",))
        theirs = ours_task._replace(prefix="tutorial")
        everyone = [ours("enrich", "index"), *TUTORIALS]
        return self._alternating(
            "B", everyone, lambda one: theirs if one in TUTORIALS else ours_task, "articles"
        )

    def _hop(self) -> str:
        task = self._task("light", 20 * self._articles, BOTH, sinks=False)
        return self._alternating("C", [ours("enrich"), FAUST, *PEERS], lambda _: task, "messages")

    def _index(self) -> str:
        bases = varied.enriched(corpus.news(200, BOTH, "bases", 1), self._place)
        made = list(varied.articles(bases, WARM + 8 * self._articles))
        sent = corpus.messages(made, self._place.partitions)
        task = Task("ready", sinks=True, warm=sent[:WARM], messages=sent[WARM:])
        return self._alternating(
            "D", [ours("index"), QUIXSTREAMS, AIOKAFKA, CONFLUENT], lambda _: task, "articles", processes=1
        )

    def _kills(self) -> str:
        task = self._task("light", 8 * self._articles, BOTH)
        found: dict[str, Any] = {}
        for one in (ours("enrich", "index"), *PEERS):
            with self._noting("E", one):
                survived = killed(one, self._place, task)
                found[one.name] = {"setting": one.setting, **msgspec.to_builtins(survived)}
                say(f"  {one.name}: {found[one.name]}")
        self.figures["E"] = found
        return tables.guarantees(found)

    def _throw_away(self) -> None:
        """Rounds that nobody counts: Elasticsearch and the broker are slow while they are new."""
        for one in (CONFLUENT, ours("enrich", "index")):
            with self._noting("before", one):
                measured(one, self._place, self._task("light", 8 * self._articles, BOTH))

    def _task(self, work: Any, count: int, languages: Sequence[str], *, sinks: bool = True) -> Task:
        warm = corpus.news(WARM, languages, "warm", 0)
        partitions = self._place.partitions
        return Task(
            work,
            sinks=sinks,
            warm=corpus.messages(warm, partitions),
            messages=corpus.messages(corpus.news(count, languages, "news", 1), partitions),
        )

    def _alternating(
        self,
        part: str,
        everyone: Sequence[Contender],
        task: Callable[[Contender], Task],
        what: str,
        *,
        processes: int | None = None,
    ) -> str:
        """Each in turn, once a round; every round begins with another one."""
        place = self._place.model_copy(update={"processes": processes or self._place.processes})
        found: dict[str, list[dict[str, Any]]] = {one.name: [] for one in everyone}
        for number in range(self._rounds):
            start = number * len(everyone) // self._rounds
            for one in (*everyone[start:], *everyone[:start]):
                with self._noting(part, one):
                    its = task(one)
                    seen = msgspec.to_builtins(measured(one, place, its))
                    found[one.name].append({"round": number, "messages": len(its.messages), **seen})
                    say(f"  round {number + 1}, {one.name}: {seen['rate']:.1f}/s, {seen['cpu']}")
        found = {name: each for name, each in found.items() if each}
        self.figures[part] = found
        if ours().name not in found:
            return tables.rates(found, what)
        own = tables.by_process(found[ours().name])
        return f"{tables.rates(found, what)}\n\nOurs by process, CPU ms: {own}."

    @contextmanager
    def _noting(self, part: str, one: Contender) -> Iterator[None]:
        """What a contender does not bring to an end is said, and the others go on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the other contenders are measured
            self.failed.append(f"{part}, {one.name}: {error}")
            say(f"  {self.failed[-1]}")


def main(
    only: Annotated[str, typer.Option(help="Which parts, as A,C; all by default.")] = ",".join(PARTS),
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of the parts A to D; the median counts.")] = 2,
    articles: Annotated[
        int,
        typer.Option(
            min=8, help="Articles in a round of part B; the other parts have 4 to 20 times as many."
        ),
    ] = 250,
    *,
    processes: Annotated[int, typer.Option(min=1, help="Processes with models, for each contender.")] = 2,
    running: Annotated[
        bool, typer.Option(help="Use the services that the settings name, instead of some of its own.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path("var/peers.json"),
) -> None:
    """Measure Newswire beside its peers: three quarters of an hour. Build the peers first: ``make peers``."""
    if not PYTHON.is_file():
        raise typer.BadParameter(f"the peers are not installed at {PYTHON.parent.parent}: make peers")
    parts = [each.strip().upper() for each in only.split(",")]
    if unknown := set(parts) - set(PARTS):
        raise typer.BadParameter(
            f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    head = {
        **taken(),
        "versions": _versions(),
        "processes": processes,
        "rounds": rounds,
        "articles": articles,
        "load": [round(each, 1) for each in os.getloadavg()],
    }
    print(_said(head))
    out.parent.mkdir(parents=True, exist_ok=True)
    with _services(running=running) as found:
        bench = Bench(found.model_copy(update={"processes": processes}), rounds, articles)
        for part in parts:
            print(f"\n### {part}. {PARTS[part]}\n\n{bench.run(part)}", flush=True)
            out.write_text(json.dumps({**head, **bench.figures, "failed": bench.failed}, indent=2) + "\n")
    if bench.failed:
        print(f"\n{tables.failures(bench.failed)}")
    say(f"written to {out}")


@contextmanager
def _services(*, running: bool) -> Iterator[Settings]:
    if running:
        yield settings()
        return
    with Stack(brief=False) as stack:
        yield stack.settings


def _versions() -> dict[str, str]:
    """Of the packages in the peers' environment."""
    code = f"from importlib.metadata import version; print(*map(version, {_PACKAGES}))"
    found = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(_PACKAGES, found.stdout.split(), strict=True))


def _said(head: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in head["versions"].items())
    return (
        f"{head['when']}, commit {head['commit']}, {head['machine']}; {versions};"
        f" {head['processes']} processes, {head['rounds']} rounds; load {head['load'][0]:g} before."
    )


def say(line: str) -> None:
    """Progress, for a person."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
