"""Where a page of hits ended, as a text that a client hands back; whatever comes back is checked."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from pipeline.query import QueryError

MAX_CHARACTERS = 8000

# Milliseconds from the year 1 to the year 9999: what Elasticsearch's dates and ours both hold.
Instant = Annotated[int, Meta(ge=-62_135_596_800_000, le=253_402_300_799_999)]
Id = Annotated[str, Meta(max_length=1024)]
Score = Annotated[float, Meta(ge=0, le=3.5e38)]


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last hit of a page, and what the page belongs to.

    Attributes:
        asked: the digest of what was asked.
        now: the time of the first page, in milliseconds: recency is counted from it on every page.
        moment: the hit's time, in milliseconds.
        id: the hit's id.
        score: its score, where hits are ranked.
    """

    asked: Annotated[str, Meta(max_length=32)]
    now: Instant
    moment: Instant
    id: Id
    score: Score | None = None


Content = TypeVar("Content", bound=Struct)


def digest(*what: Any) -> str:
    """A few letters that stand for what was asked."""
    return hashlib.blake2b(repr(what).encode(errors="backslashreplace"), digest_size=8).hexdigest()


def milliseconds(moment: datetime) -> int:
    """A moment as Elasticsearch sorts by it."""
    return int(moment.timestamp() * 1000)


def instant(milliseconds: int) -> datetime:
    """The moment that so many milliseconds are."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def text_of(content: Struct) -> str:
    """The cursor for a client: letters, digits, - and _ alone."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(content)).decode().rstrip("=")


def read(cursor: str, kind: type[Content]) -> Content:
    """What a cursor holds.

    Raises:
        QueryError: it is none of ours.
    """
    try:
        padded = cursor.encode("ascii")[:MAX_CHARACTERS] + b"=" * (-len(cursor) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.msgpack.decode(data, type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise QueryError(
            "after: this is no place in a list of hits: leave it out to begin with the first hit"
        ) from error
