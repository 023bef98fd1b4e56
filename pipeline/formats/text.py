"""Plain-text wire copy: an optional ``date YYYY-MM[-DD]``, then paragraphs and section headings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from pipeline.formats import prose, times, xml
from pipeline.formats.shape import Context, Outcome, UnfitError, outcome, whole
from pipeline.formats.stream import Stream

NAME = "text"

_ENCODINGS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DATE = re.compile(r"[\s\ufeff]*date[ \t]+([0-9]{4}-[0-9]\S*)(?:\s+|$)", re.IGNORECASE)
_MARKUP = re.compile(r"<[A-Za-z?!]")
_EXACT = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


def sniff(head: bytes) -> bool:  # noqa: ARG001 - the shape of all formats
    """Every file that no other format knows is read as text, and says itself if it is none."""
    return True


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The one article that a file of plain text is."""
    piece = whole(stream, context.room)
    if piece.dropped:
        yield piece.too_large(context)
    else:
        yield outcome(piece, context, NAME, _fields)


def _fields(data: bytes) -> dict[str, Any]:
    text = prose.clean(_decoded(data))
    created, text = _dated(text)
    start = text.lstrip().removeprefix("\ufeff").lstrip()
    if _MARKUP.match(start):
        root = xml.root_of(start.encode())[0]
        what = f"<{root}>" if root else f"{start[:20].split()[0]} …"
        raise UnfitError("format", f"markup of no format that is known ({what})")
    body, headings = prose.body(text)
    if not body:
        raise UnfitError("empty", "empty: a date and no text" if created is not UNSET else "empty: no text")
    return {"created": created, "body": body, "headings": headings}


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where a byte order mark says so; nothing is guessed."""
    mark = next((mark for mark in _ENCODINGS if data.startswith(mark)), b"")
    encoding = _ENCODINGS.get(mark, "utf-8")
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        at = len(mark) + error.start
        if b"\0" in data and encoding == "utf-8":
            raise UnfitError("binary", "binary data, not text: NUL characters", at) from error
        reason = f"not valid {encoding.upper()}: byte 0x{data[at]:02X} at {at} ({error.reason})"
        raise UnfitError("encoding", reason, at) from error


def _dated(text: str) -> tuple[Any, str]:
    """The date of the prefix, or ``UNSET``, and the text after it."""
    match = _DATE.match(text)
    if not match:
        return UNSET, text
    given = match[1]
    if not _EXACT.fullmatch(given):
        raise UnfitError("value", f"the date {given!r} is not written YYYY-MM or YYYY-MM-DD")
    try:
        return times.partial(given), text[match.end() :]
    except ValueError as error:
        raise UnfitError("value", f"the date {error}") from error
