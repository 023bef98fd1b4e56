"""``newswire web``: serves the page until it is stopped."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import examples
from pipeline.settings import settings

app = typer.Typer()


@app.command(
    epilog=examples(
        "newswire web",
        "newswire web --port 8080",
        "NEWSWIRE_WEB_USER=desk NEWSWIRE_WEB_PASSWORD=… newswire web --host 0.0.0.0",
    )
)
def web(
    host: Annotated[
        str | None, typer.Option(help="Address to serve at; 127.0.0.1 by default.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port; 8300 by default, 0 for any.", show_default=False),
    ] = None,
) -> None:
    """Serve the web page until SIGTERM or Ctrl-C: search, articles, what comes in, how far behind it is.

    On this machine alone it is open; at any other address it asks for the login in the settings, and does
    not start without one. The same is there as JSON under /api.
    """
    from pipeline import web as page
    from pipeline.signals import until_signalled

    log.configure("WARNING")
    changes = {name: value for name, value in (("web_host", host), ("web_port", port)) if value is not None}
    chosen = settings().model_copy(update=changes)
    asyncio.run(until_signalled(page.run(chosen, _tell)))


def _tell(address: str) -> None:
    # Who starts it by a script reads the address from here, so it must not wait in a buffer.
    render.out.print(Text(f"the page is at {address}"), soft_wrap=True)
    render.out.file.flush()
