"""A real IMAP server of the tests' own, and one that says what a test tells it to."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types

from pipeline.local.ports import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "wire", "sesame"


class ImapServer:
    """pymap in a process of its own, its mail in memory; ``pem`` lets it speak TLS when asked to."""

    def __init__(self, pem: Path | None = None) -> None:
        self.port = free_port(HOST)
        tls = ["--cert", str(pem), "--key", str(pem)] if pem else ["--no-tls"]
        self._command = [
            *(str(Path(sys.executable).with_name("pymap")), "--host", HOST, "--port", str(self.port)),
            *(*tls, "dict", "--demo-user", USER, "--demo-password", PASSWORD),
        ]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return self
            time.sleep(0.1)
        raise TimeoutError("the IMAP server does not come up")

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, and its connections."""
        self._process.kill()
        self._process.wait()

    def client(self) -> Any:
        """A person's mail program, logged in."""
        client = IMAPClient(HOST, self.port, ssl=False, timeout=20)
        client.login(USER, PASSWORD)
        return client


class Scripted:
    """Answers each command as ``answers`` says, by its name: lines, ``%s`` for the tag.

    For what no real server does when it is asked to. Closes the connection where there is no answer.
    """

    def __init__(self, answers: dict[str, Callable[[str], bytes] | bytes]) -> None:
        self._answers = answers
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)

    def cut(self) -> None:
        """Break the connection off."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connection = connection
            with connection, connection.makefile("rb") as file, suppress(OSError):
                connection.sendall(b"* OK hello\r\n")
                for line in file:
                    self.heard.append(line.decode().strip())
                    tag, _, rest = self.heard[-1].partition(" ")
                    name = (rest or tag).upper().removeprefix("UID ").partition(" ")[0]
                    answer = self._answers.get(name)
                    if answer is None:
                        break
                    answer = answer(self.heard[-1]) if callable(answer) else answer
                    connection.sendall(answer.replace(b"%s", tag.encode()))


class TlsFront:
    """Takes TLS connections and hands what they say to a port that speaks in the clear."""

    def __init__(self, pem: Path, port: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self._to = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            try:
                outside: socket.socket = self._context.wrap_socket(plain, server_side=True)
            except OSError:
                plain.close()
                continue
            inside = socket.create_connection((HOST, self._to))
            for one, other in ((outside, inside), (inside, outside)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError), other:
        while data := one.recv(4096):
            other.sendall(data)
