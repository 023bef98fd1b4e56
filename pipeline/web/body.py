"""An article's body cut for the page: paragraphs, headings and tables, and in them names and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, Literal, TypeAlias

from msgspec import Struct

Kind = Literal["paragraph", "heading", "table"]
Document: TypeAlias = Mapping[str, Any]

_BLANK_LINES = re.compile(r"\n\s*\n")


class Piece(Struct, frozen=True):
    """Text of one kind; ``entity`` is the place in the document's list of the one that is named by it."""

    text: str
    entity: int | None = None


class Run(Struct, frozen=True):
    """Pieces that stand in one quote, or in none; ``quote`` is its place in the document's list."""

    pieces: tuple[Piece, ...]
    quote: int | None = None


class Block(Struct, frozen=True):
    """A paragraph, a heading or a table."""

    kind: Kind
    runs: tuple[Run, ...]


class _Mark(Struct, frozen=True):
    """A piece of the body, and the place in its list of what it is."""

    start: int
    end: int
    index: int


def blocks(document: Document) -> tuple[Block, ...]:
    """The body in blocks, in order: none of its characters is lost but white space between blocks.

    Args:
        document: as the index keeps it; spans that leave the body or cross one before them are passed over.
    """
    body = document.get("body") or ""
    names = _apart(
        (
            _Mark(span["start"], span["end"], index)
            for index, entity in enumerate(document.get("entities", ()))
            for span in entity.get("mentions", ())
        ),
        body,
    )
    quotes = _apart(
        (_Mark(one["start"], one["end"], index) for index, one in enumerate(document.get("quotes", ()))), body
    )
    return tuple(
        Block(kind, _runs(body, start, end, names, quotes)) for kind, start, end in _sections(body, document)
    )


def _sections(body: str, document: Document) -> Iterator[tuple[Kind, int, int]]:
    """Where each block stands, without the white space around it."""
    kinds: list[Kind] = []
    marks = []
    for kind, name in (("heading", "headings"), ("table", "tables")):
        for span in document.get(name, ()):
            marks.append(_Mark(span["start"], span["end"], len(kinds)))
            kinds.append("heading" if kind == "heading" else "table")
    at = 0
    for mark in _apart(marks, body):
        yield from _paragraphs(body, at, mark.start)
        yield from _trimmed(kinds[mark.index], body, mark.start, mark.end)
        at = mark.end
    yield from _paragraphs(body, at, len(body))


def _paragraphs(body: str, start: int, end: int) -> Iterator[tuple[Kind, int, int]]:
    for gap in _BLANK_LINES.finditer(body, start, end):
        yield from _trimmed("paragraph", body, start, gap.start())
        start = gap.end()
    yield from _trimmed("paragraph", body, start, end)


def _trimmed(kind: Kind, body: str, start: int, end: int) -> Iterator[tuple[Kind, int, int]]:
    text = body[start:end]
    if text.strip():
        yield kind, start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())


def _runs(
    body: str, start: int, end: int, names: Sequence[_Mark], quotes: Sequence[_Mark]
) -> tuple[Run, ...]:
    """The text from start to end, cut wherever a name or a quote begins or ends."""
    near = [mark for mark in (*names, *quotes) if mark.start < end and mark.end > start]
    cuts = {start, end} | {at for mark in near for at in (mark.start, mark.end) if start < at < end}
    edges = sorted(cuts)
    pieces = [
        (_at(quotes, first), Piece(body[first:last], _at(names, first))) for first, last in pairwise(edges)
    ]
    return tuple(
        Run(tuple(piece for _, piece in group), quote)
        for quote, group in groupby(pieces, key=lambda pair: pair[0])
    )


def _at(marks: Sequence[_Mark], place: int) -> int | None:
    return next((mark.index for mark in marks if mark.start <= place < mark.end), None)


def _apart(marks: Iterable[_Mark], body: str) -> list[_Mark]:
    """Those within the body, in order, none over another; of two that begin together the longer."""
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda one: (one.start, -one.end)):
        after = kept[-1].end if kept else 0
        if after <= mark.start < mark.end <= len(body):
            kept.append(mark)
    return kept
