"""From bytes to text: what a byte order mark or a declaration says, and what the bytes say against it."""

from __future__ import annotations

import codecs

from pipeline.formats.shape import UnfitError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = {"iso8859-1", "ascii", "cp1252"}


def marked(data: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark names, and the mark's length in bytes."""
    return next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), None)


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """The text, and what was mended, for a person.

    A byte order mark wins. Bytes that are valid UTF-8 are UTF-8, whatever single-byte encoding they declare:
    text of another encoding is hardly ever valid UTF-8 by chance. Bytes that declare UTF-8, or nothing,
    and are not are windows-1252, which ISO 8859-1 is a part of (as browsers do: WHATWG Encoding Standard).

    Raises:
        UnfitError: the encoding is of several bytes and the bytes break it, or there are NULs in a
            single-byte one: binary data.
    """
    if mark := marked(data):
        name, length = mark
        return _strict(data[length:], name, length), []
    known = _name(declared)
    flags = [f"the encoding {declared!r} is unknown"] if declared and not known else []
    name = known or "utf-8"
    if name.startswith(("utf-16", "utf-32")) and b"\0" in data:
        return _strict(data, name), flags
    if b"\0" in data:
        raise UnfitError("binary", "binary data, not text: NUL characters", data.index(b"\0"))
    if name in _multibyte():
        return _strict(data, name), flags
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if name == "utf-8" or name in _WESTERN:
            mended = (
                [] if name in _WESTERN else ["it is not the UTF-8 that it should be: read as windows-1252"]
            )
            return _windows(data), flags + mended
        return _strict(data, name), flags
    if name != "utf-8" and not data.isascii():
        flags.append(f"it declares {declared} and is UTF-8: read as UTF-8")
    return text, flags


def _name(declared: str | None) -> str | None:
    """Python's name for an encoding; none for what Python does not know or what is no text encoding."""
    try:
        found = codecs.lookup((declared or "").strip())
    except (LookupError, ValueError):
        return None
    return found.name if getattr(found, "_is_text_encoding", True) else None


def _multibyte() -> tuple[str, ...]:
    """The encodings of East Asia, in which bytes that look like UTF-8 may be something else."""
    return (
        *("big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk"),
        *("hz", "iso2022_jp", "iso2022_kr", "johab", "shift_jis", "utf-7"),
    )


def _strict(data: bytes, name: str, shift: int = 0) -> str:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, UnicodeError) as error:
        at = shift + getattr(error, "start", 0)
        kind = "truncated" if at >= shift + len(data) - 3 and name.startswith("utf") else "encoding"
        raise UnfitError(kind, f"not valid {name.upper()} at byte {at}", at) from error  # type: ignore[arg-type]  # one of two


def _windows(data: bytes) -> str:
    """windows-1252 with its five holes filled as browsers fill them: by the control characters of Latin-1."""
    return (
        "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in data)
        if any(byte in data for byte in b"\x81\x8d\x8f\x90\x9d")
        else data.decode("cp1252")
    )
