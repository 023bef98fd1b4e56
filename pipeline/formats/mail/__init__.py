"""E-mail (RFC 5322, MIME): the message as an article, or the wire copy that is attached to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from msgspec import structs

from pipeline.article import RawArticle
from pipeline.formats import _web, characters, dates, prose
from pipeline.formats.flow import Flow
from pipeline.formats.mail.parts import Leaf, header, leaves, parameter, parse
from pipeline.formats.mail.text import plain
from pipeline.formats.shape import Context, Outcome, Piece, UnfitError, outcome, whole
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream, stream_of

NAME = "email"

DOCUMENT = 16 * 1024 * 1024
"""Bytes that a mail, or a file of mails, may have."""

ATTACHMENTS = 50
"""Attachments of one mail that are looked into."""

_FIELD = re.compile(rb"([!-9;-~]{1,76}):")
_FROM_LINE = re.compile(rb"From \S{1,320} +[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d")
_SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))(?=" + _FROM_LINE.pattern + rb")")
_KNOWN = {b"from", b"to", b"cc", b"subject", b"date", b"reply-to", b"sender", b"content-type", b"list-id"}
_TECHNICAL = {b"message-id", b"mime-version", b"received", b"return-path", b"dkim-signature", b"delivered-to"}
_CERTAIN = 3
_SENDER = re.compile(rb"^From:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*@", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(
    r"text/(?!calendar|vcard|x-vcard|css)|application/(?!pdf|zip|ms|vnd|pgp|pkcs|x-pkcs)|message/rfc822"
)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def sniff(head: bytes) -> bool:
    """It starts with the headers of a mail, or with the line that parts mails in a file."""
    if _FROM_LINE.match(head):
        return True
    names: set[bytes] = set()
    for line in head.split(b"\n"):
        text = line.rstrip(b"\r")
        if not text:
            break
        if text[:1] in b" \t" and names:
            continue
        field = _FIELD.match(text)
        if not field:
            return False
        names.add(field[1].lower())
    known = names & (_KNOWN | _TECHNICAL)
    if len(known) < _CERTAIN or b"from" not in known:
        return False
    return bool(known & _TECHNICAL) or (b"date" in known and bool(_SENDER.search(head)))


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article for each mail, or for each that is in the copy attached to it in a format of its own."""
    piece = whole(stream, DOCUMENT)
    if piece.dropped:
        yield piece.too_large(context, DOCUMENT)
        return
    for each in _mails(piece):
        yield from _mail(each, context, 0)


def _mails(piece: Piece) -> Iterator[Piece]:
    """The mails of a file that holds several (mbox), or the one that it is."""
    starts = (
        [match.start() for match in _SEPARATOR.finditer(piece.data)] if piece.data[:5] == b"From " else []
    )
    if not starts:
        yield piece
        return
    for start, end in zip(starts, [*starts[1:], len(piece.data)], strict=True):
        yield Piece(piece.data[start:end], piece.offset + start)


def _message(data: bytes) -> Message:
    if data.startswith(b"From "):
        data = _QUOTED_FROM.sub(rb"\1", data.partition(b"\n")[2])
    return parse(data.lstrip(b"\r\n"))


def _mail(piece: Piece, context: Context, level: int) -> Iterator[Outcome]:
    try:
        message = _message(piece.data)
        _refuse_automatic(message)
        parts = list(leaves(message))
        own = _body(parts, context.limit)
    except UnfitError as error:
        yield piece.rejected(error, context)
        return
    attached = [part for part in parts if part.attached and _COPY.match(part.kind)]
    given = False
    for part in attached[:ATTACHMENTS]:
        for one in _attached(part, piece, context, level, alone=not len(own[0])):
            given = True
            yield one
    if len(attached) > ATTACHMENTS:
        reason = f"too large: {len(attached)} attachments; the first {ATTACHMENTS} are read"
        yield piece.rejected(UnfitError("size", reason), context)
    elif not given:
        yield outcome(piece, context, NAME, lambda _: _fields(message, parts, own, context))


def _refuse_automatic(message: Message) -> None:
    """Raises ``UnfitError`` for reports of delivery and replies that nobody wrote (RFC 3464, RFC 3834)."""
    if message.get_content_type() == "multipart/report":
        raise UnfitError("format", f"a report of type {parameter(message, 'report-type')!r}, no article")
    if header(message, "auto-submitted").lower().startswith("auto-replied"):
        raise UnfitError("format", "an automatic reply, no article")


def _attached(part: Leaf, piece: Piece, context: Context, level: int, *, alone: bool) -> Iterator[Outcome]:
    """What an attachment in a format of its own gives; plain text counts where the mail says nothing."""
    from pipeline import formats  # noqa: PLC0415 - the formats know this one

    data = part.inner if part.kind == "message/rfc822" else part.data
    held = structs.replace(context, format=None, mapping={})
    known = formats.choose(stream_of(data))
    found: Iterator[Outcome] = iter(())
    if known.NAME == NAME:
        found = _mail(Piece(data), held, level + 1) if level == 0 else found
    elif known is not formats.FORMATS[-1] or (alone and part.kind == "text/plain" and data.strip()):
        found = formats.parse(data, held)
    for one in found:
        yield _moved(one, part.name or part.kind, piece, context)


def _moved(one: Outcome, name: str, piece: Piece, context: Context) -> Outcome:
    """What an attachment gave, as of the mail that it came with."""
    if isinstance(one, RawArticle):
        return structs.replace(one, provenance=structs.replace(one.provenance, offset=piece.offset))
    return piece.rejected(UnfitError(one.kind, f"the attachment {name!r}: {one.reason}"), context, one.stage)


def _body(parts: list[Leaf], limit: int) -> tuple[Flow, list[str]]:
    """The body, of all parts that are to be shown."""
    flow, flags = Flow(limit), []
    for part in parts:
        if part.attached:
            continue
        text, mended = part.text()
        text, more = characters.mended(text)
        flags += [*mended, *more]
        if part.kind == "text/html":
            _web.flow(text, limit, into=flow)
        else:
            flowed = parameter(part.message, "format").lower() == "flowed"
            delete = parameter(part.message, "delsp").lower() == "yes"
            flow.prose(prose.clean(plain(text, flowed=flowed, delete_space=delete)))
    return flow, flags


def _fields(
    message: Message, parts: list[Leaf], body: tuple[Flow, list[str]], context: Context
) -> dict[str, Any]:
    sheet = Sheet(context)
    flow, flags = body
    sheet.flag(*flags)
    sheet.line("guid", header(message, "message-id").strip("<> "))
    sheet.line("headline", header(message, "subject"))
    sheet.language(header(message, "content-language").partition(",")[0])
    _sender(sheet, message)
    dates.put(sheet, context, "created", header(message, "date"))
    sheet.add("keywords", header(message, "keywords").split(","))
    sheet.replaces(header(message, "supersedes").strip("<> "))
    for field, value in flow.fields().items():
        sheet.put(field, value)
    for name in ("importance", "x-priority", "priority", "list-id"):
        sheet.wire(name.replace("-", "_"), header(message, name))
    sheet.wire("attachments", ", ".join(part.name for part in parts if part.attached and part.name))
    sheet.kind(None, sheet.fields.get("headline"))
    return sheet.done()


def _sender(sheet: Sheet, message: Message) -> None:
    """Who sent it: the organization is the provider and the person the author; without one, the person is."""
    name, address = _web.mailbox(header(message, "from"))
    organization = header(message, "organization", "organisation")
    sheet.line("provider", organization or name)
    if organization:
        sheet.line("byline", name)
    sheet.wire("from", address)
