"""ANPA 1312: the text format of the wires of North America, in which AP sent its copy until 2023.

Source: ANPA Bulletin 1312 (84-2, later NAA 89-3), as AP's filing guide and readers of the format give it.
What the format says by a letter (service level, priority, category) stays in ``wire`` as a letter: the
standard puts the priorities in an order (f, b, u, r, d; a and s for advances) and gives them no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.article import Kind
from pipeline.formats import telex
from pipeline.formats.anpa1312 import copy as anpa_copy
from pipeline.formats.kinds import gravest
from pipeline.formats.shape import Context, Outcome, UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream
from pipeline.formats.telex import Message, charset, dates, marks

NAME = "anpa1312"

# The story number is followed by a unit separator, which some receivers write as two characters; UPI puts a
# field of its own in between.
_SNIFF = re.compile(
    rb"(?:\A[\x00\x07\x16\x7f\s]*|\x16)\x01[A-Za-z][0-9]{3,4}[^\r\n\x01-\x04\x1f^]{0,40}(?:\x1f|\^_)[\x21-\x7e]{0,12}\s"
)
_FIRST = re.compile(
    r"(?P<service_level>[A-Za-z])(?P<story_number>\d{3,4})(?P<field>[^\x1f]{0,40})\x1f(?P<selector>\S*)\s*"
)
_SECOND = re.compile(
    r"(?P<priority>[A-Za-z])[ \x1f]*(?P<category>[A-Za-z])[ \x1f]*(?P<format>[\x11-\x14]{0,4})\s*"
    r"(?:(?P<keyword>\S+)(?P<middle>.*?))??(?:\s+(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:\s+(?P<wordcount>\d{1,5}))?)?\s*"
)
_CARETS = {"^S": "\x13", "^T": "\x14", "^Q": "\x11", "^R": "\x12", "^_": "\x1f"}
_FORMATS = {"\x13": "body", "\x14": "agate", "\x11": "text", "\x12": "tabular"}
# AP-WF-01-15-26 1201GMT; Reuters: Reut12:01 01-15-26.
_TRAILER = re.compile(
    r"(?P<source>[A-Za-z]{2,8})(?P<wire>(?:-[A-Za-z]{1,4})*)-(?P<first>\d{1,2})-(?P<second>\d{1,2})-(?P<year>\d{4}|\d{2})"
    r"[ \t]+(?P<clock>\d{2}:?\d{2})[ \t]*(?P<zone>[A-Za-z]{1,4})?"
)
_TRAILER_OF_REUTERS = re.compile(
    r"(?P<source>[A-Za-z]{2,8})?\W*(?P<clock>\d{2}:\d{2})[ \t]+(?P<first>\d{1,2})-(?P<second>\d{1,2})"
    r"-(?P<year>\d{4}|\d{2})[ \t]*(?P<zone>[A-Z]{1,4})?"
)
_ALERT = re.compile(r"news ?alert|^(?:bulletin|flash)\b", re.IGNORECASE)
_REVISED = re.compile(r"\d(?:st|nd|rd|th) ?ld|writethr|\bld\b|\bsub\b|\binsert\b", re.IGNORECASE)
_CORRECTED = re.compile(r"correct|\bcor\b", re.IGNORECASE)
_ADVANCE = re.compile(r"\b(?:adv|advance|hfr|hold)\b[ -]?\d{0,2}", re.IGNORECASE)
_ADVANCES = {"a": "an advance", "s": "a Sunday advance"}


@dataclass(frozen=True)
class _Header:
    """What the header says that more than one field is made of."""

    keyword: str
    version: str
    day: tuple[int, int] | None
    priority: str
    tabular: bool


def sniff(head: bytes) -> bool:
    """A start of header with a letter, four digits, a separator and a selector."""
    return bool(_SNIFF.search(head))


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The articles of the messages of a file or a stream, one by one."""
    yield from telex.read(stream, context, NAME, _fields)


def _fields(message: Message, context: Context) -> dict[str, Any]:
    sheet = Sheet(context)
    sheet.flag(*message.flags)
    header = _header(sheet, message.header)
    text, flags = charset.decode(telex.without_controls(message.text, anpa_copy.SILENT))
    sheet.flag(*flags)
    copy = anpa_copy.sort(text, header.keyword, context.limit, tabular=header.tabular)
    sheet.line("slugline", copy.slug or header.keyword)
    for field in ("headline", "byline", "summary"):
        sheet.line(field, getattr(copy, field))
    sheet.add("ednotes", copy.notes)
    sheet.wire("credit", copy.credit)
    sheet.wire("marker", " ".join(copy.markers))
    for name, value in copy.flow.fields().items():
        sheet.put(name, value)
    _dateline(sheet)
    _sent(sheet, message, header, context)
    _holds(sheet, header, copy)
    _kind(sheet, header, copy)
    return sheet.done()


def _header(sheet: Sheet, data: bytes) -> _Header:
    """Service level, number and selector; then priority, category, format, keyword, version, date and count.

    Raises:
        UnfitError: it is no such header.
    """
    text = data.translate(None, telex.FILLERS).decode("latin-1")
    for caret, control in _CARETS.items():
        text = text.replace(caret, control)
    first, *rest = [line for line in telex.lines(text) if line.strip(" \t")] or [""]
    match = _FIRST.fullmatch(first)
    if not match:
        raise UnfitError("syntax", f"the header {first[:80]!r} is none of ANPA 1312")
    for name in ("service_level", "story_number", "selector"):
        sheet.wire(name, match[name])
    sheet.wire("extra", match["field"])
    second = _SECOND.fullmatch(rest[0]) if rest else None
    if not second:
        sheet.flag(f"the header's second line {(rest or [''])[0][:80]!r} cannot be read")
        return _Header("", "", None, "", tabular=False)
    return _second(sheet, second)


