"""A server that answers as Kibana's API is documented to; it is no Kibana and draws nothing.

After ``src/core/packages/saved-objects/server-internal/src/routes/import.ts``, its examples in Kibana's API
reference, and ``src/core/packages/status/server-internal/src/routes/status.ts`` in elastic/kibana.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


class Kibana:
    """It runs within a ``with`` block, and keeps what was imported.

    Attributes:
        version: that it says it has.
        login: user and password that it wants; none without it.
        base: path under which it is.
        ready: whether it has started up.
        forbidden: whether its user may import nothing.
        spaces: what is in each, by type and id; the default one is ``""``.
        unknown: types that it does not know.
        answers: what it says instead, by path: status, headers, body.
    """

    def __init__(self) -> None:
        self.version = "9.4.3"
        self.login: tuple[str, str] | None = None
        self.base = ""
        self.ready = True
        self.forbidden = False
        self.spaces: dict[str, dict[tuple[str, str], Object]] = {"": {}, "desk": {}}
        self.unknown: set[str] = set()
        self.answers: dict[str, Answer] = {}
        kibana = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(*kibana.answer("GET", self.path, dict(self.headers), b""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self._send(*kibana.answer("POST", self.path, dict(self.headers), body))

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """Where it is, without user and password."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.base}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """One answer to anybody."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(self.base)
        if path in self.answers:
            return self.answers[path]
        if not parts.path.startswith(self.base):
            return _error(404)
        if not self.ready:
            return 503, {"retry-after": "30"}, b"Kibana server is not ready yet"
        heads = {name.lower(): value for name, value in headers.items()}
        known = self.login is None or heads.get("authorization") == _basic(*self.login)
        if (method, path) == ("GET", "/api/status"):
            return self._status(known=known)
        return self._routed(method, path, parse_qs(parts.query), heads, body) if known else _error(401)

    def _routed(
        self, method: str, path: str, query: dict[str, list[str]], heads: dict[str, str], body: bytes
    ) -> Answer:
        """The answer to somebody who was let in."""
        space, route = _split(path)
        if (method, route) != ("POST", "/api/saved_objects/_import") or space not in self.spaces:
            return _error(404)
        if "kbn-xsrf" not in heads:
            return _error(400, "Request must contain a kbn-xsrf header.")
        if self.forbidden:
            return _error(403, "Unable to bulk_create index-pattern")
        return self._import(space, query, heads, body)

    def _status(self, *, known: bool) -> Answer:
        told: Object = {"status": {"overall": {"level": "available"}}}
        if known:
            told = {"name": "kibana", "version": {"number": self.version, "build_snapshot": False}, **told}
        return _json(200, told)

    def _import(self, space: str, query: dict[str, list[str]], heads: dict[str, str], body: bytes) -> Answer:
        overwrite = query.get("overwrite", ["false"]) == ["true"]
        name, content = _file(heads["content-type"], body)
        if not name.endswith(".ndjson"):
            return _error(400, f"Invalid file extension {name}")
        given = [json.loads(line) for line in content.splitlines()]
        kept = self.spaces[space]
        named = {(one["type"], one["id"]) for one in given if one["type"] not in self.unknown} | set(kept)
        done, errors = [], []
        for one in given:
            key = (one["type"], one["id"])
            fault = self._fault(one, named, taken=key in kept and not overwrite)
            title = one["attributes"].get("name") or one["attributes"]["title"]
            said = {"type": key[0], "id": key[1], "meta": {"title": title, "icon": "x"}}
            if fault:
                errors.append({**said, "error": fault})
            else:
                kept[key] = one
                done.append({**said, "managed": False, **({"overwrite": True} if overwrite else {})})
        result: Object = {"successCount": len(done), "success": not errors, "warnings": []}
        result |= {"successResults": done} if done else {}
        return _json(200, result | ({"errors": errors} if errors else {}))

    def _fault(self, one: Object, named: set[tuple[str, str]], *, taken: bool) -> Object | None:
        if one["type"] in self.unknown:
            return {"type": "unsupported_type"}
        missing = [link for link in one["references"] if (link["type"], link["id"]) not in named]
        if missing:
            wanted = [{"type": link["type"], "id": link["id"]} for link in missing]
            return {"type": "missing_references", "references": wanted}
        return {"type": "conflict"} if taken else None


def _split(path: str) -> tuple[str, str]:
    if path.startswith("/s/"):
        space, _, rest = path[3:].partition("/")
        return space, f"/{rest}"
    return "", path


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _file(content_type: str, body: bytes) -> tuple[str, str]:
    """Name and content of the one file in a multipart form."""
    head = f"content-type: {content_type}\r\n\r\n".encode()
    form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    (part,) = form.iter_parts()
    assert part.get_param("name", header="content-disposition") == "file"
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part.get_filename() or "", content.decode()


def _json(status: int, value: Any) -> Answer:
    return status, {"content-type": "application/json; charset=utf-8"}, json.dumps(value).encode()


def _error(status: int, message: str = "") -> Answer:
    name = HTTPStatus(status).phrase
    return _json(status, {"statusCode": status, "error": name, "message": message or name})
