"""``newswire entities``: a newsroom's own lists of people, organisations and places."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import UNSET, to_builtins
from rich.table import Table
from rich.text import Text

from pipeline import render
from pipeline.cli.options import Json, examples
from pipeline.errors import NewswireError
from pipeline.settings import settings

if TYPE_CHECKING:  # the lists are not read to show the help
    from pipeline.enrich.identity.aliases import Found, Kept, Meaning

app = typer.Typer(no_args_is_help=True, help="Your own lists of people, organisations and places.")

_MOST_OPEN = 20


@app.command(
    "import",
    epilog=examples("newswire entities import people.csv", "newswire entities import desk.csv --json"),
)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The list; it is called as the file.")],
    json: Json = False,
) -> None:
    """Put a list in place, or in the place of one of the same name; workers use it within a second.

    The first line names the columns `id,name,label,aliases`, and if you like `language`, `country`, `lat`,
    `lon`; commas or semicolons, UTF-8. Aliases are parted by `|`. A list with a fault is refused as a whole,
    and what is wrong is told line by line.
    """
    from pipeline.enrich.identity import alias_folder
    from pipeline.enrich.identity.aliases import Index

    stored = alias_folder.store(settings().entities, file)
    index = Index(stored.name, stored.entries)
    several = index.open_names()
    shown = list(islice(several, _MOST_OPEN))
    more = sum(1 for _ in several)
    if json:
        render.as_json(
            {
                "list": index.name,
                "replaced": stored.replaced,
                "identities": len(index.identities),
                "names": index.names,
                "open": shown,
                "more_open": more,
            }
        )
        return
    did = "replaced" if stored.replaced else "imported"
    counts = f"{len(index.identities):,} identities with {index.names:,} names"
    render.out.print(Text(f"list '{index.name}' {did}: {counts}"), soft_wrap=True)
    for one in shown:
        where = f" ({one.language})" if one.language else ""
        said = f"stays open: {one.label} '{one.name}'{where} may be {', '.join(one.ids)}"
        render.out.print(Text(said, "yellow"), soft_wrap=True)
    if more:
        render.out.print(Text(f"and {more:,} more names that stay open", "yellow"))


@app.command("list", epilog=examples("newswire entities list", "newswire entities list --json"))
def list_(json: Json = False) -> None:
    """List your lists and the one that ships: how many identities, by how many names, since when.

    Exit code 0 only if all of them can be read.
    """
    from pipeline.enrich.identity import aliases

    lists = aliases.kept(settings().entities)
    if json:
        render.as_json({"folder": str(settings().entities), "lists": lists})
    else:
        _print_lists(lists)
    problems = [one.problem for one in lists if one.problem is not UNSET]
    for problem in problems:
        render.err.print(Text(problem, "red"), soft_wrap=True)
    raise typer.Exit(1 if problems else 0)


@app.command(
    epilog=examples(
        "newswire entities show ONU",
        "newswire entities show 'Kim Jong Un'",
        "newswire entities show PS --json",
    )
)
def show(
    name: Annotated[str, typer.Argument(help="A name, as an article would write it.")], json: Json = False
) -> None:
    """Show whom a name means, by label and language, and from which list that is.

    Your lists go before the one that ships. Several for one label and language: it stays open.
    """
    from pipeline.enrich.identity import aliases

    meanings = aliases.current(settings().entities).meanings(name)
    if not meanings:
        raise NewswireError(
            f"no list knows {name!r}; `newswire entities import` adds names, and a word of up to five "
            "letters is known only as it is listed, or in capitals"
        )
    if json:
        render.as_json([_as_data(meaning) for meaning in meanings])
    else:
        _print_meanings(meanings)


@app.command(epilog=examples("newswire entities remove people", "newswire entities remove people --json"))
def remove(
    name: Annotated[
        str, typer.Argument(metavar="LIST", help="The list, as `newswire entities list` prints it.")
    ],
    json: Json = False,
) -> None:
    """Remove one of your lists; workers forget it within a second."""
    from pipeline.enrich.identity import alias_folder

    alias_folder.remove(settings().entities, name)
    render.as_json({"removed": name}) if json else render.out.print(Text(f"list '{name}' removed"))


def _print_lists(lists: list[Kept]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("list")
    table.add_column("identities", justify="right")
    table.add_column("names", justify="right")
    table.add_column("since")
    for one in lists:
        counts = (f"{one.identities:,}", f"{one.names:,}") if one.problem is UNSET else ("cannot", "be read")
        since = "" if one.changed is UNSET else f"{one.changed:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(Text(one.list), *counts, since)
    render.out.print(table)


def _as_data(meaning: Meaning) -> dict[str, Any]:
    found = [{**to_builtins(one.identity), "list": one.list} for one in meaning.found]
    return {"label": meaning.label, "languages": meaning.languages, "open": len(found) != 1, "found": found}


def _print_meanings(meanings: list[Meaning]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("label", "language", "id", "name", "score", "list"):
        table.add_column(column, overflow="fold")
    before = ""
    for meaning in meanings:
        rest = "all others" if meaning.label == before else "all"
        language = ", ".join(meaning.languages) or rest
        for place, found in enumerate(meaning.found):
            head = ("", "") if place else (meaning.label, language)
            table.add_row(*map(Text, (*head, *_cells(found))))
        before = meaning.label
    render.out.print(table)
    if any(len(meaning.found) > 1 for meaning in meanings):
        render.out.print(Text("where there are several, it stays open which of them is meant", "dim"))


def _cells(found: Found) -> tuple[str, ...]:
    one = found.identity
    return one.id, one.name, f"{one.score:.2f}", found.list
