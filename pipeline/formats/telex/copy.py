"""Text as a teleprinter sets it: which line ends are the margin only, what is a table, a list, a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from pipeline.formats.flow import Flow

_Kind = Literal["cells", "columns", "item", "prose"]

_SLACK = 6
"""Characters that a full line may be short of the margin: not every system fills its lines."""

_WIDEST = 90
"""Characters past which a line is no line of a teleprinter but a whole paragraph."""

_HEADING = 80
_CELL = re.compile(r"[|\t\x1f]")
_RULE_CELL = re.compile(r"[\s:=-]*")
_GAP = re.compile(r"\S {3,}(?=\S)")
_FAR = re.compile(r" {16,}\S")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<mark>[-–*+•·]|\d{1,2}[.)])\s+(?P<text>\S.*)", re.DOTALL)
_SURE_MARKS = "*+•·"
_RULE = re.compile(r"[\W_]{3,}")
_INDENTED = re.compile(r"\t| {2,}")
_DASHED = re.compile(r"-{1,2} ?(?P<text>\S.*\S) ?-{1,2}")
_SENTENCE_END = re.compile(r"[.!?…:;,=][\"'”’»)\]\s]*$")
_HYPHEN = re.compile(r"\w-$")
# After these a hyphen stays open: "Hin- und Rückweg", "two- and three-year".
_OPEN = re.compile(r"(?:und|oder|bzw|bis|sowie|and|or|to|et|ou|och|og|en|of|ja|tai)\b", re.IGNORECASE)


class _Block(NamedTuple):
    kind: _Kind
    lines: tuple[str, ...]


def lay(flow: Flow, lines: Iterable[str]) -> None:
    """Put the lines of a body into a flow.

    Blank lines and indents part paragraphs. Within one, a line end stays where the next word would have
    fitted into the margin: somebody set it. Rows of tables keep their lines.

    Raises:
        UnfitError: it is larger than the flow takes.
    """
    blocks = list(_blocks([line.rstrip() for line in lines]))
    heads = [_heading(block) for block in blocks]
    last = len(blocks) - 1
    for index, block in enumerate(blocks):
        head = heads[index]
        if head and (head != block.lines[0].strip() or (0 < index < last and not heads[index + 1])):
            flow.heading(head)
        else:
            _put(flow, block)


def joined(lines: Sequence[str], width: int) -> str:
    """The lines as a paragraph: one line, but for the ends that somebody set."""
    if len(lines) < 2:  # noqa: PLR2004 - two lines can be joined
        return lines[0].strip() if lines else ""
    text = [lines[0].strip()]
    for current, following in pairwise(map(str.strip, lines)):
        if _is_set(current, following, width):
            text.append("\n")
        elif not _HYPHEN.search(current) or _OPEN.match(following):
            text.append(" ")
        text.append(following)
    return "".join(text)


def _is_set(current: str, following: str, width: int) -> bool:
    """Whether somebody set the end of a line: the next word had room, and does not go on with a sentence."""
    if len(current) > _WIDEST or _HYPHEN.search(current):
        return len(current) > _WIDEST
    word = following.split(maxsplit=1)[0] if following else ""
    goes_on = len(current) > width // 2 and following[:1].islower()
    return not goes_on and len(current) + 1 + len(word) <= width - _SLACK


def margin(lines: Iterable[str]) -> int:
    """The width that lines are filled to: that of the longest, but for those that are whole paragraphs."""
    prose = (line for line in lines if line and len(line) <= _WIDEST)
    return max((len(line) for line in prose if _is_ordinary(line) or not _is_table(line)), default=0)


def _is_table(line: str) -> bool:
    return _has_cells(line) or bool(_GAP.search(line))


def _has_cells(line: str) -> bool:
    """Whether it is a row of cells: strokes around it or two within it, or a tab or a unit separator."""
    row = line.strip()
    framed = len(row) > 1 and row[0] == row[-1] == "|"
    return framed or "\t" in row or "\x1f" in row or row.count(" | ") > 1


def _put(flow: Flow, block: _Block) -> None:
    match block.kind:
        case "cells":
            flow.table(
                cells for cells in map(_cells, block.lines) if not all(map(_RULE_CELL.fullmatch, cells))
            )
        case "columns":
            flow.verbatim(line.replace("\t", " ") for line in block.lines)
        case "item" if block.lines[0][0].isdigit():
            flow.paragraph("\n".join(block.lines))
        case "item":
            flow.items(line.split(maxsplit=1)[1] for line in block.lines)
        case "prose":
            flow.paragraph("\n".join(block.lines))


def _cells(line: str) -> list[str]:
    return _CELL.split(line.strip().removeprefix("|").removesuffix("|"))


def _blocks(lines: list[str]) -> Iterator[_Block]:
    width = margin(lines)
    group: list[str] = []
    for line in lines:
        if line:
            group.append(line)
        elif group:
            yield from _of_group(group, width)
            group = []
    if group:
        yield from _of_group(group, width)


def _of_group(lines: list[str], width: int) -> Iterator[_Block]:
    """The blocks of lines without a blank one between them."""
    if all(map(_is_ordinary, lines)):
        yield _Block("prose", (joined(lines, width),))
        return
    kinds = _kinds(lines)
    for kind, run in groupby(range(len(lines)), key=lambda index: kinds[index]):
        part = [lines[index] for index in run]
        if kind == "item":
            yield _list(part)
        elif kind == "prose":
            yield from _paragraphs(part, width)
        else:
            yield _Block(kind, tuple(part))


def _is_ordinary(line: str) -> bool:
    """Whether a line can be nothing but prose: it starts with a letter, and nothing in it parts columns."""
    special = "|" in line or "   " in line or "\t" in line or "\x1f" in line
    return line[0].isalpha() and not special


def _kinds(lines: list[str]) -> list[_Kind]:
    """What each line of a group is part of."""
    gaps = [len(_GAP.findall(line.strip())) for line in lines]
    kinds: list[_Kind] = []
    for index, line in enumerate(lines):
        neighbours = gaps[max(0, index - 1) : index] + gaps[index + 1 : index + 2]
        before = kinds[-1] if kinds else None
        alone = _DASHED.fullmatch(line.strip()) or _RULE.fullmatch(line.strip())
        match = None if alone else _ITEM.fullmatch(line)
        if _has_cells(line):
            kinds.append("cells")
        elif gaps[index] > 1 or (any(neighbours) and (gaps[index] or _FAR.match(line))):
            kinds.append("columns")
        elif before == "item" or (match and _starts_list(match["mark"], lines, index)):
            kinds.append("item")
        else:
            kinds.append("prose")
    return kinds


def _starts_list(mark: str, lines: list[str], index: int) -> bool:
    """Whether a line with such a mark starts a list: a dash may be part of a sentence, a number a date."""
    before = lines[index - 1].rstrip() if index else ""
    if mark in _SURE_MARKS:
        return True
    if index and not before.endswith(":"):
        return False
    following = _ITEM.fullmatch(lines[index + 1]) if index + 1 < len(lines) else None
    return bool(following) or not mark[0].isdigit()


def _list(lines: list[str]) -> _Block:
    items: list[list[str]] = []
    for line in lines:
        if _ITEM.fullmatch(line) or not items:
            items.append([line])
        else:
            items[-1].append(line)
    # An end within an item stays in no case: what goes on is indented or is a whole line of its own.
    return _Block("item", tuple(joined(item, 0).replace("\n", " ") for item in items))


def _paragraphs(lines: list[str], width: int) -> Iterator[_Block]:
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or _INDENTED.match(lines[index]):
            text = joined(lines[start:index], width)
            start = index
            if not _RULE.fullmatch(text):
                yield _Block("prose", (text,))


def _heading(block: _Block) -> str:
    """The text of a block that looks like a heading: one short line that does not end as a sentence does."""
    text = block.lines[0].strip()
    if block.kind != "prose" or "\n" in text or len(text) > _HEADING or not any(map(str.isalpha, text)):
        return ""
    if match := _DASHED.fullmatch(text):
        return match["text"]
    return "" if text[0].islower() or _SENTENCE_END.search(text) or _ITEM.fullmatch(text) else text
