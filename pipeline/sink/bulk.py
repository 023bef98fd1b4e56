"""One bulk request in pure functions: what is sent for an article, and what the answer means for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from pipeline.sink.names import entrance

MAX_BYTES = 10 * 1024 * 1024

_OK = range(200, 300)
_CONFLICT = 409
_SERVER_ERRORS = 500
# Not signed in, blocked (a full disk makes an index read-only), no index, too slow, too busy.
_CURABLE = {401, 403, 404, 408, 429}


@dataclass(frozen=True, slots=True)
class Indexed:
    """The article is in the index with this version."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A newer version of the article is in the index already; nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Elasticsearch will never take this document: the kind of error and its reason."""

    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Elasticsearch does not take the document now, but may later: status, kind of error and its reason."""

    status: int
    type: str
    reason: str

    def __str__(self) -> str:
        return f"{self.status} {self.type}: {self.reason}"


Outcome = Indexed | Stale | Refused


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be there of an article.

    Attributes:
        id: the article's.
        version: the wire's own.
        received: when this version was, as the message says.
        fields: plain JSON types.
    """

    id: str
    version: int
    received: datetime
    fields: Mapping[str, Any]


def lines(index: str, article_id: str, version: int, fields: Mapping[str, Any]) -> bytes:
    """The two lines of a bulk request that write a document, unless a newer version of it is there."""
    action = {
        "_index": entrance(index),
        "_id": article_id,
        "version": version,
        "version_type": "external_gte",
    }
    return b"\n".join((msgspec.json.encode({"index": action}), msgspec.json.encode(fields), b""))


def portions(operations: Mapping[int, bytes], max_bytes: int = MAX_BYTES) -> list[list[int]]:
    """Keys of operations that fit one request, in order; one that is larger alone has a request to itself."""
    found: list[list[int]] = []
    size = 0
    for key, one in operations.items():
        if not found or size + len(one) > max_bytes:
            found.append([])
            size = 0
        found[-1].append(key)
        size += len(one)
    return found


def curable(status: int) -> bool:
    """Whether an answer with this HTTP status may be another one later."""
    return status in _CURABLE or status >= _SERVER_ERRORS


def judge(item: Mapping[str, Any]) -> Outcome | Trouble:
    """What one item of a bulk response means for its article."""
    result = item["index"]
    status = int(result["status"])
    if status in _OK:
        return Indexed()
    if status == _CONFLICT:
        return Stale()
    error = result.get("error", {})
    kind, reason = str(error.get("type", "unknown")), _reasons(error)
    return Trouble(status, kind, reason) if curable(status) else Refused(kind, reason)


def _reasons(error: Mapping[str, Any]) -> str:
    """The reason and what caused it: the cause alone says which value was wrong."""
    reasons = []
    cause: Mapping[str, Any] | None = error
    while cause:
        reasons.append(str(cause.get("reason") or cause.get("type") or "no reason given"))
        cause = cause.get("caused_by")
    return ": ".join(dict.fromkeys(reasons)) or "no reason given"
