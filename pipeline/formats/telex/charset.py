"""The characters of a telex: nothing in its formats names an encoding, so the bytes must tell."""

from __future__ import annotations

import re
import unicodedata

from pipeline.formats import charset

# An accent of ISO 6937 (and T.61) stands before its letter.
_ACCENTS = {
    0xC1: "\u0300",
    0xC2: "\u0301",
    0xC3: "\u0302",
    0xC4: "\u0303",
    0xC5: "\u0304",
    0xC6: "\u0306",
    0xC7: "\u0307",
    0xC8: "\u0308",
    0xC9: "\u0308",
    0xCA: "\u030a",
    0xCB: "\u0327",
    0xCD: "\u030b",
    0xCE: "\u0328",
    0xCF: "\u030c",
}
_RIGHT_HALF = dict(
    zip(
        range(0xA0, 0xC0),
        "\xa0¡¢£$¥#§¤‘“«←↑→↓°±²³\xd7µ¶·÷’”»¼½¾¿",
        strict=True,
    )
) | dict(
    zip(
        (*range(0xD0, 0xD8), *range(0xDC, 0xE5), *range(0xE6, 0xFF)),
        "―¹®©™♪¬¦⅛⅜⅝⅞ΩÆĐªĦĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ",
        strict=True,
    )
)
_HIGH = re.compile("([\xc1-\xcf])(.?)|[\x80-\xff]", re.DOTALL)
# In Latin-1 these are capitals with accents, which do not stand in the middle of a word in small letters.
_ISO_6937 = re.compile(rb"[a-z][\xc1-\xcb\xcd-\xcf][a-z]")
# The small letters ü é ä à ê ë è ï î ô ö û of code page 850. In windows-1252 they are unassigned or marks
# that do not stand between two small letters.
_CODE_PAGE = re.compile(rb"[a-z][\x81\x82\x84\x88\x89\x8a\x8b\x93\x94][a-z]")
_LATIN_LETTER = re.compile(rb"[\xc0-\xd6\xd8-\xe0\xe2-\xf6\xf8-\xff]")


def decode(data: bytes) -> tuple[str, list[str]]:
    """The text, and what a person is to know of its encoding.

    UTF-8 if it is valid; ISO 6937 or code page 850 where nothing else can be meant; else windows-1252, which
    ISO 8859-1 is a part of.

    Raises:
        UnfitError: it is binary data.
    """
    if data.isascii() or _is_utf8(data) or charset.marked(data):
        return charset.decode(data)
    if _ISO_6937.search(data) and (text := _iso_6937(data)) is not None:
        return text, ["the encoding is not told: read as ISO 6937"]
    if _CODE_PAGE.search(data) and not _LATIN_LETTER.search(data):
        return data.decode("cp850"), ["the encoding is not told: read as code page 850"]
    text, flags = charset.decode(data, "iso-8859-1")
    return text, ["the encoding is not told: read as windows-1252", *flags]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _iso_6937(data: bytes) -> str | None:
    """The text, or none where a byte is none of ISO 6937 or an accent fits no letter."""
    text = data.decode("latin-1")
    known = {match[0]: _character(match) for match in _HIGH.finditer(text)}
    if None in known.values():
        return None
    return _HIGH.sub(lambda match: known[match[0]] or "", text)


def _character(match: re.Match[str]) -> str | None:
    """The character that a byte, or an accent and its letter, stands for."""
    accent, letter = match[1], match[2]
    if not accent:
        return _RIGHT_HALF.get(ord(match[0]))
    mark = _ACCENTS.get(ord(accent))
    if not (mark and letter and letter.isascii() and letter.isalpha()):
        return None
    composed = unicodedata.normalize("NFC", letter + mark)
    return composed if len(composed) == 1 else None
