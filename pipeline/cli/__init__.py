"""The ``newswire`` command: reads options, calls the rooms, prints what they give."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
import typer.core
from pydantic import ValidationError

import pipeline
from pipeline import log, render
from pipeline.cli import access, dead, entities, index, kibana, lag, replay, search, topics, watch, web
from pipeline.cli.options import Json, examples
from pipeline.errors import NewswireError
from pipeline.settings import Settings, settings


class Commands(typer.core.TyperGroup):
    """Commands of one word or of two: ``feed`` takes paths, ``feed run`` is another command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first words name, and what is left of them."""
        two = " ".join(args[:2])
        return super().resolve_command(ctx, [two, *args[2:]] if two in self.commands else args)


cli = typer.Typer(
    name="newswire",
    cls=Commands,
    help="Wire copy in, searchable articles out: Kafka, Faust, spaCy and Elasticsearch.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
config = typer.Typer(no_args_is_help=True, help="The settings in force.")
cli.add_typer(config, name="config")
cli.add_typer(access.app, name="access")
cli.add_typer(dead.app, name="dead")
cli.add_typer(entities.app, name="entities")
cli.add_typer(index.app, name="index")
cli.add_typer(kibana.app, name="kibana")
cli.add_typer(lag.app, name="lag")
cli.add_typer(replay.app)
cli.add_typer(topics.app)
cli.add_typer(watch.app, name="watch")
cli.add_typer(search.app)
cli.add_typer(web.app)

Config = Annotated[
    Path | None,
    typer.Option(help="The file that lists the feeds; feeds.toml by default.", show_default=False),
]
Source = Annotated[str, typer.Option(help="Who the articles are from; part of their ids.")]
Language = Annotated[
    str | None, typer.Option(help="Language that articles declare if they name none (fr, en-GB).")
]
Provider = Annotated[str | None, typer.Option(help="Provider of articles that name none.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of times without one (Europe/Paris); UTC.")]
Format = Annotated[str | None, typer.Option(help="Their format, where the bytes must not decide (nitf).")]
Spool = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder where copy that does not come again waits for the broker.",
        show_default=False,
    ),
]
SpoolMax = Annotated[int, typer.Option(min=1, help="MiB of messages that may wait in it.")]
Only = Annotated[
    Literal["kafka", "elasticsearch"] | None,
    typer.Argument(help="One of them; both by default.", show_default=False),
]


@cli.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Options of the command as a whole."""
    if version:
        render.out.print(pipeline.__version__)
        raise typer.Exit


@cli.command(epilog=examples("newswire up", "newswire up kafka", "NEWSWIRE_VAR=/srv/newswire newswire up"))
def up(
    only: Only = None,
    fetch_only: Annotated[bool, typer.Option(help="Fetch the programs, start nothing.")] = False,
    json: Json = False,
) -> None:
    """Start the embedded Kafka and Elasticsearch on this machine, and wait until they answer.

    Their programs are fetched once, by Maven. A service whose address in the settings is not on this
    machine is external and left alone.
    """
    from pipeline.local import services

    chosen = services.NAMES if only is None else (only,)
    services.install_tools(settings(), only=chosen, progress=render.progress)
    if fetch_only:
        services.fetch(settings(), only=chosen, progress=render.progress)
        return
    found = services.up(settings(), only=chosen, progress=render.progress)
    render.as_json(found) if json else render.services(found)


@cli.command(epilog=examples("newswire down", "newswire down elasticsearch"))
def down(only: Only = None, json: Json = False) -> None:
    """Stop the embedded services; their data stays."""
    from pipeline.local import services

    found = services.down(
        settings(), only=services.NAMES if only is None else (only,), progress=render.progress
    )
    render.as_json(found) if json else render.services(found)


@cli.command(epilog=examples("newswire status", "newswire status --json"))
def status(only: Only = None, json: Json = False) -> None:
    """Say how Kafka and Elasticsearch are; exit code 3 if one does not answer."""
    from pipeline.local import services

    found = services.status(settings(), only=services.NAMES if only is None else (only,))
    render.as_json(found) if json else render.services(found)
    if any(one.state not in ("running", "external") for one in found):
        raise typer.Exit(3)


@cli.command(epilog=examples("newswire logs", "newswire logs kafka --follow", "newswire logs -n 200"))
def logs(
    only: Only = None,
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="Lines from the end of each log.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what is written.")] = False,
) -> None:
    """Show the logs of the embedded services."""
    from pipeline.local import services

    for line in services.log_lines(
        settings(), only=services.NAMES if only is None else (only,), lines=lines, follow=follow
    ):
        typer.echo(line)


