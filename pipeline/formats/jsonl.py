"""JSON: an object a line, an object that spans the file, or an array of objects; each object an article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.formats import _members
from pipeline.formats.shape import Context, Outcome, Piece, UnfitError, outcome, whole
from pipeline.formats.stream import Stream

NAME = "jsonl"

DOCUMENT = 64 * 1024 * 1024
"""Bytes of a file whose array or single object spans lines; JSON lines may be as long as they like."""

DEPTH = 1000
"""Levels of nesting within which the elements of an array are looked for."""

_BOM = b"\xef\xbb\xbf"
_OBJECT = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*\{")
_ARRAY = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*\[\s*(?:[\[{\]\"]|$|(?:-?[0-9.]+|true|false|null)\s*(?:,|\]\s*$))"
)
_OBJECT_LINE = re.compile(rb"^[ \t]*\{[ \t]*\"[^\n]*\}[ \t\r]*$", re.MULTILINE)
_SPANNING = re.compile(rb"[{\[,:]\s*$")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[{}\[\],]', re.DOTALL)


def sniff(head: bytes) -> bool:
    """It starts as an object or as an array of them, or a line of it is an object."""
    return bool(_OBJECT.match(head) or _ARRAY.match(head) or _OBJECT_LINE.search(head))


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article or a rejection for each object, and for each piece between them that is none."""
    yield from _document(stream, context) if _spans_lines(stream, context.room) else _lines(stream, context)


def _spans_lines(stream: Stream, size: int) -> bool:
    """Whether the first line starts an array, or an object that goes on in the next line.

    A line that was cut off is followed by another object; an object on many lines is not. The next line is
    looked at only where it matters: a live stream may not have it yet.
    """
    first = b"".join(stream.peek_lines(1, size)).removeprefix(_BOM)
    if _ARRAY.match(first):
        return True
    if not (_OBJECT.match(first) and _SPANNING.search(first)):
        return False
    following = stream.peek_lines(2, size)[1:]
    return bool(following) and not _OBJECT.match(following[0])


def _lines(stream: Stream, context: Context) -> Iterator[Outcome]:
    """Each line by itself; no more than one of them is held."""
    empty = True
    while True:
        start = stream.offset
        data = stream.readline(context.room + 1)
        if not data:
            break
        if len(data) > context.room:
            yield Piece(data[:1], start, len(data) - 1 + stream.skip_line()).too_large(context)
            empty = False
        elif data.removeprefix(_BOM).strip():
            yield _object(Piece(data, start), context)
            empty = False
    if empty:
        yield Piece(b"", 0).rejected(UnfitError("empty", "empty: no JSON object"), context)


def _document(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The objects of a file that is one array or one object."""
    piece = whole(stream, DOCUMENT)
    if piece.dropped:
        size = len(piece.data) + piece.dropped
        reason = f"too large: one JSON value of {size:,} bytes; over {DOCUMENT:,} write one object a line"
        yield piece.rejected(UnfitError("size", reason), context)
        return
    try:
        elements = list(_elements(piece))
    except UnfitError as error:
        yield piece.rejected(error, context)
        return
    for element in elements:
        fits = len(element.data) <= context.room
        yield _object(element, context) if fits else element.too_large(context)
    if not elements:
        yield piece.rejected(UnfitError("empty", "empty: an array without objects"), context)


def _elements(piece: Piece) -> Iterator[Piece]:
    """The elements of the array that a document is; a document that is an object is its own element.

    What stands behind the closing bracket is an element too, and none that can be read.
    """
    data = piece.data
    opening = data.find(b"[")
    if _OBJECT.match(data):
        yield piece
        return
    depth, start = 0, opening + 1
    for token in _TOKEN.finditer(data, opening):
        match token[0]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
            case _:
                pass
        if depth > DEPTH:
            raise UnfitError("syntax", f"nested deeper than {DEPTH} levels", token.start())
        closed = depth <= 0
        if closed or (depth == 1 and token[0] == b","):
            yield from _element(data, start, token.start(), piece.offset)
            start = token.end()
        if closed:
            break
    yield from _element(data, start, len(data), piece.offset)


def _element(data: bytes, start: int, end: int, offset: int) -> Iterator[Piece]:
    text = data[start:end]
    if text.strip():
        lead = len(text) - len(text.lstrip())
        yield Piece(text.strip(), offset + start + lead)


def _object(piece: Piece, context: Context) -> Outcome:
    return outcome(piece, context, NAME, lambda data: _members.fields(_decoded(data)))


def _decoded(data: bytes) -> dict[str, Any]:
    """The JSON object that a piece is.

    Raises:
        UnfitError: it is none; says what is wrong and at which byte.
    """
    shift = len(data) - len(data.lstrip().removeprefix(_BOM))
    try:
        text = data[shift:].decode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        at = shift + error.start
        reason = f"not valid UTF-8: byte 0x{data[at]:02X} at {at} ({error.reason})"
        raise UnfitError("encoding", reason, at) from error
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        at = shift + len(text[: min(error.pos, end)].encode())
        cut = "cut off or " if error.pos >= end or "Unterminated" in error.msg else ""
        raise UnfitError("syntax", f"{cut}not JSON: {error.msg} at byte {at}", at) from error
    except RecursionError as error:
        raise UnfitError("syntax", "not JSON that can be read: nested too deeply") from error
    except ValueError as error:
        raise UnfitError("syntax", f"not JSON that can be read: {error}") from error
    if not isinstance(value, dict):
        raise UnfitError("type", f"a JSON {_members.kind_of(value)}, where an object was expected")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in members if names.count(name) > 1)
        raise UnfitError("value", f"the member {twice!r} stands there twice")
    return members


def _no_constant(name: str) -> None:
    raise UnfitError("syntax", f"not JSON: {name} is no JSON number")
