"""Messages on a wire: each stands between a start of header and an end of transmission, one after the other.

Source: IPTC 7901, 5th revision, and ANPA 1312 (89-3): SOH, header, STX, text, ETX, what follows, EOT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.formats.shape import Context, Outcome, Piece, UnfitError, outcome
from pipeline.formats.stream import HEAD, Stream

FILLERS = b"\x00\x07\x16\x1a\x7f"
"""What may stand anywhere and means nothing: NUL, BEL, SYN, SUB (the end of a file in CP/M), DEL."""

LINES = 100_000
"""Lines that a message may have: twenty times those of the longest that agencies send."""

_SOH, _STX, _ETX, _EOT = 0x01, 0x02, 0x03, 0x04
_BETWEEN = FILLERS + b"\x03\x04\x0b\x0c \t\r\n"
_EDGE = re.compile(rb"[\x01\x04]")
_ESCAPE = re.compile(rb"\x1b(?:\[[\x30-\x3f]*)?[\x20-\x2f]*[\x30-\x7e]")
_INSTRUCTION = re.compile(rb"\x0c[^\x0b\r\n]{0,80}\x0b")
# Carriage returns before a line feed are one end with it; a teleprinter may send the line feed first.
_LINE_END = re.compile("\r+\n|\n\r(?!\n)|\n|\r|\x85")

Ending = Literal["end", "next", "file"]
"""What a message stops at: its end of transmission, the start of the next one, or the end of the file."""


@dataclass(frozen=True)
class Message:
    """The three parts of a message, without their frame. ``flags`` say what its frame lacks."""

    header: bytes
    text: bytes
    after: bytes
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    piece: Piece
    ending: Ending | None
    """None: it is no message but what stands between two."""


def read(
    stream: Stream, context: Context, name: str, fields_of: Callable[[Message, Context], dict[str, Any]]
) -> Iterator[Outcome]:
    """An article or a rejection for each message, and a rejection for text that is in none.

    ``fields_of`` reads the article's fields from a message and may raise ``UnfitError``. No more than one
    message is held, and of that no more than the context's room.
    """
    empty = True
    for part in _parts(stream, context.room):
        empty = False
        if part.piece.dropped:
            yield part.piece.too_large(context)
        elif part.ending is None:
            reason = "text that is in no message: no start of header (SOH) stands before it"
            yield part.piece.rejected(UnfitError("format", reason), context)
        else:
            yield _outcome(part, context, name, fields_of)
    if empty:
        yield Piece(b"", 0).rejected(UnfitError("empty", "empty: no message"), context)


def lines(text: str) -> list[str]:
    """The lines of a text, whichever ends they have."""
    return _LINE_END.split(text)


def without_controls(data: bytes, controls: bytes) -> bytes:
    """The bytes without fillers, instructions to typesetting machines, escape sequences and these controls.

    An instruction stands between FF and VT (IPTC 7901: SCD and ECD).
    """
    plain = data.translate(None, FILLERS)
    return _ESCAPE.sub(b"", _INSTRUCTION.sub(b"", plain)).translate(None, controls)


def _outcome(
    part: _Part, context: Context, name: str, fields_of: Callable[[Message, Context], dict[str, Any]]
) -> Outcome:
    ending = part.ending or "end"

    def fields(data: bytes) -> dict[str, Any]:
        _check_size(data, context.limit)
        return fields_of(_message(data, ending), context)

    return outcome(part.piece, context, name, fields)


def _check_size(data: bytes, limit: int) -> None:
    """Refuse what can give no article within the limit, before anything is done with it.

    Raises:
        UnfitError: without its blanks it is larger than an article may be, or it has too many lines.
    """
    count = max(data.count(b"\n"), data.count(b"\r"))
    size = len(data.translate(None, b" \t\r\n\x7f\x00"))
    if size > limit:
        raise UnfitError("size", f"too large: {size:,} bytes without blanks; the limit is {limit:,}")
    if count > LINES:
        raise UnfitError("size", f"too large: {count:,} lines; a message may have {LINES:,}")


def _message(data: bytes, ending: Ending) -> Message:
    """The parts of a message's bytes.

    Raises:
        UnfitError: its end or the start of its text is missing, or it holds more than one text.
    """
    if ending == "file":
        raise UnfitError("truncated", "cut off: it has no end of transmission (EOT)", len(data))
    start = data.find(_STX)
    end = data.rfind(_ETX)
    if ending == "next" and (start < 0 or end < start):
        raise UnfitError("truncated", "cut off: the next message starts within it", len(data))
    if start < 0:
        raise UnfitError("syntax", "it has no start of text (STX)")
    if end < start:
        raise UnfitError("truncated", "cut off: its text has no end (ETX)", len(data))
    if 0 <= data.find(_ETX, start) < data.rfind(_STX):
        raise UnfitError("syntax", "two texts in one message", data.rfind(_STX))
    flags = () if ending == "end" else ("it has no end of transmission (EOT); the next message follows",)
    return Message(data[1:start], data[start + 1 : end], data[end + 1 :].rstrip(b"\x04"), flags)


class _Growing:
    """The bytes of a part so far; what is over the room is only counted."""

    def __init__(self, offset: int, room: int) -> None:
        self._offset = offset
        self._room = room
        self._data = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        free = self._room - len(self._data)
        self._data += data[:free]
        self._dropped += max(0, len(data) - free)

    @property
    def idle(self) -> bool:
        """Whether there is nothing in it but its start of header: one that is sent again, or noise."""
        return len(self._data) < HEAD and not self._data[1:].strip(_BETWEEN)

    def message(self, ending: Ending) -> _Part:
        return _Part(self._piece(bytes(self._data)), ending)

    def between(self) -> _Part:
        return _Part(self._piece(bytes(self._data) if self._dropped else self._data.rstrip(_BETWEEN)), None)

    def _piece(self, data: bytes | bytearray) -> Piece:
        kept = bytes(data[: min(HEAD, self._room)] if self._dropped else data)
        return Piece(kept, self._offset, self._dropped + len(data) - len(kept))


def _parts(stream: Stream, room: int) -> Iterator[_Part]:
    """The messages, and what else stands between them and is more than fillers."""
    current: _Growing | None = None
    inside = False
    while True:
        offset = stream.offset
        chunk = stream.readline(HEAD)
        if not chunk:
            break
        if current is not None and b"\x01" not in chunk and b"\x04" not in chunk:
            current.add(chunk)
            continue
        position = 0
        for edge in (*_EDGE.finditer(chunk), None):
            until = (
                len(chunk) if edge is None else edge.end() if inside and edge[0] == b"\x04" else edge.start()
            )
            current = _grown(current, chunk[position:until], offset + position, room, inside=inside)
            position = until
            if edge is None or (edge[0] == b"\x04" and not inside):
                continue
            if current is not None and not (inside and current.idle):
                yield _closed(current, "end" if edge[0] == b"\x04" else "next", inside=inside)
            inside = edge[0] == b"\x01"
            current = _Growing(offset + position, room) if inside else None
    if current is not None:
        yield _closed(current, "file", inside=inside)


def _grown(current: _Growing | None, data: bytes, offset: int, room: int, *, inside: bool) -> _Growing | None:
    """The part with more bytes; a part between messages starts with what is no filler."""
    if current is None and not inside:
        text = data.lstrip(_BETWEEN)
        offset += len(data) - len(text)
        data = text
        current = _Growing(offset, room) if data else None
    if current is not None:
        current.add(data)
    return current


def _closed(part: _Growing, ending: Ending, *, inside: bool) -> _Part:
    return part.message(ending) if inside else part.between()
