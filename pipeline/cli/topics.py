"""``newswire topics``: makes the Kafka topics before anything else runs."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.settings import settings

app = typer.Typer()


@app.command(
    epilog=examples("newswire topics", "NEWSWIRE_PARTITIONS=12 NEWSWIRE_REPLICATION=3 newswire topics")
)
def topics(
    patience: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds to wait for Kafka; without end by default.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Make the topics that are missing, with the partitions, replicas and retention of the settings.

    Workers and feeds do so too when they start; where they may not, this is run before them, by who may.
    A topic that is there is left as it is, whatever the settings say.
    """
    from pipeline import kafka_topics

    log.configure("WARNING")
    chosen = settings()
    made = asyncio.run(kafka_topics.ensure(chosen, patience_s=patience))
    found = [
        {"topic": topic.name, "made": topic.name in made}
        | (
            {
                "partitions": topic.num_partitions,
                "replicas": topic.replication_factor,
                "retention_ms": int(topic.topic_configs["retention.ms"]),
            }
            if topic.name in made
            else {}
        )
        for topic in kafka_topics.wanted(chosen)
    ]
    render.as_json(found) if json else _said(found)


def _said(found: list[dict[str, str | int]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("topic", no_wrap=True)
    table.add_column("")
    for one in found:
        what = (
            "was there"
            if not one["made"]
            else f"made: {one['partitions']} partitions, {one['replicas']} replicas"
        )
        table.add_row(Text(str(one["topic"])), Text(what))
    render.out.print(table)
