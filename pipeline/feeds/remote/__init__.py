"""A folder on another machine, over SFTP, FTP or FTPS: each file once it has been written to its end."""

from __future__ import annotations

import fnmatch
import ipaddress
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self, cast
from urllib.parse import quote

from pydantic import Field, model_validator

from pipeline.feeds.config import FeedConfig, Secret
from pipeline.feeds.files import wanted
from pipeline.feeds.ledger import ledger_of
from pipeline.feeds.remote.ftp import Ftp
from pipeline.feeds.remote.server import Entry, Server, ServerError
from pipeline.feeds.remote.sftp import Sftp
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context
from pipeline.settings import MIB, Settings

BATCH = 100

FORGET_S = 7 * 86_400.0
"""Seconds after which a file that is gone is forgotten: a folder that is empty for an hour, as when a disk is
not mounted, must not be fed anew when it comes back."""

RETRY_S = 60.0
"""Seconds until what failed is tried again; each time twice as many, up to an hour."""

_LONGEST_RETRY_S = 3600.0
_IN_MEMORY = 4 * MIB
_PORTS = {"sftp": 22, "ftp": 21, "ftps": 21}


class RemoteConfig(FeedConfig, frozen=True):
    """A folder on another machine.

    ``protocol``: ``sftp``, ``ftp`` (in the clear, password too), ``ftps`` (FTP that asks for TLS at once).
    ``folder`` starts at the user's own where it starts with no slash; folders in it are not read. ``pattern``
    is a name with ``*`` and ``?``. We look for files each ``every`` seconds; a new one must stay as
    it is for ``quiet`` seconds. ``after``: ``keep`` leaves the files where they are, ``move`` moves them to
    ``done/`` in the folder, and those with something that was no article to ``failed/``. ``largest`` is the
    most bytes that a file may have.

    Over SFTP the server's key must be in ``known_hosts`` (default: ``~/.ssh/known_hosts``) or have the
    ``fingerprint`` (``SHA256:…``); over FTPS its certificate must be signed by an ``authority`` (a PEM file;
    default: those that the system trusts).
    """

    type: Literal["remote"]
    protocol: Literal["sftp", "ftp", "ftps"]
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str = Field(min_length=1)
    password: Secret | None = None
    key: Path | None = None
    passphrase: Secret | None = None
    fingerprint: str | None = Field(default=None, pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$")
    known_hosts: Path | None = None
    authority: Path | None = None
    folder: str = Field(default=".", min_length=1)
    pattern: str = Field(default="*", min_length=1)
    every: float = Field(default=60, gt=0)
    quiet: float = Field(default=5, ge=0)
    after: Literal["keep", "move"] = "keep"
    largest: int = Field(default=64 * MIB, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        ssh = {"key", "passphrase", "fingerprint", "known_hosts"} & self.model_fields_set
        if self.protocol != "sftp" and ssh:
            raise ValueError(f"`{min(ssh)}` is for sftp alone")
        if self.protocol != "ftps" and self.authority:
            raise ValueError("`authority` is for ftps alone")
        if not self.password and not self.key:
            raise ValueError("set `password`" + (" or `key`" if self.protocol == "sftp" else ""))
        return self

    @property
    def place(self) -> str:
        """Protocol, host and port, as a URL starts."""
        host = self.host
        with suppress(ValueError):
            host = f"[{host}]" if ipaddress.ip_address(host).version == 6 else host  # noqa: PLR2004 - the protocol
        port = f":{self.port}" if self.port else ""
        return f"{self.protocol}://{host}{port}"

    def connect(self, stop: threading.Event) -> Server:
        """A connection to the folder.

        Raises:
            FeedConfigError: a secret is missing.
            OSError: there is no connection; says where, why and what to do.
        """
        password = self.password.reveal() if self.password else None
        port = self.port or _PORTS[self.protocol]
        where: tuple[Any, ...] = (self.host, port, self.user, self.folder, stop)
        if self.protocol != "sftp":
            tls = self.protocol == "ftps"
            return Ftp(*where, password=password or "", tls=tls, authority=self.authority)
        return Sftp(
            *where,
            password=password,
            key=self.key,
            passphrase=self.passphrase.reveal() if self.passphrase else None,
            fingerprint=self.fingerprint,
            known_hosts=self.known_hosts,
        )


class RemoteItem:
    """A file as it was when it was listed."""

    def __init__(self, feed: RemoteFolder, entry: Entry, location: str) -> None:
        self._feed = feed
        self.entry = entry
        self.location = location

    def open(self) -> BinaryIO:
        """The whole file, fetched now; no half of one is ever read.

        Raises:
            OSError: it could not be fetched as a whole.
        """
        return self._feed.fetch(self.entry)


class RemoteFolder:
    """Goes on until stopped. What was fed is remembered on disk, so a restart neither skips nor repeats."""

    total: int | None = None
    atomic = False

    def __init__(self, config: RemoteConfig, settings: Settings, stop: threading.Event) -> None:
        """Touches nothing yet."""
        self.name = config.name
        self._config = config
        self._stop = stop
        source = config.source.strip() or config.name
        self._ledger = ledger_of("remote", (config.place, config.user, config.folder), source, settings)
        self._server: Server | None = None
        self._broken: ServerError | None = None
        self._known: dict[str, str] = {}
        self._missing: dict[str, float] = {}
        self._pending: dict[bytes, tuple[str, float]] = {}
        self._later: dict[bytes, tuple[str, float, float]] = {}
        self._reported: set[Unreadable] = set()
        self._moves: list[tuple[Entry, str]] = []

    def context(self, item: Item, base: Context) -> Context:  # noqa: ARG002 - the shape of all feeds
        """What the feed's settings say."""
        return self._config.context(base)

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """The files that are ready, whenever there are some, the oldest first.

        Raises:
            AlreadyWatchedError: another process reads the folder.
            OSError: there is no connection, or it was lost; or what was fed cannot be remembered.
        """
        with self._ledger.held():
            self._known = self._ledger.all()
            self._broken = None
            try:
                while not self._stop.is_set():
                    yield from self._round()
                    self._stop.wait(self._pause())
            finally:
                # What was acknowledged last is moved as well, if the server still answers.
                with suppress(OSError):
                    if self._broken is None:
                        self._move()
                self._leave()

    def _round(self) -> Iterator[Iterable[Item | Unreadable]]:
        """One look at the folder, and what is ready by it."""
        server = self._connected()
        found = self._look(server)
        for start in range(0, len(found), BATCH):
            if self._stop.is_set():
                return
            yield self._given(found[start : start + BATCH])
            if self._broken is not None:
                raise self._broken
            for trouble in self._move():
                yield [trouble]
        if self._pause() > RETRY_S:  # so long, and the server would end it itself
            self._leave()

    def _given(self, found: list[RemoteItem | Unreadable]) -> Iterator[Item | Unreadable]:
        for item in found:
            if self._broken is not None:  # the others would fail alike, and be told one by one
                return
            yield item

    def _pause(self) -> float:
        return min(self._config.every, self._config.quiet) if self._pending else self._config.every

    def _connected(self) -> Server:
        if self._server is not None and not self._server.alive():
            self._leave()
        if self._server is None:
            self._server = self._config.connect(self._stop)
        return self._server

    def _leave(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def _look(self, server: Server) -> list[RemoteItem | Unreadable]:
        """What is new and ready, or in the way; what is remembered, and was to be moved, is moved."""
        entries = sorted(server.entries(), key=lambda entry: (entry.mtime, entry.name))
        entries = [entry for entry in entries if self._matches(entry.name)]
        self._forget({entry.key for entry in entries})
        now = time.monotonic()
        pending, found = self._pending, list[RemoteItem | Unreadable]()
        self._pending = {}
        for entry in entries:
            state, _, became = self._known.get(entry.key, "").rpartition(" ")
            if state == entry.state:
                self._moves += [(entry, became)]
            elif entry.size > self._config.largest:
                found += self._tell(
                    entry, f"too large: {entry.size:,} bytes; `largest` is {self._config.largest:,}"
                )
            elif not self._waits(entry, now):
                known, since = pending.get(entry.name, ("", now))
                since = since if known == entry.state else now
                if known == entry.state and now - since >= self._config.quiet:
                    found.append(RemoteItem(self, entry, self._location(server, entry)))
                else:
                    self._pending[entry.name] = (entry.state, since)
        found += self._move()
        return found

    def _matches(self, name: bytes) -> bool:
        shown = name.decode(errors="replace")
        return wanted(shown) and fnmatch.fnmatchcase(shown, self._config.pattern)

    def _location(self, server: Server, entry: Entry) -> str:
        return f"{self._config.place}{server.folder}/{entry.key}"

    def _tell(self, entry: Entry, reason: str) -> list[RemoteItem | Unreadable]:
        """The trouble with a file, the first time."""
        assert self._server is not None
        trouble = Unreadable(location=self._location(self._server, entry), reason=reason)
        if trouble in self._reported:
            return []
        self._reported.add(trouble)
        return [trouble]

    def fetch(self, entry: Entry) -> BinaryIO:
        """The whole of a file.

        Raises:
            StoppedReadingError: stopped meanwhile.
            OSError: it is not to be had as it was listed; it comes again later.
        """
        spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
        try:
            if self._server is None:
                raise ServerError(f"{self._config.host}: the connection was closed")  # noqa: TRY301 - as the others
            self._server.read(entry, cast("BinaryIO", spool))
        except BaseException as error:
            spool.close()
            if isinstance(error, ServerError):
                self._broken = error
            elif isinstance(error, OSError):
                self._put_off(entry)
            raise
        spool.seek(0)
        return cast("BinaryIO", spool)

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a file that is settled, on disk; it is moved before the next files are asked for."""
        if not isinstance(item, RemoteItem):
            return
        entry = item.entry
        if not result.settled:
            self._put_off(entry)
            return
        # Whose end is missing stays: it may be written anew, and comes again when it changes.
        became = "kept" if result.truncated else "failed" if result.rejected else "done"
        value = f"{entry.state} {became}"
        self._ledger.put({entry.key: value})
        self._known[entry.key] = value
        self._later.pop(entry.name, None)
        self._moves.append((entry, became))

    def _move(self) -> list[RemoteItem | Unreadable]:
        """Move what was fed, and forget it; what cannot be moved is told once."""
        troubles: list[RemoteItem | Unreadable] = []
        moves, self._moves = self._moves, []
        if self._config.after == "keep" or self._server is None:
            return troubles
        for entry, became in moves:
            if became == "kept":
                continue
            try:
                self._server.move(entry.name, became.encode())
            except ServerError:
                raise
            except OSError as error:
                troubles += self._tell(entry, f"it was fed, and cannot be moved to {became}/: {error}")
                continue
            self._known.pop(entry.key, None)
            self._ledger.put({}, drop=[entry.key])
        return troubles

    def _waits(self, entry: Entry, now: float) -> bool:
        """Whether this state of the file failed lately."""
        state, until, _ = self._later.get(entry.name, ("", 0.0, 0.0))
        return state == entry.state and now < until

    def _put_off(self, entry: Entry) -> None:
        state, _, before = self._later.get(entry.name, ("", 0.0, 0.0))
        delay = min(before * 2, _LONGEST_RETRY_S) if state == entry.state and before else RETRY_S
        self._later[entry.name] = (entry.state, time.monotonic() + delay, delay)

    def _forget(self, there: set[str]) -> None:
        """Forget what has been gone for long."""
        now = time.monotonic()
        self._missing = {key: self._missing.get(key, now) for key in self._known if key not in there}
        gone = [key for key, since in self._missing.items() if now - since >= FORGET_S]
        if gone:
            self._ledger.put({}, drop=gone)
            for key in gone:
                del self._known[key]
        self._later = {name: later for name, later in self._later.items() if quote(name) in there}
