"""``newswire kibana``: puts data views, saved searches and dashboards into a Kibana."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline import render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

if TYPE_CHECKING:  # the client is not loaded to show the help
    from pipeline.kibana.importing import Summary

app = typer.Typer(no_args_is_help=True, help="Kibana: its data views, saved searches and dashboards.")


@app.command(
    "import",
    epilog=examples(
        "newswire kibana import",
        "newswire kibana import --space desk",
        "newswire kibana import --url https://me:secret@kibana.example.org --no-overwrite",
    ),
)
def import_(
    url: Annotated[
        str | None,
        typer.Option(help="Kibana's URL; that of the settings by default.", show_default=False),
    ] = None,
    space: Annotated[
        str | None, typer.Option(help="Id of a space; the default one without it.", show_default=False)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option(help="Replace what is there of ours, with all that was changed in it.")
    ] = True,
    json: Json = False,
) -> None:
    """Import the data views, saved searches, charts, map and dashboards into a Kibana of 9.4 or newer.

    The same command again brings them to the newest form. Exit code 1 if Kibana did not take all of them.
    """
    from pipeline.kibana.importing import import_objects

    summary = import_objects(settings(), url=url, space=space, overwrite=overwrite)
    render.as_json(summary) if json else _said(summary)
    raise typer.Exit(1 if summary.refused else 0)


def _said(summary: Summary) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("type", no_wrap=True)
    table.add_column("title")
    table.add_column("")
    for taken in summary.taken:
        table.add_row(Text(taken.type), Text(taken.title), Text("imported", style="green"))
    for refused in summary.refused:
        table.add_row(
            Text(refused.type), Text(refused.title or refused.id), Text(refused.reason, style="red")
        )
    render.out.print(table)
    place = f"space '{summary.space}'" if summary.space else "the default space"
    said = f"{len(summary.taken)} objects are in {place} of Kibana {summary.version} at {summary.kibana}"
    said += f"; {len(summary.refused)} were refused" if summary.refused else ""
    render.out.print(Text(said), soft_wrap=True)
