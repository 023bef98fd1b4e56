"""What feeds, pages and mails share: HTML with only the copy left, links that are links, summaries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from msgspec import structs

from pipeline.article import Media
from pipeline.formats import characters, markup, prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

PERSON = 1000
"""Characters of a person's name and address."""

URL = 2048
"""Characters that an address has at most; a longer one is left out."""

TAGS = 100_000
"""Tags in the HTML of one article, past which it is none."""

_NO_COPY = re.compile(
    r"(?<![\w-])(?:feedflare|sharedaddy|addtoany[\w-]*|read-?more|more-link|newsletter(?:-[\w-]+)?"
    r"|(?:jp-|yarpp-)?related(?:-?(?:posts?|articles?|stories|links|content))?|comments?(?:-[\w-]+)?"
    r"|social(?:-?(?:share|media|links|icons|bar))?|shar(?:e|ing)(?:-?(?:buttons?|bar|links|tools))?"
    r"|advert[\w-]*|ad-(?:slot|container|unit|wrapper|block)|promo(?:-[\w-]+)?|breadcrumbs?"
    r"|sr-only|screen-reader-text|visually-hidden|no-?print)(?![\w-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_MORE = re.compile(
    r"\W*(?:read (?:more|on|the (?:full|whole) (?:story|article))|continue reading|full story|more"
    r"|weiterlesen|mehr(?: lesen| dazu)?|lire la suite|lire (?:plus|aussi)|en savoir plus|leer m[áa]s"
    r"|seguir leyendo|leggi (?:tutto|di pi[ùu]|anche)|continua a leggere|ler mais|leia mais|l[äe]s mer"
    r"|lees (?:meer|verder)|les mer|l[æa]s mere|lue lis[äa][äa]|czytaj (?:dalej|wi[ęe]cej)|devam.n. oku"
    r"|читать (?:далее|дальше|полностью)|続きを読む|阅读全文|閱讀全文|더 ?보기)\W*"
    r"|the post .{1,300} (?:first )?appeared (?:first )?on .{1,100}",
    re.IGNORECASE | re.DOTALL,
)
# Python's own reader of addresses follows comments within comments as deep as its stack.
_MAILBOX = re.compile(
    r"""\s*["']?([^<>"]*?)["']?\s*<([^<>\s]*@[^<>\s]*)>|\s*([^\s<>()]+@[^\s<>(),]+)\s*(?:\(([^()]*)\))?"""
)
_LONGEST_MORE = 500
_CELLS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
_ENDS = re.compile(r"(?:\s|\[?(?:…|\.\.\.)\]?|&hellip;)+$")


def finder(path: str) -> Callable[..., list[Element]]:
    """What finds the elements of an XPath expression; it is compiled once."""
    return cast("Callable[..., list[Element]]", etree.XPath(path))


def no_copy(element: Element) -> bool:
    """Whether an element is no part of the copy: hidden, or a box to share, to subscribe or to read more."""
    marks = element.get("class"), element.get("id")
    if any(mark and _NO_COPY.search(mark[:URL]) for mark in marks):
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style[:URL])) or _only_more(element)


def _only_more(element: Element) -> bool:
    """Whether a paragraph or a link says no more than where there is more."""
    if element.tag not in ("p", "a", "div") or len(element) > 4:  # noqa: PLR2004 - elements in a short line
        return False
    length, parts = 0, []
    for piece in xml.pieces(element):
        length += len(piece)
        if length > _LONGEST_MORE:
            return False
        parts.append(piece)
    return bool(_MORE.fullmatch(" ".join("".join(parts).split())))


