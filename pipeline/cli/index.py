"""``newswire index``: which indices there are, and which one is live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # Elasticsearch's client is not loaded to show the help
    from pipeline.sink.indices import Index
    from pipeline.sink.switching import Switched

app = typer.Typer(no_args_is_help=True, help="The indices: which there are, and which one is live.")


@app.command("list", epilog=examples("newswire index list", "newswire index list --json"))
def list_(json: Json = False) -> None:
    """List the indices of the alias: articles in it, size, age, and which one is written to and searched."""
    from pipeline.sink import indices

    async def found() -> list[Index]:
        async with indices.client_for(settings()) as client:
            return await indices.listed(client, settings().index)

    log.configure("WARNING")
    listed = asyncio.run(found())
    render.as_json(listed) if json else _table(listed)


def _table(indices: list[Index]) -> None:
    if not indices:
        render.out.print(f"There is no index of the alias '{settings().index}' yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("index", no_wrap=True)
    table.add_column("documents", justify="right")
    table.add_column("size", justify="right")
    table.add_column("created")
    table.add_column("state")
    for each in indices:
        size = f"{each.bytes / render.MIB:,.1f} MiB"
        created = f"{each.created:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(each.name, f"{each.documents:,}", size, created, Text(_state(each)))
    render.out.print(table)


def _state(index: Index) -> str:
    """In a few words what it is there for."""
    if index.live:
        return "live" if index.writable else "live, but takes no writes: run `newswire index switch` again"
    if index.searched:
        return "searched too"
    if index.unfinished:
        return "replay not finished: `newswire replay --into` goes on with it"
    return "replayed" if index.writable and index.replay is not None else "not live"


@app.command(
    "switch",
    epilog=examples(
        "newswire index switch",
        "newswire index switch news-000002",
        "newswire index switch news-000001 --json",
    ),
)
def switch(
    index: Annotated[
        str | None,
        typer.Argument(help="The index; the one newer than the live one by default.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Make an index the live one, with all that the live one has; and back, by the same command.

    While articles are searched and indexed, what the index lacks is copied from the live one; for the last of
    it, writes wait a moment. Then the alias moves in one step. The other index stays as it is and takes no
    writes. Cut short, even by `kill -9`, the same command finishes the job.
    """
    from pipeline.errors import NewswireError
    from pipeline.signals import until_signalled
    from pipeline.sink import switching

    with _steps() as told:
        log.configure("WARNING")
        done = asyncio.run(until_signalled(switching.switch(settings(), index, told)))
    if done is None:
        raise NewswireError("stopped: what was live is live; the same command starts again")
    render.as_json(done) if json else _said(done)


@contextmanager
def _steps() -> Iterator[Callable[[str, str, int, int], None]]:
    """The step and how far it is, on a terminal."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=render.err,
        transient=True,
        disable=not render.err.is_terminal,
    )
    task = bar.add_task("looking")

    def told(step: str, index: str, compared: int, copied: int) -> None:
        bar.update(task, description=f"{step} {index}: {compared:,} compared, {copied:,} copied")

    with bar:
        yield told


def _said(done: Switched) -> None:
    if not done.before:
        said = f"{done.index} is live"
        said += "; it takes writes again" if done.released else ""
    else:
        before = ", ".join(done.before)
        said = f"{done.index} is live instead of {before}: {done.copied:,} documents were copied from there"
        said += f" in {done.seconds:.1f} s, writes waited {done.held_s:.2f} s;"
        said += f" `newswire index switch {done.before[0]}` goes back"
    render.out.print(Text(said), soft_wrap=True)
