"""NITF 3.x, IPTC's News Industry Text Format, and the dialects that agencies make of it.

Source: IPTC's NITF 3.6 specification and the DTDs 3.0 to 3.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.article import ItemClass, Media
from pipeline.formats import xml
from pipeline.formats.nitf import body
from pipeline.formats.nitf import head as nitf_head
from pipeline.formats.shape import Context, Outcome, UnfitError, outcome, whole
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream
from pipeline.formats.xml import Element

NAME = "nitf"

_CLASSES: dict[str, ItemClass] = {"image": "picture", "video": "video", "audio": "audio", "photo": "picture"}


def sniff(head: bytes) -> bool:
    """The root element is ``nitf``, in whatever namespace."""
    return xml.root_of(head)[0] == "nitf"


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The one article that a NITF file is."""
    piece = whole(stream, xml.DOCUMENT)
    if piece.dropped:
        yield piece.too_large(context, xml.DOCUMENT)
    else:
        yield outcome(piece, context, NAME, lambda data: _article(data, context))


def _article(data: bytes, context: Context) -> dict[str, Any]:
    root, mended = xml.parse(data)
    if (name := xml.local(root)) != "nitf":
        raise UnfitError("format", f"not NITF: the root element is <{name}>")
    sheet = Sheet(context)
    sheet.flag(*mended, *body.set_aside(root))
    nitf_head.language(sheet, root)
    body.lines(sheet, root, sheet.limit)
    sheet.line("headline", xml.text(xml.child(root, "head", "title")))
    stated, notes = nitf_head.read(sheet, root)
    sheet.line("provider", xml.attribute(xml.child(root, "head", "docdata", "doc-id"), "regsrc"))
    body.notes(sheet, root, sheet.limit)
    _content(sheet, root)
    ending = xml.child(root, "body", "body.end")
    for part in ("tagline", "bibliography"):
        sheet.wire(part, body.line(xml.child(ending, part)))
    sheet.kind(stated, sheet.fields.get("headline"), sheet.fields.get("slugline"), *notes)
    return sheet.done()


def _content(sheet: Sheet, root: Element) -> None:
    """Text and pictures; where there are pictures alone, it is a picture, and the caption tells of it."""
    headline = sheet.fields.get("headline", "")
    text = body.flow(root, sheet.limit, headline).fields()
    links = list(body.media(root, sheet.limit))
    for field, value in text.items():
        sheet.put(field, value)
    sheet.media(links)
    if text:
        return
    if links:
        sheet.put("item_class", _class(root, links[0]))
        sheet.line("summary", links[0].caption or "")
    if sheet.fields.get("status") != "canceled":
        sheet.flag("there is no text in the body")


def _class(root: Element, link: Media) -> ItemClass | None:
    stated = xml.attribute(next(xml.descendants(root, "media"), None), "media-type").lower()
    mime = (link.type or "").partition("/")[0]
    return _CLASSES.get(stated) or _CLASSES.get(mime)
