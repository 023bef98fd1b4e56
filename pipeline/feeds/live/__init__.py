"""A live stream, by WebSocket or server-sent events: what came is on disk until the broker has it."""

from __future__ import annotations

import io
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import msgspec
from pydantic import Field, model_validator
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from pipeline.feeds.config import FeedConfig, Secret
from pipeline.feeds.ledger import ledger_of
from pipeline.feeds.live.event_stream import EndedError, Event, EventStream
from pipeline.feeds.live.web_socket import WebSocket
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.feeds.tls import distrusted, trusting
from pipeline.formats import Context
from pipeline.hosts import is_here
from pipeline.settings import MIB, Settings

BATCH = 100

MOST_KEPT = 1000
"""Messages that wait for the broker on disk; while they are so many, no more is read."""

RETRY_S = 60.0
"""Seconds until a message that failed is tried again."""

COME_AGAIN_S = 3.0
"""Seconds until a stream that ended is asked for again, where the server names no other time."""

_WAIT_S = 0.2
_REFUSED = (401, 403)
_SHOWN = 200


class LiveConfig(FeedConfig, frozen=True):
    """A stream: each message or event is read as one piece of copy.

    ``url``: ``ws://`` or ``wss://`` for a WebSocket, ``http://`` or ``https://`` for server-sent events.
    ``token`` is sent as ``Authorization: Bearer …``; in the clear to this host alone, or where ``insecure``
    allows it. ``subscribe`` is a message that is sent over a WebSocket once it is open. ``authority`` is a
    PEM file of who vouches for the server's certificate (default: those that the system trusts). ``largest``
    is the most bytes that a message may have.

    A stream of events is taken up where it was left, by the id of the last event. What is said over a
    WebSocket while we are away is lost, unless ``subscribe`` asks for it.
    """

    type: Literal["live"]
    url: str = Field(pattern=r"^(wss?|https?)://[^/?#]")
    token: Secret | None = None
    subscribe: str | None = None
    insecure: bool = False
    authority: Path | None = None
    largest: int = Field(default=4 * MIB, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        parts = urlsplit(self.url)
        if parts.username or parts.password:
            raise ValueError("a user or password does not belong in `url`: use `token`")
        if self.subscribe is not None and not self.is_socket:
            raise ValueError("`subscribe` is for a WebSocket alone")
        if self.token and not self.is_secure and not self.insecure and not is_here(parts.hostname or ""):
            raise ValueError(
                f"the token would be sent to {parts.hostname} in the clear: use wss:// or https://, "
                "or allow it by `insecure = true`"
            )
        return self

    @property
    def is_socket(self) -> bool:
        """Whether it is a WebSocket."""
        return self.url.startswith("ws")

    @property
    def is_secure(self) -> bool:
        """Whether it is encrypted."""
        return self.url.startswith(("wss", "https"))

    @property
    def place(self) -> str:
        """The URL, fit to be shown: without its query, in which a secret may stand."""
        return urlunsplit((*urlsplit(self.url)[:3], "", ""))

    def connect(self, last_id: str) -> WebSocket | EventStream:
        """A connection.

        Raises:
            FeedConfigError: the token is missing.
            OSError, httpx.HTTPError, WebSocketException: there is none.
        """
        headers = {"Authorization": f"Bearer {self.token.reveal()}"} if self.token else {}
        context = trusting(self.authority)
        if self.is_socket:
            return WebSocket(
                self.url, headers, context if self.is_secure else None, self.largest, self.subscribe
            )
        return EventStream(self.url, headers, context, last_id, self.largest)


class _Kept(msgspec.Struct, array_like=True):
    """A message on disk; its bytes as base64."""

    id: str
    data: bytes


class LiveItem:
    """A message, with its number among all that came."""

    def __init__(self, number: int, kept: _Kept, place: str) -> None:
        self.number = number
        self.location = f"{place}#{quote(kept.id, safe='') or number}"
        self._data = kept.data

    def open(self) -> BinaryIO:
        """Its bytes."""
        return io.BytesIO(self._data)


class Live:
    """Goes on until stopped. Each message is on disk before it is fed, and until the broker has all of it."""

    total: int | None = None
    atomic = False
    fleeting: Literal[True] = True

    def __init__(self, config: LiveConfig, settings: Settings, stop: threading.Event) -> None:
        """Touches nothing yet."""
        self.name = config.name
        self._config = config
        self._stop = stop
        self._ledger = ledger_of("live", (config.url,), config.source.strip() or config.name, settings)
        self._kept: dict[int, _Kept] = {}
        self._later: dict[int, float] = {}
        self._number = 0
        self._last_id = ""
        self._come_again = COME_AGAIN_S
        self._not_before = 0.0

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the feed's settings say."""
        return self._config.context(base)

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """What was left from before, then what comes.

        Raises:
            AlreadyWatchedError: another process reads the stream.
            OSError: there is no connection, or it was lost; or what came cannot be remembered.
        """
        with self._ledger.held():
            self._load()
            yield from self._due()
            while not self._stop.is_set():
                self._stop.wait(max(0.0, self._not_before - time.monotonic()))
                if not self._stop.is_set():
                    yield from self._connection()

    def _load(self) -> None:
        rows = self._ledger.all()
        self._last_id = rows.pop("id", "")
        self._number = int(rows.pop("number", "0"))
        self._kept = {int(key): msgspec.json.decode(value, type=_Kept) for key, value in sorted(rows.items())}
        self._later = {}

    def _connection(self) -> Iterator[Iterable[Item | Unreadable]]:
        """All that one connection gives, until the server ends it in good order."""
        with self._told("cannot be opened"):
            stream = self._config.connect(self._last_id)
        try:
            while not self._stop.is_set():
                yield from self._due()
                if len(self._kept) >= MOST_KEPT:
                    self._stop.wait(_WAIT_S)
                    continue
                with self._told("was cut off"):
                    events = stream.take(BATCH, _WAIT_S)
                if events:
                    yield from self._batch(events)
        except EndedError:
            pass
        finally:
            self._not_before = time.monotonic() + self._come_again
            stream.close()

    def _batch(self, events: list[Event]) -> Iterator[Iterable[Item | Unreadable]]:
        """Put what came on disk, and give it."""
        found: list[LiveItem | Unreadable] = []
        rows: dict[str, str] = {}
        for event in events:
            self._last_id = event.id
            if event.retry is not None:
                self._come_again = event.retry
            if event.data == b"":
                continue
            self._number += 1
            kept = _Kept(event.id, event.data or b"")
            item = LiveItem(self._number, kept, self._config.place)
            if event.data is None:
                reason = f"too large: {event.size:,} bytes; `largest` is {self._config.largest:,}"
                found.append(Unreadable(location=item.location, reason=reason))
            else:
                rows[f"{self._number:020}"] = msgspec.json.encode(kept).decode()
                self._kept[self._number] = kept
                found.append(item)
        self._ledger.put({**rows, "id": self._last_id, "number": str(self._number)})
        if found:
            yield from self._settling(found)

    def _due(self) -> Iterator[Iterable[Item | Unreadable]]:
        """What is on disk and due to be tried."""
        now = time.monotonic()
        due = [number for number in self._kept if self._later.get(number, 0.0) <= now]
        for start in range(0, len(due), BATCH):
            some = due[start : start + BATCH]
            yield from self._settling(
                [LiveItem(number, self._kept[number], self._config.place) for number in some]
            )

    def _settling(self, found: list[LiveItem | Unreadable]) -> Iterator[Iterable[Item | Unreadable]]:
        """Give these; what is not settled afterwards is tried again later."""
        yield list[Item | Unreadable](found)
        for item in found:
            if isinstance(item, LiveItem) and item.number in self._kept:
                self._later[item.number] = time.monotonic() + RETRY_S

    def acknowledge(self, item: Item, result: Result) -> None:
        """Forget a message that is settled."""
        if isinstance(item, LiveItem) and result.settled and item.number in self._kept:
            self._ledger.put({}, drop=[f"{item.number:020}"])
            del self._kept[item.number]
            self._later.pop(item.number, None)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """What the libraries raise, as an ``OSError`` that says where."""
        where = f"the stream {self._config.place} {what}"
        try:
            yield
        except (httpx.HTTPStatusError, InvalidStatus) as error:
            status = error.response.status_code
            if status in _REFUSED:
                raise PermissionError(
                    f"{where}: it refuses us with status {status}; check `token`"
                ) from error
            if location := error.response.headers.get("Location"):
                told = location.partition("?")[0][:_SHOWN]
                raise ConnectionError(
                    f"{where}: it redirects to {told!r}, and redirects are not followed; "
                    "if that is where it is now, write that into `url`"
                ) from error
            reason = str(error) if isinstance(error, InvalidStatus) else str(error).partition("\n")[0]
            raise ConnectionError(
                f"{where}: {reason.replace(self._config.url, self._config.place)}"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise ConnectionError(f"{where}: {distrusted(error)}") from error
        except ConnectionClosed as error:
            raise ConnectionError(f"{where}: {_closed(error, self._config.largest)}") from error
        except (httpx.HTTPError, httpx.InvalidURL, WebSocketException, OSError, EOFError) as error:
            cause = error.__cause__
            while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
                cause = cause.__cause__ or cause.__context__
            reason = distrusted(cause) if cause else str(error) or type(error).__name__
            raise ConnectionError(f"{where}: {reason}; is the server up and reachable?") from error


def _closed(error: ConnectionClosed, largest: int) -> str:
    """Why a WebSocket was closed, for a person."""
    if error.sent and error.sent.code == 1009:  # noqa: PLR2004 - a message too big (RFC 6455, 7.4.1)
        return f"a message was too large: `largest` is {largest:,} bytes; it is lost"
    return str(error)
