"""A door to a broker: while it is shut there is no broker at its address, and when it opens there is.

A client asks there for the cluster and is then sent to the broker itself: it is for the first meeting alone.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from pipeline.local.ports import free_port

HOST = "127.0.0.1"


class Door:
    """Shut at first."""

    def __init__(self, broker: str) -> None:
        host, _, port = broker.rpartition(":")
        self._broker = (host, int(port))
        self._port = free_port(HOST)
        self.address = f"{HOST}:{self._port}"
        self._server: socket.socket | None = None
        self._pairs: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        """Let whoever comes through to the broker."""
        self._server = socket.create_server((HOST, self._port))
        self._begin(self._accept, self._server)

    def close(self) -> None:
        """Let nobody through any more, and end what passes."""
        for each in [self._server, *self._pairs]:
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        for thread in self._threads:
            thread.join(10)

    def _begin(self, target: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]  # it is called
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
                broker = socket.create_connection(self._broker)
            except OSError:
                return
            self._pairs += [client, broker]
            self._begin(_pass, client, broker)
            self._begin(_pass, broker, client)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
