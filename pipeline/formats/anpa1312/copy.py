"""The text of an ANPA message: the first character of a line says what the line is, codes say how to set it.

``^`` starts a heading line, which ``<`` (quad left) or ``=`` (quad centre) ends; a tab starts a paragraph; a
backspace starts a row of a table. Quotes are two accents or two apostrophes and become “ and ”. The dash,
an underscore between blanks, stays as it is written, so that a dateline stays what the agency sent. ``{`` is
one half where it follows a number or stands alone in a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from pipeline.formats import telex
from pipeline.formats.flow import Flow
from pipeline.formats.telex import copy as telex_copy
from pipeline.formats.telex import marks

SILENT = bytes({*range(0x20), 0x7F} - {0x08, 0x09, 0x0A, 0x0D, 0x10, 0x14, 0x19, 0x1D, 0x1E, 0x1F})
"""Controls that print nothing. The others start rows, end lines, or are spaces of fixed width."""

_Kind = Literal["head", "text", "row", "more"]

_FIXED_SPACES = str.maketrans(dict.fromkeys("\x10\x14\x19\x1d\x1e\x1f", " "))
_TWO_ON_ONE = re.compile(r"<\s*\^")
_END = re.compile(r"\s*([<=])?\s*$")
_HALF = re.compile(r"(?<=\d)\{|(?<![^;\s])\{(?![^;\s])")
_UNSPACED = re.compile(r";(?=\S|$)")
_ADVANCE = re.compile(r"\W*adv(?:\b|\d)", re.IGNORECASE)
_COUNTED = re.compile(r",\s*\d{1,5}$")
_FILE_NUMBER = re.compile(r"\*?\d{3,5}")
_CYCLE = re.compile(r"[A-Za-z]{2}-[^\s-]{1,4}--\S")
_SLUG = re.compile(r"[A-Za-z]{2}-\S.*")
_EDS = re.compile(r"\W*(?:eds?|editors?|editors?['’]? notes?|note to editors)\b\W", re.IGNORECASE)
_PICTURES = re.compile(
    r"\W*(?:[A-Z]{2,4} )?(?:photos?|graphics?|videos?|audio|interactives?)\b", re.IGNORECASE
)
_MARKER = re.compile(
    r"\W*(?:(?:ap )?news ?alert|bulletin(?: matter| kill)?|urgent|flash|(?:mandatory |advisory )?kill"
    r"|correction|corrective|advisory|optional trims?.*|\d?(?:st|nd|rd|th)? ?ld-?writethru|writethru)\W*",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"By\s+\S.*", re.IGNORECASE)
_CREDIT = re.compile(
    r"\b(?:press|writers?|correspondents?|news|agency|service|editors?|staff|reporters?|columnists?|analysts?|critics?|ap|upi"
    r"|reuters|times|post|journal|tribune|herald|magazine|bureau|chief|wire)\b",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_]{3,}")
_LONGEST_CREDIT = 60
_LONGEST_FRONT = 6


@dataclass
class Copy:
    """What the text holds. ``flow`` has the body."""

    flow: Flow
    slug: str = ""
    headline: str = ""
    byline: str = ""
    credit: str = ""
    summary: str = ""
    notes: list[str] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    embargoes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    kind: _Kind
    text: str
    end: str = ""


def sort(text: str, keyword: str, limit: int, *, tabular: bool) -> Copy:
    """Part the heading lines in front, which tell of the story, from the story.

    Raises:
        UnfitError: the body is larger than ``limit`` code points.
    """
    lines = _headed(list(_lines(text)))
    top = next((index for index, line in enumerate(lines) if line.kind != "head" and line.text), len(lines))
    if top and lines[top - 1 : top] and lines[top : top + 1] and lines[top].kind == "row":
        top -= lines[top - 1].text.count(";") > 1
    copy = Copy(Flow(limit))
    left = [line for line in lines[:top] if line.text and not _taken(copy, line, keyword)]
    body = [*left, *lines[top:]]
    _lay(
        copy.flow, body if top < len(lines) else [_Line("text", line.text) for line in left], tabular=tabular
    )
    return copy


def _headed(lines: list[_Line]) -> list[_Line]:
    """The lines, with those before the first tab as headings where none has its mark (Reuters, Bay City)."""
    first = next((index for index, line in enumerate(lines) if line.kind == "text"), 0)
    front = [line for line in lines[:first] if line.text]
    if not front or len(front) > _LONGEST_FRONT or any(line.kind != "more" for line in front):
        return lines
    return [*(_Line("head", line.text) for line in front), *lines[first:]]


def _lines(text: str) -> Iterator[_Line]:
    for line in telex.lines(_TWO_ON_ONE.sub("<\n^", text)):
        key = line[:1]
        if key == "\b" or line.lstrip(" ")[:1] == "\b":
            yield _Line("row", _plain(line.strip(" \b^"), row=True))
        elif key == "^":
            end = _END.search(line)
            told = line[1 : end.start()] if end else line[1:]
            yield _Line(
                "row" if told.startswith(";") else "head",
                _plain(told.strip(), row=";" in told),
                end[1] or "" if end else "",
            )
        elif key != "\t" and len(_UNSPACED.findall(line)) > 2:  # noqa: PLR2004 - the fields of a row whose backspace was lost
            yield _Line("row", _plain(line.strip(), row=True))
        else:
            yield _Line("text" if key == "\t" else "more", _plain(line.rstrip().removesuffix("<"), row=False))


def _plain(text: str, *, row: bool) -> str:
    """The characters that the codes stand for."""
    text = text.translate(_FIXED_SPACES) if not row else text
    text = text.replace("``", "“").replace("'''", "'”").replace("''", "”").replace("`", "‘").replace("\b", "")
    return (_HALF.sub("½", text) if "{" in text else text).rstrip()


def _taken(copy: Copy, line: _Line, keyword: str) -> bool:
    """Take what tells of the story; whether it did."""
    text = line.text
    slugged = not (copy.slug or copy.headline) and _is_slug(text, keyword)
    if slugged:
        copy.slug = _COUNTED.sub("", text)
    elif _FILE_NUMBER.fullmatch(text) or _RULE.fullmatch(text):
        pass
    elif marks.embargo(text) or _ADVANCE.match(text):
        copy.embargoes.append(text)
        copy.notes.append(text)
    elif _EDS.match(text) or _PICTURES.match(text):
        copy.notes.append(text)
        copy.embargoes += [text] if marks.embargo(text, anywhere=True) else []
    elif _MARKER.fullmatch(text):
        copy.markers.append(text)
    elif copy.byline or _BYLINE.fullmatch(text):
        return _signed(copy, text)
    elif not copy.headline:
        copy.headline = text
    elif line.end == "<" and not copy.summary:
        copy.summary = text
    else:
        return False
    return True


def _is_slug(text: str, keyword: str) -> bool:
    """Whether a line is the slug line: by its word count, cycle (``BC-XX--``) or the header's keyword."""
    if _COUNTED.search(text) or _CYCLE.match(text):
        return True
    letters, key = (re.sub(r"[\W_]", "", each).lower() for each in (text.partition(",")[0], keyword))
    return bool(_SLUG.fullmatch(text)) and bool(key) and letters.startswith(key[:8])


