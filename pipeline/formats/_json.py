"""JSON as feeds send it: an object a line, one that spans the file, or an array; each object a piece."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from pipeline.formats.shape import Context, Outcome, Piece, Rejected, UnfitError, whole
from pipeline.formats.stream import Stream

DOCUMENT = 64 * 1024 * 1024
"""Bytes of a file whose array or single object spans lines; JSON lines may be as long as they like."""

DEPTH = 1000
"""Levels of nesting within which the elements of an array are looked for."""

_OUTLINED = 8
"""Levels of nesting whose names an outline has."""

Read: TypeAlias = Callable[[Piece, bool], Iterable[Outcome]]
"""What a piece gives. The flag says that the file ends with the piece: what it lacks may come yet."""

_BOM = b"\xef\xbb\xbf"
_OBJECT = re.compile(rb"\s*+(?:\xef\xbb\xbf\s*+)?\{")
_ARRAY = re.compile(
    rb"\s*+(?:\xef\xbb\xbf\s*+)?\[\s*+(?:[\[{\]\"]|$|(?:-?[0-9.]+|true|false|null)\s*(?:,|\]\s*$))"
)
_OBJECT_LINE = re.compile(rb"^[ \t]*\{[ \t]*\"[^\n]*\}[ \t\r]*$", re.MULTILINE)
_SPANNING = re.compile(rb"[{\[,:]\s*$")
_COMMA = re.compile(rb"\s*,")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],]', re.DOTALL)
_PART = re.compile(rb'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"?+(?P<name>\s*+:)?|[{}\[\]]', re.DOTALL)
_KINDS: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


def kind_of(value: Any) -> str:
    """What JSON calls the type of a decoded value."""
    return _KINDS[type(value)]


def looks_like_json(head: bytes) -> bool:
    """It starts as an object or as an array of them, or a line of it is an object."""
    return bool(_OBJECT.match(head) or _ARRAY.match(head) or _OBJECT_LINE.search(head))


def goes_on(line: bytes) -> bool:
    """Whether a file's first line opens an object or an array that it does not close.

    What such a file is can be told only by more of it.
    """
    return bool((_OBJECT.match(line) or _ARRAY.match(line)) and _open(line))


def _open(line: bytes) -> bool:
    depth = 0
    for token in _TOKEN.finditer(line):
        depth += token[0] in b"{["
        depth -= token[0] in b"}]"
    return depth > 0


def outline(head: bytes) -> dict[tuple[str, ...], dict[str, str]]:
    """The members' names of the first object in a file that starts so, and of the objects in it.

    By the path of the members that lead there (arrays are no step), each name with its value where that is
    a string. As far as the head goes; never raises. A file that starts otherwise is looked at from the first
    line that is an object.
    """
    if not (_OBJECT.match(head) or _ARRAY.match(head)):
        line = _OBJECT_LINE.search(head)
        head = line[0] if line else b""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    path: list[str] = []
    deeper = 0
    name = ""
    for token in _PART.finditer(head):
        text = token["text"]
        if text is None:
            opens = token[0] in b"{["
            if deeper or (opens and len(path) == _OUTLINED):
                deeper += 1 if opens else -1
            else:
                path = [*path, name] if opens else path[:-1]
            name = ""
        elif not deeper:
            members = found.setdefault(tuple(filter(None, path)), {})
            if name and not token["name"]:
                members[name] = members[name] or text.decode(errors="replace")
            name = text.decode(errors="replace") if token["name"] else ""
            if name:
                members.setdefault(name, "")
        if not path:
            break
    return found


def objects(stream: Stream, context: Context, read: Read) -> Iterator[Outcome]:
    """What ``read`` makes of each object, and of each piece between them that is none.

    At least one outcome. A live stream's lines are given one by one, as each is there.
    """
    if _spans_lines(stream, context.room):
        yield from _document(stream, context, read)
    else:
        yield from _lines(stream, context, read)


def _spans_lines(stream: Stream, size: int) -> bool:
    """Whether the first line starts an array, or an object that goes on in the next line.

    A line that was cut off is followed by another object; an object on many lines is not. The next line is
    looked at only where it matters: a live stream may not have it yet.
    """
    first = b"".join(stream.peek_lines(1, size)).removeprefix(_BOM)
    if _ARRAY.match(first):
        return True
    if not (_OBJECT.match(first) and _open(first)):
        return False
    following = stream.peek_lines(2, size)[1:]
    if not _SPANNING.search(first):
        return bool(following) and bool(_COMMA.match(following[0]))
    return not _OBJECT.match(following[0]) if following else first.endswith(b"\n")


def _lines(stream: Stream, context: Context, read: Read) -> Iterator[Outcome]:
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
            yield from read(Piece(data, start), not data.endswith(b"\n"))
            empty = False
    if empty:
        yield Piece(b"", 0).rejected(UnfitError("empty", "empty: no JSON object"), context)


def _document(stream: Stream, context: Context, read: Read) -> Iterator[Outcome]:
    """The objects of a file that is one array or one object."""
    piece = whole(stream, DOCUMENT)
    if piece.dropped:
        size = len(piece.data) + piece.dropped
        reason = f"too large: one JSON value of {size:,} bytes; over {DOCUMENT:,} write one object a line"
        yield piece.rejected(UnfitError("size", reason), context)
        return
    if _OBJECT.match(piece.data):
        fits = len(piece.data) <= context.room
        yield from read(piece, True) if fits else [piece.too_large(context)]
        return
    try:
        end = _end(piece.data)
    except UnfitError as error:
        yield piece.rejected(error, context)
        return
    count, told = 0, False
    for element, last in _elements(piece, end):
        fits = len(element.data) <= context.room
        for outcome in read(element, last) if fits else [element.too_large(context)]:
            told = told or (isinstance(outcome, Rejected) and outcome.kind == "truncated")
            yield outcome
        count += 1
    if end is None and not told:
        nothing = Piece(b"", piece.offset + len(piece.data))
        reason = f"cut off: the array has no end; {count} of its elements came"
        yield nothing.rejected(UnfitError("truncated", reason), context)
    elif not count:
        yield piece.rejected(UnfitError("empty", "empty: an array without objects"), context)


def _end(data: bytes) -> int | None:
    """Where the array that a document is has its closing bracket; none where it has none.

    Raises:
        UnfitError: it is nested too deeply.
    """
    depth = 0
    for token in _TOKEN.finditer(data, data.find(b"[")):
        depth += token[0] in b"{["
        depth -= token[0] in b"}]"
        if depth > DEPTH:
            raise UnfitError("syntax", f"nested deeper than {DEPTH} levels", token.start())
        if depth <= 0:
            return token.start()
    return None


def _elements(piece: Piece, end: int | None) -> Iterator[tuple[Piece, bool]]:
    """The elements of the array that a document is, each with whether the file ends with it.

    What stands behind the closing bracket is an element too, and none that can be read.
    """
    data = piece.data
    opening = data.find(b"[")
    depth, start = 0, opening + 1
    for token in _TOKEN.finditer(data, opening, len(data) if end is None else end):
        depth += token[0] in b"{["
        depth -= token[0] in b"}]"
        if depth == 1 and token[0] == b",":
            yield from _element(data, start, token.start(), piece.offset, last=False)
            start = token.end()
    if end is not None:
        yield from _element(data, start, end, piece.offset, last=False)
        start = end + 1
    yield from _element(data, start, len(data), piece.offset, last=end is None)


def _element(data: bytes, start: int, end: int, offset: int, *, last: bool) -> Iterator[tuple[Piece, bool]]:
    text = data[start:end]
    if text.strip():
        lead = len(text) - len(text.lstrip())
        yield Piece(text.strip(), offset + start + lead), last


def decoded(data: bytes, *, last: bool = True) -> dict[str, Any]:
    """The JSON object that a piece is. ``last``: nothing stands behind it in its file.

    Raises:
        UnfitError: it is none; says what is wrong and at which byte. ``truncated`` where its end is missing
            and nothing stands behind it.
    """
    shift = len(data) - len(data.lstrip().removeprefix(_BOM))
    try:
        text = data[shift:].decode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        at = shift + error.start
        if last and error.reason == "unexpected end of data":
            raise UnfitError(
                "truncated", f"cut off: the UTF-8 ends within a character at {at}", at
            ) from error
        reason = f"not valid UTF-8: byte 0x{data[at]:02X} at {at} ({error.reason})"
        raise UnfitError("encoding", reason, at) from error
    except json.JSONDecodeError as error:
        raise _unfit(error, text, shift, last=last) from error
    except RecursionError as error:
        raise UnfitError("syntax", "not JSON that can be read: nested too deeply") from error
    except ValueError as error:
        raise UnfitError("syntax", f"not JSON that can be read: {error}") from error
    if not isinstance(value, dict):
        raise UnfitError("type", f"a JSON {kind_of(value)}, where an object was expected")
    return value


def _unfit(error: json.JSONDecodeError, text: str, shift: int, *, last: bool) -> UnfitError:
    """What a person is told: where it breaks, and whether its end is missing."""
    end = len(text.rstrip())
    at = shift + len(text[: min(error.pos, end)].encode())
    cut = error.pos >= end or "Unterminated" in error.msg or _half(error.msg, text[error.pos : end])
    if cut and last and text[:1000].lstrip().startswith("{"):
        return UnfitError(
            "truncated", f"cut off: the JSON ends without its end: {error.msg} at byte {at}", at
        )
    return UnfitError("syntax", f"{'cut off or ' if cut else ''}not JSON: {error.msg} at byte {at}", at)


def _half(message: str, rest: str) -> bool:
    """Whether all that is left is the first part of a literal, a number, or an escape."""
    if "escape" in message:
        return bool(re.fullmatch(r"\\?u?[0-9a-fA-F]{0,4}", rest))
    literal = any(word.startswith(rest) for word in ("true", "false", "null"))
    return literal or bool(re.fullmatch(r"-|\.|\.?[0-9]*[eE][+-]?", rest))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in members if names.count(name) > 1)
        raise UnfitError("value", f"the member {twice!r} stands there twice")
    return members


def _no_constant(name: str) -> None:
    raise UnfitError("syntax", f"not JSON: {name} is no JSON number")
