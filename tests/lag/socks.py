"""A SOCKS proxy through which a test's clients reach the broker, so that it can be away for them alone."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

_GRANTED = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_BLOCK = 65536


class Socks:
    """Use as a context manager.

    Attributes:
        url: for ``proxy_url``.
        silent: while it is set, nothing is passed on.
        instead: the port that is reached whichever was asked for.
    """

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._away = False
        self.silent = threading.Event()
        self.instead: int | None = None
        self.url = f"socks5://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.away()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def away(self) -> None:
        """Break all connections, and refuse new ones."""
        self._away = True
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def back(self) -> None:
        self._away = False
        self.silent.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                if self._away:
                    client.close()
                else:
                    self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            client.recv(_BLOCK)  # the ways to log in that it knows
            client.sendall(b"\x05\x00")
            request = client.recv(_BLOCK)  # IPv4, as the brokers' address in all tests
            address = socket.inet_ntoa(request[4:8]), self.instead or int.from_bytes(request[8:10])
            with socket.create_connection(address) as broker:
                client.sendall(_GRANTED)
                self._open += [client, broker]
                self._start(self._copy, broker, client)
                self._copy(client, broker)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK):
                if not self.silent.is_set():
                    sink.sendall(block)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _start(target: object, *arguments: socket.socket) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]  # of either kind
