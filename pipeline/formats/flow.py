"""A body as it is put together: paragraphs, headings, tables and lists in, plain text and its spans out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.article import Span
from pipeline.formats import prose
from pipeline.formats.shape import UnfitError

CELL = " | "
"""What parts the cells of a table's row."""


class Flow:
    """Collects the blocks of one body. ``limit`` is the number of code points past which it is no article."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blocks: list[str] = []
        self._length = 0
        self._headings: list[Span] = []
        self._tables: list[Span] = []

    def __len__(self) -> int:
        """The number of blocks so far."""
        return len(self._blocks)

    def paragraph(self, text: str) -> None:
        """A paragraph; line feeds in it stay, other white space is evened out; nothing if it has no text."""
        self._block(_lines(text))

    def heading(self, text: str) -> None:
        """A section heading: one line."""
        if span := self._block(" ".join(text.split())):
            self._headings.append(span)

    def table(self, rows: Iterable[Iterable[str]]) -> None:
        """A table: a line each row that has text, its cells parted by ``CELL``."""
        lines = [CELL.join(" ".join(cell.split()) for cell in row) for row in rows]
        self.verbatim(line.strip() for line in lines if line.strip(" |"))

    def verbatim(self, lines: Iterable[str]) -> None:
        """A table whose lines are as they are to stand: columns made of spaces."""
        text = "\n".join(line.rstrip() for line in lines if line.strip())
        if span := self._block(text):
            self._tables.append(span)

    def items(self, items: Iterable[str], *, numbered: bool = False) -> None:
        """A list: a line each item, with a dash or its number; line feeds within an item are indented."""
        lines = []
        for number, item in enumerate(filter(str.strip, items), 1):
            mark = f"{number}. " if numbered else "- "
            lines.append(mark + _lines(item, indent="  "))
        self._block("\n".join(lines))

    def prose(self, text: str) -> None:
        """Plain text as a typist sends it, with blank lines between its paragraphs (see ``prose.body``)."""
        body, headings = prose.body(text)
        if span := self._block(body):
            self._headings += [Span(span.start + each.start, span.start + each.end) for each in headings]

    def fields(self) -> dict[str, Any]:
        """The article's fields ``body``, ``headings`` and ``tables``; none where there is no text."""
        if not self._blocks:
            return {}
        return {
            "body": "\n\n".join(self._blocks),
            "headings": tuple(self._headings),
            "tables": tuple(self._tables),
        }

    def _block(self, text: str) -> Span | None:
        if not text:
            return None
        start = self._length + 2 if self._blocks else 0
        self._length = start + len(text)
        if self._length > self._limit:
            reason = (
                f"too large: a body of more than {self._limit:,} characters; the limit is {self._limit:,}"
            )
            raise UnfitError("size", reason)
        self._blocks.append(text)
        return Span(start, self._length)


def _lines(text: str, indent: str = "") -> str:
    """The text with its line feeds, and white space evened out within each line; blank lines go."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return f"\n{indent}".join(line for line in lines if line)