@cli.command(
    epilog=examples(
        "newswire worker",
        "newswire worker --only enrich",
        "newswire worker --health-port 8089",
        "newswire worker --health-port 8089 --lag",
    )
)
def worker(
    only: Annotated[
        Literal["enrich", "index", "watch"] | None,
        typer.Option(help="One agent; all by default.", show_default=False),
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port of /health/live, /health/ready and /metrics; none by default.",
            show_default=False,
        ),
    ] = None,
    with_lag: Annotated[
        bool,
        typer.Option(
            "--lag",
            help="Export the lag of all groups too, and keep it, as `newswire lag serve` does. Of several"
            " workers give it to one: each tells of all groups.",
        ),
    ] = False,
    level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], typer.Option(help="Least severe message shown.")
    ] = "INFO",
) -> None:
    """Run the Faust agents until SIGTERM or Ctrl-C: enrich raw articles, index enriched ones, alert watches.

    Kafka and Elasticsearch are waited for. Start more workers, on any machine, to share the work. One that
    ends by itself says why and is safe to start again: what it had not finished is read again. The health
    pages answer 503 when it is to be started again because it does not get on. At the same port /metrics is
    for Prometheus.
    """
    import logging

    from pipeline.enrich.zygote import Zygote

    log.configure(level)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what it meets is told in one line of our own
    chosen = settings()
    if health_port is not None:
        chosen = chosen.model_copy(update={"health_port": health_port})
    models = Zygote(chosen)
    if only in (None, "enrich"):
        models.launch()  # it loads the models while this process imports Faust and joins its groups
    from pipeline.agents import worker as agents

    names = agents.NAMES if only is None else (only,)
    asyncio.run(agents.run(chosen, names, models, with_lag=with_lag))


@cli.command(
    epilog=examples(
        "newswire feed samples/",
        "newswire feed --source afp --language fr dispatch.txt",
        "newswire feed --watch /srv/incoming",
        "tail -F wire.jsonl | newswire feed --spool /srv/spool -",
        "newswire feed --spool /srv/spool",
        "newswire feed run --help",
        "newswire feed check --help",
    )
)
def feed(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, or - for standard input.", show_default=False),
    ] = None,
    source: Source = "local",
    language: Language = None,
    provider: Provider = None,
    zone: Zone = None,
    format: Format = None,  # noqa: A002 - the option's name
    watch: Annotated[bool, typer.Option("--watch", help="Go on watching the one folder named.")] = False,
    spool: Spool = None,
    spool_max_mib: SpoolMax = 1024,
    json: Json = False,
) -> None:
    """Feed wire copy onto the topic of raw articles.

    The format is told by the bytes. Each article is acknowledged by the broker before its file counts as
    fed. What is no article goes to the dead letters and is told on standard error. Exit code 0 only if every
    article was accepted. `newswire feed run` runs the feeds of a feeds.toml and `newswire feed check` sends
    nothing; a file of the name run or check is fed as ./run.

    With --spool standard input is read on while the broker is away; without a path, what is in the spool is
    sent on. Exit code 3 if all went well, and something is left in the spool.
    """
    from pipeline.feed import feed as run
    from pipeline.feeds.spool import opened

    log.configure("WARNING")
    with opened(spool, spool_max_mib) as store, render.feeding(watch=watch) as on_event:
        summary = run(
            paths or (),
            settings(),
            source=source,
            language=language,
            provider=provider,
            zone=zone,
            format=format,
            watch=watch,
            spool=store,
            on_event=on_event,
        )
    render.as_json(summary) if json else render.fed(summary)
    raise typer.Exit(summary.exit_code)