def _second(sheet: Sheet, match: re.Match[str]) -> _Header:
    for name in ("priority", "category", "wordcount", "keyword"):
        sheet.wire(name, match[name])
    sheet.subject(f"{NAME}:{match['category']}")
    sheet.wire("format", " ".join(_FORMATS[control] for control in match["format"]))
    version, _, reference = (match["middle"] or "").strip().partition(" ")
    sheet.wire("version", version)
    sheet.wire("reference", reference)
    day = None
    if match["month"]:
        sheet.wire("date", f"{match['month']}-{match['day']}")
        day = (int(match["month"]), int(match["day"]))
    keyword, priority = match["keyword"] or "", match["priority"].lower()
    return _Header(keyword, version, day, priority, tabular="\x12" in match["format"])


def _dateline(sheet: Sheet) -> None:
    for paragraph in sheet.fields.get("body", "").split("\n\n", 3)[:3]:
        if match := marks.dateline(paragraph):
            sheet.line("dateline", match["whole"])
            sheet.place(marks.place(match["place"]))
            return


def _sent(sheet: Sheet, message: Message, header: _Header, context: Context) -> None:
    """When it was sent: what follows the text, else the day in the header."""
    after = telex.without_controls(message.after, anpa_copy.SILENT).decode("latin-1")
    match = _TRAILER.search(after) or _TRAILER_OF_REUTERS.search(after)
    if not match:
        _from_header(sheet, header, context)
        return
    sheet.wire("sent", match[0].strip())
    sheet.wire("source", match["source"])
    sheet.line("provider", match["source"])
    month, day = _month_and_day(sheet, match, header)
    year = dates.full_year(match["year"], context.received)
    zone = dates.zone(match["zone"] or "")
    if match["zone"] and zone is None:
        sheet.flag(f"the time zone {match['zone']!r} is unknown")
    clock = match["clock"].replace(":", "")
    sheet.time("created", f"{year:04}-{month:02}-{day:02}T{clock[:2]}:{clock[2:]}{zone or ''}")
    _agrees(sheet, (year, month, day), header)


def _month_and_day(sheet: Sheet, match: re.Match[str], header: _Header) -> tuple[int, int]:
    """The month stands first; the day does where the header says so, or there is no such month."""
    month, day = int(match["first"]), int(match["second"])
    if header.day and header.day != (month, day) and header.day == (day, month):
        sheet.flag(f"{match[0].strip()!r} has the day first: the header's date says so")
        return day, month
    if month > 12 >= day:  # noqa: PLR2004 - months in a year
        sheet.flag(f"{match[0].strip()!r} has the day first: there is no month {month}")
        return day, month
    return month, day


def _agrees(sheet: Sheet, sent: tuple[int, int, int], header: _Header) -> None:
    """Flag a header's date that is not within a day of the day of sending: the two may be in other zones."""
    if header.day is None:
        return
    try:
        days = [date(*sent) + timedelta(days=shift) for shift in (-1, 0, 1)]
    except (ValueError, OverflowError):
        return
    if header.day not in {(each.month, each.day) for each in days}:
        told = f"{header.day[0]:02}-{header.day[1]:02}"
        sheet.flag(f"the header's date {told} (month-day) is not the day of sending")


def _from_header(sheet: Sheet, header: _Header, context: Context) -> None:
    sheet.flag("no time of sending stands after the text")
    if header.day:
        year = dates.nearest_year(*header.day, context.received)
        sheet.flag(f"the header's date tells no year: read as {year}")
        sheet.time("created", f"{year:04}-{header.day[0]:02}-{header.day[1]:02}")


def _holds(sheet: Sheet, header: _Header, copy: anpa_copy.Copy) -> None:
    """Advances and embargoes are told in words or by the priority, never by a time to rely on: held back."""
    for words in copy.embargoes:
        sheet.hold(f"an embargo in words ({words[:80]!r}): held back")
    if header.priority in _ADVANCES:
        sheet.hold(f"its priority {header.priority!r} is that of {_ADVANCES[header.priority]}: held back")
    slug = f"{header.version} {copy.slug.partition(',')[2]}"
    if match := _ADVANCE.search(slug):
        sheet.hold(f"its slug says that it is an advance ({match[0].strip()!r}): held back")


def _kind(sheet: Sheet, header: _Header, copy: anpa_copy.Copy) -> None:
    """What version, slug and markers say; AP sends features as ``f`` too, so that no priority says it."""
    section = copy.slug.partition(",")[2]
    revision = f"{header.version} {section}"
    slug = f"{header.keyword} {copy.slug}"
    stated: tuple[Kind | None, ...] = (
        "correction" if _CORRECTED.search(revision) else None,
        "alert" if _ALERT.search(slug) else None,
        "update" if _REVISED.search(revision) else None,
    )
    said = ["KILL"] if re.search(r"\bkill\b", revision, re.IGNORECASE) else []
    sheet.kind(gravest(*stated), *said, *copy.markers, copy.headline, copy.slug, header.version)
