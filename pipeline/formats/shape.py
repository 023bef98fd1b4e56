"""The one shape of all formats: what a format is given, what it gives, and how an article is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, structs

from pipeline.article import (
    InvalidArticleError,
    LanguageTag,
    Provenance,
    RawArticle,
    Stage,
    Subject,
    article_id,
    decode_raw,
    encode,
    version_of,
)
from pipeline.formats import newscodes
from pipeline.formats.stream import HEAD, Stream

ROOM = 4
"""How many times larger than an article's own JSON the original may be: escapes, UTF-16, unread members."""

Kind = Literal["empty", "binary", "encoding", "format", "syntax", "type", "value", "size", "truncated"]
"""What is wrong with a piece; ``truncated``: its end is missing, so the whole may come yet."""

FAULTS = 10
"""Items of one file whose faults are told one by one."""

NO_ITEM = "empty: no item in it"
"""The reason why a file of several items that holds none is rejected; a feed may be so for a while."""


class Context(Struct, frozen=True, kw_only=True):
    """What a format cannot read from the bytes: where they come from and what holds for all of them.

    ``limit`` is the largest article, in bytes of its JSON. ``language`` and ``provider`` are declared for
    articles that declare none themselves, ``zone`` (an IANA name) is that of times without one. ``format``
    is the name of the format, where it is not to be told by the bytes. ``mapping`` names the members of JSON
    lines by the article's fields: ``{"headline": "fields.title"}``.
    """

    source: str
    feed: str
    location: str
    received: datetime
    limit: int
    language: LanguageTag | None = None
    provider: str | None = None
    zone: str | None = None
    format: str | None = None
    mapping: dict[str, str] = {}

    @property
    def timezone(self) -> tzinfo:
        """The zone of times without one; UTC where none is set."""
        return ZoneInfo(self.zone) if self.zone else UTC

    @property
    def room(self) -> int:
        """Bytes that one article's original may take."""
        return self.limit * ROOM


class Rejected(Struct, frozen=True, kw_only=True):
    """A piece that gave no article: why, where, and its original bytes.

    ``offset`` counts bytes from the file's start to what is wrong. ``size`` is the piece's length in bytes;
    ``data`` holds fewer where the piece was too large to keep.
    """

    stage: Stage
    kind: Kind
    reason: str
    location: str
    offset: int
    size: int
    data: bytes

    @property
    def complete(self) -> bool:
        """Whether ``data`` is the whole piece."""
        return len(self.data) == self.size

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        return f"{self.location}, byte {self.offset}"


Outcome: TypeAlias = RawArticle | Rejected


class Format(Protocol):
    """How copy is written: a module with these three names."""

    NAME: str

    def sniff(self, head: bytes, /) -> bool:
        """Whether a file that starts so is of this format. Never raises."""
        ...

    def read(self, stream: Stream, context: Context, /) -> Iterator[Outcome]:
        """The articles and the rejected pieces of a file. Raises nothing but what the stream raises."""
        ...


