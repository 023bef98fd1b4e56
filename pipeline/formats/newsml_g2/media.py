"""The pictures, videos and sounds that a NewsML-G2 item links to or shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats import markup, newscodes, xml
from pipeline.formats.newsml_g2.content import Rendition
from pipeline.formats.newsml_g2.parts import Languages, code, kid, kids, role, tail
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_SHOWN = frozenset({"picture", "graphic", "video", "audio", "animation", "photo", "image"})
_COPY = re.compile(
    r"text/|application/(?:[\w.-]+\+)?(?:xml|xhtml|html|nitf|json|pdf|rtf|msword)", re.IGNORECASE
)


def put(item: Element, shown: list[Rendition], languages: Languages, sheet: Sheet) -> None:
    """Put an item's links to media on its sheet, and where other forms of its text lie.

    The standard's own links come first: an HTML body shows one of their sizes once more.
    """
    for content in kids(item, "contentset"):
        remote = list(kids(content, "remotecontent"))
        copies = {each for each in remote if _COPY.match(xml.attribute(each, "contenttype"))}
        sheet.media(filter(None, (_link(each) for each in remote if each not in copies)))
        for each in filter(copies.__contains__, remote):
            _copy(each, sheet)
    icons = (_link(icon) for icon in kids(kid(item, "contentmeta"), "icon"))
    sheet.media(filter(None, icons))
    links = kids(kid(item, "itemmeta"), "link")
    shown_there = (link for link in links if tail(code(kid(link, "itemclass"))) in _SHOWN)
    sheet.media(media for link in shown_there for media in _linked(link, languages))
    for rendition in shown:
        sheet.media(_nitf(rendition.root) if rendition.vocabulary == "nitf" else markup.media(rendition.root))


def _link(element: Element, caption: str = "") -> Media | None:
    href = xml.attribute(element, "href", "residref")
    if not href:
        return None
    return Media(
        href=href,
        type=xml.attribute(element, "contenttype") or UNSET,
        rendition=xml.attribute(element, "rendition")
        or newscodes.qcode(xml.attribute(element, "renditionuri"))
        or UNSET,
        caption=caption or UNSET,
        width=_pixels(element, "width") or UNSET,
        height=_pixels(element, "height") or UNSET,
    )


def _pixels(element: Element, name: str) -> int | None:
    """A side in pixels; none where it is in another unit (``widthunit``) or no number."""
    value = xml.attribute(element, name)
    pixels = role(element, f"{name}unit") in ("", "pixels", "pixel", "px")
    return int(value) if pixels and re.fullmatch("[1-9][0-9]{0,6}", value) else None


def _copy(element: Element, sheet: Sheet) -> None:
    """A form of the text that lies elsewhere: an HTML page is the article's address."""
    href = xml.attribute(element, "href")
    if "html" in xml.attribute(element, "contenttype").lower() and re.match("https?://", href):
        sheet.line("url", href)
    sheet.wire("remote_content", href or xml.attribute(element, "residref"))


def _linked(link: Element, languages: Languages) -> Iterator[Media]:
    """What a link to another item shows: the sizes in it, else its own address."""
    title = languages.text(kids(link, "title", "headline"))
    remote = list(kids(link, "remotecontent"))
    for each in remote or ([link] if xml.attribute(link, "href") else []):
        if found := _link(each, title):
            yield found


def _nitf(root: Element | None) -> Iterator[Media]:
    for media in xml.descendants(root, "media"):
        caption = xml.text(next(xml.descendants(media, "media-caption"), None))
        credit = xml.text(next(xml.descendants(media, "media-producer"), None))
        for reference in xml.descendants(media, "media-reference"):
            if href := xml.attribute(reference, "source"):
                yield Media(
                    href=href,
                    type=xml.attribute(reference, "mime-type") or UNSET,
                    rendition=xml.attribute(reference, "name") or UNSET,
                    caption=caption or UNSET,
                    credit=credit or UNSET,
                    width=_pixels(reference, "width") or UNSET,
                    height=_pixels(reference, "height") or UNSET,
                )
