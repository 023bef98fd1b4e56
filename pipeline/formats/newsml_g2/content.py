"""The content in a NewsML-G2 item: the renditions of its text, their languages, and which of them is best."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pipeline.formats import charset, markup, xml
from pipeline.formats.newsml_g2.front import Front, of_html, of_nitf
from pipeline.formats.newsml_g2.parts import (
    Languages,
    childless,
    finder,
    inherited_language,
    kid,
    kids,
    own_language,
    role,
    tongue,
)
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

Vocabulary = Literal["nitf", "html", "other", "text"]

_RANKS: dict[Vocabulary, int] = {"nitf": 0, "html": 0, "other": 1, "text": 2}
_TEXTUAL = re.compile(r"text/|application/(?:\w[\w.+-]*\+)?(?:xml|xhtml|html|nitf)|xhtml")
# But for < and >, which may stand for a tag that is spoken of.
_TWICE = re.compile(r"&(?:#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}|(?!(?:lt|gt);)[a-zA-Z]{2,8});")
_LONE = re.compile(r"\s*<p>([^<]*\n[^<]*)</p>\s*")
_AMPERSANDS = finder("descendant-or-self::*/text()[contains(., '&')]")


@dataclass(frozen=True)
class Rendition:
    """One form of the content: what it is written in, its language, and where its text is."""

    vocabulary: Vocabulary
    language: str | None
    root: Element | None = None
    text: str = ""

    @property
    def rank(self) -> int:
        """The better its structure, the smaller."""
        return _RANKS[self.vocabulary]

    @cached_property
    def front(self) -> Front:
        """The headline, the byline and their like, that the content itself holds."""
        if self.root is None or self.vocabulary not in ("nitf", "html"):
            return Front()
        return of_nitf(self.root) if self.vocabulary == "nitf" else of_html(self.root)


def renditions(item: Element, sheet: Sheet) -> list[Rendition]:
    """All forms of the text that an item holds, in the document's order; none for what is only linked.

    The language that a lone HTML or NITF document gives itself counts only where the item gives none:
    many are of a template that never changes.
    """
    inline = [
        each
        for content in kids(item, "contentset")
        for each in kids(content, "inlinexml", "inlinedata")
        if each.text or len(each)
    ]
    found = [rendition for each in inline for rendition in _renditions(each, sheet)]
    tagged = inherited_language(item) or kid(item, "contentmeta", "language") is not None
    if len(found) == len(inline) == 1 and tagged and own_language(inline[0]) is None:
        return [replace(found[0], language=None)]
    return found


def _renditions(element: Element, sheet: Sheet) -> Iterator[Rendition]:
    language = own_language(element)
    if childless(element):
        text = "".join(xml.pieces(element))
        if xml.local(element).lower() == "inlinedata":
            text = _decoded(element, text, sheet)
        yield from _of_text(text, language, sheet)
        return
    root, vocabulary = _root(element)
    if _unescaped(root):
        sheet.flag("entities that were escaped twice are read as the characters that they mean")
    holder = next(xml.descendants(root, "body", "body.content"), root)
    if childless(holder) and markup.looks_like_html(text := "".join(xml.pieces(holder))):
        yield from _of_text(text, language, sheet)
        return
    for tag, part in _by_language(root):
        yield Rendition(vocabulary, tag or language, part)


def _of_text(text: str, language: str | None, sheet: Sheet) -> Iterator[Rendition]:
    """Plain text, or HTML that stands as text; one lone ``<p>`` around typed lines does not make it HTML."""
    if not text.strip():
        return
    lone = _LONE.fullmatch(text)
    if lone or not markup.looks_like_html(text):
        yield Rendition("text", language, text=html.unescape(lone[1]) if lone else text)
        return
    root = markup.html(text)
    if root is None:
        sheet.flag("HTML that stands as text in it cannot be read")
    else:
        yield Rendition("html", language or own_language(root), root)


def _decoded(element: Element, text: str, sheet: Sheet) -> str:
    """The text of inline data, from Base64 where it says so; what is no text is left out and flagged."""
    kind = xml.attribute(element, "contenttype").lower()
    if kind and not _TEXTUAL.match(kind):
        sheet.flag(f"content of the type {kind} stands in the file itself: it is left out")
        return ""
    encoding = role(element, "encoding")
    if not encoding:
        return text
    if "base64" not in encoding:
        sheet.flag(f"content in the encoding {encoding!r} cannot be read")
        return ""
    try:
        decoded, flags = charset.decode(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, UnfitError) as error:
        sheet.flag(f"content in Base64 cannot be read: {error}")
        return ""
    sheet.flag(*flags)
    return decoded


def _root(element: Element) -> tuple[Element, Vocabulary]:
    """What holds the text in ``inlineXML``, and the vocabulary that it is written in."""
    for below in element.iterdescendants():
        name = xml.local(below).lower()
        if name in ("nitf", "body.content"):
            return below, "nitf"
        if name in ("html", "body"):
            return below, "html"
        if name in markup.HEADINGS or name in ("p", "div", "section", "article", "table", "ul", "ol", "pre"):
            around = below.getparent()
            if around is element:
                return element, "html"
            break
    return element, "other"


def _by_language(root: Element) -> list[tuple[str | None, Element]]:
    """The parts of a text whose blocks are each of a language of their own; else the text as a whole."""
    whole = kid(root, "body")
    holder = whole if whole is not None else root
    declared = next(filter(None, (own_language(each) for each in (root, holder))), None)
    blocks = list(xml.children(holder))
    while len(blocks) == 1 and xml.local(blocks[0]) not in ("p", "body.content"):
        holder, blocks = blocks[0], list(xml.children(blocks[0]))
    tagged = bool(blocks) and own_language(blocks[0]) is not None
    tags = [own_language(block) for block in blocks] if tagged else []
    spoken = {tongue(tag) for tag in tags if tag}
    if all(tags) and len(blocks) == len(spoken) > 1:
        return list(zip(tags, blocks, strict=True))
    common = tags[0] if tags and all(tags) and len(spoken) == 1 else None
    return [(declared or common, root)]


def _unescaped(root: Element) -> bool:
    """Mend ``&amp;quot;``: text in which entities are still written out. Whether there was any."""
    mended = False
    for text in _AMPERSANDS(root):
        meant = _TWICE.sub(lambda match: html.unescape(match[0]), text)
        if meant != text:
            setattr(text.getparent(), "tail" if text.is_tail else "text", meant)
            mended = True
    return mended


def best(found: list[Rendition], languages: Languages) -> list[Rendition]:
    """The renditions in the language of the article, the best structured first."""
    wanted = languages.wanted or languages.default
    spoken = [
        each
        for each in found
        if wanted is None or tongue(each.language or languages.default or wanted) == tongue(wanted)
    ]
    return sorted(spoken, key=lambda each: each.rank)
