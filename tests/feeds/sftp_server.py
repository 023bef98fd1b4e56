"""A real SSH server in a thread, with files over SFTP."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, Self

import asyncssh

USER, PASSWORD = "wire", "pässword"


class _Login(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class SftpServer:
    """Serves ``folder`` within a ``with`` block.

    ``cut`` bytes after which each file's transfer breaks off, the connection with it; ``client`` is a public
    key that it takes instead of the password.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: asyncssh.SSHKey | None = None,
        client: asyncssh.SSHKey | None = None,
        cut: int | None = None,
        port: int = 0,
    ) -> None:
        self.key = key or asyncssh.generate_private_key("ssh-ed25519")
        self.port = port
        self._client = client
        self._loop = asyncio.new_event_loop()
        self._connections: list[asyncssh.SSHServerConnection] = []
        self._thread = threading.Thread(target=self._loop.run_forever)

        class Files(asyncssh.SFTPServer):
            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(folder).encode())
                self._connection = channel.get_connection()

            def read(self, file_obj: object, offset: int, size: int) -> bytes:
                data: bytes = super().read(file_obj, offset, size)  # type: ignore[assignment]  # it is no coroutine
                if cut is not None and offset + len(data) > cut:
                    self._connection.abort()
                    return b""
                return data

        self._files = Files

    @property
    def fingerprint(self) -> str:
        """Of the server's key, as ``ssh-keygen -l`` shows it."""
        return str(self.key.get_fingerprint())

    def known_hosts(self, folder: Path) -> Path:
        """A file that knows the server."""
        file = folder / "known_hosts"
        file.write_text(f"[127.0.0.1]:{self.port} {self.key.export_public_key().decode()}")
        return file

    def __enter__(self) -> Self:
        self._thread.start()
        self._acceptor = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port = self._acceptor.get_port()
        return self

    async def _listen(self) -> asyncssh.SSHAcceptor:
        known = (
            asyncssh.import_authorized_keys(self._client.export_public_key().decode())
            if self._client
            else None
        )
        return await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Login(self._connections),
            server_host_keys=[self.key],
            authorized_client_keys=known,
            sftp_factory=self._files,
        )

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Close all connections and the port."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._acceptor.close()
        for connection in self._connections:
            connection.abort()
        await self._acceptor.wait_closed()
        for connection in self._connections:
            await connection.wait_closed()
        await asyncio.sleep(0)  # the transports go one step later
