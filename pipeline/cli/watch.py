"""``newswire watch``: saved searches that alert."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # no client is loaded to show the help
    from pipeline.article import Alert
    from pipeline.watch import Watch
    from pipeline.watch.store import Store

app = typer.Typer(no_args_is_help=True, help="Saved searches that alert when a new article answers them.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The watch's name.")]
Result = TypeVar("Result")


@app.command(
    "add",
    epilog=examples(
        "newswire watch add korea 'kim OR pyongyang topic:politics'",
        "newswire watch add desk 'language:fr place:Lyon' --webhook https://desk.example/alerts",
        "newswire watch add desk poutine --webhook https://desk.example/a --secret-env DESK_SECRET",
        "newswire watch add quiet -- '-topic:sport language:fr'",
    ),
)
def add(
    name: Name,
    typed: Annotated[str, typer.Argument(metavar="QUERY", help="What `newswire search` takes.")],
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Post each alert there too.", show_default=False)
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option(
            metavar="VARIABLE",
            help="The workers' environment variable that holds the secret which signs the posts.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Hold each new article against a query from now on; each that matches gives an alert.

    Workers know a watch within a second. What came before is found by `newswire search`.
    """
    from pipeline.watch import watch

    made = watch(name, typed, datetime.now(UTC), settings(), webhook=webhook, secret_env=secret_env)

    async def keep(store: Store) -> None:
        await store.ensure()
        await store.add(made)

    _with_store(keep)
    render.as_json(made) if json else _said(f"the watch '{name}' is on")


@app.command("list", epilog=examples("newswire watch list", "newswire watch list --json"))
def list_(json: Json = False) -> None:
    """List the watches, and what is wrong with one that finds nothing any more."""
    from pipeline.watch.watches import trouble_of

    async def every(store: Store) -> list[Watch]:
        return [each async for each in store.all()]

    found = _with_store(every)
    if json:
        render.as_json([_shown(each) for each in found])
        return
    if not found:
        _said("There is no watch yet: `newswire watch add NAME QUERY` adds one.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("watch", no_wrap=True)
    table.add_column("query", overflow="fold")
    table.add_column("webhook", overflow="fold")
    table.add_column("created")
    table.add_column("state")
    for each in found:
        trouble = trouble_of(each)
        state = Text(f"finds nothing: {trouble}", style="red") if trouble else Text("on")
        created = f"{each.created:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(Text(each.name), Text(each.query), Text(each.webhook or ""), created, state)
    render.out.print(table)


@app.command("show", epilog=examples("newswire watch show korea", "newswire watch show korea --json"))
def show(name: Name, json: Json = False) -> None:
    """Show one watch."""
    found = _with_store(lambda store: store.get(name))
    if json:
        render.as_json(_shown(found))
        return
    for key, value in _shown(found).items():
        render.out.print(Text.assemble((f"{key:<10} ", "bold"), str(value)), soft_wrap=True)


@app.command("remove", epilog=examples("newswire watch remove korea"))
def remove(name: Name) -> None:
    """Remove a watch; alerts that its webhook did not take yet are not sent to it any more."""
    _with_store(lambda store: store.remove(name))
    _said(f"the watch '{name}' is removed")


@app.command(
    "test",
    epilog=examples(
        "newswire watch test korea",
        "newswire watch test 'kim OR pyongyang topic:politics' --since 30d",
        "newswire watch test korea --article 3f2a…",
    ),
)
def try_(
    what: Annotated[str, typer.Argument(metavar="NAME|QUERY", help="A watch's name, else a query.")],
    since: Annotated[str, typer.Option(help="Articles from then on.")] = "7d",
    article: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this article, of any time.", show_default=False)
    ] = None,
    size: Annotated[int, typer.Option("-n", "--size", min=1, max=1000, help="Hits shown at most.")] = 10,
    json: Json = False,
) -> None:
    """Show what a watch would have found lately, or whether it finds one article; alerts nobody."""
    from pipeline import search

    typed = _typed(what)
    if article is not None:
        typed = f'{typed} id:"{article}"'
    filters = search.Filters() if article is not None else search.Filters(since=since)
    markers = ("**", "**") if json else (search.OPEN, search.CLOSE)
    found = search.search(typed, settings(), filters, size=size, markers=markers)
    render.as_json(found) if json else render.results(found)


@app.command(
    "tail", epilog=examples("newswire watch tail", "newswire watch tail korea desk --json | jq .title")
)
def tail(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Watches; all by default.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each.")] = False,
) -> None:
    """Print alerts as they come, until SIGTERM or Ctrl-C."""
    from pipeline.signals import until_signalled

    async def check(store: Store) -> None:
        for name in names or ():
            await store.get(name)

    _with_store(check)
    log.configure("WARNING")
    asyncio.run(until_signalled(_print(names or (), json=json)))


async def _print(names: list[str] | tuple[()], *, json: bool) -> None:
    from pipeline.article import encode
    from pipeline.watch.tail import tail as alerts

    async with aclosing(alerts(settings(), names, lambda: render.progress("waiting for alerts"))) as found:
        async for alert in found:
            if json:
                sys.stdout.buffer.write(encode(alert) + b"\n")
                sys.stdout.buffer.flush()
            else:
                _print_alert(alert)


def _print_alert(alert: Alert) -> None:
    facts = "  ".join(filter(None, (alert.source, alert.language or "", alert.created or "", alert.article)))
    render.out.print(
        Text.assemble(
            (alert.watch, "cyan"), "  ", (_plain(alert.title), "bold"), "\n  ", (_plain(facts), "dim")
        ),
        soft_wrap=True,
    )
    for passage in alert.highlights:
        render.out.print(Text(f"  {_plain(passage)}"), soft_wrap=True)


def _plain(text: str) -> str:
    """On one line, without signs that a terminal obeys."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _shown(watch: Watch) -> dict[str, str]:
    from msgspec import to_builtins

    from pipeline.watch.watches import trouble_of

    trouble = trouble_of(watch)
    return {**to_builtins(watch), **({"error": trouble} if trouble else {})}


def _typed(what: str) -> str:
    """The query of the watch of this name, if there is one; else it is a query itself."""
    from pipeline.watch import WatchError

    try:
        return _with_store(lambda store: store.get(what)).query
    except WatchError:
        return what


def _with_store(work: Callable[[Store], Awaitable[Result]]) -> Result:
    from pipeline.sink.indices import client_for
    from pipeline.watch.store import Store

    async def run() -> Result:
        async with client_for(settings()) as client:
            return await work(Store(client, settings().index))

    log.configure("WARNING")
    return asyncio.run(run())


def _said(line: str) -> None:
    render.out.print(Text(line), soft_wrap=True)
