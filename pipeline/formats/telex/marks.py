"""What stands around a story on the wire: markers, embargoes, bylines, notes to editors, sign-offs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.formats.telex import copy, words

_LONGEST_HEAD = 20
_LONGEST_HEADLINE = 300
_LONGEST_BYLINE = 120
_LONGEST_MARK = 240
_LONGEST_PHRASE = 60
_LONGEST_PLACE = 9
_LONGEST_AGENCY = 12


@dataclass
class Head:
    """What stands before the body: its parts, and how many lines they take."""

    headline: str = ""
    byline: str = ""
    markers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    embargoes: list[str] = field(default_factory=list)
    nonpublic: bool = False
    killed: bool = False
    lines: int = 0


@dataclass(frozen=True)
class Copy:
    """The lines of a text by what they are for: readers, editors, and editors alone.

    ``mark`` is the line that keeps what follows from readers, where neither stars nor a notebook say it too.
    """

    story: list[str]
    public: list[str]
    nonpublic: list[str]
    signoff: str
    mark: str = ""


def sort(lines: list[str]) -> Copy:
    """Part a story from the notes below it, and from what is not for publication with all that follows."""
    rest, signoff = _signed(lines)
    private = next(_private(rest), len(rest))
    notes = next((index for index in range(private) if words.NOTES.fullmatch(rest[index].strip())), private)
    mark = rest[private].strip() if notes == private < len(rest) else ""
    sure = words.STARS.fullmatch(mark)
    return Copy(rest[:notes], rest[notes:private], rest[private:], signoff, "" if sure else mark)


def sections(lines: Sequence[str]) -> list[str]:
    """Notes as one line for each heading (``## Internet``) and what stands below it."""
    found: list[tuple[str, list[list[str]]]] = [("", [])]
    fresh = True
    for line in lines:
        text = line.strip()
        if text.startswith("#"):
            title = text.strip("# \t")
            found.append(("" if words.TITLE.fullmatch(title) else title, []))
        elif text[:2] in ("- ", "* ") or (text and (fresh or not found[-1][1])):
            found[-1][1].append([text.removeprefix("- ").removeprefix("* ")])
        elif text:
            found[-1][1][-1].append(text)
        fresh = not text
    notes = []
    for title, items in found:
        text = "; ".join(item for item in map(" ".join, items) if _says(item))
        notes.append(f"{title}: {text}" if title and text else text or title)
    return [note for note in notes if note]


def embargo(text: str, *, anywhere: bool = False) -> bool:
    """Whether a line sets an embargo; of a marker any words, of another line those that it starts with."""
    match = words.EMBARGO.search(text[:_LONGEST_MARK])
    if not match or words.LIFTED.search(text[:_LONGEST_MARK]):
        return False
    return anywhere or not any(map(str.isalnum, text[: match.start()]))


def to_editors(text: str) -> bool:
    """Whether a line speaks to editors: it calls them, or sets an embargo."""
    return bool(words.TO_EDITORS.match(text)) or embargo(text)


def calls(markers: Sequence[str]) -> bool:
    """Whether a marker does nothing but call for attention."""
    return any(words.TO_EDITORS.match(marker) or words.ATTENTION.fullmatch(marker) for marker in markers)


def dateline(text: str, source: str = "") -> re.Match[str] | None:
    """The dateline that a text starts with: place, date and agency, as ``Berlin (dpa) -``.

    Its groups are ``place``, ``agency``, ``dash``, and ``whole`` without the dash. Where no dash ends it, the
    agency must be a known one, or the one that the header names.
    """
    match = words.DATELINE.match(text) or words.AGENCY_FIRST.match(text)
    if not match or not match["place"][0].isupper() or len(match["place"].split()) > _LONGEST_PLACE:
        return None
    names = {name.casefold() for name in re.split(r"[^\w]+", match["agency"])}
    known = names & {*words.AGENCIES, source.casefold()}
    short = len(match["agency"]) <= _LONGEST_AGENCY and match["agency"] == match["agency"].upper()
    return match if known or (match["dash"] and short) else None


def place(name: str) -> str:
    """The place of a dateline without its date."""
    return words.DATE_IN_PLACE.split(name, maxsplit=1)[0].strip(" ,")


def head(lines: Sequence[str]) -> Head:
    """The head of a story: what stands before its first blank line, its dateline or its first indented line.

    An equals sign at a line's end closes it (dpa, KNA, ATS). Without one its lines are a headline only if
    they look like one. Markers may be parted from the headline by a blank line.
    """
    found = Head()
    parts: list[str] = []
    closed, progress = False, True
    while progress and not parts and not closed:
        first = next((i for i in range(found.lines, len(lines)) if lines[i].strip()), len(lines))
        until, closed = _extent(lines, first)
        progress = until > first
        start = _take(found, parts, lines, first, until)
        found.lines = until if parts or until > first else found.lines
    if parts and not closed and not _looks_like(parts, lines, found.lines):
        found.lines = start
        parts = []
    found.headline = copy.joined(parts, 0)
    return found


def _take(found: Head, parts: list[str], lines: Sequence[str], first: int, until: int) -> int:
    """Take the lines of a head; the line at which its headline starts."""
    index = first
    start = until
    while index < until:
        before = len(parts)
        if taken := _bracket(lines, index, until):
            rest = _marked(found, taken[0])
            parts += [rest] if rest else []
        else:
            _line(
                found,
                parts,
                _open(lines[index]) if index == until - 1 else lines[index].strip(),
            )
        start = index if not before and parts else start
        index += taken[1] if taken else 1
    return start


def _extent(lines: Sequence[str], first: int) -> tuple[int, bool]:
    """The line after the head, and whether an equals sign closes it."""
    last = min(len(lines), first + _LONGEST_HEAD)
    for index in range(first, last):
        line = lines[index]
        if not line.strip() or dateline(line.strip()) or (index > first and line[:3].isspace()):
            return index, False
        if line.rstrip().endswith("="):
            return index + 1, True
    return last, False


def _open(line: str) -> str:
    """A line without the equals sign that closes a head."""
    return line.strip().rstrip("=").strip()


def _bracket(lines: Sequence[str], index: int, until: int) -> tuple[str, int] | None:
    """A marker in brackets and how many lines it takes; none if they do not close within the head."""
    if not lines[index].lstrip().startswith("("):
        return None
    text = ""
    for count, line in enumerate(lines[index:until], 1):
        text = f"{text} {line.strip()}".strip()
        if text.count("(") <= text.count(")"):
            return _open(text), count
    return None


def _marked(found: Head, text: str) -> str:
    """Take a marker in brackets; what follows the brackets on its line comes back."""
    end = text.rfind(")") + 1
    marker, rest = text[:end], text[end:].strip()
    if words.BRACKETED_BYLINE.fullmatch(marker):
        found.byline = found.byline or marker[1:-1].strip()
        return rest
    inner = marker.strip("() \t")
    if rest and inner.lower().startswith("achtung"):
        inner, rest = f"{inner}: {rest}", ""
    _marker(found, marker, inner)
    return rest


def _marker(found: Head, marker: str, inner: str) -> None:
    found.markers.append(marker.replace(" )", ")"))
    found.killed |= bool(words.KILL.search(inner))
    found.nonpublic |= bool(words.NONPUBLIC.search(inner))
    if embargo(inner, anywhere=True):
        found.embargoes.append(inner)
    if ":" in inner or words.PICTURES.match(inner) or embargo(inner, anywhere=True):
        found.notes.append(inner)


def _line(found: Head, parts: list[str], line: str) -> None:
    """Take a line of the head that is in no brackets."""
    if not line:
        return
    if words.MARKER.fullmatch(line):
        _marker(found, line, line)
    elif words.TO_EDITORS.match(line) or (len(line) <= _LONGEST_MARK and embargo(line)):
        _marker(found, line, line)
        found.notes += [] if line in found.notes else [line]
    elif parts and not found.byline and len(line) <= _LONGEST_BYLINE and words.BYLINE.fullmatch(line):
        found.byline = line
    elif found.byline and parts and len(found.byline) + len(line) < _LONGEST_BYLINE:
        found.byline += f" {line}"
    else:
        parts.append(line)


def _looks_like(parts: list[str], lines: Sequence[str], until: int) -> bool:
    """Whether lines that nothing marks as a headline are one: few, short, no sentence, and a body follows."""
    text = " ".join(parts)
    follows = any(line.strip() for line in lines[until:])
    few = len(parts) <= 3 and len(text) <= _LONGEST_HEADLINE  # noqa: PLR2004 - no headline takes four lines
    return bool(text) and few and (follows or len(parts) == 1) and not (text.endswith(".") and len(parts) > 1)


def _private(lines: Sequence[str]) -> Iterator[int]:
    """The lines from which on all is not for publication: four stars, or a short paragraph that says so."""
    if not words.SAYS_PUBLICATION.search("\n".join(lines)):
        return
    index = 0
    headed = False
    for filled, group in groupby(lines, key=lambda line: bool(line.strip())):
        part = list(group)
        shift = _set_apart(part, headed=headed) if filled else None
        if shift is not None:
            yield index + shift
        headed |= filled
        index += len(part)


def _set_apart(part: list[str], *, headed: bool) -> int | None:
    """The line of a paragraph from which on all is not for publication; none if it does not say so.

    A headline may be about what is not for publication; without one before it only a mark counts.
    """
    text = " ".join(line.strip() for line in part[:_LONGEST_HEAD])
    mark = words.NONPUBLIC.search(text) if len(text) <= _LONGEST_MARK else None
    if words.NONPUBLIC.match(text.strip(" \t(*#-")):
        return 0
    if headed and mark and len(text) - len(mark[0]) <= _LONGEST_PHRASE and not words.QUOTED.search(text):
        return 0
    return next((index for index, line in enumerate(part) if _is_mark(line)), None)


def _is_mark(line: str) -> bool:
    """Whether a line alone says that what follows is not for publication: stars, or the words and no more."""
    match = words.NONPUBLIC.match(text := line.strip(" \t(*#-"))
    return bool(words.STARS.fullmatch(line) or (match and text[match.end() :].strip()[:1] in ("", ":", ")")))


def _signed(lines: list[str]) -> tuple[list[str], str]:
    """The lines without the sign-off at their end, and the sign-off."""
    rest = list(lines)
    found: list[str] = []
    while True:
        while rest and not rest[-1].strip():
            rest.pop()
        last = rest[-1].strip() if rest else ""
        if not last or len(found) > 2 or not any(each.fullmatch(last) for each in words.SIGN_OFFS):  # noqa: PLR2004 - an end mark, initials
            return rest, " ".join(reversed(found))
        found.append(rest.pop().strip())


def _says(text: str) -> bool:
    """Whether a line of notes says more than that they are notes, or for whom."""
    mark = words.NONPUBLIC.search(text)
    bare = mark and len(text) - len(mark[0]) <= _LONGEST_PHRASE and not words.DETAIL.search(text)
    return bool(text) and not bare and not words.STARS.fullmatch(text) and not words.TITLE.fullmatch(text)
