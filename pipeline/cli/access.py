"""``newswire access``: gives each part of Newswire its own rights at Kafka and Elasticsearch, and no more."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    help="Rights: what each part of Newswire may do at Kafka and Elasticsearch, and no more.",
)


@app.command("roles", epilog=examples("newswire access roles", "newswire access roles --json"))
def list_(json: Json = False) -> None:
    """List the roles, and for which commands each is."""
    from pipeline import access

    found = {"kafka": access.kafka_roles(), "elasticsearch": access.elasticsearch_roles()}
    if json:
        render.as_json(found)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("at", "role", "for"):
        table.add_column(column)
    for where, of in found.items():
        for name, commands in of.items():
            table.add_row(where, name, Text(commands))
    render.out.print(table)


@app.command(
    "kafka",
    epilog=examples(
        "newswire access kafka feed User:feeder",
        "newswire access kafka enrich User:CN=worker --apply",
    ),
)
def kafka(
    role: Annotated[str, typer.Argument(help="As `newswire access roles` lists them.")],
    principal: Annotated[str, typer.Argument(help="Whom the brokers take it for: User:NAME.")],
    apply: Annotated[bool, typer.Option("--apply", help="Give the rights; else they are printed.")] = False,
) -> None:
    """Print the commands that give a role's rights to somebody at Kafka, or give them.

    What is printed is for kafka-acls.sh, with its own options for the brokers' address and your login. To
    give them takes the right Alter at the cluster, by the settings in force.
    """
    from pipeline import access

    log.configure("ERROR")
    _known(role, access.kafka_roles())
    if ":" not in principal:
        raise typer.BadParameter(f"'{principal}' is no principal: write User:{principal}")
    if apply:
        access.give(role, principal, settings())
        render.out.print(Text(f"{principal} may do what {role} does"), soft_wrap=True)
        return
    for line in access.commands(role, principal, settings()):
        typer.echo(line)


@app.command(
    "elasticsearch",
    epilog=examples(
        "newswire access elasticsearch search",
        "newswire access elasticsearch index watch --days 90 > secrets/newswire_elasticsearch_api_key",
        "newswire access elasticsearch index --role",
    ),
)
def elasticsearch(
    roles: Annotated[list[str], typer.Argument(help="As `newswire access roles` lists them.")],
    days: Annotated[
        int | None, typer.Option(min=1, help="Days that the key is good for; for ever by default.")
    ] = None,
    only_role: Annotated[
        bool, typer.Option("--role", help="Print the roles instead, and ask nobody.")
    ] = False,
) -> None:
    """Make an API key that may do what roles may at Elasticsearch, and print it: it can be had only now.

    It takes a user in NEWSWIRE_ELASTICSEARCH who may do at least as much; a key cannot make another one.
    """
    from pipeline import access

    log.configure("ERROR")
    for role in roles:
        _known(role, access.elasticsearch_roles())
    if only_role:
        render.as_json({role: access.elasticsearch_role(role, settings()) for role in roles})
        return
    typer.echo(asyncio.run(access.key(*roles, settings=settings(), days=days)))


@app.command("templates", epilog=examples("newswire access templates"))
def templates() -> None:
    """Put the index templates at Elasticsearch, so that no other part needs the right to.

    To be run after each upgrade, before workers of the new version start.
    """
    from pipeline import access

    log.configure("INFO")
    asyncio.run(access.put_templates(settings()))


def _known(role: str, there: dict[str, str]) -> None:
    if role not in there:
        raise typer.BadParameter(f"there is no role '{role}': {', '.join(there)}")
