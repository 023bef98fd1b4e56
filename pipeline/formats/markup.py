"""HTML, XHTML and NITF to a readable body: paragraphs, headings, lists, tables; of script nothing stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml.html import defs
from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats import prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.shape import UnfitError
from pipeline.formats.xml import Element

Skip = Callable[[Element], bool]

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2"})
_LISTS = frozenset({"ul", "ol", "dl", "menu", "dir"})
# NITF's blocks, and the parts of lists and tables where these are too deep to be told apart.
_BLOCKS = (
    defs.block_tags
    | _LISTS
    | {"block", "body", "bq", "html", "abstract", "lead", "credit", "body.head", "body.content", "body.end"}
    | {"byline", "bibliography", "copyrite", "dateline", "datasource", "distributor", "fn", "note", "tagline"}
    | {"article", "aside", "figcaption", "figure", "footer", "header", "hgroup", "main", "nav", "section"}
    | {
        "li",
        "dt",
        "dd",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "legend",
        "details",
        "summary",
    }
)
_UNSEEN = (
    {
        "head",
        "meta",
        "link",
        "base",
        "script",
        "style",
        "template",
        "noscript",
        "noframes",
        "title",
        "rt",
        "rp",
    }
    | {
        "applet",
        "audio",
        "canvas",
        "embed",
        "frame",
        "iframe",
        "img",
        "media",
        "object",
        "svg",
        "video",
        "math",
    }
    | {"button", "input", "option", "select", "textarea", "param", "nitf-table-metadata"}
)
_COLUMNS = re.compile(r"\S(?:\t| {3,}|\.{4,} ?)\S")
_TABLE_LINES = 2
LARGEST = 10_000_000
"""Bytes of HTML that libxml2 reads; what is longer it drops without a word."""

LEVELS = 250
"""Elements within each other that it reads; at 256 it stops."""

DEPTH = 8
"""Lists and tables within each other that are told apart; deeper ones are text."""
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")


def flow(root: Element | None, limit: int, *, skip: Skip = lambda _: False, into: Flow | None = None) -> Flow:
    """The blocks in an element, in the order in which a reader sees them.

    Args:
        root: what holds the body.
        limit: code points that the body may have.
        skip: which elements are no part of the body, with all that is in them.
        into: blocks that these follow; its own limit holds.

    Raises:
        UnfitError: the body is longer, or holds what no text holds.
    """
    walk = _Walk(Flow(limit) if into is None else into, skip)
    if root is not None:
        walk.inside(root)
        walk.flush()
    return walk.flow


def html(text: str) -> Element | None:
    """The root of an HTML document or fragment, however broken; none where it holds nothing.

    Raises:
        UnfitError: it is larger or deeper than the parser reads: it would drop the rest in silence.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    data = prose.clean(text).encode()
    if data.count(b"<") + data.count(b"=") > xml.NODES or len(data) > LARGEST:
        reason = f"too large: HTML of {len(data):,} bytes; {LARGEST:,} and {xml.NODES:,} elements may be"
        raise UnfitError("size", reason)
    xml.refuse_crowds(data)
    try:
        root = etree.fromstring(data, parser) if data.strip() else None
    except etree.XMLSyntaxError:
        return None
    if _stopped(root):
        raise UnfitError("syntax", f"HTML nested deeper than {LEVELS} levels: it cannot be read to its end")
    return root


def _stopped(root: Element | None) -> bool:
    """Whether the parser gave up on too deep an element: it is the last one then."""
    level = 0
    while root is not None and len(root):
        root = root[-1]
        level += 1
    return level > LEVELS


def looks_like_html(text: str) -> bool:
    """Whether a text holds HTML: a tag that HTML knows, or an entity."""
    return bool(_TAG.search(text))


_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|table|tr|td|img|blockquote|section|article|html|body)"
    r"(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,8}|#[0-9]{2,6}|#x[0-9a-fA-F]{2,6});",
    re.IGNORECASE,
)


def media(root: Element | None) -> Iterator[Media]:
    """The pictures, videos and sounds that an HTML body shows; captions from their figures."""
    for element in xml.descendants(root, "img", "video", "audio", "source"):
        href = xml.attribute(element, "src", "data-src")
        wide, high = (_pixels(xml.attribute(element, name)) for name in ("width", "height"))
        if not href or href.startswith("data:") or {wide, high} == {1}:
            continue  # A picture of one pixel counts readers; there is nothing to see.
        figure = next(element.iterancestors("figure", "{*}figure"), None)
        caption = xml.text(next(xml.descendants(figure, "figcaption"), None))
        yield Media(
            href=href,
            type=xml.attribute(element, "type") or UNSET,
            caption=caption or xml.attribute(element, "alt", "title") or UNSET,
            width=wide or UNSET,
            height=high or UNSET,
        )


