"""What comes in: articles as they become searchable, for who looks on.

The time at which a document was written is not the time at which it can be found: several workers write at
once, and what they wrote is searchable up to some seconds later, in no order. So a cursor does not only say
up to where its reader has got, but also what the reader was given of the last seconds; each time the last
seconds are looked through once more for what has come to be there since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from pipeline.found import Hit, Latest
from pipeline.query import visible
from pipeline.search.asking import searched
from pipeline.search.cursors import Id, Instant, milliseconds, read, text_of
from pipeline.search.hits import SHOWN, checked, hit
from pipeline.settings import Settings

_LATE_MS = 30_000
# So a cursor has at most some 4,000 letters; where more was written, fewer seconds are looked through again.
_MOST_KNOWN = 600
_MARK = 5  # bytes


class _Reader(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Up to where a reader has got: what stands up to ``moment`` and ``id`` was given, or comes too late.

    Attributes:
        known: the marks of what was given beyond, one after the other.
    """

    moment: Instant
    id: Id
    known: Annotated[bytes, Meta(max_length=_MOST_KNOWN * _MARK)] = b""


class _Written(NamedTuple):
    """A document: when it was written, in milliseconds, and its article."""

    moment: int
    id: str

    def mark(self) -> bytes:
        """A few bytes that stand for this version of the article."""
        return hashlib.blake2b(repr(tuple(self)).encode(), digest_size=_MARK).digest()


def latest(settings: Settings, *, after: str | None = None, size: int = 50) -> Latest:
    """What has come to be searchable since, in the order in which it was written, each version once.

    Where an embargo ends nothing is written, so nothing comes here. What becomes searchable more than half a
    minute after what was written after it may be passed over.

    Args:
        settings: where Elasticsearch is, and the alias.
        after: the ``after`` of the time before; without it the newest are given.
        size: how many at most, 1 to 1,000. There may be more at once: ask again until there are fewer.

    Raises:
        QueryError: the size is none, or ``after`` is no place in this list.
        SearchError: Elasticsearch could not be asked.
    """
    size = checked(size)
    reader = read(after, _Reader) if after is not None else None
    if reader is None:
        return _newest(settings, size)
    known = {reader.known[at : at + _MARK] for at in range(0, len(reader.known), _MARK)}
    most = size + len(known)
    found = _written(settings, most, "asc", search_after=[reader.moment, reader.id])
    new = [one for one in found if one.mark() not in known][:size]
    had = {one for one in found if one.mark() in known}
    # Beyond the end of a full answer stands what was given, too.
    beyond = known - {one.mark() for one in had} if len(found) == most else set()
    return Latest(
        _hits(new, settings), text_of(_moved(reader, found, had | set(new), b"".join(sorted(beyond))))
    )


def _newest(settings: Settings, size: int) -> Latest:
    """The first answer: the newest. Of the seconds before, only what is searchable late comes later on."""
    most = max(size, _MOST_KNOWN)
    found = _written(settings, most, "desc")[::-1]
    newest = found[-1].moment if found else milliseconds(datetime.now(UTC))
    # Where there is more than was looked at, nothing before it may come again.
    start = found[0] if len(found) == most else _Written(newest - _LATE_MS, "")
    moved = _moved(_Reader(*start), found, set(found), b"")
    return Latest(_hits(found[-size:], settings), text_of(moved))


def _moved(reader: _Reader, found: Sequence[_Written], given: set[_Written], beyond: bytes) -> _Reader:
    """The reader after it was given these: as far on as nothing that is late is passed over."""
    kept = [one for one in found if one in given]
    if not kept:
        return reader
    first_waiting = next((at for at, one in enumerate(found) if one not in given), len(found))
    oldest = kept[-1].moment - _LATE_MS
    room = _MOST_KNOWN - len(beyond) // _MARK
    passed = 0
    for at, one in enumerate(found[:first_waiting]):
        if one.moment < oldest or len(kept) - at > room:
            passed = at + 1
    end = found[passed - 1] if passed else _Written(reader.moment, reader.id)
    marks = b"".join(one.mark() for one in kept[passed:]) + beyond
    return _Reader(end.moment, end.id, marks[-_MOST_KNOWN * _MARK :])


def _written(settings: Settings, size: int, order: str, **paging: Any) -> list[_Written]:
    """When what may be seen was written, in this order."""
    body: Mapping[str, Any] = {
        "query": {"bool": {"filter": [visible()]}},
        "sort": [{"indexed": order}, {"id": order}],
        "size": size,
        "track_total_hits": False,
        "_source": False,
        **paging,
    }
    return [_Written(*one["sort"]) for one in searched(settings, body)["hits"]["hits"]]


def _hits(written: Sequence[_Written], settings: Settings) -> tuple[Hit, ...]:
    """The articles in this order; what was killed meanwhile is gone."""
    if not written:
        return ()
    ids = [one.id for one in written]
    body = {
        "query": {"bool": {"filter": [visible(), {"ids": {"values": ids}}]}},
        "size": len(ids),
        "track_total_hits": False,
        "_source": SHOWN,
    }
    found = {one["_id"]: hit(one) for one in searched(settings, body)["hits"]["hits"]}
    return tuple(found[one] for one in ids if one in found)