def flow(
    text: str, limit: int, *, base: str = "", into: Flow | None = None
) -> tuple[Flow, list[Media], list[str]]:
    """The blocks of an HTML body, the pictures in it, and what was mended, for a person.

    The blocks follow those in ``into``, where it is given.

    Raises:
        UnfitError: it is too large or too deep, or holds what no text holds.
    """
    if (tags := text.count("<")) > TAGS:
        raise UnfitError("size", f"too large: {tags:,} tags of HTML in one article; {TAGS:,} may be")
    text, flags = characters.mended(text)
    root = markup.html(text)
    strip(root)
    untabled(root)
    return markup.flow(root, limit, skip=captions, into=into), list(media(root, base)), flags


def strip(root: Element | None, also: Callable[[Element], bool] = lambda _: False) -> None:
    """Empty the elements that are no part of the copy, and those of which ``also`` says so."""
    for element in [] if root is None else list(root.iter(etree.Element)):
        if element is not root and (no_copy(element) or also(element)):
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs are older than it
            element.tag = "template"  # Nobody reads it; taking it out would copy what stands behind it.


def captions(element: Element) -> bool:
    """Whether it is the caption of a picture, which goes with the picture."""
    figure = element.getparent()
    if element.tag != "figcaption" or figure is None:
        return False
    return next(figure.iter("img", "video", "audio"), None) is not None


def media(root: Element | None, base: str) -> Iterator[Media]:
    """The pictures, videos and sounds in HTML, their addresses made whole; what has none is left out."""
    for each in markup.media(root):
        if href := link(each.href, base):
            yield structs.replace(each, href=href)


def untabled(root: Element | None) -> None:
    """Tables that only lay a page out become plain blocks: marked so, with tables in them, or one column."""
    if root is None:
        return
    for table in list(root.iter("table")):
        if not _lays_out(table):
            continue
        for part in table.iter(*_CELLS):
            if part is table or next(part.iterancestors("table"), None) is table:
                part.tag = "div"


def _lays_out(table: Element) -> bool:
    if table.get("role") == "presentation":
        return True
    if any(below is not table for below in table.iter("table", "h1", "h2", "h3", "ul", "ol", "div")):
        return True
    cells = (sum(1 for _ in xml.children(row, "td", "th")) for row in table.iter("tr"))
    return all(count <= 1 for count in cells)


def line(text: str) -> str:
    """A title on one line: tags and entities of HTML are read, where it holds any.

    Raises:
        UnfitError: as for ``markup.html``.
    """
    if not markup.looks_like_html(text):
        return prose.line(text)
    return prose.line(xml.text(markup.html(text)))


def mailbox(text: str) -> tuple[str, str]:
    """A person's name and address, as mails and feeds write them; what is neither is a name.

    ``Name <address>``, ``address (name)``, ``address``, ``name``. Of several only the first.
    """
    match = _MAILBOX.match(text[:PERSON])
    if not match:
        return prose.line(text[:PERSON]), ""
    return (match[1] or match[4] or "").strip(), match[2] or match[3] or ""


def link(text: Any, base: str = "") -> str:
    """An absolute http or https address; empty for what is none."""
    if not isinstance(text, str) or not text.strip() or len(text) > URL:
        return ""
    try:
        whole = urljoin(base, "".join(text.split()))
        parts = urlsplit(whole)
    except ValueError:
        return ""
    known = parts.scheme in ("http", "https") and parts.hostname
    return whole if known and whole.isprintable() else ""


def summary(sheet: Sheet, text: str) -> None:
    """A description, unless it is the body again, or its start."""
    text = " ".join(text.split())
    start = _ENDS.sub("", text)
    if start and not " ".join(str(sheet.fields.get("body", "")).split()).startswith(start):
        sheet.put("summary", text)


def item_class(sheet: Sheet, types: Iterable[str]) -> None:
    """What an item without text is: a picture, a video or a sound, by the MIME types of its files."""
    if sheet.fields.get("body") or sheet.fields.get("summary"):
        return
    for kind in types:
        if found := {"image": "picture", "video": "video", "audio": "audio"}.get(kind.partition("/")[0]):
            sheet.put("item_class", found)
            return
