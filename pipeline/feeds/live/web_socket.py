"""A WebSocket, in the shape of a stream of events."""

from __future__ import annotations

import ssl
import time
from contextlib import ExitStack

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import reconnect

from pipeline.feeds.live.event_stream import CONNECT_S, MOST_BYTES, Event

PING_S = 20.0
LOST_S = 60.0
"""Seconds without an answer to a ping after which the server counts as gone."""

_AHEAD = 16
_CLOSE_S = 1.0


class _Straight(reconnect):
    """Follows no redirect: it may lead to this machine."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Give the answer as it is."""
        return exc


class WebSocket:
    """A connection; what the library reads ahead is bounded, then the server has to wait."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        context: ssl.SSLContext | None,
        largest: int,
        subscribe: str | None,
    ) -> None:
        """Connects, and sends ``subscribe``.

        Raises:
            OSError: there is no connection.
            websockets.exceptions.WebSocketException: the server refuses, or breaks the protocol.
        """
        self._exit = ExitStack()
        self._socket = self._exit.enter_context(
            _Straight(
                url,
                ssl=context,
                additional_headers=headers,
                open_timeout=CONNECT_S,
                ping_interval=PING_S,
                ping_timeout=LOST_S,
                close_timeout=_CLOSE_S,
                max_size=largest,
                max_queue=_AHEAD,
            )
        )
        if subscribe is not None:
            try:
                self._socket.send(subscribe)
            except BaseException:
                self.close()
                raise

    def take(self, limit: int, seconds: float) -> list[Event]:
        """The messages that are there, at most so many; waits so long for the first.

        Raises:
            websockets.exceptions.ConnectionClosed: there are none, and the connection is no more.
        """
        taken: list[Event] = []
        size, end = 0, time.monotonic() + seconds
        while len(taken) < limit and size <= MOST_BYTES:
            try:
                # Undecoded: what is not UTF-8 is the format's matter, and no reason to close the connection.
                data = self._socket.recv(0 if taken else max(0.0, end - time.monotonic()), decode=False)
            except TimeoutError:
                break
            except ConnectionClosed:
                if taken:
                    break  # it is raised again, when there is nothing else to give
                raise
            size += len(data)
            taken.append(Event(data, len(data)))
        return taken

    def close(self) -> None:
        """Leave."""
        self._exit.close()
