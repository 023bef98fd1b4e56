"""A connection to one folder of a mailbox, over IMAP."""

from __future__ import annotations

import select
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import imapclient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import (  # type: ignore[import-untyped]  # as above
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from pipeline.feeds.remote.server import TIMEOUT_S, ServerError
from pipeline.feeds.tls import distrusted, trusting

Tls = Literal["tls", "starttls", "none"]

SPAN = 50_000
"""UIDs that one search covers: the library takes an answer of a megabyte and no more."""

_LOOKS = 10
_LOOK_S = 0.15
_GOODBYE_S = 2.0


class Imap:
    """One folder, selected. Reading never marks a message."""

    def __init__(
        self,
        host: str,
        port: int,
        stop: threading.Event,
        *,
        user: str,
        password: str,
        folder: str,
        tls: Tls = "tls",
        authority: Path | None = None,
        readonly: bool = False,
    ) -> None:
        """Connects; ``readonly`` asks for no right to mark.

        Raises:
            ServerError: no connection, or the server is not who it should be.
            PermissionError: it refuses the user, or to let us mark messages.
            OSError: the folder is not there, or a file of ours cannot be read.
        """
        self._where = f"{host}:{port}"
        self._user = user
        self._folder = folder
        self._stop = stop
        context = trusting(authority) if tls != "none" else None
        with self._told("no IMAP connection", broken=True):
            self._imap = imapclient.IMAPClient(
                host, port, ssl=tls == "tls", ssl_context=context, timeout=TIMEOUT_S
            )
        try:
            with self._told("no IMAP connection", broken=True):
                if tls == "starttls":
                    self._imap.starttls(context)
                self._imap.login(user, password)
                self._can = {bytes(name).upper() for name in self._imap.capabilities()}
            with self._told(f"the folder '{folder}' cannot be opened"):
                selected = self._imap.select_folder(folder, readonly=readonly)
        except BaseException:
            self.close()
            raise
        self.validity = int(selected.get(b"UIDVALIDITY", 0))
        self.next = int(selected.get(b"UIDNEXT", 1))

    @property
    def idles(self) -> bool:
        """Whether the server tells of new messages by itself."""
        return b"IDLE" in self._can

    def search(self, start: int, *, unseen: bool = False) -> list[int]:
        """The UIDs from ``start`` on, in their order, of messages that are not marked as deleted.

        Raises:
            ServerError: the connection is lost.
            OSError: the server refuses.
        """
        what = ["UNDELETED", "UNSEEN"] if unseen else ["UNDELETED"]
        with self._told("its messages cannot be listed"):
            for _ in range(_LOOKS):
                self._imap.noop()  # so that the server takes note of what came
                self._arrived()
                found = self._found(start, what)
                # What arrives with the answer is told with it, but not in it, and told but once.
                if not self._arrived():
                    break
        return sorted(found)

    def _found(self, start: int, what: list[str]) -> set[int]:
        found: set[int] = set()
        while start + SPAN < self.next:
            found |= set(self._imap.search(["UID", f"{start}:{start + SPAN - 1}", *what]))
            start += SPAN
        # Where there is none past the start, a range to `*` gives the last one.
        return found | {uid for uid in self._imap.search(["UID", f"{start}:*", *what]) if uid >= start}

    def _arrived(self) -> bool:
        """Whether the server told of new messages since this was asked last."""
        _, news = self._imap._imap.response("EXISTS")  # noqa: SLF001 - there is no public way
        return bool(news != [None])

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """The bytes of those messages that are still there.

        Raises:
            ServerError: the connection is lost.
            OSError: the server refuses.
        """
        with self._told("its messages cannot be listed"):
            answer = self._imap.fetch(list(uids), ["RFC822.SIZE"])
            return {
                uid: int(known[b"RFC822.SIZE"]) for uid, known in answer.items() if b"RFC822.SIZE" in known
            }

    def message(self, uid: int) -> bytes:
        """A message as it was sent.

        Raises:
            ServerError: the connection is lost.
            OSError: it is gone, or the server refuses.
        """
        with self._told("a message cannot be fetched"):
            data = self._imap.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        if not isinstance(data, bytes):
            raise OSError("the message is gone")
        return data

    def mark(self, uids: list[int]) -> None:
        r"""Mark messages as ``\Seen``; those that are gone are passed over.

        Raises:
            ServerError: the connection is lost.
            OSError: the server refuses.
        """
        with self._told("messages cannot be marked as read"):
            self._imap.add_flags(uids, [imapclient.SEEN], silent=True)

    def move(self, uids: list[int], folder: str) -> None:
        r"""Move messages to another folder of the mailbox, made where it is missing.

        A server that can neither move nor remove single messages is left with a copy, and with the original
        marked as ``\Deleted``.

        Raises:
            ServerError: the connection is lost.
            OSError: the server refuses.
        """
        with self._told(f"messages cannot be moved to '{folder}'"):
            if not self._imap.folder_exists(folder):
                self._imap.create_folder(folder)
            if b"MOVE" in self._can:
                self._imap.move(uids, folder)
                return
            self._imap.copy(uids, folder)
            self._imap.delete_messages(uids, silent=True)
            if b"UIDPLUS" in self._can:
                self._imap.uid_expunge(uids)

    def wait(self, seconds: float) -> bool:
        """Wait until the server tells of something, or so many seconds, or until stopped; whether it told.

        Raises:
            ServerError: the connection is lost.
        """
        with self._told("no word from the server", broken=True):
            told = self._begin_to_wait()
            end = time.monotonic() + seconds
            while not told and not self._stop.is_set() and time.monotonic() < end:
                told = self._spoke()
            if self._stop.is_set():
                self._imap.socket().settimeout(_GOODBYE_S)
            self._imap.idle_done()
        return told

    def _spoke(self) -> bool:
        """Whether the server says something within a moment.

        The library's own look reads without waiting, and takes the first half of a line for a broken one.
        """
        poll = select.poll()
        poll.register(self._imap.socket(), select.POLLIN)
        if not poll.poll(_LOOK_S * 1000):
            return False
        self._imap._imap._get_line()  # noqa: SLF001 - there is no public way to read a whole line
        return True

    def _begin_to_wait(self) -> bool:
        """Ask to be told; whether something came already, before the server's go-ahead."""
        try:
            self._imap.idle()
        except IMAPClientError as error:
            if isinstance(error, IMAPClientAbortError) or "b'* " not in str(error):
                raise
            # The library gives up at news that came in between; what it waits for comes right behind.
            while self._imap._imap._get_response() is not None:  # noqa: SLF001 - there is no public way
                pass
            return True
        return False

    def close(self) -> None:
        """Leave; never raises."""
        with suppress(IMAPClientError, OSError, ValueError):
            self._imap.socket().settimeout(_GOODBYE_S)
            self._imap.logout()
        with suppress(IMAPClientError, OSError, ValueError):
            self._imap.shutdown()

    @contextmanager
    def _told(self, what: str, *, broken: bool = False) -> Iterator[None]:
        """What the library raises, as an ``OSError`` that says where; ``broken``: nothing goes on then."""
        try:
            yield
        except LoginError as error:
            raise PermissionError(
                f"{self._where}: it refuses the user '{self._user}': {_shown(error)}; check user and password"
            ) from error
        except IMAPClientReadOnlyError as error:
            raise PermissionError(
                f"{self._where}: messages in '{self._folder}' cannot be marked: it may only be read. "
                'Set `after = "keep"`, or ask for the right'
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise ServerError(f"{self._where}: {distrusted(error)}") from error
        except (IMAPClientError, OSError, EOFError, ValueError) as error:
            message = f"{self._where}: {what}: {_shown(error)}"
            if broken or isinstance(error, (IMAPClientAbortError, OSError, EOFError)):
                raise ServerError(f"{message}; is the server up and reachable?") from error
            raise OSError(message) from error


def _shown(error: Exception) -> str:
    """The reason, for a person."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error) or "the connection was closed"
    return reason.removeprefix("b'").removesuffix("'")