@cli.command(
    "feed run",
    epilog=examples(
        "newswire feed run",
        "newswire feed run --only afp --only reuters",
        "newswire feed run --config /etc/newswire/feeds.toml --metrics-port 9300",
        "newswire feed run --spool /srv/spool --spool-max-mib 8192",
    ),
)
def feed_run(
    config: Config = None,
    only: Annotated[list[str] | None, typer.Option(help="A feed to run; all of them by default.")] = None,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the metrics for Prometheus; 0 for none.")
    ] = 0,
    metrics_host: Annotated[str, typer.Option(help="Address at which they are served.")] = "127.0.0.1",
    spool: Spool = None,
    spool_max_mib: SpoolMax = 1024,
    json: Json = False,
) -> None:
    """Run the feeds that feeds.toml lists, all at once, until SIGTERM or Ctrl-C.

    Each goes on where it was stopped. One that breaks down is told on standard error and started again, and
    the others go on. Exit code 0 only if every article was accepted and no feed broke down.

    With --spool copy that does not come again (push, stdin, live) is taken while the broker is away. Exit
    code 3 if all went well, and something is left in the spool.
    """
    from pipeline.feeds import catalog, together
    from pipeline.feeds.spool import opened

    log.configure("WARNING")
    configs = catalog.chosen(catalog.load(config or catalog.FILE), only or ())
    with opened(spool, spool_max_mib) as store, render.feeding(watch=False, named=True) as on_event:
        summary = together.run(
            configs,
            settings(),
            on_event=on_event,
            metrics_port=metrics_port,
            metrics_host=metrics_host,
            spool=store,
        )
    render.as_json(summary) if json else render.fed_by(summary)
    raise typer.Exit(summary.exit_code)


@cli.command(
    "feed check",
    epilog=examples(
        "newswire feed check dispatch.xml",
        "newswire feed check --json --source afp samples/",
        "newswire feed check --config feeds.toml",
        "newswire feed check --config feeds.toml --feed afp dispatch.json",
    ),
)
def feed_check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, or - for standard input.", show_default=False)
    ] = None,
    source: Source = "local",
    language: Language = None,
    provider: Provider = None,
    zone: Zone = None,
    format: Format = None,  # noqa: A002 - the option's name
    config: Config = None,
    feed: Annotated[str | None, typer.Option(help="Read the files as this feed of feeds.toml.")] = None,
    private: Annotated[bool, typer.Option("--all", help="Notes that are not for publication too.")] = False,
    json: Json = False,
) -> None:
    """Say what files would give, or whether a feeds.toml is in order; nothing is sent, no service is needed.

    For each article its id, version, status, times, headline, subjects and so on; for each piece that is none
    where it is and what is wrong. Exit code 0 only if all pieces are articles.
    """
    from pipeline import check
    from pipeline.feed import context_of
    from pipeline.feeds import catalog
    from pipeline.feeds.config import base_context

    log.configure("WARNING")
    configs = catalog.load(config or catalog.FILE) if config or feed else None
    if configs is not None and not paths:
        render.as_json([one.model_dump(mode="json") for one in configs]) if json else render.feeds(configs)
        return
    if configs is not None and feed:
        context = catalog.chosen(configs, [feed])[0].context(base_context(settings()))
    else:
        context = context_of(
            settings(), source=source, language=language, provider=provider, zone=zone, format=format
        )
    files = []
    for file in check.check(paths or (), context, private=private):
        files.append(file)
        if not json:
            render.checked(file)
    if json:
        render.as_json(files)
    raise typer.Exit(0 if all(file.good for file in files) else 1)


@cli.command(epilog=examples("newswire demo", "make demo"))
def demo(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="What to feed; the samples by default.", show_default=False)
    ] = None,
) -> None:
    """Start everything, feed sample articles, wait until they can be found, and search them."""
    from pipeline import demo as show_it

    log.configure("WARNING")
    show_it.run(settings(), paths or None)


@config.command("show")
def config_show(json: Json = False) -> None:
    """Print every setting, its value, its variable and what it means."""
    values = settings().shown()
    meanings = {name: str(field.description) for name, field in Settings.model_fields.items()}
    render.as_json(values) if json else render.settings(values, meanings)


def _kafka_errors() -> tuple[type[Exception], ...]:
    """What Kafka's clients raise; asked for only once something was raised."""
    from aiokafka.errors import KafkaError as AioKafkaError
    from kafka.errors import KafkaError

    return KafkaError, AioKafkaError


def main() -> NoReturn:
    """Run the command; an error that a user can do something about is one line and exit code 1.

    For ``newswire lag`` 1 is a status: there it is 3, as wherever the lag cannot be told.
    """
    try:
        cli()
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(map(str, fault["loc"]))
            render.error(f"setting {name} (NEWSWIRE_{name.upper()} or newswire.toml): {fault['msg']}")
    except NewswireError as error:
        render.error(str(error))
    except _kafka_errors() as error:
        render.error(f"Kafka at {settings().kafka}: {error}; `newswire status` says whether it is running")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(lag.UNKNOWN if sys.argv[1:2] == ["lag"] else 1)
