"""IPTC 7901: the text format of the teleprinters, which most agencies of Europe still send.

Source: the IPTC Recommended Message Format, IPTC 7901, 5th revision (1995); for what the agencies make of it,
dpa's own description of its dialect and converter, and the layouts of AFP, APA, ATS, Belga and KNA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.article import Kind
from pipeline.formats import telex
from pipeline.formats.flow import Flow
from pipeline.formats.kinds import gravest
from pipeline.formats.shape import Context, Outcome, UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream
from pipeline.formats.telex import Message, charset, dates, marks
from pipeline.formats.telex import copy as telex_copy

NAME = "iptc7901"

_SERVICE = rb"[A-Za-z\x80-\xff]{2,12}"
_HEAD = rb"\x01" + _SERVICE + rb" ?[0-9]{1,5} +[1-9] +[A-Za-z][A-Za-z0-9-]{0,7} +[0-9]{1,6}(?=[\s\x02])"
_AT_START = re.compile(rb"[\x00\x07\x16\x7f\s]*" + _HEAD)
_AFTER_OTHERS = re.compile(_HEAD + rb"[^\x01-\x04]{0,2000}\x02")
# Typographical controls and what else prints nothing; US and HT stay, they part the columns of tables.
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D, 0x1F})

_HEADER = re.compile(
    r"(?P<service>[^\W\d_]{1,12}) ?(?P<msgno>\d{1,5})[ \t]+(?P<priority>[1-9A-Za-z])"
    r"[ \t]+(?P<category>[A-Za-z][\w-]{0,7})(?:[ \t]+(?P<wordcount>\d{1,6}))?(?:[ \t]+(?P<extra>.*))?"
)
# What may stand after the word count (IPTC 7901, 4.10: up to 50 characters of the sender's own).
_NUMBERED = re.compile(r"(?P<source>[^\W\d_][\w/-]*) +(?P<number>\d{3,5})(?: +(?P<reference>.*))?")
_JOINED = re.compile(
    r"(?:(?P<language>[A-Z]) +)?/?(?P<source>[A-Z]{2,8})-(?P<number>[A-Z0-9.]+)(?: +(?P<reference>.*))?"
)
_NAMED = re.compile(r"(?:.* )?(?P<source>[A-Z]{2,6})(?: +(?P<number>\d\S*))?")
_ALONE = re.compile(r"(?P<source>[^\W\d_][^\W_]*(?:-[^\W\d_]+)*)")
_LANGUAGES = {"F": "fr", "N": "nl", "E": "en", "D": "de"}
# Belga says the version in the headline: (2), (1LEAD), (3DER), where DER is the last one.
_REVISED = re.compile(r"\((\d{1,2})(DER|LEAD)\)\s*$|\(([2-9])\)\s*$")
_FIRST_PARAGRAPHS = 3
_FIRST_NOTES = 20


class _Source(NamedTuple):
    """Where the copy is from, and what the header refers to."""

    name: str = ""
    reference: str = ""


def sniff(head: bytes) -> bool:
    """A start of header with service, number, priority, category and word count; fillers may come first."""
    return bool(_AT_START.match(head) or _AFTER_OTHERS.search(head))


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The articles of the messages of a file or a stream, one by one."""
    yield from telex.read(stream, context, NAME, _fields)


def _fields(message: Message, context: Context) -> dict[str, Any]:
    sheet = Sheet(context)
    sheet.flag(*message.flags)
    header, text = _decoded(sheet, message)
    source = _header(sheet, header)
    _sent(sheet, message, context)
    copy = marks.sort(telex.lines(text))
    head = marks.head(copy.story)
    sheet.wire("signoff", copy.signoff)
    sheet.add("ednotes_nonpublic", marks.sections(copy.nonpublic))
    sheet.add("ednotes", head.notes)
    public = marks.sections(copy.public)
    sheet.add("ednotes", public)
    if copy.mark:
        sheet.flag(f"what stands after {copy.mark[:80]!r} is kept as not for publication")
    story = copy.story[head.lines :]
    if head.nonpublic or (copy.nonpublic and not any(map(str.strip, copy.story))):
        raise UnfitError("format", "all of it is marked as not for publication: a message to editors")
    sheet.line("headline", head.headline)
    sheet.line("byline", head.byline)
    sheet.wire("marker", " ".join(head.markers))
    _body(sheet, story, source.name, context)
    for words in (*head.embargoes, *filter(marks.embargo, public)):
        sheet.hold(f"an embargo in words ({words!r}): held back")
    _kind(sheet, head, source.reference, public)
    return sheet.done()


