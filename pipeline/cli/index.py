"""``newswire index``: the generations of indices, which one is live, and what of them is too old."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # Elasticsearch's client is not loaded to show the help
    from pipeline.sink.indices import Generation
    from pipeline.sink.pruning import Findings
    from pipeline.sink.switching import Switched

app = typer.Typer(
    no_args_is_help=True,
    help="The index: its generations, which one is live, and the months of each.",
)


@app.command("list", epilog=examples("newswire index list", "newswire index list --json"))
def list_(json: Json = False) -> None:
    """List the generations: articles in each, size, its months, age, and which one is written and searched.

    A generation has an index for each month, `news-000001-2026.11`. `--json` has each of them, too.
    """
    from pipeline.sink import indices

    async def found() -> list[Generation]:
        async with indices.client_for(settings()) as client:
            return await indices.listed(client, settings().index)

    log.configure("WARNING")
    listed = asyncio.run(found())
    render.as_json(listed) if json else _table(listed)


def _table(generations: list[Generation]) -> None:
    if not generations:
        render.out.print(f"There is no index of the alias '{settings().index}' yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("generation", no_wrap=True)
    table.add_column("documents", justify="right")
    table.add_column("size", justify="right")
    table.add_column("months", no_wrap=True)
    table.add_column("created")
    table.add_column("state")
    for each in generations:
        created = f"{each.created:%Y-%m-%d %H:%M:%SZ}"
        size = _size(each.bytes)
        table.add_row(each.name, f"{each.documents:,}", size, _months(each), created, Text(_state(each)))
    render.out.print(table)


def _size(number: int) -> str:
    return f"{number / render.MIB:,.1f} MiB"


def _months(generation: Generation) -> str:
    """From the first to the last, and whether there is an index that is of no month."""
    months = [index.month for index in generation.indices if index.month]
    said = [] if len(months) == len(generation.indices) else ["any"]
    if months:
        said.append(months[0] if len(months) == 1 else f"{months[0]}–{months[-1]}")
    return ", ".join(said)


def _state(generation: Generation) -> str:
    """In a few words what it is there for."""
    if generation.live:
        blocked = "live, but takes no writes: run `newswire index switch` again"
        return "live" if generation.writable else blocked
    if generation.searched:
        return "searched too"
    if generation.unfinished:
        return "replay not finished: `newswire replay --into` goes on with it"
    return "replayed" if generation.writable and generation.replay is not None else "not live"


@app.command("create", epilog=examples("newswire index create", "newswire index create --json"))
def create(json: Json = False) -> None:
    """Make a new generation, with the fields of this version and nothing in it; nobody searches it.

    `newswire index switch` makes it live, with all that the live one has, as it was enriched then. Where
    articles are to be enriched again, `newswire replay` makes one by itself.
    """
    from pipeline.sink import indices

    async def made() -> str:
        async with indices.client_for(settings()) as client:
            return await indices.add(client, settings())

    log.configure("WARNING")
    name = asyncio.run(made())
    if json:
        render.as_json({"alias": settings().index, "index": name})
    else:
        said = f"{name} is there; `newswire index switch {name}` makes it live"
        render.out.print(Text(said), soft_wrap=True)


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
        typer.Argument(help="The generation; by default the newer one.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Make a generation the live one, with all that the live one has; and back, by the same command.

    While articles are searched and indexed, what it lacks is copied from the live one, month by month; for
    the last of it, writes wait a moment. Then the alias moves in one step. The other generation stays as it
    is and takes no writes. Cut short, even by `kill -9`, the same command finishes the job.
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


@app.command(
    "prune",
    epilog=examples(
        "newswire index prune --older-than 90d --dry-run",
        "newswire index prune --older-than 6mo",
        "newswire index prune --older-than 90d --yes --json",
    ),
)
def prune(
    older_than: Annotated[
        str | None,
        typer.Option(
            help="Age, counted from the end of a month: 90d, 12w, 6mo, 1y; by default NEWSWIRE_KEEP_DAYS.",
            metavar="AGE",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete the months that ended so long ago, in every generation; never the month that it is now.

    What they hold is gone for good, unless it is still on the topics. On a terminal it asks first. An index
    of an earlier version, which holds articles of any month, is left alone; a switch parts it into months.
    """
    from pipeline.sink import indices, pruning

    age = older_than or _kept()
    pruning.cutoff(age, datetime.now(UTC))  # what is no age is said before anybody is asked
    config = settings()

    async def found() -> Findings:
        async with indices.client_for(config) as client:
            return await pruning.find(client, config.index, age, datetime.now(UTC))

    async def deleted(findings: Findings) -> int:
        async with indices.client_for(config) as client:
            return await pruning.delete(client, config, findings)

    log.configure("WARNING")
    findings = asyncio.run(found())
    if not json:
        _old(findings, age)
    if dry_run or not findings.old:
        if json:
            render.as_json({**_built(findings), "deleted": 0})
        return
    if sys.stdin.isatty() and not yes:
        typer.confirm("Delete them for good?", abort=True, err=True)
    number = asyncio.run(deleted(findings))
    if json:
        render.as_json({**_built(findings), "deleted": number})
    else:
        render.out.print(f"{number} deleted.")


def _kept() -> str:
    if (days := settings().keep_days) is None:
        raise typer.BadParameter("say how old: --older-than 90d, or set NEWSWIRE_KEEP_DAYS")
    return f"{days}d"


def _built(findings: Findings) -> dict[str, object]:
    import msgspec

    built: dict[str, object] = msgspec.to_builtins(findings)
    return built


def _old(findings: Findings, age: str) -> None:
    before = f"{findings.before:%Y-%m-%d}"
    if findings.old:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("index", "documents", "size", "state"):
            table.add_column(column, justify="right" if column in {"documents", "size"} else "left")
        for each in findings.old:
            state = "searched" if each.live else "not searched"
            table.add_row(each.index, f"{each.documents:,}", _size(each.bytes), state)
        render.out.print(table)
    else:
        render.out.print(f"No month ended {age} ago or earlier, which is before {before}.", highlight=False)
    for index in findings.undated:
        line = f"{index} holds articles of any month, and stays"
        render.err.print(Text(line, "yellow"), soft_wrap=True)