def _signed(copy: Copy, text: str) -> bool:
    if not copy.byline:
        copy.byline = text
    elif _CREDIT.search(text) and len(text) <= _LONGEST_CREDIT:
        copy.credit = f"{copy.credit}, {text}" if copy.credit else text
    else:
        return False
    return True


def _lay(flow: Flow, lines: list[_Line], *, tabular: bool) -> None:
    """The body: headings, rows and paragraphs; a line without a key goes on with the one before it."""
    for kind, run in groupby(lines, key=lambda line: "text" if line.kind == "more" else line.kind):
        part = list(run)
        if kind == "head":
            for line in part:
                flow.heading("" if _RULE.fullmatch(line.text) else line.text)
        elif kind == "row":
            _table(flow, [line.text for line in part])
        elif tabular:
            telex_copy.lay(flow, (line.text.replace("\t", " ") for line in part))
        else:
            telex_copy.lay(flow, _parted(part))


def _table(flow: Flow, rows: list[str]) -> None:
    if any(";" in row for row in rows):
        flow.table(row.split(";") for row in rows)
    else:
        flow.verbatim(row.translate(_FIXED_SPACES) for row in rows)


def _parted(lines: list[_Line]) -> Iterator[str]:
    """The lines with a blank one before each paragraph: a tab starts one."""
    for line in lines:
        if line.kind == "text":
            yield ""
        yield line.text.strip()