def _decoded(sheet: Sheet, message: Message) -> tuple[str, str]:
    """Header and text, decoded as one: the header alone is too short to show its encoding."""
    parts = (telex.without_controls(part, _CONTROLS) for part in (message.header, message.text))
    whole, flags = charset.decode(b"\x02".join(parts))
    sheet.flag(*flags)
    header, _, text = whole.partition("\x02")
    return header, text


def _header(sheet: Sheet, header: str) -> _Source:
    """Service, number, priority, category, word count and what the sender adds; then the slug lines."""
    first, *rest = [line.strip() for line in telex.lines(header.strip())]
    slug = " ".join(line for line in rest if line)
    sheet.line("slugline", slug)
    if "/" in slug:
        sheet.add("keywords", slug.split("/"))
    match = _HEADER.fullmatch(first)
    if not match:
        raise UnfitError("syntax", f"the header {first[:80]!r} is none of IPTC 7901")
    for name in ("service", "msgno", "category", "wordcount"):
        sheet.wire(name, match[name])
    sheet.subject(f"{NAME}:{match['category']}")
    if match["priority"].isdigit():
        sheet.urgency(match["priority"])
    else:
        sheet.wire("priority", match["priority"])
    return _source(sheet, match["extra"] or "")


def _source(sheet: Sheet, extra: str) -> _Source:
    extra = extra.strip()
    sheet.wire("extra", extra)
    match = next(
        (found for each in (_NUMBERED, _JOINED, _NAMED, _ALONE) if (found := each.fullmatch(extra))), None
    )
    if not match:
        return _Source()
    known = match.groupdict()
    sheet.wire("source", match["source"])
    sheet.wire("source_number", known.get("number"))
    sheet.wire("reference", known.get("reference"))
    sheet.line("provider", match["source"])
    sheet.language(_LANGUAGES.get(known.get("language") or ""))
    return _Source(match["source"], known.get("reference") or "")


def _sent(sheet: Sheet, message: Message, context: Context) -> None:
    """When it was sent: what follows the text."""
    after = telex.without_controls(message.after, _CONTROLS).strip()
    text, _ = charset.decode(after)
    sent = dates.group(text, context.received)
    if sent is None:
        told = f": {' '.join(text.split())[:80]!r} is none" if text.strip() else ""
        sheet.flag(f"no day and time of sending stands after the text{told}")
        return
    sheet.wire("sent", sent.written)
    sheet.flag(*sent.flags)
    sheet.time("created", sent.time)


def _body(sheet: Sheet, lines: list[str], source: str, context: Context) -> None:
    lines = _without_notes(sheet, lines)
    flow = Flow(context.limit)
    telex_copy.lay(flow, lines)
    fields = flow.fields()
    for name, value in fields.items():
        sheet.put(name, value)
    for paragraph in fields.get("body", "").split("\n\n", _FIRST_PARAGRAPHS)[:_FIRST_PARAGRAPHS]:
        if match := marks.dateline(paragraph, source):
            sheet.line("dateline", f"{match['whole']} {match['dash'] or ''}".strip())
            sheet.place(marks.place(match["place"]))
            return


def _without_notes(sheet: Sheet, lines: list[str]) -> list[str]:
    """The body without an embargo or a call to editors in front of it, which are told to editors."""
    rest = lines
    for _ in range(_FIRST_NOTES):
        first = next((index for index, line in enumerate(rest) if line.strip()), None)
        if first is None or not marks.to_editors(rest[first].strip()):
            break
        until = next((i for i in range(first, len(rest)) if not rest[i].strip()), len(rest))
        note = " ".join(line.strip() for line in rest[first:until])
        sheet.add("ednotes", [note])
        if marks.embargo(note):
            sheet.hold(f"an embargo in words ({note[:80]!r}): held back")
        rest = rest[until:]
    return rest


def _kind(sheet: Sheet, head: marks.Head, reference: str, notes: list[str]) -> None:
    """What markers, headline, slug line and the titles of notes say, and Belga's headers and revisions."""
    match = _REVISED.search(head.headline)
    belga = "BELGA" in sheet.fields.get("provider", "")
    revised = match and (match[2] == "LEAD" or (match[1] or "0") > "1" or (match[3] and belga))
    if match and revised:
        sheet.wire("version", match[0].strip("() "))
    titles = [note.partition(":")[0] for note in notes[:_FIRST_NOTES]]
    said = ["KILL"] if head.killed else []
    stated: tuple[Kind | None, ...] = (
        "correction" if re.match(r"COR\b", reference) else None,
        "update" if revised else None,
        "advisory" if marks.calls(head.markers) else None,
    )
    sheet.kind(
        gravest(*stated),
        *said,
        *head.markers,
        sheet.fields.get("headline"),
        sheet.fields.get("slugline"),
        *titles,
    )
