"""The XML of feeds: mended where so many are broken, and cut into items."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from pipeline.formats import charset, xml
from pipeline.formats.shape import UnfitError
from pipeline.formats.xml import Element

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
TERMS = "http://purl.org/dc/terms/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XHTML = "http://www.w3.org/1999/xhtml"
MEDIA = "http://search.yahoo.com/mrss/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"

_PREFIXES = {
    **dict.fromkeys(("atom", "atom10", "a10", "atom03"), ATOM),
    "rss": "http://backend.userland.com/rss2",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": DC,
    "dcterms": TERMS,
    "content": CONTENT,
    "media": MEDIA,
    "itunes": ITUNES,
    "xhtml": XHTML,
}
ITEMS = ("item", "entry", "deleted-entry")
# What has no end goes on to the end of the file: looking for each end anew would take for ever.
_APART = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_INSTRUCTION = re.compile(r"<\?.*?(?:\?>|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z_][^<>]*>")
_VOID = re.compile(r"</?(?:br|hr|img|input|wbr)(?=[\s/>])", re.IGNORECASE)
_UNQUOTED = re.compile(r"""("[^"]*"|'[^']*')|(\s[\w:.-]+=)([^\s"'<>]+?)(?=\s|/?>)""")
_PREFIX = re.compile(r"""<([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=\s*["']""")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s/>]")
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")


class Feed(NamedTuple):
    """A feed's root element, what was mended, and how many items its text opens that could not be saved."""

    root: Element
    flags: list[str]
    lost: int


def parse(data: bytes) -> Feed:
    """The root of a feed, mended where it is no XML: declarations, attributes, prefixes, what stands behind.

    Raises:
        UnfitError: it is no XML that can be mended, or its end is missing (``truncated``).
    """
    try:
        return Feed(*xml.parse(data), 0)
    except UnfitError as error:
        if error.kind not in ("syntax", "truncated"):
            raise
        first = error
    declared = _ENCODING.search(data[:1024])
    text, flags = charset.decode(data, declared[1].decode() if declared else None)
    mended = _mended(text)
    if mended is None:
        raise first
    flags.append(f"it is no well-formed XML and was mended: {first}")
    try:
        root, more = xml.parse(mended.encode(errors="surrogatepass"))
    except UnfitError as error:
        if error.kind != "syntax":
            raise UnfitError(error.kind, str(error)) from error  # Its offset is not that of the file.
        return _recovered(mended, flags, first)
    return Feed(root, flags + more, 0)


def _mended(text: str) -> str | None:
    """What can be put right in the text itself; none where its end is missing, or entities are declared."""
    parts = _APART.split(text)
    parts[::2] = (_INSTRUCTION.sub("", part) for part in parts[::2])
    root = _ROOT.search("".join(parts[::2]))
    if not root or "<!ENTITY" in text:
        return None
    for at in range(0, len(parts), 2):
        parts[at] = _TAG.sub(_put_right, parts[at])
    # The end comes first: a comment behind it may name it again.
    end = next((at for at in range(len(parts) - 1, -1, -2) if f"</{root[1]}>" in parts[at]), None)
    if end is None:
        return None
    parts[end] = f"{parts[end].rpartition(f'</{root[1]}>')[0]}</{root[1]}>"
    names = "".join(parts[: end + 1 : 2])
    missing = {one or other for one, other in _PREFIX.findall(names)} - set(_DECLARED.findall(names))
    declared = "".join(
        f' xmlns:{prefix}="{_PREFIXES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(missing - {"xml", "xmlns"})
    )
    start, opened, rest = "".join(parts[: end + 1]).partition(f"<{root[1]}")
    return f"{start}{opened}{declared}{rest}".strip()


def _put_right(tag: re.Match[str]) -> str:
    """A tag with its attributes quoted; of HTML's elements that never have an end it is the only one."""
    text = _quoted(tag[0])
    if _VOID.match(text):
        return "" if text.startswith("</") else f"{text.rstrip('/> ')}/>"
    return text


def _quoted(tag: str) -> str:
    return _UNQUOTED.sub(lambda each: each[1] or f'{each[2]}"{each[3]}"', tag)


def _recovered(text: str, flags: list[str], first: UnfitError) -> Feed:
    """As much as libxml2 can tell of a feed whose elements do not close in order."""
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        no_network=True,
        load_dtd=False,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise first from error
    if root is None:
        raise first
    opened = sum(len(_ITEM.findall(part)) for part in _APART.split(text)[::2])
    saved = len(items(root))
    if not saved:
        raise first
    return Feed(root, flags, max(0, opened - saved))


def items(root: Element) -> list[Element]:
    """The items of a feed, wherever they stand; what is within one is none, even once that is cleared."""
    names = tuple(f"{{*}}{name}" for name in ITEMS)
    return [item for item in root.iter(*names) if next(item.iterancestors(*names), None) is None]
