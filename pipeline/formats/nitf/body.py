"""NITF's body, in a file of its own or inside of NewsML: its lines, notes, pictures and text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree
from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats import _headers, markup, xml
from pipeline.formats.flow import Flow
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_XHTML = "http://www.w3.org/1999/xhtml"
_IPTC = "http://iptc.org/std/nitf/"
_ASIDE = "set-aside"
# Elements that hold others and no words of their own: what another vocabulary puts there is no inline text.
_TEXTUAL = frozenset({"body", "body.content", "block", "bq", "note", "fn", "abstract", "custom-table"})
_CONTAINERS = _TEXTUAL | {
    *("nitf", "head", "docdata", "tobject", "key-list", "identified-content", "del-list", "pubdata"),
    *("body.head", "hedline", "body.end", "media", "nitf-table", "table", "thead", "tbody", "tfoot", "tr"),
    *("ul", "ol", "dl", "rights", "dateline"),
}
_XHTML_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "blockquote", "pre", "table", "ul", "ol", "dl", "figure", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot"),
    }
)
_NO_BODY = frozenset(
    {"head", "body.head", "body.end", "note", "tobject", "key-list", "classifier", "hedline", _ASIDE}
)
_APART = frozenset(
    {
        *("byttl", "person", "virtloc", "org", "location", "sublocation", "city", "state", "region"),
        *("country", "story.date", "p", "hl1", "hl2", "rights.owner", "rights.agent", "br", "copyrite"),
    }
)
_TIMESTAMP = re.compile(r"[0-9TZ:+.\-\s]*")
# XPath runs in C: most files have nothing of the kind, and long ones are not gone through for it.
_FOREIGN = etree.XPath("descendant::*[namespace-uri() != '' and namespace-uri() != $own]")
_DENOMINATORS = etree.XPath("descendant::*[local-name() = 'denom']")
_GLUED = re.compile(r"(?<=[\w.!?)])\0+(?=[\w(])")
_TOLD = 5


def set_aside(nitf: Element) -> list[str]:
    """Take elements of other vocabularies out of the way, so that no name is taken for one of NITF's.

    XHTML's blocks stay, and so does all that stands amid the words of a paragraph. A fraction without its
    stroke gets it: ``<numer>1</numer><denom>2</denom>`` is not twelve.

    Returns:
        What a person is told of words in the body that were left out.
    """
    left: dict[str, None] = {}
    for denominator in cast("list[Element]", _DENOMINATORS(nitf)):
        before = denominator.getprevious()
        if before is not None and xml.local(before) == "numer" and "/" not in (before.tail or ""):
            before.tail = f"{before.tail or ''}/"
    for element in cast("list[Element]", _FOREIGN(nitf, own=xml.namespace(nitf))):
        above = element.getparent()
        name, space = xml.local(element), xml.namespace(element)
        known = space.lower().startswith(_IPTC) or (space == _XHTML and name in _XHTML_BLOCKS)
        if known or above is None or xml.local(above) not in _CONTAINERS:
            continue
        if xml.local(above) in _TEXTUAL and xml.text(element):
            left[f"{element.prefix}:{name}" if element.prefix else name] = None
        element.tag = _ASIDE
    names = ", ".join(list(left)[:_TOLD])
    return [f"words in elements of another vocabulary are left out of the body: {names}"] if left else []


def line(element: Element | None) -> str:
    """The words of a byline, a dateline or a caption on one line; its parts do not run into each other."""
    if element is None:
        return ""
    text = _GLUED.sub(" ", "".join(xml.pieces(element, _apart)))
    return " ".join(text.replace("\0", "").split())


def _apart(element: Element) -> tuple[str, str] | None:
    """A mark on both sides of what stands for itself; none for what is no part of the text."""
    name = xml.local(element)
    mark = "\0" if name in _APART else ""
    return None if name == _ASIDE else (mark, mark)


def flow(nitf: Element, limit: int, headline: str = "", into: Flow | None = None) -> Flow:
    """The text of a NITF document. A heading that repeats the headline, notes and captions are no part of it.

    Raises:
        UnfitError: it is longer than ``limit`` code points.
    """
    body = xml.child(nitf, "body")

    def skip(element: Element) -> bool:
        name = xml.local(element)
        repeated = name in ("hl1", "h1") and bool(headline) and xml.text(element) == headline
        return name in _NO_BODY or repeated

    return markup.flow(nitf if body is None else body, limit, skip=skip, into=into)


def _short(element: Element | None, limit: int) -> str:
    """The text of a part that is no body: an abstract, a note."""
    text = markup.flow(element, limit, skip=lambda one: xml.local(one) == _ASIDE).fields()
    return str(text.get("body", ""))


def lines(sheet: Sheet, nitf: Element, limit: int) -> None:
    """Headline, byline, dateline and what else stands above the text."""
    head = xml.child(nitf, "body", "body.head")
    body = xml.child(nitf, "body")
    hedline = next(
        (one for one in (xml.child(head, "hedline"), xml.child(body, "hedline")) if one is not None), head
    )
    headline = next(filter(None, map(line, xml.children(hedline, "hl1"))), "")
    if not headline and hedline is not head and not list(xml.children(hedline)):
        headline = line(hedline)
    if not headline:
        headline = _leading(nitf)
    sheet.line("headline", headline)
    seconds = [text for text in map(line, xml.children(hedline, "hl2")) if text and text != headline]
    sheet.line("subheadline", " / ".join(dict.fromkeys(seconds)))
    sheet.line("byline", "; ".join(dict.fromkeys(filter(None, map(line, xml.children(head, "byline"))))))
    sheet.line("provider", line(xml.child(head, "distributor")))
    _dateline(sheet, head)
    sheet.put("summary", _short(xml.child(head, "abstract"), limit))
    sheet.line("rights", line(xml.child(head, "rights")))


def _leading(nitf: Element) -> str:
    """The headline where it stands in the text, as its first element."""
    content = xml.child(nitf, "body", "body.content")
    first = next(xml.children(content), None)
    return line(first) if first is not None and xml.local(first) in ("hl1", "h1") else ""


def _dateline(sheet: Sheet, head: Element | None) -> None:
    texts = [text for text in map(line, xml.children(head, "dateline")) if not _TIMESTAMP.fullmatch(text)]
    sheet.line("dateline", " / ".join(dict.fromkeys(texts)))
    location = xml.child(head, "dateline", "location")
    if location is None:
        location = xml.child(head, "dateline")
        if next(xml.children(location, "city", "country", "state", "region"), None) is None:
            return
    city, country = (line(xml.child(location, name)) for name in ("city", "country"))
    wider = next(
        filter(None, (line(xml.child(location, name)) for name in ("region", "state", "sublocation"))), ""
    )
    plain = "" if next(xml.children(location), None) is not None else line(location)
    sheet.place(city or plain or wider, country)


def notes(sheet: Sheet, nitf: Element, limit: int) -> None:
    """Notes above and amid the text; only ``std`` and ``pa`` (publishable advisory) are public.

    Source: NITF 3.6, ``note``: std, pa, npa (non-publishable advisory); std where it does not say.
    """
    public, hidden = [], []
    for element in xml.descendants(nitf, "note"):
        text = " ".join(_short(element, limit).split()) or line(element)
        kind = xml.attribute(element, "type").lower()
        if kind not in ("", "std", "pa"):
            hidden.append(text)
        elif xml.attribute(element, "noteclass") == "cpyrt":
            sheet.line("rights", text)
        else:
            public.append((text, xml.attribute(element, "class", "noteclass")))
    _headers.notes(sheet, public)
    sheet.add("ednotes_nonpublic", hidden)


def media(nitf: Element, limit: int) -> Iterator[Media]:
    """The pictures and the like: one for each file of each of them, with the caption that they share."""
    for element in xml.descendants(nitf, "media"):
        captions = (_short(one, limit) for one in xml.children(element, "media-caption"))
        caption = " ".join(" ".join(captions).split())
        producers = list(dict.fromkeys(filter(None, map(line, xml.children(element, "media-producer")))))
        for file in xml.children(element, "media-reference"):
            href = xml.attribute(file, "source", "data-location")
            if not href:
                continue
            yield Media(
                href=href,
                type=_mime(element, file) or UNSET,
                caption=caption or xml.attribute(file, "alternate-text") or UNSET,
                credit=" / ".join(producers) or xml.attribute(file, "source-credit", "copyright") or UNSET,
                width=pixels(xml.attribute(file, "width")) or UNSET,
                height=pixels(xml.attribute(file, "height")) or UNSET,
            )


def _mime(element: Element, file: Element) -> str:
    given = xml.attribute(file, "mime-type") or xml.attribute(element, "mime-type")
    return given if "/" in given else ""


def pixels(text: str) -> int | None:
    """A size in pixels; none where it is none, or zero."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,5}", text) else None
