"""The pictures, videos and sounds that a feed's item links to: enclosures, and Media RSS."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from pipeline.article import Media
from pipeline.formats import _web, xml
from pipeline.formats.xml import Element

TIMES = 200
"""Links that are read of one item."""

_MRSS = "http://search.yahoo.com/mrss"
_PIXELS = 1_000_000


class Linked(NamedTuple):
    """A link, and the type of what it leads to: a MIME type, or only its first part."""

    media: Media
    kind: str


def linked(item: Element, base: str) -> list[Linked]:
    """The files that an item links to, each address once, the ones that say most first.

    Source: RSS 2.0, ``enclosure``; RFC 4287, 4.2.7.2; Media RSS 1.5.1.
    """
    found: dict[str, Linked] = {}
    for one in chain(_of_mrss(item, base), _enclosures(item, base)):
        found.setdefault(one.media.href, one)
        if len(found) >= TIMES:
            break
    return list(found.values())


def _enclosures(item: Element, base: str) -> Iterator[Linked]:
    for child in xml.children(item, "enclosure", "link"):
        if xml.local(child) == "link" and child.get("rel") != "enclosure":
            continue
        kind = xml.attribute(child, "type").lower()
        if href := _web.link(xml.attribute(child, "url", "href"), base):
            yield Linked(Media(href=href, type=kind if "/" in kind else UNSET), kind)


class _Said(NamedTuple):
    """What is said of a file: its caption and its credit."""

    caption: str = ""
    credit: str = ""

    def within(self, element: Element) -> _Said:
        """What an element says itself, and where it says nothing, what is said around it."""
        caption = _said(element, "description") or _said(element, "title") or self.caption
        return _Said(caption, _said(element, "credit") or self.credit)


def _of_mrss(item: Element, base: str) -> Iterator[Linked]:
    """``media:content`` and ``media:thumbnail``, each with the nearest caption and credit around it."""
    around = _Said().within(item)
    for child in filter(_is_mrss, xml.children(item)):
        if xml.local(child) == "group":
            of_group = around.within(child)
            for below in xml.children(child, "content", "thumbnail"):
                yield from _file(below, of_group, base)
        elif xml.local(child) in ("content", "thumbnail"):
            yield from _file(child, around, base)


def _file(element: Element, around: _Said, base: str) -> Iterator[Linked]:
    said = around.within(element)
    if href := _web.link(xml.attribute(element, "url"), base):
        thumbnail = xml.local(element) == "thumbnail"
        kind = "image" if thumbnail else xml.attribute(element, "type", "medium").lower()
        media = Media(
            href=href,
            type=kind if "/" in kind else UNSET,
            rendition="thumbnail" if thumbnail else UNSET,
            caption=said.caption or UNSET,
            credit=said.credit or UNSET,
            width=_pixels(element, "width"),
            height=_pixels(element, "height"),
        )
        yield Linked(media, kind)
    for below in xml.children(element, "thumbnail"):
        yield from _file(below, said, base)


def _said(element: Element, name: str) -> str:
    """What the first of these elements of Media RSS says."""
    named = filter(_is_mrss, xml.children(element, name))
    return next((text for child in named if (text := _web.line(xml.text(child)))), "")


def _is_mrss(element: Element) -> bool:
    return xml.namespace(element).rstrip("/").lower() == _MRSS


def _pixels(element: Element, name: str) -> int | UnsetType:
    text = xml.attribute(element, name)
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:9]) < _PIXELS else UNSET
