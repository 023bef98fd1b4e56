"""What is polled: the URLs of a feed as they are configured, and what to ask each of them for next."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, Field, model_validator

import pipeline
from pipeline.feeds.config import FeedConfig, FeedConfigError, Secret
from pipeline.feeds.poll import schedule
from pipeline.feeds.poll.polled import State
from pipeline.feeds.poll.visit import Request, VisitError, shown

LARGEST = 8 * 1024 * 1024
"""Bytes that an answer may have, unpacked."""

LEAST_S = 60
"""Seconds between two requests that a configuration may go down to."""

MOST_S = 30 * schedule.DAY_S
"""Seconds between two requests that it may go up to."""

_HEADER = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{shown(url)!r} is no URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{shown(url)!r} starts with neither http:// nor https://")
    if "@" in parts.netloc:
        raise ValueError("a URL holds no user and no password: give user and password by themselves")
    if not parts.hostname or not url.isprintable() or " " in url:
        raise ValueError(f"{shown(url)!r} is no URL: a host is missing, or a blank is in it")
    return url


Address = Annotated[str, AfterValidator(_address)]


class PollConfig(FeedConfig, frozen=True, extra="forbid"):
    """A feed that is polled: one ``url`` or several ``urls``, asked each ``every`` seconds.

    ``headers``, and ``user`` with ``password`` (HTTP Basic), are sent to the URL's own server alone.
    ``internal`` allows addresses of this machine and of private networks: those that a name in the URL means,
    or a redirect leads to. An address that the URL itself holds needs no leave.
    """

    type: Literal["poll"]
    url: Address | None = None
    urls: tuple[Address, ...] = ()
    every: float = Field(default=300, ge=LEAST_S, le=MOST_S)
    headers: dict[Annotated[str, Field(pattern=_HEADER)], Secret] = {}  # noqa: RUF012 - pydantic copies it
    user: str | None = Field(default=None, pattern="^[^:]+$")
    password: Secret | None = None
    internal: bool = False

    @model_validator(mode="after")
    def _complete(self) -> PollConfig:
        if (self.url is None) == (not self.urls):
            raise ValueError("give either url or urls")
        if len(set(self.urls)) != len(self.urls):
            raise ValueError("a URL is named twice")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its URLs."""
        return (self.url,) if self.url else self.urls


class Target:
    """A URL of a feed, and where polling it stands."""

    def __init__(self, config: PollConfig, url: str) -> None:
        self.config = config
        self.url = url
        self.location = shown(url)
        # The URL itself may hold a key, which is nothing to be written down.
        mark = hashlib.sha256(url.encode()).hexdigest()[:16]
        self.place = f"{config.source.strip() or config.name} {self.location} {mark}"
        self.host = urlsplit(url).hostname or ""
        self._reading = _reading(config)
        self.state = State(reading=self._reading)

    def remember(self, state: State | None) -> None:
        """Go on from where an earlier process was; what would be read otherwise now is fetched again."""
        if state is None:
            self.state = State(reading=self._reading)
        elif state.reading == self._reading:
            self.state = state
        else:
            self.state = msgspec.structs.replace(
                state, reading=self._reading, etag="", modified="", digest="", told=""
            )

    def request(self) -> Request:
        """What to ask for next.

        Raises:
            VisitError: a secret is missing, or is none to be sent in a header.
        """
        config = self.config
        try:
            headers = {name: value.reveal() for name, value in config.headers.items()}
            login = (config.user, config.password.reveal()) if config.user and config.password else None
        except FeedConfigError as error:
            raise VisitError(str(error)) from error
        for name, value in headers.items():
            if not value.isprintable():
                raise VisitError(f"the value of the header {name} is no single line of text")
        return Request(
            url=self.state.moved or self.url,
            home=self.url,
            headers=headers,
            login=login,
            etag=self.state.etag,
            modified=self.state.modified,
            digest=self.state.digest,
            limit=LARGEST,
            internal=config.internal,
        )


def _reading(config: PollConfig) -> str:
    """A digest of all on which it depends what is read from the same bytes."""
    known = (config.format, config.mapping, config.language, config.provider, config.timezone)
    return hashlib.sha256(repr((pipeline.__version__, *known)).encode(errors="replace")).hexdigest()[:16]
