"""A faulty HTTP proxy before a real Elasticsearch: busy answers, cut connections, requests taken by half."""

from __future__ import annotations

import http.client
import json
import threading
from collections import deque
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

from pipeline.settings import Settings

# A status answers instead of Elasticsearch. "lost": it never hears of the request. "unheard": it does what
# is asked, but its answer is cut off. "garbled": its answer ends in the middle. "half": it takes the first
# half of a bulk request's documents, and the other half is answered with 429.
Fault = int | Literal["lost", "unheard", "garbled", "half"]


class FaultyProxy:
    """Passes requests on; those to one path have the given faults, in order, until none is left.

    Args:
        settings: where the real Elasticsearch is.
        faults: one for each request to come.
        path: only requests whose path holds this have faults, and are counted.
    """

    def __init__(self, settings: Settings, faults: Iterable[Fault], path: str = "/_bulk") -> None:
        self.faults = deque(faults)
        self.path = path
        self.sizes: list[int] = []
        self._upstream = settings.nodes[0]
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.settings = settings.model_copy(
            update={"elasticsearch": f"http://127.0.0.1:{self._server.server_address[1]}"}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """What the real Elasticsearch answers."""
        assert self._upstream.host
        connection = http.client.HTTPConnection(self._upstream.host, self._upstream.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            kept = {"content-type", "x-elastic-product"}
            return (
                answer.status,
                {name: value for name, value in answer.getheaders() if name.lower() in kept},
                answer.read(),
            )
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    owner: FaultyProxy
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault: Fault | None = None
        if self.owner.path in self.path:
            self.owner.sizes.append(len(body))
            fault = self.owner.faults.popleft() if self.owner.faults else None
        match fault:
            case "lost":
                self.close_connection = True
            case "unheard":
                self._forward(body)
                self.close_connection = True
            case "half":
                self._answer(*self._half(body))
            case "garbled":
                status, headers, answer = self._forward(body)
                self._answer(status, headers, answer[: len(answer) // 2])
            case None:
                self._answer(*self._forward(body))
            case status:
                self._answer(status, {"content-type": "text/plain"}, b"the proxy says no")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any  # noqa: N815 - named by http.server

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() in {"accept", "content-type"}
        }
        return self.owner.forward(self.command, self.path, headers, body)

    def _half(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        lines = body.splitlines(keepends=True)
        middle = len(lines) // 4 * 2
        status, headers, answer = self._forward(b"".join(lines[:middle]))
        items: list[Any] = json.loads(answer)["items"]
        busy = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue full"}}
        items += [{"index": busy}] * ((len(lines) - middle) // 2)
        return status, headers, json.dumps({"items": items}).encode()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by http.server
        """Nothing: what is tested is the sink's own log."""