class UnfitError(Exception):
    """What makes a piece unfit to be an article: kind, reason, and the byte within the piece."""

    def __init__(self, kind: Kind, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.offset = offset


@dataclass(frozen=True)
class Piece:
    """The original bytes of one article, where they start in the file, and how long they really are."""

    data: bytes
    offset: int = 0
    dropped: int = 0

    def rejected(self, error: UnfitError, context: Context, stage: Stage = "parse") -> Rejected:
        """The piece as rejected for this error."""
        return Rejected(
            stage=stage,
            kind=error.kind,
            reason=str(error),
            location=context.location,
            offset=self.offset + error.offset,
            size=len(self.data) + self.dropped,
            data=self.data,
        )

    def too_large(self, context: Context, document: int | None = None) -> Rejected:
        """The piece as rejected for its size; ``document``: how large a file may be that holds several."""
        size = len(self.data) + self.dropped
        what, most = ("a file", document) if document else ("an article's original", context.room)
        reason = f"too large: {size:,} bytes; {what} may take {most:,}"
        return self.rejected(UnfitError("size", reason), context)


def whole(stream: Stream, limit: int) -> Piece:
    """All of a file that is one piece; past ``limit`` bytes no more is kept than the head."""
    start = stream.offset
    data = stream.read(limit + 1)
    if len(data) <= limit:
        return Piece(data, start)
    head = data[: min(HEAD, limit)]
    return Piece(head, start, len(data) - len(head) + stream.skip())


def outcome(
    piece: Piece, context: Context, name: str, fields_of: Callable[[bytes], dict[str, Any]]
) -> Outcome:
    """What a piece gives: an article of the fields that ``fields_of`` reads from it, or a rejection."""
    try:
        fields = fields_of(piece.data)
    except UnfitError as error:
        return piece.rejected(error, context)
    try:
        return _article(fields, context, name, piece.offset)
    except UnfitError as error:
        return piece.rejected(error, context, "validate")


def outcomes(
    piece: Piece,
    context: Context,
    name: str,
    items_of: Callable[[bytes], Iterable[dict[str, Any] | UnfitError]],
) -> Iterator[Outcome]:
    """What a piece of several items gives: an article each, and one rejection for all that are none.

    ``items_of`` reads the fields of each item, or the reason why it is no article; it may raise that reason
    for the piece as a whole, or for what comes after an item that it has given already.
    """
    faults: list[str] = []
    first: UnfitError | None = None
    count = 0
    try:
        for item in items_of(piece.data):
            count += 1
            try:
                if isinstance(item, UnfitError):
                    raise item
                yield _article(item, context, name, piece.offset)
            except UnfitError as error:
                first = first or error
                faults.append(f"item {count}: {error}")
    except UnfitError as error:
        first = first or error
        faults.append(str(error))
    if first is None and count == 0:
        first = UnfitError("empty", NO_ITEM)
        faults.append(str(first))
    if first is not None:
        yield piece.rejected(UnfitError(first.kind, _told(faults, count), first.offset), context, "validate")


def document(
    stream: Stream,
    context: Context,
    name: str,
    limit: int,
    items_of: Callable[[bytes], Iterable[dict[str, Any] | UnfitError]],
) -> Iterator[Outcome]:
    """As ``outcomes``, of a whole file that is one document of at most ``limit`` bytes."""
    piece = whole(stream, limit)
    if piece.dropped:
        yield piece.too_large(context, limit)
    else:
        yield from outcomes(piece, context, name, items_of)


def _told(faults: list[str], count: int) -> str:
    """The faults of a file's items, for a person."""
    if count <= 1:
        return faults[0].removeprefix("item 1: ")
    more = f"; and {len(faults) - FAULTS} more" if len(faults) > FAULTS else ""
    return f"{len(faults)} of {count} items are no articles: " + "; ".join(faults[:FAULTS]) + more


def _article(fields: dict[str, Any], context: Context, name: str, offset: int) -> RawArticle:
    """The article of these fields, by the contract; a field that is ``UNSET`` is absent.

    Raises:
        UnfitError: the contract is broken, or the article is too large.
    """
    known = {field: value for field, value in fields.items() if value is not UNSET}
    text = "\n\n".join(part for part in (known.get("headline"), known.get("body")) if part)
    own = known.pop("version", UNSET)
    version = version_of(own, known.get("modified", UNSET), known.get("created", UNSET), context.received)
    if context.language:
        known.setdefault("language_declared", context.language)
    if context.provider:
        known.setdefault("provider", context.provider)
    known["subjects"] = tuple(map(_with_topic, dict.fromkeys(known.get("subjects", ()))))
    known.setdefault("status", "usable")
    embargo = known.get("embargo")
    if embargo and embargo > context.received and known["status"] == "usable":
        known["status"] = "withheld"
    article = RawArticle(
        id=article_id(context.source, known.get("guid", UNSET), text),
        source=context.source,
        version=version,
        received=context.received,
        provenance=Provenance(feed=context.feed, format=name, location=context.location, offset=offset),
        **known,
    )
    try:
        encoded = encode(article)
        decode_raw(encoded)
    except InvalidArticleError as error:
        raise UnfitError("value", str(error)) from error
    if len(encoded) > context.limit:
        reason = f"too large: {len(encoded):,} bytes as an article; the limit is {context.limit:,}"
        raise UnfitError("size", reason)
    return article


def _with_topic(subject: Subject) -> Subject:
    """The subject with the Media Topic that its code stands for."""
    topic = newscodes.media_topic(subject.qcode or "")
    return structs.replace(subject, media_topic=topic) if topic else subject
