"""Serving the page: where, by which certificate, and until when."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from aiohttp import web

from pipeline.settings import Settings
from pipeline.web import guard
from pipeline.web.app import make_app
from pipeline.web.errors import WebError

_SHUTDOWN_S = 3.0


async def run(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve until this is cancelled.

    Args:
        settings: where, to whom, and what.
        started: is told the address once it answers.

    Raises:
        WebError: it may not be served so, or not there.
    """
    guard.check(settings.web_host, guard.Login.of(settings))
    tls = _tls(settings)
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.web_host, settings.web_port, ssl_context=tls).start()
        except OSError as error:
            raise WebError(
                f"the page cannot be served at {settings.web_host}:{settings.web_port}:"
                f" {error.strerror or error}; choose another port with --port or NEWSWIRE_WEB_PORT"
            ) from error
        started(address(settings.web_host, int(runner.addresses[0][1]), secure=tls is not None))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def address(host: str, port: int, *, secure: bool = False) -> str:
    """What to type into a browser."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}/"


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """The certificate to serve by, if one is set.

    Raises:
        WebError: only one of the two files is set, or they cannot be used.
    """
    cert, key = settings.web_tls_cert, settings.web_tls_key
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise WebError("set NEWSWIRE_WEB_TLS_CERT and NEWSWIRE_WEB_TLS_KEY, or neither of them")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # A passphrase would be asked for on the terminal, where nobody sits.
        context.load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ssl.SSLError) as error:
        raise WebError(
            f"the certificate {cert} and the key {key} cannot be used: {error.strerror or error}; both are"
            " PEM, the key without a passphrase"
        ) from error
    return context
