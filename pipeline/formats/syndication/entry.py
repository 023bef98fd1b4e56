"""One item of a feed, read by feedparser without any traps.

feedparser never sees the file, only copies of one item each, made of the elements that news needs, and those
as a stream in memory (it would open what looks like a path or an address, be it text or bytes). So no DTD,
entity or odd element gets to it, its time grows with the items alone, and what it trips over costs one item.
"""

from __future__ import annotations

import copy
import html
import io
import re
from collections.abc import Iterable
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

from pipeline.formats import characters, xml
from pipeline.formats.shape import UnfitError
from pipeline.formats.syndication.document import ATOM, CONTENT, DC, ITEMS, TERMS, XHTML
from pipeline.formats.xml import Element

SHORT = 2048
"""Characters of what is no text: a link, a name, a date. A longer one is left out."""

TIMES = 500
"""How often an element may stand in an item."""

ELEMENTS = 50_000
"""Elements in the markup of a text, past which it is none."""

_TEXTS = {"title", "description", "summary", "content", "body", "abstract", "fullitem", "tagline"}
_TEXTS |= {"rights", "copyright"}
_FACTS = {"link", "guid", "id", "category", "language"}
_FACTS |= {"pubdate", "published", "issued", "updated", "modified", "created"}
_NAMES = {
    DC: {"title", "date", "subject", "description", "rights", "language"},
    TERMS: {"created", "issued", "modified"},
    CONTENT: {"encoded"},
    XHTML: {"body"},
}
_CORE = re.compile(
    r"https?://(?:backend\.userland\.com/rss.*|blogs\.law\.harvard\.edu/tech/rss.*|purl\.org/(?:net/)?rss[\d./]*"
    r"|purl\.org/atom/ns#|(?:my|channel)\.netscape\.com/rdf/simple/.*|www\.w3\.org/2005/atom)",
    re.IGNORECASE,
)
ATOM_0_3 = "http://purl.org/atom/ns#"
_TAG_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ATTRIBUTES = ("type", "mode", "href", "rel", "term", "scheme", "label", "domain", "src", "isPermaLink")
_XML = "application/xml; charset=utf-8"

# Python's own parser, which is the safe one here, and no search for another one at each item.
feedparser.api.PREFERRED_XML_PARSERS[:] = ["xml.sax.expatreader"]


def header(root: Element) -> tuple[Any, list[str]]:
    """What feedparser reads of a feed as a whole, and what was mended, for a person.

    Raises:
        UnfitError: feedparser trips over it.
    """
    channel = list(xml.children(root, "channel"))
    around = [root, *channel] if xml.local(root) != "channel" else [root]
    children = (child for one in around for child in xml.children(one) if xml.local(child) not in ITEMS)
    copied, flags = _copies(children, root)
    return _parsed(_document(root, copied, None), "").feed, flags


def entry(item: Element, root: Element, base: str) -> tuple[Any, list[str]]:
    """What feedparser reads of an item, and what was mended, for a person.

    Raises:
        UnfitError: it says nothing, or feedparser trips over it.
    """
    copied, flags = _copies(xml.children(item), root)
    if not any(each.text or each.attrib or len(each) for each in copied):
        raise UnfitError("empty", "an item that says nothing")
    entries = _parsed(_document(root, copied, item), base).entries
    if not entries:
        raise UnfitError("syntax", "feedparser finds nothing in it")
    return entries[0], flags


