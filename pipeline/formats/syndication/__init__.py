"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0: an article for each item, however the feed is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

from pipeline.formats import _web, dates, markup, prose, shape, xml
from pipeline.formats.flow import Flow
from pipeline.formats.shape import NO_ITEM, Context, Outcome, UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream
from pipeline.formats.syndication import document
from pipeline.formats.syndication import entry as feed_entry
from pipeline.formats.syndication import media as feed_media
from pipeline.formats.xml import Element

NAME = "rss-atom"

_RSS_1 = ("purl.org/rss/", "netscape.com/rdf/simple/", "purl.org/net/rss")
_ATOM = ("w3.org/2005/atom", "purl.org/atom/ns#")
_AUTHORS = 100
_TEXT_TYPES = ("", "text/plain", "text/html", "application/xhtml+xml")


def sniff(head: bytes) -> bool:
    """Its root element is that of RSS or Atom; RDF and a ``feed`` must name the namespace, too."""
    name, start = xml.root_of(head)
    start = start.lower()
    match name.lower():
        case "rss":
            return True
        case "rdf":
            return any(space in start for space in _RSS_1)
        case "feed":
            return any(space in start for space in _ATOM) or "xmlns" not in start
        case "channel":
            return "xmlns=" not in start or any(space in start for space in _RSS_1)
        case _:
            return False


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article for each item, and one rejection for all items that are none, or for a feed without any."""
    return shape.document(stream, context, NAME, xml.DOCUMENT, lambda data: _items(data, context))


@dataclass(frozen=True)
class _Feed:
    """What a feed says of all its items."""

    root: Element
    flags: list[str]
    title: str
    language: str
    rights: str
    link: str
    authors: list[tuple[str, str]]


def _items(data: bytes, context: Context) -> Iterator[dict[str, Any] | UnfitError]:
    parsed = document.parse(data)
    feed = _feed(parsed.root, parsed.flags)
    empty = True
    for item in document.items(parsed.root):
        empty = False
        try:
            yield (
                _deleted(item, context)
                if xml.local(item) == "deleted-entry"
                else _article(item, feed, context)
            )
        except UnfitError as error:
            yield error
        item.clear()
    if parsed.lost:
        yield UnfitError("syntax", f"{parsed.lost} items are lost in broken XML: {parsed.flags[-1]}")
    elif empty:
        raise UnfitError("empty", f"{NO_ITEM}: the feed {feed.title!r}" if feed.title else NO_ITEM)


def _feed(root: Element, flags: list[str]) -> _Feed:
    if xml.local(root).lower() not in ("rss", "rdf", "feed", "channel"):
        raise UnfitError("format", f"XML of another kind: its root element is {xml.local(root)}, no feed")
    head, mended = feed_entry.header(root)
    return _Feed(
        root=root,
        flags=[*flags, *mended],
        title=_web.line(head.get("title", "")),
        language=head.get("language") or xml.attribute(root, "lang"),
        rights=_web.line(head.get("rights", "")),
        link=_web.link(head.get("link")),
        # An entry without an author is by those of the feed (RFC 4287, 4.1.2); RSS knows no such rule.
        authors=_authors(root) if feed_entry.is_atom(root) else [],
    )


def _deleted(item: Element, context: Context) -> dict[str, Any]:
    """An entry that the feed takes back: a kill (RFC 6721)."""
    sheet = Sheet(context)
    sheet.line("guid", xml.attribute(item, "ref"))
    if not sheet.fields:
        raise UnfitError("value", "an entry is taken back, and none is named")
    dates.put(sheet, context, "modified", xml.attribute(item, "when"))
    sheet.add("ednotes", [xml.text(xml.child(item, "comment"))])
    sheet.kind("kill")
    return sheet.done()


def _article(item: Element, feed: _Feed, context: Context) -> dict[str, Any]:
    sheet = Sheet(context)
    base = _web.link(item.base or "") or feed.link
    entry, flags = feed_entry.entry(item, feed.root, base)
    sheet.flag(*feed.flags, *flags)
    link = _web.link(xml.text(xml.child(item, "origLink"))) or _link(entry)
    sheet.line("guid", _guid(item) or link)
    sheet.put("url", link)
    sheet.line("headline", _web.line(entry.get("title", "")))
    sheet.language(_language(item, entry) or feed.language)
    _text(sheet, entry, context, link or base)
    _people(sheet, item, feed)
    _dates(sheet, entry, context)
    _subjects(sheet, entry, item)
    sheet.line("rights", _web.line(entry.get("rights", "")) or feed.rights)
    files = feed_media.linked(item, link or base)
    sheet.media(file.media for file in files)
    _web.item_class(sheet, (file.kind for file in files))
    if xml.text(xml.child(item, "control", "draft")).lower() == "yes":
        sheet.hold("it is marked as a draft (RFC 5023): held back")
    sheet.kind(None, sheet.fields.get("headline"))
    return sheet.done()


def _guid(item: Element) -> str:
    """``guid``, ``id``, or what an item of RSS 1.0 is about; as it is written."""
    for name in ("guid", "id", "identifier"):
        for child in xml.children(item, name):
            if text := xml.text(child):
                return text
    return xml.attribute(item, "about")


def _link(entry: Any) -> str:
    """Where the article is on the web."""
    others = (
        each.get("href")
        for each in entry.get("links", [])
        if each.get("rel") in (None, "alternate", "related")
    )
    return next((link for text in (entry.get("link"), *others) if (link := _web.link(text))), "")


def _language(item: Element, entry: Any) -> str:
    for child in chain(
        xml.children(item, "content", "encoded"), xml.children(item, "description", "summary")
    ):
        if said := xml.attribute(child, "lang"):
            return said
    return xml.attribute(item, "lang") or str(entry.get("language", ""))


def _text(sheet: Sheet, entry: Any, context: Context, base: str) -> None:
    """The longest full text is the body; where there is none, the description is."""
    described = str(entry.get("summary", ""))
    full = [each for each in entry.get("content", []) if each.get("type", "") in _TEXT_TYPES]
    values = sorted((str(each.get("value", "")) for each in full), key=len, reverse=True)
    for text in (*values, described):
        flow, media, flags = _flow(text, context.limit, base)
        if len(flow):
            for field, value in flow.fields().items():
                sheet.put(field, value)
            sheet.media(media)
            sheet.flag(*flags)
            break
    if described.strip() and values and described not in values:  # feedparser gives the content as both
        flow, media, _ = _flow(described, context.limit, base)
        _web.summary(sheet, str(flow.fields().get("body", "")))
        sheet.media(media)


def _flow(text: str, limit: int, base: str) -> tuple[Flow, list[Any], list[str]]:
    if markup.looks_like_html(text):
        return _web.flow(text, limit, base=base)
    flow = Flow(limit)
    flow.prose(prose.clean(text))
    return flow, [], []


def _people(sheet: Sheet, item: Element, feed: _Feed) -> None:
    """The authors by their names; the provider is the feed, or the one that the item was taken from."""
    authors = _authors(item) or feed.authors
    sheet.line("byline", ", ".join(dict.fromkeys(name for name, _ in authors if name)))
    if "byline" not in sheet.fields:
        sheet.wire("author", ", ".join(dict.fromkeys(address for _, address in authors)))
    source = xml.child(item, "source")
    said = xml.child(source, "title") if source is not None and len(source) else source
    sheet.line("provider", _web.line(xml.text(said)))
    if "provider" in sheet.fields:
        sheet.wire("feed", feed.title)
    sheet.line("provider", feed.title)


def _authors(element: Element) -> list[tuple[str, str]]:
    """The names and addresses of the authors of an item, or of a feed."""
    found = []
    for child in islice(xml.children(element, "author", "creator"), _AUTHORS):
        if len(child):
            found.append((_web.line(xml.text(xml.child(child, "name"))), xml.text(xml.child(child, "email"))))
        else:
            found.append(_web.mailbox(_web.line(xml.text(child))))
    return [(name, address) for name, address in found if name or address]


def _dates(sheet: Sheet, entry: Any, context: Context) -> None:
    """Published and updated; where only one date is given it is that of the publication."""
    published = dict.get(entry, "published") or dict.get(entry, "created")
    updated = dict.get(entry, "updated")
    dates.put(sheet, context, "created", published or updated)
    if published:
        dates.put(sheet, context, "modified", updated)


def _subjects(sheet: Sheet, entry: Any, item: Element) -> None:
    """Categories with a scheme are subjects, others are keywords."""
    for tag in entry.get("tags", []):
        term, scheme, label = (_web.line(tag.get(part) or "") for part in ("term", "scheme", "label"))
        if term and scheme:
            sheet.subject(_code(scheme, term), label or term)
        else:
            sheet.add("keywords", [label or term])
    mrss = [
        child
        for child in xml.children(item, "category", "keywords")
        if xml.namespace(child).startswith(document.MEDIA.rstrip("/"))
    ]
    sheet.add("keywords", (part for child in mrss for part in xml.text(child).split(",")))


def _code(scheme: str, term: str) -> str:
    """A term in its scheme: a URI goes on with a slash, the name of a scheme with a colon."""
    if "://" not in scheme:
        return f"{scheme}:{term}"
    return scheme + ("" if scheme.endswith(("/", "#", "=", ":")) else "/") + quote(term, safe="")
