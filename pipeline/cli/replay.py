"""``newswire replay``: its options, its progress, and what it says at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # the models' library is not loaded to show the help
    from pipeline.replay import Start, Summary

app = typer.Typer()


@app.command(
    "replay",
    epilog=examples(
        "newswire replay --from-beginning",
        "newswire replay --since 2024-06-19",
        "newswire replay --offset 0:1200 --offset 1:1150",
        "newswire replay --into news-000002",
        "newswire index switch --help",
    ),
)
def replay(
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="All articles that are on the topic.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(help="Articles fed from this year, month, day or instant on (UTC).", metavar="TIME"),
    ] = None,
    offset: Annotated[
        list[str] | None,
        typer.Option(help="A partition from an offset on; only those named are read.", metavar="P:N"),
    ] = None,
    into: Annotated[
        str | None, typer.Option(help="Go on with the replay into this generation.", metavar="INDEX")
    ] = None,
    json: Json = False,
) -> None:
    """Enrich raw articles again, into a new index that nobody searches until it is switched to.

    Reads the topic of raw articles up to its end as it is now; what comes in meanwhile goes its usual way,
    and `newswire index switch` brings it over. Workers may run or not. Kafka and Elasticsearch are waited
    for. SIGTERM or Ctrl-C stops it, and `--into` goes on with it, after `kill -9` too. Exit code 0 only if it
    reached the end.
    """
    start = _start(from_beginning, since, offset, into)
    from pipeline import replay as replays

    with _bar() as told:
        log.configure("WARNING")
        summary = asyncio.run(replays.run(settings(), start, told=told))
    render.as_json(summary) if json else _done(summary)
    raise typer.Exit(summary.exit_code)


def _start(from_beginning: bool, since: str | None, offset: list[str] | None, into: str | None) -> Start:
    if sum((from_beginning, since is not None, bool(offset), into is not None)) != 1:
        raise typer.BadParameter(
            "say from where: one of --from-beginning, --since TIME, --offset P:N, or --into INDEX to go on"
        )
    from pipeline.replay import plan

    if into is not None:
        return plan.Into(into)
    if offset:
        return plan.offsets(offset)
    return plan.Since(plan.instant(since) if since is not None else None)


@contextmanager
def _bar() -> Iterator[Callable[[Summary], None]]:
    """A bar on a terminal; elsewhere a line at the start."""
    bar = Progress(
        TextColumn("replaying into {task.fields[index]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[dead]} dead"),
        TimeElapsedColumn(),
        console=render.err,
        transient=True,
        disable=not render.err.is_terminal,
    )
    task = bar.add_task("", total=None, index="…", dead=0)
    said = False

    def told(summary: Summary) -> None:
        nonlocal said
        if not said and summary.index is not None:
            render.progress(
                f"{summary.articles:,} articles are replayed into {summary.index}{_gone(summary)}"
            )
            said = True
        bar.update(
            task, completed=summary.done, total=summary.articles, index=summary.index, dead=summary.dead
        )

    with bar:
        yield told


def _gone(summary: Summary) -> str:
    return f"; {summary.gone:,} more are no longer on the topic" if summary.gone else ""


def _done(summary: Summary) -> None:
    if summary.index is None:
        said = "stopped: no index was made" if summary.stopped else "nothing to replay"
        render.out.print(Text(said + _gone(summary)))
        return
    counts = f"{summary.indexed:,} indexed, {summary.stale:,} superseded, {summary.dead:,} dead letters"
    line = f"{summary.done:,} of {summary.articles:,} articles: {counts} in {summary.seconds:.1f} s"
    render.out.print(Text(line + _gone(summary)), soft_wrap=True)
    command = (
        f"stopped; `newswire replay --into {summary.index}` goes on with it"
        if summary.stopped
        else f"`newswire index switch {summary.index}` makes it live"
    )
    render.out.print(Text(command), soft_wrap=True)
