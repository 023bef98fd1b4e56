"""Bytes as a person can read them: text where they are text, else a dump; nothing that moves a terminal."""

from __future__ import annotations

import re

MOST_DUMPED = 16 * 1024
"""Bytes of a dump; `newswire dead export` has all of them."""

_WIDTH = 16
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def line(text: str) -> str:
    """Text on one line; control characters are shown, not obeyed."""
    return harmless(re.sub(r"\s+", " ", text))


def harmless(text: str) -> str:
    """Text with its lines and tabs; other control characters are shown, not obeyed."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text.replace("\r\n", "\n"))


def text_of(data: bytes) -> str | None:
    """Bytes as text, if they are UTF-8 without control characters but those of lines, pages and tabs."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text.translate({ord("\r"): None, ord("\f"): None})) else text


def readable(data: bytes) -> str:
    """Bytes as text, else as a dump of their first part."""
    text = text_of(data)
    return dump(data) if text is None else harmless(text)


def dump(data: bytes, most: int = MOST_DUMPED) -> str:
    """Bytes as hexadecimal digits with their ASCII characters beside them."""
    lines = []
    for start in range(0, min(len(data), most), _WIDTH):
        piece = data[start : min(start + _WIDTH, most)]
        digits = piece.hex(" ")
        marks = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece)  # noqa: PLR2004 - ASCII
        lines.append(f"{start:08x}  {digits:<{3 * _WIDTH - 1}}  {marks}")
    if len(data) > most:
        lines.append(f"… and {len(data) - most:,} more bytes")
    return "\n".join(lines)