def _parsed(document: bytes, base: str) -> Any:
    headers = {"content-type": _XML, "content-location": base}
    try:
        return feedparser.parse(
            io.BytesIO(document), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # its handlers raise what they like; one item must not cost the others
        raise UnfitError("syntax", f"feedparser trips over it: {type(error).__name__}: {error}") from error


def _document(root: Element, copied: Iterable[Element], item: Element | None) -> bytes:
    """A feed that holds one item, or none."""
    if is_atom(root):
        holder = outer = etree.Element(f"{{{_space(root)}}}feed", version=root.get("version", ""))
    else:
        outer = etree.Element("rss", version="2.0")
        holder = etree.SubElement(outer, "channel")
    if item is not None:
        name = etree.QName(outer).namespace if is_atom(root) else None
        dated = {key: value for key in ("href", "lastmod") if (value := item.get(key))}
        holder = etree.SubElement(holder, etree.QName(name, "entry" if name else "item"), dated)
    holder.extend(copied)
    return etree.tostring(outer, encoding="utf-8", xml_declaration=True)


def _space(root: Element) -> str:
    """The namespace of Atom 0.3 or 1.0, however it is written."""
    return ATOM_0_3 if "purl.org/atom/ns" in xml.namespace(root).lower() else ATOM


def is_atom(root: Element) -> bool:
    """Whether a feed is Atom, of any version; else it is RSS."""
    return xml.local(root) == "feed"


def _copies(children: Iterable[Element], root: Element) -> tuple[list[Element], list[str]]:
    """The elements that news needs, their markup as text and their characters as they were meant."""
    copied: list[Element] = []
    flags: list[str] = []
    counts: dict[str, int] = {}
    for child in children:
        name = _name(child, root)
        counts[name] = counts.get(name, 0) + 1
        if not name or counts[name] > TIMES:
            if name and counts[name] == TIMES + 1:
                flags.append(f"of more than {TIMES} elements {xml.local(child)} the rest is left out")
            continue
        copied += _copied(child, name, root, flags)
    return copied, flags


def _name(element: Element, root: Element) -> str:
    """The name that an element has for feedparser; empty for what news does not need."""
    local, space = xml.local(element).lower(), xml.namespace(element)
    core = not space or space == xml.namespace(root) or bool(_CORE.fullmatch(space))
    if core and (local in _TEXTS or local in _FACTS):
        return f"{{{_space(root)}}}{local}" if is_atom(root) else local
    return f"{{{space}}}{local}" if not core and local in _NAMES.get(space, ()) else ""


def _copied(element: Element, name: str, root: Element, flags: list[str]) -> list[Element]:
    local = xml.local(element).lower()
    attributes = {
        key: _ILLEGAL.sub("", value)
        for key in _ATTRIBUTES
        if (value := element.get(key)) and len(value) <= SHORT
    }
    made = etree.Element(name, attributes)
    below = list(xml.children(element))
    if local in _TEXTS or local == "encoded":
        text = _inline(element, literal=is_atom(root)) if below else "".join(xml.pieces(element))
        if below and made.get("type", "html") != "html":
            made.set("type", "text/html")
            made.attrib.pop("mode", "")
    else:
        text = (element.text or "") if below else "".join(xml.pieces(element))
        made.extend(
            each
            for one in below[:TIMES]
            if (key := _name(one, root))
            for each in _copied(one, key, root, flags)
        )
        if len(text) > SHORT:
            flags.append(f"a {local} of {len(text):,} characters is left out")
            return []
    legal, mended = characters.mended(text)
    text = _ILLEGAL.sub("", legal)
    if text != legal:
        mended.append("characters that XML forbids are left out")
    # Each reference in a text costs a call of feedparser's; a CDATA section costs one.
    escaped = ("&" in text or "<" in text) and "]]>" not in text
    made.text = etree.CDATA(text) if escaped else text
    flags += mended
    return [made]


def _inline(element: Element, *, literal: bool) -> str:
    """The markup in an element as the text of HTML, without namespaces.

    What is escaped in it is text, where it is meant literally, as in Atom; RSS means markup by it, too.

    Raises:
        UnfitError: there are too many elements in it.
    """
    if (count := sum(1 for _ in element.iter())) > ELEMENTS:
        raise UnfitError("size", f"too large: {count:,} elements in one text; {ELEMENTS:,} may be")
    inner = copy.deepcopy(element)
    for each in inner.iter(etree.Element):
        name = xml.local(each)
        each.tag = name if _TAG_NAME.fullmatch(name) else "span"
        for key in [key for key in each.attrib if str(key).startswith("{")]:
            del each.attrib[key]
    etree.cleanup_namespaces(inner)
    text = html.escape(inner.text or "", quote=False) + "".join(
        etree.tostring(child, method="html", encoding="unicode") for child in inner
    )
    return text if literal else text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
