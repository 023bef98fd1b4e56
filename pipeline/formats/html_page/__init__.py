"""HTML article pages: the story without the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.article import Media
from pipeline.formats import _web, characters, charset, dates, markup, prose, xml
from pipeline.formats.html_page import story as page_story
from pipeline.formats.html_page.facts import Page
from pipeline.formats.shape import Context, Outcome, UnfitError, outcome, whole
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream

NAME = "html"

_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->)*+<!doctype\s+html\b", re.DOTALL | re.IGNORECASE)
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_PROLOGUE = 4096
_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_PAIRED = re.compile(r"<(/?)(?:article|div|main|script|section|style)\b", re.IGNORECASE)


def sniff(head: bytes) -> bool:
    """It declares itself as HTML, or its root element is ``html``."""
    return bool(_DOCTYPE.match(head)) or xml.root_of(head)[0].lower() == "html"


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The one article of a page."""
    piece = whole(stream, xml.DOCUMENT)
    if piece.dropped:
        yield piece.too_large(context, xml.DOCUMENT)
    else:
        yield outcome(piece, context, NAME, lambda data: _fields(data, context))


def _fields(data: bytes, context: Context) -> dict[str, Any]:
    declared = _CHARSET.search(data[:_PROLOGUE])
    text, flags = charset.decode(data, declared[1].decode() if declared else None)
    if (tags := text.count("<")) > _web.TAGS:
        raise UnfitError("size", f"too large: {tags:,} tags; {_web.TAGS:,} may be in a page")
    if _cut_off(text):
        raise UnfitError("truncated", "cut off: the page ends without its end")
    text, mended = characters.mended(text)
    root = markup.html(text)
    if root is None:
        raise UnfitError("empty", "empty: no HTML element")
    page = Page(root)
    sheet = Sheet(context)
    sheet.flag(*flags, *mended, *page.flags)
    _facts(sheet, page, context)
    story = page_story.of(root, text, page, context.limit)
    sheet.line("subheadline", story.deck or _web.line(page.linked("alternativeHeadline")))
    for field, value in story.flow.fields().items():
        sheet.put(field, value)
    _summary(sheet, page)
    sheet.media(Media(href=href) for href in page.pictures())
    sheet.media(story.media)
    sheet.kind(None, sheet.fields.get("headline"))
    return sheet.done()


def _facts(sheet: Sheet, page: Page, context: Context) -> None:
    url = page.url()
    sheet.line("guid", url)
    sheet.put("url", url)
    sheet.language(page.language())
    sheet.line("headline", page.headline())
    sheet.line("byline", ", ".join(page.authors()))
    sheet.line("provider", page.site())
    dates.put(sheet, context, "created", page.published())
    dates.put(sheet, context, "modified", page.modified())
    sheet.add("keywords", page.keywords())
    sheet.wire("section", ", ".join(page.sections()))
    sheet.line("rights", page.linked("copyrightNotice") or page.meta("copyright", "dcterms.rights", "rights"))
    sheet.line("usageterms", page.linked("usageInfo", "license"))
    sheet.wire("accessible_for_free", page.linked("isAccessibleForFree").lower())


def _summary(sheet: Sheet, page: Page) -> None:
    """The description; a page that is no article and has no story is none."""
    said = page.linked("description") or page.meta("og:description", "description", "twitter:description")
    _web.summary(sheet, prose.line(_web.line(said)))
    if "body" in sheet.fields:
        return
    if not page.is_article:
        raise UnfitError("empty", "empty: there is no article's text in the page")
    sheet.flag("the page has no text beyond its description")


def _cut_off(text: str) -> bool:
    """Whether a page ends within a tag, or within elements whose end must be there, without its own end."""
    if _END.search(text):
        return False
    opened = sum(-1 if tag[1] else 1 for tag in _PAIRED.finditer(text))
    return opened > 0 or text.rfind("<") > text.rfind(">") or text.rfind("<!--") > text.rfind("-->")
