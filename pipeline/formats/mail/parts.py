"""The parts of a mail: guarded before Python's parser sees them, headers decoded, bodies as text."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import (
    CloseBoundaryNotFoundDefect,
    HeaderParseError,
    InvalidBase64CharactersDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
    StartBoundaryNotFoundDefect,
)
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value
from typing import Any

from pipeline.formats import charset
from pipeline.formats.shape import UnfitError

HEADERS = 256 * 1024
"""Bytes that the headers of a mail may take."""

NESTED = 20
"""Multipart bodies, and mails within each other, that a mail may have."""

PARTS = 1000
"""Parts that it may have."""

FIELD = 8 * 1024
"""Bytes that a header with parameters may take: Python reads these in the square of the time."""

_WORK = 6_000_000
"""Lines times the bodies that each is looked for the end of: what Python's parser has to do."""

_CUT = (StartBoundaryNotFoundDefect, CloseBoundaryNotFoundDefect)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
# A boundary as it is mostly written, and in any way that Python's parser understands (RFC 2231 too).
_BOUNDARY = re.compile(
    rb"""\bboundary\s*=\s*(?:"([^"\\\r\n]{1,200})"[ \t]*(?=[;\r\n]|\Z)|([^\s";\\<][^\s";\\]{0,199}))""",
    re.IGNORECASE,
)
_ANY_BOUNDARY = re.compile(rb"\bboundary[*\d]*[\s\x1c-\x1f]*=", re.IGNORECASE)
_DASHES = re.compile(rb"[\r\n]--")
_INNER = re.compile(rb"content-type[ \t]*:[\s\x1c-\x1f]*(?:message|multipart)/", re.IGNORECASE)
_END_OF_FIELD = re.compile(rb"(?:\r?\n|\r(?!\n))(?![ \t])")
# A word ends before the next begins: of many without an end, none is looked through twice.
_WORD = r"=\?[^?\s]{1,80}\?[BbQq]\?(?:(?!=\?[^=\s]).)*?\?="
_ENCODED = re.compile(rf"{_WORD}(?:\s+{_WORD})*")
_BASE64 = (InvalidBase64CharactersDefect, InvalidBase64PaddingDefect)


@dataclass(frozen=True)
class Leaf:
    """A part without parts: its MIME type, its name, and whether it stands for itself."""

    message: Message
    kind: str
    name: str
    attached: bool

    @property
    def data(self) -> bytes:
        """Its bytes, without their transfer encoding; empty for a mail within the mail."""
        payload = self.message.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""

    @property
    def inner(self) -> bytes:
        """The mail that it is, within the mail; empty where it cannot be put together again."""
        payload = self.message.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        try:
            return inner.as_bytes() if isinstance(inner, Message) else b""
        except (LookupError, UnicodeError, ValueError):
            return b""

    def text(self) -> tuple[str, list[str]]:
        """Its text, and what was mended, for a person.

        Raises:
            UnfitError: it is in no encoding that it may be in, or its base64 breaks off.
        """
        data = self.data
        if any(isinstance(defect, InvalidBase64LengthDefect) for defect in self.message.defects):
            raise UnfitError("truncated", "cut off: the base64 of the mail's text breaks off")
        text, flags = charset.decode(data, parameter(self.message, "charset") or None)
        if any(isinstance(defect, _BASE64) for defect in self.message.defects):
            flags = ["its base64 is broken: what could be read of it is taken", *flags]
        return text, flags


def parse(data: bytes) -> Message:
    """A mail.

    Raises:
        UnfitError: its headers are too large, it has so many parts that it must be a trap, or its end is
            missing (``truncated``).
    """
    end = _END_OF_HEADERS.search(data)
    if (size := end.start() if end else len(data)) > HEADERS:
        raise UnfitError("size", f"too large: headers of {size:,} bytes; {HEADERS:,} may be")
    if end is None:
        raise UnfitError("truncated", "cut off: the mail's headers have no end")
    _guard(data)
    try:
        message = email.message_from_bytes(data, policy=compat32)
    except Exception as error:
        reason = f"no mail that can be read: {type(error).__name__}: {error}"
        raise UnfitError("syntax", reason) from error
    if any(isinstance(defect, _CUT) for defect in message.defects):
        raise UnfitError("truncated", "cut off: the last part of the mail has no end")
    return message


