"""A folder over SFTP: the server's key is checked before anything is said to it."""

from __future__ import annotations

import errno
import logging
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import paramiko  # type: ignore[import-untyped]  # it ships no types
from paramiko import sftp  # no public listing gives names as bytes

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

# What it logs we raise ourselves, with the host's name.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

WARNING = "Somebody may be in between: ask the server's owner before you change anything"

_AHEAD = 32


class _Client(paramiko.SFTPClient):  # type: ignore[misc]  # as above
    """Lists names as bytes; the library's own listing fails as a whole at the first that is not UTF-8."""

    def entries(self, path: bytes) -> Iterator[tuple[bytes, Any]]:
        """Names and attributes in a folder, as the server gives them."""
        _, message = self._request(sftp.CMD_OPENDIR, path)
        handle = message.get_binary()
        try:
            while True:
                kind, message = self._request(sftp.CMD_READDIR, handle)
                if kind != sftp.CMD_NAME:
                    raise paramiko.SSHException(f"it answered a listing by message {kind}")
                for _ in range(message.get_int()):
                    name = message.get_binary()
                    message.get_binary()  # the line for people
                    attributes = paramiko.SFTPAttributes._from_msg(message)  # noqa: SLF001 - the only reader
                    yield name, attributes
        except EOFError:
            self._request(sftp.CMD_CLOSE, handle)


