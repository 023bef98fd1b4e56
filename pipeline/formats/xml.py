"""XML from strangers: parsed without opening anything, mended where that is safe, else refused."""

from __future__ import annotations

import html.entities
import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

from pipeline.formats import charset
from pipeline.formats.shape import UnfitError

Element: TypeAlias = etree._Element  # noqa: SLF001 - the one name that lxml has for its elements

DOCUMENT = 16 * 1024 * 1024
"""Bytes that an XML file may have."""

NODES = 600_000
"""Elements and attributes that it may have, roughly: each takes a hundred bytes or two."""

ATTRIBUTES = 1000
"""Attributes that an element may have, roughly: the parsers compare each with all that came before it."""

_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
_START = re.compile(
    r"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>\s*)*+<([A-Za-z_][\w.:-]*)(?:[^>]{0,4000})",
    re.DOTALL | re.IGNORECASE,
)
# What no missing end explains: no element at the start, more than one, end tags in the wrong order.
_BROKEN = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY,
    etree.ErrorTypes.ERR_DOCUMENT_END,
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH,
}
_ENTITIES = re.compile(r"<!ENTITY\s")
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
_PROLOGUE = re.compile(r"\ufeff?\s*(<\?xml[^>]*\?>\s*)*", re.ASCII)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
_AMPERSAND = re.compile(r"&(?!#(?:[0-9]+|x[0-9a-fA-F]+);|(?:amp|lt|gt|quot|apos);)(\w+;)?")


def parse(data: bytes) -> tuple[Element, list[str]]:
    """The root element of an XML document, and what was mended, for a person.

    No DTD is read, no entity but HTML's and the document's own is resolved, nothing is included, nothing
    is opened. Bare ampersands, HTML's entities and characters that XML forbids are mended.

    Raises:
        UnfitError: it is no XML that can be read; ``truncated`` where its end is missing.
    """
    if data.count(b"<") + data.count(b'="') + data.count(b"='") > NODES:
        raise UnfitError("size", f"too large: more than {NODES:,} elements and attributes")
    refuse_crowds(data)
    found = _DECLARATION.match(data[:1024])
    text, flags = charset.decode(data, found[1].decode() if found else None)
    text = text[_PROLOGUE.match(text).end() :]  # type: ignore[union-attr]  # it matches the empty string too
    if not text.strip():
        raise UnfitError("empty", "empty: no XML element")
    try:
        return _parsed(text), flags
    except etree.XMLSyntaxError as error:
        first = error
    mended, how = _mended(text)
    if how and not _ENTITIES.search(text):
        try:
            return _parsed(mended), flags + how
        except etree.XMLSyntaxError as error:
            first = error
    raise _unfit(first, text)


def refuse_crowds(data: bytes) -> None:
    """See that no element of XML or HTML has so many attributes that it must be a trap.

    Raises:
        UnfitError: one has.
    """
    for tag in data.split(b"<"):
        if len(tag) < ATTRIBUTES * 2 or not tag[:1].isalpha():
            continue
        bare = _VALUE.sub(b"= ", tag).partition(b">")[0]
        if len(bare.split()) + bare.count(b"=") + bare.count(b"/") > ATTRIBUTES:
            raise UnfitError("size", f"too large: an element with more than {ATTRIBUTES:,} attributes")


def _parsed(text: str) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        resolve_entities="internal",  # type: ignore[arg-type]  # the stubs are older than it
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(errors="surrogatepass"), parser)
    except UnicodeDecodeError as error:
        raise UnfitError("encoding", f"not valid UTF-8: {error.reason}") from error


def _mended(text: str) -> tuple[str, list[str]]:
    """The text with what XML forbids and what can be told for certain put right."""
    how = []
    cleaned = _ILLEGAL.sub("", text)
    if cleaned != text:
        how.append("characters that XML forbids are left out")
    referenced = _REFERENCE.sub(_legal_reference, cleaned)
    if referenced != cleaned:
        how.append("references to characters that XML forbids are left out")
    escaped = _AMPERSAND.sub(_escaped, referenced)
    if escaped != referenced:
        how.append("bare & and HTML's entities are read as the characters that they mean")
    return escaped, how