def _guard(data: bytes) -> None:
    """Raises ``UnfitError`` where Python's parser would take too long, or too much memory."""
    inner = [match.start() for match in _INNER.finditer(data)]
    if len(inner) > NESTED:
        raise UnfitError("size", f"too large: more than {NESTED} bodies within each other")
    for start in inner:
        end = _END_OF_FIELD.search(data, start)
        if (end.start() if end else len(data)) - start > FIELD:
            raise UnfitError("size", f"too large: a Content-Type of more than {FIELD:,} bytes")
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    parts = _parts(data)
    if parts > PARTS or lines * (len(inner) + 1) > _WORK:
        raise UnfitError("size", f"too large: {parts:,} parts and {lines:,} lines; {PARTS:,} parts may be")


def _parts(data: bytes) -> int:
    """How many parts there are at most: lines that begin as the line between two parts does."""
    dashes = len(_DASHES.findall(data))
    if dashes <= PARTS:
        return dashes
    written = [one or other for one, other in _BOUNDARY.findall(data)]
    boundaries = set(written)
    if len(boundaries) > NESTED or len(written) < len(_ANY_BOUNDARY.findall(data)):
        return dashes
    return sum(len(re.findall(rb"[\r\n]--" + re.escape(each), data)) for each in boundaries)


def header(message: Message, *names: str) -> str:
    """The first of these headers that says something, on one line, encoded words (RFC 2047) decoded."""
    for name in names:
        for key, value in message.raw_items():
            if key.lower() == name and (text := decoded(str(value))):
                return text
    return ""


def decoded(value: str) -> str:
    """A header as it was meant: lines joined, encoded words and bytes in any encoding decoded."""
    return " ".join(_ENCODED.sub(_words, " ".join(_raw(value).split())).split())


def _words(match: re.Match[str]) -> str:
    """Encoded words that follow each other: a character may begin in one and end in the next."""
    try:
        return "".join(_piece(*each) for each in decode_header(match[0])) or match[0]
    except (HeaderParseError, ValueError):
        return match[0]


def _raw(value: str) -> str:
    """Bytes that stand for themselves in a header are UTF-8 (RFC 6532), or windows-1252 as of old."""
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _piece(piece: Any, name: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return charset.decode(piece, name)[0]
    except UnfitError:
        return str(piece.decode("utf-8", "replace"))


def parameter(message: Message, name: str, of: str = "content-type") -> str:
    """A parameter of a header, RFC 2231's encoding resolved; empty where it is not there or not readable."""
    if len(str(message.get(of, ""))) > FIELD:
        return ""
    try:
        value = message.get_param(name, "", header=of)
        return decoded(collapse_rfc2231_value(value))
    except (ValueError, LookupError, TypeError):
        return ""


def leaves(message: Message, level: int = 0) -> Iterator[Leaf]:
    """The parts that a reader is to see, in their order, and the attachments.

    Of alternatives (RFC 2046, 5.1.4) plain text is taken, unless it says next to nothing; of related parts
    the first is what the others belong to.

    Raises:
        UnfitError: they lie too deep within each other.
    """
    kind = message.get_content_type()
    # The payload of what has no parts would be decoded, which fails where its encoding is no name.
    parts = message.get_payload() if message.is_multipart() else None
    if level > NESTED:
        raise UnfitError("size", f"too large: more than {NESTED} bodies within each other")
    if not isinstance(parts, list) or message.get_content_maintype() == "message":
        disposition = str(message.get("content-disposition", "")).strip().lower()
        name = parameter(message, "filename", "content-disposition") or parameter(message, "name")
        attached = disposition.startswith("attachment") or bool(name) or not kind.startswith("text/")
        yield Leaf(message, kind, name, attached)
        return
    below = [list(leaves(part, level + 1)) for part in parts if isinstance(part, Message)]
    if kind == "multipart/alternative":
        yield from _alternative(below)
        return
    for number, each in enumerate(below):
        related = kind == "multipart/related" and number > 0
        yield from (one for one in each if not related or one.attached)


def _alternative(options: list[list[Leaf]]) -> list[Leaf]:
    """The option to read: plain text, else HTML, else the last one, which is the richest."""
    for wanted in ("text/plain", "text/html"):
        for option in options:
            shown = [leaf for leaf in option if not leaf.attached]
            if any(leaf.kind == wanted and _says_something(leaf) for leaf in shown):
                return option
    return options[-1] if options else []


_STUB = 400
_POINTER = re.compile(
    r"\b(?:html|browser|e-?mail client|mail-?programm|navigateur|navegador|view (?:this|it) (?:in|online))\b",
    re.IGNORECASE,
)


def _says_something(leaf: Leaf) -> bool:
    """Whether it is more than a hint to look at the other option."""
    try:
        text = leaf.text()[0].strip()
    except UnfitError:
        return False
    if leaf.kind == "text/html":
        return bool(re.sub(r"<[^<>]*>|\s|&nbsp;", "", text))
    return bool(text) and not (len(text) < _STUB and _POINTER.search(text))