class _Fingerprint(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # as above
    """Takes the one key of this fingerprint; without one, none."""

    def __init__(self, fingerprint: str | None) -> None:
        self._fingerprint = fingerprint

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002 - its shape
        """Refuse any other key.

        Raises:
            ServerError: the key is another one, or none is known.
        """
        shown = f"its {key.get_name()} key has the fingerprint {key.fingerprint}"
        if self._fingerprint is None:
            raise ServerError(
                f"{hostname}: the server's key is not known: {shown}. Ask the server's owner whether "
                "that is right, then set `fingerprint` to it, or add the key to the known_hosts file"
            )
        if key.fingerprint.rstrip("=") != self._fingerprint.rstrip("="):
            raise ServerError(
                f"{hostname}: the server's key is not the one that is set: {shown}, not "
                f"{self._fingerprint}. {WARNING}"
            )


class Sftp:
    """A connection, in the shape of ``pipeline.feeds.remote.server.Server``."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        folder: str,
        stop: threading.Event,
        *,
        password: str | None = None,
        key: Path | None = None,
        passphrase: str | None = None,
        fingerprint: str | None = None,
        known_hosts: Path | None = None,
    ) -> None:
        """Connects.

        Raises:
            ServerError: no connection, or the server is not who it should be.
            PermissionError: it refuses the user.
            OSError: the folder is not there, or a file of ours cannot be read.
        """
        self._where = f"{host}:{port}"
        self._user = user
        self._stop = stop
        self._ssh = paramiko.SSHClient()
        self._ssh.set_missing_host_key_policy(_Fingerprint(fingerprint))
        if fingerprint is None:
            self._know(known_hosts)
        if key:
            key.open("rb").close()  # the library's error would not name it
        try:
            with self._told("no SSH connection"):
                self._ssh.connect(
                    host,
                    port,
                    user,
                    password,
                    key_filename=str(key) if key else None,
                    passphrase=passphrase,
                    allow_agent=False,
                    look_for_keys=False,
                    timeout=TIMEOUT_S,
                    banner_timeout=TIMEOUT_S,
                    auth_timeout=TIMEOUT_S,
                    channel_timeout=TIMEOUT_S,
                )
                self._sftp = _Client.from_transport(self._ssh.get_transport())
                self._sftp.get_channel().settimeout(TIMEOUT_S)
            with self._told(f"the folder '{folder}' cannot be opened"):
                self._folder = self._absolute(folder.encode())
        except BaseException:
            self.close()
            raise
        self.folder = quote(self._folder)

    def _absolute(self, folder: bytes) -> bytes:
        attributes = self._sftp.stat(folder)
        if attributes.st_mode is not None and not stat.S_ISDIR(attributes.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "it is no folder")
        path: str = self._sftp.normalize(folder)
        return path.encode().rstrip(b"/")

    def _know(self, known_hosts: Path | None) -> None:
        file = known_hosts or Path.home() / ".ssh" / "known_hosts"
        if known_hosts or file.exists():
            try:
                self._ssh.load_system_host_keys(str(file))
            except (OSError, paramiko.SSHException) as error:
                raise OSError(f"the known_hosts file {file} cannot be read: {error}") from error

    def entries(self) -> list[Entry]:
        """The regular files in the folder, links to files among them.

        Raises:
            ServerError: the connection is lost, or there are too many.
            OSError: the folder cannot be listed.
        """
        found: list[Entry] = []
        with self._told("its folder cannot be listed"):
            for number, (name, attributes) in enumerate(self._sftp.entries(self._folder or b"/")):
                if number >= MOST_NAMES:
                    raise ServerError(f"{self._where}: {TOO_MANY}")
                entry = self._entry(name, attributes)
                if entry:
                    found.append(entry)
        return found

    def _entry(self, name: bytes, attributes: Any) -> Entry | None:
        if b"/" in name or name in (b".", b".."):  # a name that leads elsewhere is none
            return None
        if attributes.st_mode is not None and stat.S_ISLNK(attributes.st_mode):
            try:
                attributes = self._sftp.stat(self._path(name))
            except OSError:  # it leads nowhere, or the connection is lost: then the next request tells
                return None
        if attributes.st_mode is not None and not stat.S_ISREG(attributes.st_mode):
            return None
        return Entry(name, int(attributes.st_size or 0), int(attributes.st_mtime or 0))

    def read(self, entry: Entry, into: BinaryIO) -> None:
        """Copy a file's bytes.

        Raises:
            ServerError: the connection is lost.
            CopyError: the file is not any more as it was listed.
            OSError: it cannot be read.
        """
        copy = Copy(entry, into, self._stop)
        with self._told("a file cannot be read"), self._sftp.open(self._path(entry.name), "rb") as file:
            file.prefetch(entry.size, max_concurrent_requests=_AHEAD)
            while data := file.read(CHUNK):
                copy.add(data)
        copy.done()

    def move(self, name: bytes, folder: bytes) -> None:
        """Move a file into a folder beneath.

        Raises:
            ServerError: the connection is lost.
            OSError: the server does not allow it.
        """
        with self._told("a file cannot be moved"):
            with suppress(OSError):
                self._sftp.mkdir(self._path(folder))
            target = free(self._path(folder + b"/" + name), self._there)
            self._sftp.rename(self._path(name), target)

    def _there(self, path: bytes) -> bool:
        try:
            self._sftp.lstat(path)
        except FileNotFoundError:
            return False
        return True

    def alive(self) -> bool:
        """Whether it still answers."""
        try:
            self._sftp.stat(self._folder or b"/")
        except (OSError, EOFError, paramiko.SSHException):
            return False
        return True

    def close(self) -> None:
        """Leave."""
        self._ssh.close()

    def _path(self, name: bytes) -> bytes:
        return self._folder + b"/" + name

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Whatever the library raises, as an ``OSError`` that says where."""
        try:
            yield
        except (ServerError, CopyError):
            raise
        except paramiko.BadHostKeyException as error:
            raise ServerError(
                f"{self._where}: the server's key is not the one in known_hosts: it shows "
                f"{error.key.fingerprint}. {WARNING}"
            ) from error
        except paramiko.PasswordRequiredException as error:
            raise PermissionError(f"{self._where}: the key file is encrypted: set `passphrase`") from error
        except paramiko.AuthenticationException as error:
            raise PermissionError(
                f"{self._where}: it refuses the user '{self._user}': {error} Check user, password and key"
            ) from error
        except (paramiko.SSHException, EOFError, OSError, ValueError) as error:
            raise self._told_as(what, error) from error

    def _told_as(self, what: str, error: Exception) -> OSError:
        reason = (isinstance(error, OSError) and error.strerror) or str(error) or "the connection was closed"
        transport = self._ssh.get_transport()
        lost = isinstance(error, (paramiko.SSHException, EOFError, ConnectionError, TimeoutError))
        if lost or transport is None or not transport.is_active():
            return ServerError(f"{self._where}: {what}: {reason}; is the server up and reachable?")
        kind = type(error) if isinstance(error, (FileNotFoundError, PermissionError)) else OSError
        return kind(f"{self._where}: {what}: {reason}")
