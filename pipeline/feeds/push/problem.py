"""What is wrong with a request, as its sender is told: a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

MEDIA_TYPE = "application/problem+json"

PREFIX = "urn:newswire:problem:"
"""What the types of problems start with."""


class ProblemError(Exception):
    """An answer that is an error: its status, a short kind, a sentence for a person, the single faults."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The answer."""
        document: dict[str, object] = {
            "type": PREFIX + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return web.Response(
            status=self.status,
            body=msgspec.json.encode(document),
            content_type=MEDIA_TYPE,
            headers=self.headers,
        )


def unavailable(detail: str, retry_s: int = 5) -> ProblemError:
    """Nothing is wrong with the request: the same one may go well in so many seconds."""
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers={"Retry-After": str(retry_s)}
    )


def of_http(error: web.HTTPException) -> ProblemError:
    """What aiohttp refuses by itself: no such path, no such method."""
    status = HTTPStatus(error.status)
    kind = status.phrase.lower().replace(" ", "-")
    known = {
        HTTPStatus.NOT_FOUND: "there is nothing here: copy goes to POST /articles",
        HTTPStatus.METHOD_NOT_ALLOWED: "this path takes another method: copy goes to POST /articles",
    }
    headers = {name: value for name, value in error.headers.items() if name == "Allow"}
    return ProblemError(status, kind, known.get(status, status.description or status.phrase), headers=headers)
