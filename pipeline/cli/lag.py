"""``newswire lag``: how far behind the consumer groups are, once, live, or for ever."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Group as Lines
from rich.live import Live
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # `newswire status` loads no Kafka client
    from pipeline.lag import GroupLag, Monitor, PartitionLag, Snapshot, Status
    from pipeline.lag.index import LagIndex

EXIT_CODES: dict[Status, int] = {"OK": 0, "WARN": 1, "REWOUND": 2, "STALLED": 2, "STOPPED": 2, "ERROR": 2}
UNKNOWN = 3
"""Exit code if it cannot be told, or not be kept."""


class _Lag(TyperGroup):
    """Where an option is wrong nothing is told either: 2, as elsewhere, would be that of a status."""

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        with _unknown():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _unknown():
            return super().invoke(ctx)


@contextmanager
def _unknown() -> Iterator[None]:
    try:
        yield
    except TyperException as error:  # all that can be wrong with what was typed
        vars(error)["exit_code"] = UNKNOWN
        raise


app = typer.Typer(cls=_Lag, invoke_without_command=True)

STYLES: dict[Status, str] = {
    "OK": "green",
    "WARN": "yellow",
    "REWOUND": "magenta",
    "STALLED": "red",
    "STOPPED": "red",
    "ERROR": "bold red",
}
_COLUMNS = ("committed", "end", "lag", "behind", "written/s", "read/s", "trend/s", "done in")
_SPARED = (("written/s", "read/s"), ("committed", "end"), ("trend/s", "done in"))
"""What a narrow terminal is spared, one pair after the other."""

_WIDE = 10_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEADY = 0.05
_LARGE = 100

Groups = Annotated[
    list[str] | None, typer.Option("--group", help="A consumer group; ours by default.", show_default=False)
]
Every = Annotated[float, typer.Option(min=0.5, help="Seconds from one look to the next.")]
Live_every = Annotated[float, typer.Option(min=0.5, help="Seconds from one look to the next, with --watch.")]


@app.callback(
    epilog=examples(
        "newswire lag",
        "newswire lag --watch",
        "newswire lag --window 30 --json",
        "newswire lag --group newswire-index --group billing",
        "newswire lag --index",
        "newswire lag serve --port 9301",
    )
)
def lag(
    context: typer.Context,
    groups: Groups = None,
    window: Annotated[
        float | None,
        typer.Option(
            min=1, help="Seconds that are judged; 5 by default, 60 with --watch.", show_default=False
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on looking, until Ctrl-C.")] = False,
    every: Live_every = 2,
    index: Annotated[bool, typer.Option("--index", help="Keep what is seen in Elasticsearch, too.")] = False,
    json: Json = False,
) -> None:
    """Show how far behind the consumer groups are: offsets, seconds, rates, and when they have caught up.

    Rates and statuses need two looks with time between them: it looks for the seconds of --window first. A
    short window may take a slow reader for one that stands.

    Exit code 0 if all groups are OK, 1 for WARN, 2 for REWOUND, STALLED, STOPPED and ERROR, 3 if it cannot be
    told. With --watch and --json there is a line of JSON for each look.
    """
    if context.invoked_subcommand is not None:
        given = [each for each in context.params if _is_given(context, each)]
        if given:
            flag = f"--{given[0].removesuffix('s') if given[0] == 'groups' else given[0]}"
            raise typer.BadParameter(f"goes after {context.invoked_subcommand}, if at all", param_hint=flag)
        return
    from pipeline.errors import NewswireError
    from pipeline.lag import Monitor
    from pipeline.lag.index import LagIndex

    _quiet()
    seconds = window or (60.0 if watch else 5.0)
    with (
        Monitor(settings(), groups or None, window_s=seconds) as monitor,
        LagIndex(settings()) if index else nullcontext() as writer,
    ):
        if watch:
            _watch(monitor, writer, every, json=json)
        try:
            snapshot = _once(monitor, writer, json=json)
        except NewswireError as error:
            render.error(str(error))
            raise typer.Exit(UNKNOWN) from error
    raise typer.Exit(EXIT_CODES[snapshot.status])


@app.command(
    epilog=examples(
        "newswire lag serve", "newswire lag serve --port 9301 --no-index", "newswire lag serve --every 30"
    )
)
def serve(
    groups: Groups = None,
    every: Every = 10,
    window: Annotated[float, typer.Option(min=1, help="Seconds that are judged.")] = 60,
    index: Annotated[bool, typer.Option(help="Keep what is seen in Elasticsearch.")] = True,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the metrics for Prometheus; none by default.", show_default=False
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address at which they are served.")] = "127.0.0.1",
) -> None:
    """Look until SIGTERM or Ctrl-C, keep what is seen in Elasticsearch, and serve it to Prometheus.

    Services that are away are waited for. One is enough for all workers.
    """
    from pipeline.lag import serve as serving
    from pipeline.signals import until_signalled

    _quiet("INFO")
    work = serving.serve(
        settings(), groups or None, every_s=every, window_s=window, index=index, port=port, host=host
    )
    asyncio.run(until_signalled(work))


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _quiet(level: str = "ERROR") -> None:
    log.configure(level)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what it meets is told in one line of our own


def _once(monitor: Monitor, writer: LagIndex | None, *, json: bool) -> Snapshot:
    with render.err.status(f"looking for {monitor.window_s:g} s"):
        snapshot = monitor.settle()
    if json:
        render.as_json(snapshot)
    else:
        render.out.print(shown(snapshot, render.out.width))
    if writer is not None:
        written = writer.write(snapshot)
        render.progress(f"{written} documents were written")
    return snapshot


def _watch(monitor: Monitor, writer: LagIndex | None, every_s: float, *, json: bool) -> None:
    """Until Ctrl-C. A service that is away is told in the place of what it would have said."""
    from pipeline.errors import NewswireError

    live = Live(console=render.out, auto_refresh=False) if render.out.is_terminal and not json else None
    with live or render.err.status("looking"):
        while True:
            snapshot, trouble = None, ""
            try:
                snapshot = monitor.sample()
                if writer is not None:
                    writer.write(snapshot)
            except NewswireError as error:
                trouble = str(error)
            _tell(snapshot, trouble, live, json=json)
            time.sleep(every_s)


def _tell(snapshot: Snapshot | None, trouble: str, live: Live | None, *, json: bool) -> None:
    lines = [shown(snapshot, render.out.width)] if snapshot else []
    if live is not None:
        live.update(Lines(*lines, *([Text(trouble, "red")] if trouble else [])), refresh=True)
        return
    if trouble:
        render.error(trouble)
    if json and snapshot:
        sys.stdout.write(msgspec.json.encode(snapshot).decode() + "\n")
    elif snapshot:
        render.out.print(*lines)
    sys.stdout.flush()


def shown(snapshot: Snapshot, width: int = _WIDE) -> Lines:
    """The groups and their partitions as a table; below it what is wrong, and what it was judged by.

    Args:
        snapshot: what was seen.
        width: of the terminal; columns that do not fit are left out, the less telling ones first.
    """
    table = _table(snapshot, _COLUMNS)
    for count in range(1, len(_SPARED) + 1):
        if Measurement.get(render.out, render.out.options.update(width=_WIDE), table).maximum <= width:
            break
        spared = {column for pair in _SPARED[:count] for column in pair}
        table = _table(snapshot, [column for column in _COLUMNS if column not in spared])
    reasons = [
        Text(f"{group.group}: {group.reason}{_advice(group)}", STYLES[group.status])
        for group in snapshot.groups
        if group.reason
    ]
    said = f"{snapshot.at:%Y-%m-%d %H:%M:%SZ}, judged by {snapshot.window_s:g} s"
    guessed = any(not one.measured and one.seconds for group in snapshot.groups for one in group.partitions)
    said += "; ~ is interpolated, not measured" if guessed else ""
    return Lines(table, *reasons, Text(said, "dim"))


def _advice(group: GroupLag) -> str:
    return "; `newswire worker` reads it" if group.hop and group.status == "STOPPED" else ""


def _table(snapshot: Snapshot, columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("group, partition", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for group in snapshot.groups:
        rows: list[tuple[Text, GroupLag | PartitionLag, tuple[str, str]]]
        rows = [(Text(group.group, "bold"), group, ("", ""))]
        for one in group.partitions:
            offsets = ("none" if one.committed_offset is None else f"{one.committed_offset:,}", _end(one))
            rows.append((Text(f"  {one.topic}/{one.partition}"), one, offsets))
        for name, of, offsets in rows:
            cells = dict(zip(_COLUMNS, (*offsets, *_figures(of)), strict=True))
            status = Text(of.status, STYLES[of.status])
            table.add_row(name, *(cells[column] for column in columns), status)
    return table


def _figures(of: GroupLag | PartitionLag) -> tuple[str, ...]:
    from pipeline.lag.shape import known_lag

    behind = "?" if of.seconds is None else ("" if of.measured else "~") + span(of.seconds)
    caught_up = "never" if of.catch_up_s is None and of.consume_rate is not None else span(of.catch_up_s)
    return (
        "?" if (lag := known_lag(of)) is None else f"{lag:,}",
        behind,
        _rate(of.produce_rate),
        _rate(of.consume_rate),
        _trend(of.trend),
        caught_up,
    )


def _end(of: PartitionLag) -> str:
    return "?" if of.log_end_offset is None else f"{of.log_end_offset:,}"


def _rate(rate: float | None) -> str:
    return "?" if rate is None else f"{rate:,.{0 if abs(rate) >= _LARGE else 1}f}"


def _trend(rate: float | None) -> str:
    if rate is None:
        return "?"
    arrow = "→" if abs(rate) < _STEADY else ("↑" if rate > 0 else "↓")
    return f"{arrow} {_rate(abs(rate))}"


def span(seconds: float | None) -> str:
    """A length of time as a person says it, by its two largest units."""
    if seconds is None:
        return "?"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02} h"