def _legal_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= sys.maxunicode and not _ILLEGAL.match(chr(code)) else ""


def _escaped(match: re.Match[str]) -> str:
    name = match[1]
    meant = html.entities.html5.get(name) if name else None
    return html.escape(meant) if meant else f"&amp;{name or ''}"


def _unfit(error: etree.XMLSyntaxError, text: str) -> UnfitError:
    """What a person is told: where it breaks, and whether its end is missing."""
    line, column = error.position
    end = text.rstrip().count("\n") + 1
    message = str(error.msg).split(", line ")[0]
    if _ENTITIES.search(text):
        return UnfitError("syntax", f"not XML that can be read: entities that are a trap ({message})")
    broken = error.code in _BROKEN  # type: ignore[attr-defined]  # the stubs lack it
    if line >= end and not broken and not _closed(text):
        return UnfitError("truncated", f"cut off: the XML ends in line {line} without its end ({message})")
    return UnfitError("syntax", f"not XML that can be read: {message} (line {line}, column {column})")


def _closed(text: str) -> bool:
    """Whether the last tag closes what the first one opened: then it is broken, not cut off."""
    root = re.search(r"<([A-Za-z_][\w.:-]*)", text)
    return bool(root) and text.rstrip().endswith(f"</{root[1]}>")  # type: ignore[index]  # it is one


def root_of(head: bytes) -> tuple[str, str]:
    """The local name of the root element of a file that starts so, and its start tag; empty if there is none.

    Never raises. Declarations, comments and a document type before it are passed over.
    """
    mark = charset.marked(head)
    name, length = mark or ("utf-8", 0)
    text = head[length:].decode(name, errors="replace")
    match = _START.match(text)
    return (match[1].rpartition(":")[2], match[0]) if match else ("", "")


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """The element's name without its namespace; empty for what is no element (an entity, a comment)."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The URI of the element's namespace; empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The child elements of these local names (all of them where none is named), in the document's order."""
    if element is not None:
        for child in element:
            name = local(child)
            if name and (not names or name in names):
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at the end of a path of local names; none where there is none."""
    for name in path:
        element = next(children(element, name), None)
    return element


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """The elements below of these local names, in the document's order."""
    if element is not None and names:
        yield from element.iterdescendants(*(f"{{*}}{name}" for name in names))


def attribute(element: Element | None, *names: str) -> str:
    """The first of these attributes that says something, white space evened out; else empty.

    Names are local: ``lang`` finds ``xml:lang`` too.
    """
    if element is None:
        return ""
    for name in names:
        value: object = element.get(name)
        # To list all attributes takes time with the square of their number; to ask for one does not.
        if not value and len(element.attrib) <= ATTRIBUTES:
            suffix = "}" + name
            value = next((held for key, held in element.attrib.items() if str(key).endswith(suffix)), "")
        if text := " ".join(str(value or "").split()):
            return text
    return ""


def text(element: Element | None) -> str:
    """All text in an element on one line, entities resolved; empty where there is none."""
    return " ".join("".join(pieces(element)).split()) if element is not None else ""


def shown(element: Element) -> tuple[str, str] | None:
    """Nothing around the text of an element; none where no reader sees it."""
    return None if local(element) in ("rt", "rp", "script", "style") else ("", "")


def pieces(element: Element, around: Callable[[Element], tuple[str, str] | None] = shown) -> Iterator[str]:
    """The text in an element, piece by piece, white space as it is.

    ``around`` says what to put before and after the text of each element; none leaves it out. Levels do not
    count: one function for each would take the time of an element as many times as it lies deep.
    """
    todo: list[Element | str] = [element]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, etree._Entity):  # noqa: SLF001 - lxml has no other name for it
            yield html.unescape(one.text or "")
        elif isinstance(one.tag, str) and (marks := around(one)) is not None:
            yield marks[0] + (one.text or "")
            todo.append(marks[1])
            for below in reversed(one):
                todo += (below.tail or "", below)
