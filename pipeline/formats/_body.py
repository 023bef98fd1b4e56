"""A body that stands in a string: HTML, a NITF document, or plain text, whichever it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pipeline.article import Media
from pipeline.formats import markup, prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.newsml_g2.private import cut
from pipeline.formats.nitf import body as nitf_body
from pipeline.formats.shape import Kind, UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

Form: TypeAlias = Literal["html", "nitf", "plain"]

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_NITF = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE\s+nitf[^>]*>\s*)?<(?:[\w.-]+:)?nitf[\s>]", re.IGNORECASE
)
_BLOCK = re.compile(
    r"<(?:p|br|div|ul|ol|li|h[1-6]|table|tr|td|blockquote|section|article|html|body|pre|hr|figure|img)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ROOM = 3
"""How many times as long as its HTML a short text may be: lists get marks."""

_NONPUBLIC = re.compile(r"(?:^|[\s-])(?:non|not)-?public(?:\s|$)")


@dataclass(frozen=True)
class Body:
    """The article's fields ``body``, ``headings`` and ``tables``; the links in it; what was mended.

    ``hidden`` is what stands there marked as not for publication, ``nitf`` the root of a NITF document.
    """

    fields: dict[str, Any]
    media: tuple[Media, ...] = ()
    flags: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    nitf: Element | None = None


def form_of(text: str) -> Form:
    """What a text is by its looks."""
    if _NITF.match(text):
        return "nitf"
    return "html" if markup.looks_like_html(text) else "plain"


def read(text: str, limit: int, form: Form | None = None, headline: str = "") -> Body:
    """The body that a text is.

    Args:
        text: as the feed has it.
        limit: code points that the body may have.
        form: what the feed says that it is; none where that is to be told by its looks.
        headline: where HTML repeats it above the text it is no part of the body.

    Raises:
        UnfitError: it is longer, or holds what no text holds.
    """
    cleaned = prose.clean(text)
    form = form or form_of(cleaned)
    if form == "plain":
        return _plain(cleaned, limit)
    if form == "nitf" or _NITF.match(cleaned):
        return _nitf(cleaned, limit, headline)
    return _html(cleaned, limit, headline)


def put(body: Body, sheet: Sheet, limit: int) -> None:
    """Put all that a body gives on a sheet; what stands in it and is not for publication, as notes."""
    sheet.flag(*body.flags)
    sheet.add("ednotes_nonpublic", body.hidden)
    for name, value in cut(body.fields, sheet, typed=False).items() if body.fields else ():
        sheet.put(name, value)
    sheet.media(body.media)
    if body.nitf is not None:
        nitf_body.notes(sheet, body.nitf, limit)


def line(text: str) -> str:
    """The text on one line, without HTML's tags and entities where it holds any."""
    if not markup.looks_like_html(text):
        return prose.line(text)
    root = markup.html(text)
    if not _BLOCK.search(text):
        return prose.line(xml.text(root))
    blocks = str(markup.flow(root, _ROOM * len(text)).fields().get("body", ""))
    return prose.line(" ".join(each.removeprefix("- ") for each in blocks.split("\n")))


def _plain(text: str, limit: int) -> Body:
    flow = Flow(limit)
    flow.prose(text)
    return Body(flow.fields())


def _html(text: str, limit: int, headline: str) -> Body:
    """HTML; where it has no blocks, its blank lines part the paragraphs, as in a typist's text."""
    root = markup.html(text)
    if root is None and text.strip():
        raise UnfitError("syntax", "HTML that cannot be read: broken, or with too many elements")
    media = tuple(markup.media(root))
    if root is not None and not _BLOCK.search(text) and "\n\n" in text:
        return Body(_plain("".join(xml.pieces(root)), limit).fields, media)
    hidden: list[str] = []
    return Body(markup.flow(root, limit, skip=_aside(headline, hidden)).fields(), media, hidden=hidden)


def _aside(headline: str, hidden: list[str]) -> markup.Skip:
    """What stands in HTML and is no body: a header, the headline once more, the captions of pictures.

    What is marked as not for publication is put into ``hidden``.
    """

    def skip(element: Element) -> bool:
        name = xml.local(element).lower()
        if _NONPUBLIC.search(xml.attribute(element, "class")):
            hidden.append(xml.text(element))
            return True
        if name in ("h1", "h2"):
            return bool(headline) and xml.text(element) == headline
        if name == "figcaption":
            return next(xml.descendants(element.getparent(), "table"), None) is None
        return name == "header"

    return skip


def _nitf(text: str, limit: int, headline: str) -> Body:
    """What stands in the body's content of a NITF document; of its head nothing."""
    try:
        root, flags = xml.parse(_DECLARATION.sub("", text, count=1).encode())
    except UnfitError as error:
        # The string is whole, so no end of it may come.
        kind: Kind = "syntax" if error.kind == "truncated" else error.kind
        raise UnfitError(kind, f"its NITF cannot be read: {error}") from error
    flags += nitf_body.set_aside(root)
    flow = nitf_body.flow(root, limit, headline)
    return Body(flow.fields(), tuple(nitf_body.media(root, limit)), flags, nitf=root)
