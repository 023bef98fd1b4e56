"""JSON Feed 1.0 and 1.1: an article for each item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats import _json, _web, characters, dates, prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.shape import NO_ITEM, Context, Outcome, UnfitError, document
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream

NAME = "json-feed"

TIMES = 500
"""Tags, authors or attachments that are read of an item."""

_SAYING = ("title", "content_html", "content_text", "summary", "attachments")
_VERSION = (
    "https://jsonfeed.org/version/",
    "http://jsonfeed.org/version/",
    "https://www.jsonfeed.org/version/",
)


def sniff(head: bytes) -> bool:
    """Its outermost object says the version of JSON Feed."""
    if b"jsonfeed.org" not in head:
        return False
    said = _json.outline(head).get((), {}).get("version", "")
    return said.replace("\\/", "/").startswith(_VERSION)


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article for each item, and one rejection for all items that are none, or for a feed without any."""
    return document(stream, context, NAME, xml.DOCUMENT, lambda data: _items(data, context))


def _items(data: bytes, context: Context) -> Iterator[dict[str, Any] | UnfitError]:
    feed = _json.decoded(data)
    items = feed.get("items", [])
    title = _line(feed.get("title"))
    if not isinstance(items, list):
        raise UnfitError(
            "type", f"the member 'items' is a JSON {_json.kind_of(items)}, where an array was expected"
        )
    if not items:
        raise UnfitError("empty", f"{NO_ITEM}: the feed {title!r}" if title else NO_ITEM)
    for item in items:
        try:
            yield _article(item, feed, context)
        except UnfitError as error:
            yield error


def _article(item: Any, feed: dict[str, Any], context: Context) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise UnfitError("type", f"a JSON {_json.kind_of(item)}, where an object was expected")
    if not any(item.get(name) for name in _SAYING):
        raise UnfitError("empty", "an item that says nothing")
    sheet = Sheet(context)
    texts = _Members(item, sheet)
    url = _web.link(texts.text("url"), _web.link(feed.get("home_page_url")))
    sheet.line("guid", texts.identity("id") or url)
    sheet.put("url", url)
    sheet.line("headline", _web.line(texts.text("title")))
    sheet.language(texts.text("language") or _line(feed.get("language")))
    _text(sheet, texts, context, url)
    sheet.line("byline", ", ".join(_authors(item) or _authors(feed)))
    sheet.line("provider", _line(feed.get("title")))
    published, updated = texts.text("date_published"), texts.text("date_modified")
    dates.put(sheet, context, "created", published or updated)
    if published:
        dates.put(sheet, context, "modified", updated)
    sheet.add("keywords", filter(None, map(_line, texts.array("tags"))))
    sheet.wire("external_url", _web.link(texts.text("external_url")))
    _media(sheet, texts, url)
    sheet.kind(None, sheet.fields.get("headline"))
    return sheet.done()


class _Members:
    """The members of an item by their types; what is of another type is left out and flagged."""

    def __init__(self, item: dict[str, Any], sheet: Sheet) -> None:
        self._item = item
        self._sheet = sheet

    def text(self, name: str) -> str:
        """A string, its characters as they were meant."""
        text, flags = characters.mended(self._of(name, str) or "")
        self._sheet.flag(*flags)
        return text

    def identity(self, name: str) -> str:
        """A string or a number: feeds of other kinds of identifiers exist (JSON Feed 1.1, Items)."""
        value = self._item.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return str(value) if is_number else self.text(name)

    def array(self, name: str) -> list[Any]:
        """An array, as long as one may be."""
        values = self._of(name, list) or []
        if len(values) > TIMES:
            self._sheet.flag(f"of {len(values):,} {name} the first {TIMES} are read")
        return values[:TIMES]

    def _of(self, name: str, kind: type) -> Any:
        value = self._item.get(name)
        if value is None or isinstance(value, kind):
            return value
        expected = "a string" if kind is str else "an array"
        self._sheet.flag(f"{name} is a JSON {_json.kind_of(value)}, where {expected} was expected: left out")
        return None


def _line(value: Any) -> str:
    return _web.line(value) if isinstance(value, str) else ""


def _text(sheet: Sheet, texts: _Members, context: Context, base: str) -> None:
    """The body, from HTML where there is any text in it, else from plain text; the summary beside it."""
    flow, media, flags = _web.flow(texts.text("content_html"), context.limit, base=base)
    if not len(flow):
        flow = Flow(context.limit)
        flow.prose(prose.clean(texts.text("content_text")))
    for field, value in flow.fields().items():
        sheet.put(field, value)
    sheet.media(media)
    sheet.flag(*flags)
    _web.summary(sheet, _web.line(texts.text("summary")))


def _authors(value: dict[str, Any]) -> list[str]:
    """The names of the authors: ``authors`` of 1.1, else ``author`` of 1.0."""
    authors = value.get("authors")
    several = authors if isinstance(authors, list) and authors else [value.get("author")]
    names = (_line(each.get("name")) for each in several[:TIMES] if isinstance(each, dict))
    return list(dict.fromkeys(filter(None, names)))


def _media(sheet: Sheet, texts: _Members, base: str) -> None:
    """The main pictures and the attachments; an item without a text is what its attachment is."""
    for name in ("image", "banner_image"):
        if href := _web.link(texts.text(name), base):
            sheet.media([Media(href=href, rendition="banner" if name == "banner_image" else UNSET)])
    kinds = []
    for each in texts.array("attachments"):
        if not isinstance(each, dict):
            sheet.flag(
                f"an attachment is a JSON {_json.kind_of(each)}, where an object was expected: left out"
            )
            continue
        attached = _Members(each, sheet)
        if href := _web.link(attached.text("url"), base):
            kind = prose.line(attached.text("mime_type")).lower()
            kinds.append(kind)
            sheet.media(
                [Media(href=href, type=kind or UNSET, caption=_line(attached.text("title")) or UNSET)]
            )
    _web.item_class(sheet, kinds)
