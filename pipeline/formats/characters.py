"""Characters that went wrong on the way: controls meant as windows-1252, UTF-8 read as windows-1252."""

from __future__ import annotations

import html
import re

import ftfy
from ftfy.badness import is_bad

CONTROLS = "control characters are read as the windows-1252 characters that they were meant to be"
MISREAD = "UTF-8 that was read as another encoding is put right"

LONGEST = 200_000
"""Characters that are looked at for misread UTF-8: what is longer is no text of a story."""

REFERENCES = 20_000
"""Character references in a text past which they are left to whoever reads the markup."""

# What HTML reads for a control; five stay as they are, and U+0085 is a line's end as often as an ellipsis.
_WINDOWS = {code: html.unescape(f"&#{code};") for code in range(0x80, 0xA0) if code != 0x85}  # noqa: PLR2004 - as said
_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")
# A first byte of UTF-8 and one that goes on, as windows-1252 shows them.
_PAIR = re.compile(f"[\xc2-\xf4][\x80-\xbf{bytes(range(0x80, 0xA0)).decode('cp1252', 'ignore')}]")
_NUMBER = r"&#(?:0*(?:12[89]|1[3-9][0-9]|2[0-4][0-9]|25[0-5])|[xX]0*[89a-fA-F][0-9a-fA-F]);"
_NUMBERS = re.compile(f"(?:{_NUMBER}){{2,}}")
_CONTROL_NUMBER = re.compile(r"&#(?:0*(?:12[89]|1[345][0-9])|[xX]0*[89][0-9a-fA-F]);")
_EACH = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")


def mended(text: str) -> tuple[str, list[str]]:
    """The text as it was meant, and what was mended, for a person.

    Character references by number to the range of one byte count as characters. Text that is as it should
    be comes back as it is. Source: for the controls, HTML Living Standard, numeric character reference end
    state; for the misread UTF-8, ftfy's measure of what nobody writes.
    """
    flags: list[str] = []
    if 0 < text.count("&#") <= REFERENCES:
        text = _CONTROL_NUMBER.sub(_unescaped, _NUMBERS.sub(_unescaped, text))
    if text.isascii():
        return text, flags
    if len(text) <= LONGEST and _PAIR.search(text) and is_bad(text):
        fixed = ftfy.fix_encoding(text)
        if fixed != text:
            flags.append(MISREAD)
            text = fixed
    windows = text.translate(_WINDOWS) if _CONTROL.search(text) else text
    if windows != text:
        flags.append(CONTROLS)
    return windows, flags


def _unescaped(references: re.Match[str]) -> str:
    """The characters by their numbers, controls too, so that bytes of UTF-8 can be told."""
    return _EACH.sub(lambda each: chr(int(each[1], 16) if each[1] else int(each[2])), references[0])
