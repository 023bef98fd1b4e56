"""A folder over FTP, in the clear or over TLS: passive, binary, and byte for byte as to its names."""

from __future__ import annotations

import ftplib
import socket
import ssl
import threading
import time
from calendar import timegm
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from pipeline.feeds.remote.server import (
    CHUNK,
    MOST_NAMES,
    TIMEOUT_S,
    TOO_MANY,
    Copy,
    CopyError,
    Entry,
    ServerError,
    free,
)
from pipeline.feeds.tls import distrusted, trusting

_NAMES = "latin-1"
"""Every byte is a character of it, so that names come and go back as they are."""

_UNKNOWN = ("500", "501", "502", "504")
"""How a server says that it does not know a command."""

_LOST = ("421", "425", "426", "530")
"""How it says that the connection, the one for data, or the login is no more."""

_FILE_ACTION = "550"
_STAMP = 14


class _Secure(ftplib.FTP_TLS):
    """Resumes the TLS session on the connection for data, as many servers want it (RFC 4217, 10.2)."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """The connection for data of a command, encrypted."""
        data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - it is what agencies have
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        try:
            return self.context.wrap_socket(data, server_hostname=self.host, session=session), size
        except OSError:
            data.close()
            raise


class Ftp:
    """A connection, in the shape of ``pipeline.feeds.remote.server.Server``."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        folder: str,
        stop: threading.Event,
        *,
        password: str,
        tls: bool,
        authority: Path | None = None,
    ) -> None:
        """Connects. With ``tls``, the server's certificate is checked, against ``authority`` if given.

        Raises:
            ServerError: no connection, or the server is not who it should be.
            PermissionError: it refuses the user.
            OSError: the folder is not there, or a file of ours cannot be read.
        """
        self._where = f"{host}:{port}"
        self._user = user
        self._stop = stop
        self._has_mlsd = True
        self._ftp = (
            _Secure(context=trusting(authority), encoding=_NAMES, timeout=TIMEOUT_S)
            if tls
            else ftplib.FTP(encoding=_NAMES, timeout=TIMEOUT_S)  # noqa: S321 - it is what agencies have
        )
        try:
            self._enter(host, port, password, folder)
        except BaseException:
            self._ftp.close()
            raise

    def _enter(self, host: str, port: int, password: str, folder: str) -> None:
        with self._told("no FTP connection"):
            self._ftp.connect(host, port)
            if isinstance(self._ftp, ftplib.FTP_TLS):
                self._ftp.auth()
            self._login(password)
            if isinstance(self._ftp, ftplib.FTP_TLS):
                self._ftp.prot_p()
            self._ftp.voidcmd("TYPE I")
        with self._told(f"the folder '{folder}' cannot be opened", broken=False):
            self._ftp.cwd(_sent(folder.encode()))
            self.folder = quote(_bytes(self._ftp.pwd()).rstrip(b"/"))

    def _login(self, password: str) -> None:
        try:
            self._ftp.login(_sent(self._user.encode()), _sent(password.encode()))
        except ftplib.error_perm as error:
            raise PermissionError(
                f"{self._where}: it refuses the user '{self._user}': {_shown(error)}; check user and password"
            ) from error

    def entries(self) -> list[Entry]:
        """The regular files in the folder.

        Raises:
            ServerError: the connection is lost, or there are too many.
            OSError: the folder cannot be listed.
        """
        with self._told("its folder cannot be listed", broken=False):
            if self._has_mlsd:
                try:
                    return self._by_mlsd()
                except ftplib.error_perm as error:
                    if not str(error).startswith(_UNKNOWN):
                        raise
                    self._has_mlsd = False
            return self._by_names()

    def _by_mlsd(self) -> list[Entry]:
        """The listing for machines (RFC 3659): one command for all."""
        found = []
        for line in self._lines("MLSD"):
            facts, _, name = line.partition(" ")
            known = dict(fact.lower().partition("=")[::2] for fact in facts.split(";") if fact)
            if known.get("type", "file") != "file":
                continue
            size, modified = known.get("size", ""), known.get("modify", "")[:_STAMP]
            if size.isdecimal() and modified.isdecimal():
                found.append(Entry(_bytes(name), int(size), _seconds(modified)))
            else:
                found += self._by_name(name)
        return [entry for entry in found if b"/" not in entry.name]

    def _by_names(self) -> list[Entry]:
        """The names alone, and for each its size and time: two commands a file, where there is no MLSD."""
        try:
            names = self._lines("NLST")
        except ftplib.error_perm as error:
            if str(error).startswith(_FILE_ACTION):  # so some servers say that the folder is empty
                return []
            raise
        return [entry for name in names for entry in self._by_name(name.rpartition("/")[2])]

    def _by_name(self, name: str) -> list[Entry]:
        """One file; nothing for a folder, and for what went away."""
        self._ftp.voidcmd("TYPE I")  # a listing leaves the type for text, in which many give no size
        try:
            size = self._ftp.voidcmd(f"SIZE {name}")[4:].strip()
        except ftplib.error_perm as error:
            if str(error).startswith(_FILE_ACTION):
                return []
            raise
        try:
            modified = self._ftp.voidcmd(f"MDTM {name}")[4:].strip()[:_STAMP]
        except ftplib.error_perm:  # it keeps no times: then the size alone tells of a change
            modified = ""
        return [Entry(_bytes(name), int(size), _seconds(modified) if modified.isdecimal() else 0)]

    def _lines(self, command: str) -> list[str]:
        lines: list[str] = []

        def take(line: str) -> None:
            if len(lines) >= MOST_NAMES:
                raise ServerError(f"{self._where}: {TOO_MANY}")
            lines.append(line)

        self._ftp.retrlines(command, take)
        return lines

    def read(self, entry: Entry, into: BinaryIO) -> None:
        """Copy a file's bytes.

        Raises:
            ServerError: the connection is lost.
            CopyError: the file is not any more as it was listed.
            OSError: it cannot be read.
        """
        copy = Copy(entry, into, self._stop)
        with self._told("a file cannot be read", broken=False):
            self._ftp.voidcmd("TYPE I")
            try:
                with self._ftp.transfercmd(f"RETR {_sent(entry.name)}") as data:
                    while chunk := data.recv(CHUNK):
                        copy.add(chunk)
            except CopyError:
                with suppress(ftplib.Error):
                    self._ftp.voidresp()
                raise
            self._ftp.voidresp()
        copy.done()

    def move(self, name: bytes, folder: bytes) -> None:
        """Move a file into a folder beneath.

        Raises:
            ServerError: the connection is lost.
            OSError: the server does not allow it.
        """
        with self._told("a file cannot be moved", broken=False):
            self._ftp.voidcmd("TYPE I")
            with suppress(ftplib.error_perm):
                self._ftp.mkd(_sent(folder))
            target = free(folder + b"/" + name, self._there)
            self._ftp.rename(_sent(name), _sent(target))

    def _there(self, path: bytes) -> bool:
        try:
            self._ftp.voidcmd(f"SIZE {_sent(path)}")
        except ftplib.error_perm:
            return False
        return True

    def alive(self) -> bool:
        """Whether it still answers."""
        try:
            self._ftp.voidcmd("NOOP")
        except ftplib.all_errors:
            return False
        return True

    def close(self) -> None:
        """Leave."""
        self._ftp.close()

    @contextmanager
    def _told(self, what: str, *, broken: bool = True) -> Iterator[None]:
        """What the library raises, as an ``OSError`` that says where; ``broken``: nothing goes on then."""
        try:
            yield
        except (ServerError, CopyError, PermissionError):
            raise
        except ssl.SSLCertVerificationError as error:
            raise ServerError(f"{self._where}: {distrusted(error)}") from error
        except (ftplib.Error, EOFError, OSError, ValueError) as error:
            message = f"{self._where}: {what}: {_shown(error)}"
            if broken or not isinstance(error, ftplib.Error) or str(error).startswith(_LOST):
                raise ServerError(f"{message}; is the server up and reachable?") from error
            raise OSError(message) from error


def _sent(name: bytes) -> str:
    return name.decode(_NAMES)


def _bytes(name: str) -> bytes:
    return name.encode(_NAMES)


def _shown(error: Exception) -> str:
    """The reason, for a person."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error) or "the connection was closed"
    return _bytes(reason).decode(errors="replace") if isinstance(error, ftplib.Error) else reason


def _seconds(stamp: str) -> int:
    """The second of a time as FTP writes it, in UTC; 0 where it is none."""
    try:
        return timegm(time.strptime(stamp, "%Y%m%d%H%M%S"))
    except ValueError:
        return 0