def _pixels(text: str) -> int | None:
    match = re.fullmatch(r"([1-9][0-9]{0,5})(?:px)?", text)
    return int(match[1]) if match else None


class _Walk:
    """Goes through a tree once. Text outside of any block is a paragraph too."""

    def __init__(self, into: Flow, skip: Skip, depth: int = 0) -> None:
        self.flow = into
        self._skip = skip
        self._depth = depth
        self._inline: list[str] = []

    def flush(self) -> None:
        """End the paragraph that is being collected."""
        if self._inline:
            text = "".join(self._inline)
            self._inline.clear()
            if text and not text.isspace():
                paragraph(self.flow, text)

    def inside(self, element: Element) -> None:
        """The element's own text and its children."""
        self._inline.append(_even(element.text or ""))
        for child in element:
            self._child(child)
            self._inline.append(_even(child.tail or ""))

    def _child(self, element: Element) -> None:
        name = xml.local(element).lower()
        if not name:
            self._inline += xml.pieces(element)
        elif name in _UNSEEN or _nonpublic(element, name) or self._skip(element):
            return
        elif name == "br":
            self._inline.append(BREAK)
        elif name in HEADINGS:
            self.flush()
            self.flow.heading(xml.text(element))
        elif name in _LISTS and self._depth < DEPTH:
            self.flush()
            self._list(element, name)
        elif name == "table" and self._depth < DEPTH:
            self.flush()
            self._table(element)
        elif name == "pre":
            self.flush()
            self.flow.verbatim("".join(xml.pieces(element)).split("\n"))
        elif name == "p" and (lines := _lines(element)):
            self.flush()
            self.flow.verbatim(lines)
        elif name in _BLOCKS or name.endswith("body.content"):
            self.flush()
            self.inside(element)
            self.flush()
        else:
            quoted = name == "q"
            self._inline.append("“" if quoted else "")
            self.inside(element)
            self._inline.append("”" if quoted else "")

    def _list(self, element: Element, name: str) -> None:
        """A list as one block; a list of definitions has each term before its definition."""
        items: list[str] = []
        for child in element:
            kind = xml.local(child).lower()
            if not kind or self._skip(child):
                continue
            text = self._text(child)
            if kind == "dd" and items:
                items[-1] += f": {text}"
            else:
                items.append(text)
        self.flow.items(items, numbered=name == "ol")

    def _table(self, element: Element) -> None:
        for caption in xml.children(element, "caption"):
            self.flow.paragraph(xml.text(caption))
        rows = (
            row
            for part in xml.children(element, "tr", "thead", "tbody", "tfoot")
            for row in ([part] if xml.local(part) == "tr" else xml.children(part, "tr"))
        )
        self.flow.table([self._text(cell) for cell in xml.children(row, "td", "th")] for row in rows)

    def _text(self, element: Element) -> str:
        """What a reader sees of an item or a cell: its blocks, a line each."""
        walk = _Walk(Flow(10**9), self._skip, self._depth + 1)
        walk.inside(element)
        walk.flush()
        return str(walk.flow.fields().get("body", "")).replace("\n\n", "\n")


def _nonpublic(element: Element, name: str) -> bool:
    """Whether it is a note of NITF's that is not for publication: no kind but these two is public."""
    return name == "note" and xml.attribute(element, "type").lower() not in ("", "std", "pa")


BREAK = "\ue000"
"""A line break of the markup, among text whose own line feeds mean nothing."""


def _even(text: str) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def paragraph(into: Flow, text: str) -> None:
    """A paragraph whose line breaks are ``BREAK``; two of them in a row part two paragraphs."""
    lines = prose.clean(text).replace(BREAK, "\n")
    for part in _PARAGRAPH.split(lines):
        into.paragraph(part)


def _lines(element: Element) -> list[str]:
    """The lines of a table that stands in one ``<p>``: its columns are made of spaces, tabs or dots."""
    text = "".join(xml.pieces(element, _broken))
    lines = [line for line in text.split("\n") if line.strip()]
    columns = sum(bool(_COLUMNS.search(line)) for line in lines)
    return lines if columns >= _TABLE_LINES and columns * 2 >= len(lines) else []


def _broken(element: Element) -> tuple[str, str] | None:
    """A line feed for a line break."""
    return ("\n", "") if xml.local(element).lower() == "br" else xml.shown(element)
