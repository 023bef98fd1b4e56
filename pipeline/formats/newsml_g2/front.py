"""What NITF and HTML inside a NewsML-G2 item say before and after the body: headline, byline, notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.formats import xml
from pipeline.formats.newsml_g2.parts import classes, finder, own_language
from pipeline.formats.xml import Element

_LONGEST_BYLINE = 200
"""Characters past which what is classed as an author is a text about them."""

_NAMED = frozenset({"person", "byttl", "org", "virtloc", "location", "city", "country", "story.date", "br"})
# What the loop below may want, found at the speed of C: bodies are long.
_SAYING = finder(
    "descendant-or-self::*[local-name()='h1' or local-name()='title' or (@class and (contains(@class, 'line')"
    " or contains(@class, 'uthor') or contains(@class, 'mbargo')))]"
)


@dataclass
class Front:
    """Each is empty where the content does not say it; ``embargo`` is none where none is spoken of."""

    headline: str = ""
    subheadline: str = ""
    title: str = ""
    byline: str = ""
    dateline: str = ""
    summary: str = ""
    tagline: str = ""
    language: str | None = None
    embargo: str | None = None
    notes: list[Element] = field(default_factory=list)


def of_nitf(root: Element) -> Front:
    """The head and the end of an NITF document, or of what of it there is."""
    front = Front(language=own_language(root))
    first: dict[str, Element] = {}
    for element in root.iterdescendants():
        name = xml.local(element).lower()
        first.setdefault(name, element)
        if name == "note" and _in(element, "body.head"):
            front.notes.append(element)
    headline = first.get("hl1")
    front.headline = xml.text(headline if headline is not None else first.get("hedline"))
    if (second := first.get("hl2")) is not None and _in(second, "hedline"):
        front.subheadline = xml.text(second)
    front.title = xml.text(first.get("title"))
    front.byline = spaced(first.get("byline"))
    front.dateline = spaced(first.get("dateline"))
    front.summary = xml.text(first.get("abstract"))
    front.tagline = xml.text(first.get("tagline"))
    return front


def of_html(root: Element) -> Front:
    """The header and the classes of an HTML document."""
    front = Front(language=own_language(root))
    for element in _SAYING(root):
        name = xml.local(element).lower()
        words = classes(element)
        if name == "h1":
            front.headline = front.headline or xml.text(element)
        elif name == "title":
            front.title = front.title or xml.text(element)
        elif words & {"byline", "by-line", "author"} and not _in(element, "figure"):
            text = xml.text(element)
            front.byline = front.byline or (text if len(text) <= _LONGEST_BYLINE else "")
        elif "dateline" in words:
            front.dateline = front.dateline or xml.text(element)
        elif "embargoed" in words and front.embargo is None:
            front.embargo = xml.attribute(element, "data-datetime", "datetime")
    return front


def spaced(element: Element | None) -> str:
    """The text of an element on one line, with the names and titles in it parted from what they touch."""
    text = "".join(xml.pieces(element, _parted)) if element is not None else ""
    return re.sub(r"\s+([,.;:])", r"\1", " ".join(text.split()))


def _parted(element: Element) -> tuple[str, str] | None:
    """A space on both sides of a name or a title."""
    gap = " " if xml.local(element).lower() in _NAMED else ""
    return gap, gap


def _in(element: Element, name: str) -> bool:
    return any(xml.local(above).lower() == name for above in element.iterancestors())
