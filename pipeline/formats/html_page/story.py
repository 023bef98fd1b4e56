"""Where the story is in an HTML page: the element that holds it, else what trafilatura finds."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field

import lxml.html
import trafilatura

from pipeline.article import Media
from pipeline.formats import _web, markup, prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.html_page.facts import Page
from pipeline.formats.xml import Element

ENOUGH = 250
"""Characters that make a story: an element that holds fewer is not taken for it at once."""

HEAVY, HEAVIEST = 30_000, 2_000_000
"""Tags and characters past which a page is not given to trafilatura, whose time and memory they cost."""

_HEADER = re.compile(
    r"(?<![\w-])(?:(?:article|entry|post|story|page)-?(?:meta|info|header|date|author|tags|footer)|by-?line|date-?line"
    r"|time-?stamp|pub-?date|published|author(?:-[\w-]+)?|kicker|tags?|caption|credit|meta)(?![\w-])",
    re.IGNORECASE,
)
_DECK_CLASS = re.compile(
    r"standfirst|deck|dek|sub-?(?:title|head)|chapo|strapline|vorspann|intro|lead", re.IGNORECASE
)
_AROUND = frozenset({"nav", "aside", "footer", "form", "dialog", "header", "h1"})
_TAGS = {
    "head": "h2",
    "list": "ul",
    "item": "li",
    "row": "tr",
    "cell": "td",
    "lb": "br",
    "quote": "blockquote",
}
_MARKED = _web.finder("//*[@itemprop='articleBody' or @property='articleBody']")
_MAIN = _web.finder("//main | //*[@role='main'][not(self::main)]")
_DECK = re.compile(r".{80,}|.*[.!?…]\W*")

# It tells of each page that holds nothing; the rejection does.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Story:
    """The body, the line beneath the headline, and the pictures in the body."""

    flow: Flow
    deck: str = ""
    media: list[Media] = field(default_factory=list)


def of(root: Element, text: str, page: Page, limit: int) -> Story:
    """The story of a page; its flow is empty where there is none.

    An element that plainly holds it is read as it is. Where none does, or holds next to nothing, it is what
    trafilatura finds, if that is at least twice as much; a few words count only where the page says that it
    is an article. A page that shows less than the half of what its JSON-LD has is read from
    there.

    Raises:
        UnfitError: it is too large, or holds what no text holds.
    """
    holder = _holder(root)
    heavy = text.count("<") > HEAVY or len(text) > HEAVIEST
    if holder is None and heavy:
        holder = root
    story = _read(holder, page, limit) if holder is not None else Story(Flow(limit))
    if _length(story.flow) < ENOUGH and not heavy:
        found = _extracted(text, limit)
        told = page.is_article or _length(found) >= ENOUGH
        if told and _length(found) > _length(story.flow) * 2:
            story = Story(found, story.deck, story.media)
    said = page.linked("articleBody")
    if len(said) > max(ENOUGH, _length(story.flow) * 2):
        flow = Flow(limit)
        flow.prose(prose.clean(said))
        story = Story(flow, story.deck, story.media)
    return story


def _length(flow: Flow) -> int:
    return len(str(flow.fields().get("body", "")))


def _holder(root: Element) -> Element | None:
    """The element that plainly holds the story; none where several may, or none does."""
    if marked := _MARKED(root):
        return max(marked, key=_written)
    articles = [one for one in root.iter("article") if next(one.iterancestors("article"), None) is None]
    if articles:
        return _largest(articles)
    if mains := _MAIN(root):
        return _largest(mains)
    return next((body for body in root.iter("body") if len(list(xml.children(body, "p"))) > 1), None)


def _largest(elements: list[Element]) -> Element | None:
    """The one that holds most of what is written in them."""
    sizes = sorted(((_written(one), at) for at, one in enumerate(elements)), reverse=True)
    if len(sizes) > 1 and sizes[0][0] < 2 * sizes[1][0]:
        return None
    return elements[sizes[0][1]]


def _written(element: Element) -> int:
    """Characters in paragraphs that do not lead elsewhere."""
    return sum(len(one.text or "") + sum(len(part.tail or "") for part in one) for one in element.iter("p"))


def _read(holder: Element, page: Page, limit: int) -> Story:
    """What a holder holds, without headline, header matter and what is around the story."""
    deck = _deck(holder)
    text = xml.text(deck)
    _web.strip(holder, lambda element: element is deck or _is_around(element))
    _web.untabled(holder)
    flow = markup.flow(holder, limit, skip=_web.captions)
    return Story(flow, text, list(_web.media(holder, page.url())))


def _deck(holder: Element) -> Element | None:
    """The line beneath the headline: a heading right behind it that is a sentence, or long."""
    for headline in holder.iter("h1"):
        below = headline.getnext()
        if below is not None and below.tag in ("h2", "p") and _DECK.fullmatch(xml.text(below)):
            marked = below.tag == "h2" or _DECK_CLASS.search(xml.attribute(below, "class"))
            return below if marked else None
    return None


def _is_around(element: Element) -> bool:
    if element.tag in _AROUND:
        return True
    mark = element.get("class")
    return bool(mark and _HEADER.search(mark[: _web.URL]))


def _extracted(text: str, limit: int) -> Flow:
    """What trafilatura finds in a page, in blocks; its own second choices, which read files, are left out."""
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = lxml.html.fromstring(prose.clean(text).encode(), parser=parser)
    found = trafilatura.bare_extraction(
        root,
        fast=True,
        favor_precision=True,
        include_comments=False,
        include_formatting=True,
        include_tables=True,
    )
    body = getattr(found, "body", None)
    if body is None:
        return Flow(limit)
    for element in list(body.iter(*_TAGS)):  # of others lxml takes no name that HTML lets pass
        element.tag = _TAGS[element.tag]
    _web.untabled(body)
    return markup.flow(body, limit, skip=lambda element: element.tag == "h1")
