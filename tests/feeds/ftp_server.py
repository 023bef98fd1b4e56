"""A real FTP server in a thread, in the clear or over TLS, with or without the listing for machines."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Self

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it still stands on asyncore
    from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]  # it ships no types
    from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_FTPHandler  # type: ignore[import-untyped]  # as above
    from pyftpdlib.ioloop import IOLoop  # type: ignore[import-untyped]  # as above
    from pyftpdlib.servers import FTPServer as Pyftpd  # type: ignore[import-untyped]  # as above

USER, PASSWORD = "wire", "pässword"


class FtpServer:
    """Serves ``folder`` within a ``with`` block.

    ``cut`` bytes after which each transfer of a file breaks off; ``without`` names commands that it does not
    know; ``port`` is the one to come back on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        pem: Path | None = None,
        without: tuple[str, ...] = (),
        encoding: str = "utf8",
        cut: int | None = None,
        port: int = 0,
        password: str = PASSWORD,
    ) -> None:
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, password, str(folder), perm="elradfmwMT")
        base = TLS_FTPHandler if pem else FTPHandler

        class Cut(DTPHandler):  # type: ignore[misc]  # as above
            def send(self, data: bytes) -> int:
                sent: int = super().send(data[:cut] if self.file_obj is not None else data)
                if self.file_obj is not None:
                    self.close()
                    self.cmd_channel.close()
                return sent

        class Handler(base):  # type: ignore[misc,valid-type]  # one or the other
            pass

        Handler.authorizer = authorizer
        Handler.proto_cmds = {name: how for name, how in base.proto_cmds.items() if name not in without}
        Handler.encoding = encoding
        Handler.use_sendfile = False
        Handler.auth_failed_timeout = 0
        if cut is not None:
            Handler.dtp_handler = Cut
        if pem:
            Handler.certfile = str(pem)
            Handler.tls_control_required = True
            Handler.tls_data_required = True
        self._loop = IOLoop()
        self._server = Pyftpd(("127.0.0.1", port), Handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while not self._ending.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Close all connections and the port."""
        self._ending.set()
        self._thread.join()
