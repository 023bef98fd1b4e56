"""The tree of a NewsML 1.x item: its components, their roles and languages, and the content at its leaves.

Source: IPTC, NewsML 1.2 Functional Specification, sections 5.7 and 5.8.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pipeline.formats import charset, markup, xml
from pipeline.formats._headers import plain
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import language
from pipeline.formats.xml import Element

Written = Literal["nitf", "html", "xml", "plain"]

BEST: tuple[Written, ...] = ("nitf", "html", "xml", "plain")
"""What content is written in, the best first: where one text comes in several, one is taken."""

_MEDIA_TYPES = {"photo", "picture", "image", "graphic", "video", "audio", "sound", "animation", "logo"}
_MEDIA_FORMAT = re.compile(
    r"\b(?:jpe?g|gif|png|tiff?|eps|svg|bmp|webp|mpe?g\d?|mp[34]|wav|avi|quicktime|wmv|flv|ogg|aiff?)\b"
)
_TEXT_MIME = re.compile(r"text/(?!css|javascript|vcard|x-vcard|calendar)|.*\b(?:xml|xhtml|html|nitf)\b")
_SENT_AS_IS = {"", "none", "plain", "plaintext", "text", "xml", "identity"}
_ENCODINGS = {"bit", "utf", "ascii", "iso"}
_TAG = re.compile(r"<[A-Za-z!/?]")
_BLOCK = re.compile(r"<(?:p|br|div|li|h[1-6]|hl[12]|table|tr|blockquote|pre)\b", re.IGNORECASE)
_BLANK = re.compile(r"\n[^\S\n]*\n")
_HTML = {"html", "body", "p", "div", "br", "table", "ul", "ol", "b", "i", "em", "strong", "span", "a", "pre"}
_HTML |= {
    "h1",
    "h2",
    "h3",
    "h4",
    "section",
    "article",
    "blockquote",
    "body.content",
    "block",
    "hl2",
    "hl1",
    "dl",
}


@dataclass(eq=False)
class Component:
    """A NewsComponent, what it is for, and what it lies in. What it inherits is worked out once for each."""

    element: Element
    above: Component | None = None
    inside: list[Component] = field(default_factory=list)

    @cached_property
    def stated_role(self) -> str:
        """Its role as written, without a scheme."""
        return named(xml.child(self.element, "Role")).rpartition(":")[2]

    @cached_property
    def role(self) -> str:
        """Its role in lower-case letters; empty where it has none."""
        return plain(self.stated_role)

    @cached_property
    def lines(self) -> Element | None:
        """Its news lines."""
        return xml.child(self.element, "NewsLines")

    @cached_property
    def tags(self) -> list[str]:
        """The languages that it declares itself."""
        stated = [
            named(one) for one in xml.children(xml.child(self.element, "DescriptiveMetadata"), "Language")
        ]
        return list(filter(None, map(language, (*stated, xml.attribute(self.element, "lang")))))

    @cached_property
    def tag(self) -> str | None:
        """Its language, or that of what it lies in."""
        return next(iter(self.tags), self.above.tag if self.above else None)

    @cached_property
    def chooses(self) -> bool:
        """Whether its content is the same several times: one of it is to be chosen."""
        return self.equivalents or xml.child(self.element, "BasisForChoice") is not None

    @cached_property
    def equivalents(self) -> bool:
        """Whether it is a list of equivalents."""
        return xml.attribute(self.element, "EquivalentsList").lower() == "yes"

    def chain(self) -> Iterator[Component]:
        """Itself and all that it lies in, from the inside out."""
        one: Component | None = self
        while one is not None:
            yield one
            one = one.above


@dataclass(frozen=True, eq=False)
class Part:
    """A ContentItem in its component."""

    element: Element
    component: Component

    @property
    def href(self) -> str:
        """Where its data are, if they are elsewhere."""
        return xml.attribute(self.element, "Href")

    @property
    def mime(self) -> str:
        """Its MIME type in lower case; empty where it is none."""
        stated = named(xml.child(self.element, "MimeType")).lower()
        return stated if "/" in stated else ""

    @property
    def pictured(self) -> bool:
        """Whether it is a picture, a graphic, a video or a sound."""
        if self.mime:
            return self.mime.startswith(("image/", "video/", "audio/"))
        kind = plain(named(xml.child(self.element, "MediaType")))
        if kind:
            return kind in _MEDIA_TYPES
        form = named(xml.child(self.element, "Format")).lower()
        return bool(_MEDIA_FORMAT.search(form or self.href.lower())) or self.component.role in _MEDIA_TYPES

    def property(self, ending: str) -> str:
        """The value of a characteristic whose name ends so (``Width``, ``PixelWidth``)."""
        for one in xml.children(xml.child(self.element, "Characteristics"), "Property"):
            if plain(named(one)).endswith(ending):
                return xml.attribute(one, "Value")
        return ""


@dataclass(frozen=True, eq=False)
class Content:
    """What a part holds: an element, or plain text; and what is wrong with it, for a person."""

    written: Written
    element: Element | None = None
    text: str = ""
    fault: str = ""


def named(element: Element | None) -> str:
    """The formal name of an element, or its words where it has none."""
    return xml.attribute(element, "FormalName") or xml.text(element)


def components(item: Element) -> list[Component]:
    """All components of an item in the document's order; those of an item within it are that item's own."""
    found: list[Component] = []

    def descend(element: Element, above: Component | None) -> None:
        for child in xml.children(element, "NewsComponent"):
            one = Component(child, above)
            if above is not None:
                above.inside.append(one)
            found.append(one)
            descend(child, one)

    descend(item, None)
    return found


def parts(component: Component) -> Iterator[Part]:
    """The content items of one component."""
    for element in xml.children(component.element, "ContentItem"):
        yield Part(element, component)


def tongue(part: Part, item: Element) -> str | None:
    """The language of a part: its own, else that of the innermost component that declares one."""
    data = xml.child(part.element, "DataContent")
    inner = next(xml.children(data), None)
    body = xml.child(inner, "body")
    own = (xml.attribute(one, "lang", "baselang") for one in (body, inner, data, part.element))
    return next(filter(None, map(language, own)), None) or part.component.tag or _above(item)


def declared(item: Element, found: list[Component]) -> str | None:
    """The language of the item as a whole."""
    return next(iter(found[0].tags), None) if found and found[0].tags else _above(item)


def _above(item: Element) -> str | None:
    return next(
        filter(None, (language(xml.attribute(one, "lang")) for one in (item, *item.iterancestors()))), None
    )


def content(part: Part) -> Content | None:
    """What a part holds in the file itself; none where that is nothing or no text.

    Raises:
        UnfitError: it is encoded in a way that cannot be undone.
    """
    if part.pictured or (part.mime and not _TEXT_MIME.match(part.mime)):
        return None
    encodings: list[str] = []
    holder: Element | None = part.element
    while (below := xml.child(holder, "Encoding")) is not None:
        encodings.append(plain(xml.attribute(below, "Notation")))
        holder = below
    data = xml.child(holder, "DataContent")
    if data is None:
        return None
    first = next(xml.children(data), None)
    if first is not None:
        return _of_elements(data, first)
    text = "".join(xml.pieces(data))
    for encoding in reversed(encodings):
        text = _decoded(text, encoding)
    return of_text(text) if text.strip() else None


def _of_elements(data: Element, first: Element) -> Content:
    name = xml.local(first).lower()
    if name == "nitf":
        return Content("nitf", first)
    return Content("html" if name in _HTML else "xml", data)


def of_text(text: str) -> Content:
    """Text as it is: a document in markup, a fragment of one, or plain."""
    if not _TAG.search(text):
        return Content("plain", text=html.unescape(text) if markup.looks_like_html(text) else text)
    fault = ""
    root = xml.root_of(text.lstrip().encode(errors="replace"))[0]
    if root == "nitf" or (root and root.lower() not in _HTML):
        try:
            element, _ = xml.parse(text.strip().encode())
        except UnfitError as error:
            fault = f"its {root} is broken and read as HTML or plain text: {error}"
        else:
            return Content("nitf" if root == "nitf" else "xml", element)
    if markup.looks_like_html(text):
        with_blocks = text if _BLOCK.search(text) else _BLANK.sub("<p>", text)
        return Content("html", markup.html(with_blocks), fault=fault)
    return Content("plain", text=text, fault=fault)


def _decoded(text: str, encoding: str) -> str:
    if encoding in _SENT_AS_IS or encoding.strip("0123456789") in _ENCODINGS:
        return text
    data = text.encode()
    try:
        if encoding.endswith("base64"):
            data = base64.b64decode("".join(text.split()), validate=True)
        elif encoding.endswith("quotedprintable"):
            data = quopri.decodestring(data)
        else:
            raise UnfitError("encoding", f"content in an encoding that is unknown: {encoding}")
    except (binascii.Error, ValueError) as error:
        raise UnfitError("encoding", f"content that is not the Base64 that it should be: {error}") from error
    return charset.decode(data)[0]
