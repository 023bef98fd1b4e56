"""The demonstration: everything started, sample articles fed, found, and shown, in one go."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline import render, search
from pipeline.errors import NewswireError
from pipeline.feed import feed
from pipeline.kafka_topics import ensure
from pipeline.local import services
from pipeline.resources import resource
from pipeline.settings import Settings

SEED = Path("../shared/seed/wire-fr-2024-06.txt")
SEARCHES = ("Poutine", '"Conseil de sécurité"')
PATIENCE_S = 120.0


def run(settings: Settings, paths: Sequence[Path] | None) -> None:
    """Show the pipeline at work; the services go on running, the demonstration's own worker does not.

    Args:
        settings: where the services are, or are to be started.
        paths: what to feed; by default the samples, and the first article where it lies beside the project.

    Raises:
        NewswireError: a step failed; says which and what to do.
    """
    began = datetime.now(UTC)
    chosen = list(paths) if paths else [resource("samples"), *([SEED] if SEED.exists() else [])]
    _step("Kafka and Elasticsearch")
    services.install_tools(settings, progress=render.progress)
    render.services(services.up(settings, progress=render.progress))
    asyncio.run(ensure(settings, patience_s=PATIENCE_S))
    with _worker():
        _step(f"Feeding {', '.join(map(str, chosen))}")
        with render.feeding(watch=False) as on_event:
            summary = feed(chosen, settings, on_event=on_event)
        render.fed(summary)
        if summary.exit_code:
            raise NewswireError("not every sample was accepted; what is wrong stands above")
        _step("Waiting until the articles can be found")
        _wait_for(summary.accepted, began, settings)
    for words in SEARCHES:
        _step(f"newswire search '{words}'")
        render.results(search.search(words, settings, size=3))
    hits = search.search(SEARCHES[0], settings, size=1).hits
    if hits:
        _step(f"Entities, topics and quotations of {hits[0].title}")
        found = search.show(hits[0].id, settings) or {}
        render.entities(found)
        render.quotes(found)
    _go_on(hits[0].id if hits else "ID", (datetime.now(UTC) - began).total_seconds())


def _step(title: str) -> None:
    render.out.rule(title, align="left")


@contextmanager
def _worker() -> Iterator[None]:
    """A worker of the demonstration's own, in a process of its own."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "worker"], stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            ended_by_itself = process.poll() is not None
            process.terminate()
            process.wait(30)
            if ended_by_itself:
                output.seek(0)
                render.err.print(output.read().decode(errors="replace"), markup=False)
                raise NewswireError("the worker ended by itself; what it said stands above")


def _wait_for(count: int, began: datetime, settings: Settings) -> None:
    """Wait until so many articles that were received since then can be found."""
    end = time.monotonic() + PATIENCE_S
    found = 0
    while found < count:
        if time.monotonic() > end:
            raise NewswireError(
                f"only {found} of {count} articles can be found after {PATIENCE_S:g} s: "
                "run `newswire worker` in another terminal and read what it says"
            )
        time.sleep(0.2)
        # An index that was made a moment ago may not answer yet.
        with suppress(search.SearchError):
            found = search.count(settings, received_since=began)
    render.out.print(f"{found} articles can be found, each once.")


def _go_on(article: str, seconds: float) -> None:
    _step(f"Done in {seconds:.0f} s. How to go on")
    activate = Path(sys.executable).parent / "activate"
    unknown = shutil.which("newswire") is None and activate.exists()
    render.pairs(
        [
            *([(f"source {_short(activate)}", "lets this shell know the commands below")] if unknown else []),
            ("newswire worker", "runs the agents (the demonstration's own worker has stopped)"),
            ("newswire feed FILE…", "feeds files of any wire format; --watch FOLDER goes on"),
            ("newswire search WORDS", "finds; --help shows the filters"),
            (f"newswire show {article}", "shows an article whole"),
            ("newswire web", "serves the web page: search, articles, what comes in, the lag"),
            ("newswire status", "says how Kafka and Elasticsearch are"),
            ("newswire down", "stops them; their data stays"),
        ]
    )


def _short(path: Path) -> Path:
    """The path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
