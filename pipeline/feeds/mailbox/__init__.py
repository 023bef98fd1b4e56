"""A mailbox over IMAP: each message once, unmarked until the broker has all of it."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal, Self
from urllib.parse import quote

import structlog
from pydantic import Field, model_validator

from pipeline.feeds.config import FeedConfig, Secret
from pipeline.feeds.ledger import ledger_of
from pipeline.feeds.mailbox.imap import Imap, Tls
from pipeline.feeds.mailbox.letters import Letters
from pipeline.feeds.remote.server import ServerError
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context
from pipeline.hosts import is_here
from pipeline.settings import MIB, Settings

BATCH = 100

IDLE_S = 540.0
"""Seconds after which the wait for word from the server is begun anew. The standard allows 29 minutes
(RFC 2177); many a router forgets a quiet connection after ten."""

FIRST_S = 1.0
"""Seconds of the first such wait, the next are twice as long each: there are servers that do not tell of what
came between the last look and the wait, and most comes soon after something else."""

RETRY_S = 60.0
"""Seconds until a message that failed is tried again."""

_PORTS = {"tls": 993, "starttls": 143, "none": 143}

log = structlog.get_logger(__name__)


class MailboxConfig(FeedConfig, frozen=True):
    r"""A folder of a mailbox; each message in it is read as a whole, by the format of e-mail.

    ``tls``: ``tls`` from the start, ``starttls`` on the open port, or ``none``: then the password goes in the
    clear, which other hosts than this one get only with ``insecure``. ``authority`` is a PEM file of who
    vouches for the server's certificate (default: those that the system trusts).

    What was fed is remembered here. ``after`` says what is done on the server besides: ``seen`` marks a
    message as read, ``move`` moves it to the folder ``done``, or ``failed`` if something in it was no
    article, and ``keep`` does nothing. A mailbox that is seen for the first time gives its unread messages.

    A server that can is waited for until it tells of something; each ``every`` seconds it is asked in any
    case. ``largest`` is the most bytes that a message may have.
    """

    type: Literal["mailbox"]
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Tls = "tls"
    insecure: bool = False
    authority: Path | None = None
    user: str = Field(min_length=1)
    password: Secret
    folder: str = Field(default="INBOX", min_length=1)
    after: Literal["seen", "move", "keep"] = "seen"
    done: str = Field(default="done", min_length=1)
    failed: str = Field(default="failed", min_length=1)
    every: float = Field(default=60, gt=0)
    largest: int = Field(default=32 * MIB, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.tls == "none" and not self.insecure and not is_here(self.host):
            raise ValueError(
                f'`tls = "none"` would send the password to {self.host} in the clear: use "tls" or "starttls"'
                ", or allow it by `insecure = true`"
            )
        if self.after == "move" and self.folder in (self.done, self.failed):
            raise ValueError("`done` and `failed` must be other folders than `folder`")
        return self

    def connect(self, stop: threading.Event) -> Imap:
        """A connection to the folder.

        Raises:
            FeedConfigError: the password is missing.
            OSError: there is no connection; says where, why and what to do.
        """
        return Imap(
            self.host,
            self.port or _PORTS[self.tls],
            stop,
            user=self.user,
            password=self.password.reveal(),
            folder=self.folder,
            tls=self.tls,
            authority=self.authority,
            readonly=self.after == "keep",
        )


class Letter:
    """A message on the server."""

    def __init__(self, feed: Mailbox, uid: int, location: str) -> None:
        self._feed = feed
        self.uid = uid
        self.location = location

    def open(self) -> BinaryIO:
        """The whole message as it was sent, fetched now.

        Raises:
            OSError: it could not be fetched.
        """
        return io.BytesIO(self._feed.fetch(self.uid))


class Mailbox:
    """Goes on until stopped. What was fed is remembered on disk, so a restart neither skips nor repeats."""

    total: int | None = None
    atomic = False

    def __init__(self, config: MailboxConfig, settings: Settings, stop: threading.Event) -> None:
        """Touches nothing yet."""
        self.name = config.name
        self._config = config
        self._stop = stop
        source = config.source.strip() or config.name
        where = (config.host, str(config.port or _PORTS[config.tls]), config.user, config.folder)
        self._ledger = ledger_of("mailbox", where, source, settings)
        self._letters = Letters(self._ledger)
        self._later: dict[int, float] = {}
        self._patience = FIRST_S
        self._imap: Imap | None = None
        self._broken: ServerError | None = None

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the feed's settings say."""
        return self._config.context(base)

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The messages that are there, then those that come, in the order in which they came.

        Raises:
            AlreadyWatchedError: another process reads the folder.
            OSError: there is no connection, or it was lost; or what was fed cannot be remembered.
        """
        with self._ledger.held():
            self._broken, self._patience = None, FIRST_S
            self._imap = imap = self._config.connect(self._stop)
            try:
                self._open(imap)
                while not self._stop.is_set():
                    new = self._new(imap)
                    for start in range(0, len(new), BATCH):
                        yield from self._batch(imap, new[start : start + BATCH])
                    # News may have come with any answer above, and is told but once: so look once more.
                    if new:
                        self._patience = FIRST_S
                    else:
                        self._wait(imap)
            finally:
                # What was acknowledged last is marked as well, if the server still answers.
                with suppress(OSError):
                    if self._broken is None:
                        self._mark(imap)
                self._imap = None
                imap.close()

    def _open(self, imap: Imap) -> None:
        """See whether the mailbox is the one that we know: another validity means other numbers."""
        self._letters.load()
        if self._letters.validity == imap.validity:
            return
        if self._letters.validity is not None:
            log.warning(
                "the mailbox numbers its messages anew: what is unread in it is fed, what is read is not",
                feed=self.name,
                host=self._config.host,
                folder=self._config.folder,
            )
        self._later.clear()
        self._letters.begin(imap.validity, imap.next, imap.search(1, unseen=True))

    def _new(self, imap: Imap) -> list[int]:
        """The messages that are there now and were not fed, in the order in which they came."""
        self._mark(imap)
        there = imap.search(self._letters.floor)
        self._letters.advance(there)
        now = time.monotonic()
        self._later = {uid: until for uid, until in self._later.items() if until > now}
        return [uid for uid in self._letters.unsettled(there) if uid not in self._later]

    def _batch(self, imap: Imap, uids: list[int]) -> Iterator[Iterable[Item | Unreadable]]:
        sizes = imap.sizes(uids)
        large = [uid for uid in uids if sizes.get(uid, 0) > self._config.largest]
        self._letters.drop([uid for uid in uids if uid not in sizes])  # somebody deleted them
        yield self._given([uid for uid in uids if uid in sizes], sizes)
        if self._broken is not None:
            raise self._broken
        # They were told by now. Where nothing is moved, they stay unread on the server, for a person.
        self._letters.settle(large, "failed" if self._config.after == "move" else "kept")
        self._mark(imap)

    def _given(self, uids: list[int], sizes: dict[int, int]) -> Iterator[Item | Unreadable]:
        for uid in uids:
            if self._broken is not None:  # the others would fail alike, and be told one by one
                return
            location = self._location(uid)
            if sizes[uid] > self._config.largest:
                reason = f"too large: {sizes[uid]:,} bytes; `largest` is {self._config.largest:,}"
                yield Unreadable(location=location, reason=reason)
            else:
                yield Letter(self, uid, location)

    def _location(self, uid: int) -> str:
        """The message's URL (RFC 5092), without the user."""
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        port = f":{self._config.port}" if self._config.port else ""
        return f"imap://{host}{port}/{quote(self._config.folder)};UIDVALIDITY={self._letters.validity}/;UID={uid}"

    def fetch(self, uid: int) -> bytes:
        """A message's bytes.

        Raises:
            OSError: it is gone, or the connection is lost.
        """
        if self._imap is None:
            raise ServerError(f"{self._config.host}: the connection was closed")
        try:
            return self._imap.message(uid)
        except ServerError as error:
            self._broken = error
            raise
        except OSError:
            self._put_off(uid)
            raise

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a message that is settled, on disk; on the server it is marked before the next come."""
        if not isinstance(item, Letter):
            return
        if not result.settled:
            self._put_off(item.uid)
        elif self._config.after == "keep":
            self._letters.settle([item.uid], "kept")
        else:
            self._letters.settle([item.uid], "failed" if result.rejected else "done")

    def _put_off(self, uid: int) -> None:
        self._later[uid] = time.monotonic() + RETRY_S

    def _mark(self, imap: Imap) -> None:
        """Do on the server what is still to be done there for the messages that are settled."""
        waiting = self._letters.unmarked()
        uids = sorted(waiting)
        if not uids or self._config.after == "keep":
            return
        imap.mark(uids)
        if self._config.after == "move":
            for became, folder in (("done", self._config.done), ("failed", self._config.failed)):
                some = [uid for uid in uids if waiting[uid] == became]
                if some:
                    imap.move(some, folder)
        self._letters.marked(uids)

    def _wait(self, imap: Imap) -> None:
        """Wait until there may be something new, or something to be tried again."""
        soonest = min(self._later.values(), default=float("inf")) - time.monotonic()
        seconds = max(0.0, min(self._config.every, soonest))
        if imap.idles:
            told = imap.wait(min(IDLE_S, seconds, self._patience))
            self._patience = FIRST_S if told else self._patience * 2
        else:
            self._stop.wait(seconds)
