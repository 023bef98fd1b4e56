"""Body text from plain copy: clean characters, paragraphs, and which of them are section headings."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.article import Span
from pipeline.formats.shape import UnfitError

HEADING = 120
"""Code points that a section heading has at most."""

_NARROWEST, _WIDEST = 50, 132
_BREAK = re.compile(r"\r\n?|\x85|\x0b|\x0c")
_SOFT = re.compile("\u00ad")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")
_SENTENCE_END = re.compile(r"[.!?…:;,][\"'”’»)\]\s]*$")
_ITEM = re.compile(r"\s*(?:[-–—*•·]|[0-9]+[.)])\s")
_COLUMNS = re.compile(r"\t|\S {3,}\S")
_HYPHENATED = re.compile(r"\w-$")
_BINARY_SHARE = 0.01


def clean(text: str) -> str:
    """The text with line feeds as line ends, without soft hyphens and the odd control character.

    No reader sees these, and they keep a word from being found.

    Raises:
        UnfitError: a NUL, more than one control character in a hundred (it is no text), or half of a
            surrogate pair.
    """
    text = _BREAK.sub("\n", text)
    if nul := text.count("\0"):
        where = "character" if nul == 1 else "characters"
        raise UnfitError("binary", f"binary data, not text: {nul} NUL {where}")
    stripped = _CONTROL.sub("", text)
    controls = len(text) - len(stripped)
    if controls > len(text) * _BINARY_SHARE and controls > 1:
        raise UnfitError("binary", f"binary data, not text: {controls} of {len(text)} are control characters")
    try:
        stripped.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(stripped[error.start]):04X}"
        raise UnfitError("encoding", f"half of a surrogate pair ({half}) is no character") from error
    return _SOFT.sub("", stripped)


def line(text: str) -> str:
    """A text that stands on one line: white space evened out, ends trimmed.

    Raises:
        UnfitError: as for ``clean``.
    """
    return " ".join(clean(text).replace("\ufeff", "").split())


def body(text: str) -> tuple[str, tuple[Span, ...]]:
    """Paragraphs parted by blank lines, trimmed and joined by one blank line, and the spans of the headings.

    The text must have been cleaned. Where there is nothing but white space the body is empty.
    """
    paragraphs = [part.strip() for part in _BLANK.split(text.replace("\ufeff", "").strip())]
    candidates = [_may_head(part) for part in paragraphs]
    spans: list[Span] = []
    parts: list[str] = []
    position = 0
    for index, paragraph in enumerate(paragraphs):
        part = _unwrap(paragraph)
        if 0 < index < len(paragraphs) - 1 and candidates[index] and not candidates[index + 1]:
            spans.append(Span(position, position + len(part)))
        parts.append(part)
        position += len(part) + 2
    return "\n\n".join(parts), tuple(spans)


def _may_head(paragraph: str) -> bool:
    """Whether it looks like a heading: a short line with a letter, no list item, not ending as a sentence."""
    return (
        len(paragraph) <= HEADING
        and "\n" not in paragraph
        and any(map(str.isalpha, paragraph))
        and not _ITEM.match(paragraph)
        and not _SENTENCE_END.search(paragraph)
    )


def _unwrap(paragraph: str) -> str:
    """The paragraph as one line if its line ends are only a typist's margin, else as it is.

    They are when each line is as full as the margin lets it be: the next line's first word would not
    have fitted any more. Lists, tables, scores and verse keep their lines.
    """
    lines = [part.rstrip() for part in paragraph.split("\n")]
    width = max(map(len, lines))
    if len(lines) == 1 or not _NARROWEST <= width <= _WIDEST:
        return "\n".join(lines)
    for current, following in pairwise(lines):
        if not following.split():
            return "\n".join(lines)
        fits = len(current) + 1 + len(following.split()[0]) <= width
        if fits or _ITEM.match(following) or following[0].isspace() or _COLUMNS.search(current):
            return "\n".join(lines)
    joined = lines[0]
    for following in lines[1:]:
        joined += following if _HYPHENATED.search(joined[-2:]) else f" {following}"
    return joined
