"""Push: whoever has copy sends it by HTTP, and hears at once whether it was taken or what is wrong."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import structlog
from msgspec import structs
from pydantic import Field, model_validator

from pipeline.article import RawArticle
from pipeline.feeds.config import FeedConfig, Secret
from pipeline.feeds.push.guard import Guard
from pipeline.feeds.push.health import Health
from pipeline.feeds.push.intake import Bounds, Intake
from pipeline.feeds.push.posts import Line, Post
from pipeline.feeds.shape import Ask, Item, Result, Unreadable, Way
from pipeline.formats import Context, Outcome
from pipeline.settings import Settings

__all__ = ["Patience", "Push", "PushConfig"]

WAITING = 256
"""Requests that may wait in line; whoever comes after them is asked to come again."""

_LOOK_S = 0.25
_END_S = 5.0

log = structlog.get_logger(__name__)


class PushConfig(FeedConfig, frozen=True, extra="forbid"):
    """A server for ``POST /articles``.

    ``token`` is asked of every request (``Authorization: Bearer …``); only a server for this machine alone
    may do without. ``max_bytes`` bounds a request's body, unpacked; ``rate`` the requests of one client a
    minute. With ``tls_cert`` and ``tls_key`` (PEM files) it speaks HTTPS.
    """

    type: Literal["push"]
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65535)
    token: Secret | None = None
    max_bytes: int = Field(default=16 * 1024 * 1024, ge=1024, le=1024 * 1024 * 1024)
    rate: int = Field(default=6000, ge=1)
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @model_validator(mode="after")
    def _safe(self) -> PushConfig:
        if self.token is None and not _loopback(self.host):
            raise ValueError(
                f"a token is missing: without one anybody who reaches {self.host} could send copy; "
                'set token = {env = "NAME"}, or host = "127.0.0.1"'
            )
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self


class Patience:
    """Seconds that a body may take to come, and that its sender waits for the broker's acknowledgement."""

    def __init__(self, *, body_s: float = 60.0, wait_s: float = 30.0) -> None:
        self.body_s = body_s
        self.wait_s = wait_s


class Push:
    """Requests as items: all that wait make a batch, and each is answered once its articles are settled.

    Nothing is remembered: who is not told that its copy was taken sends it again, and since an article's id
    is made of source and guid, and its version of what it says, it is the same article then.
    """

    total: int | None = None
    atomic = True
    fleeting: Literal[True] = True

    def __init__(
        self,
        config: PushConfig,
        settings: Settings,  # noqa: ARG002 - the shape of all feeds
        stop: threading.Event,
        *,
        patience: Patience | None = None,
    ) -> None:
        """Listens to nothing yet."""
        self.name = config.name
        self.port: int | None = None
        """The port that is listened on, once it is."""
        self._config = config
        self._stop = stop
        self._patience = patience or Patience()
        self._line = Line(WAITING)
        self._health = Health(config.name, lambda: len(self._line))
        self._way: Ask = Way

    def ask(self, way: Ask) -> None:
        """Be told how to find out whether anything can be taken."""
        self._way = way

    def context(self, item: Item, base: Context) -> Context:
        """What the configuration says; the format that a request names comes first."""
        context = self._config.context(base)
        if isinstance(item, Post) and item.format:
            return structs.replace(context, format=item.format)
        return context

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The requests that wait, whenever there are some.

        Raises:
            FeedConfigError: the token is missing.
            OSError: the port cannot be listened on, or the certificate cannot be used.
        """
        config = self._config
        bounds = Bounds(
            max_bytes=config.max_bytes,
            body_s=self._patience.body_s,
            wait_s=self._patience.wait_s,
        )
        guard = Guard(config.token.reveal() if config.token else None, config.rate)
        intake = Intake(bounds, guard, self._line, self._health, self._stop, way=self._way)
        self._line.begin()
        self.port = intake.start(config.host, config.port, _tls(config))
        scheme = "https" if config.tls_cert else "http"
        log.info("listening", feed=self.name, url=f"{scheme}://{config.host}:{self.port}/articles")
        taken: list[Post] = []
        try:
            while not self._stop.is_set():
                taken = self._line.take(_LOOK_S)
                if taken:
                    yield taken
                    self._line.settled(taken)
        finally:
            self._line.settled(taken)
            self._line.end()
            intake.end(_END_S)
            self.port = None

    def wanted(self, item: Item, outcome: Outcome) -> bool:
        """All of it is; its sender is told of each article."""
        if isinstance(item, Post) and isinstance(outcome, RawArticle):
            item.note(outcome)
        return True

    def acknowledge(self, item: Item, result: Result) -> None:
        """Answer a request."""
        self._health.note(result)
        if isinstance(item, Post):
            item.settle(result)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(config: PushConfig) -> ssl.SSLContext | None:
    """The server's certificate and key.

    Raises:
        OSError: they cannot be read, or do not fit together.
    """
    if not config.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.tls_cert, config.tls_key)
    except OSError as error:
        raise OSError(f"{config.tls_cert} and {config.tls_key} cannot be used for TLS: {error}") from error
    return context
