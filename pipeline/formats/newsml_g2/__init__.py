"""NewsML-G2 (IPTC, 2.x): news items and packages, alone or in a message, with namespaces and without.

Source: NewsML-G2 Specification and Implementation Guidelines, https://iptc.org/std/NewsML-G2/.
Catalogs are not fetched: qcodes keep the alias of their scheme as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.formats import xml
from pipeline.formats.newsml_g2 import body, media
from pipeline.formats.newsml_g2 import content as g2_content
from pipeline.formats.newsml_g2 import item as g2_item
from pipeline.formats.newsml_g2 import meta as g2_meta
from pipeline.formats.newsml_g2 import private as g2_private
from pipeline.formats.newsml_g2.content import Rendition
from pipeline.formats.newsml_g2.front import Front
from pipeline.formats.newsml_g2.parts import Languages, inherited_language, kid, kids, lines, rich, tongue
from pipeline.formats.shape import Context, Outcome, UnfitError, document
from pipeline.formats.sheet import Sheet, language
from pipeline.formats.stream import Stream
from pipeline.formats.xml import Element

NAME = "newsml-g2"

_ROOTS = frozenset(
    {"newsMessage", "newsItem", "packageItem", "planningItem", "conceptItem", "knowledgeItem", "catalogItem"}
)
_ARTICLES = frozenset({"newsItem", "packageItem", "planningItem"})
_NAMESPACE = "iptc.org/std/nar/"
_DEFAULT_NAMESPACE = re.compile(r"\sxmlns\s*=\s*[\"'](?!\s*[\"'])")


def sniff(head: bytes) -> bool:
    """Whether the root is one of the standard's, in its namespace or in none."""
    name, tag = xml.root_of(head)
    return name in _ROOTS and (_NAMESPACE in tag or not _DEFAULT_NAMESPACE.search(tag))


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article for each item of the file, and for each further language that has a body of its own."""
    return document(stream, context, NAME, xml.DOCUMENT, lambda data: _items(data, context))


def _items(data: bytes, context: Context) -> Iterator[dict[str, Any] | UnfitError]:
    """The fields of each item in a document, or why it is no article.

    Raises:
        UnfitError: it is no XML, or no NewsML-G2.
    """
    root, flags = xml.parse(data)
    if xml.local(root) not in _ROOTS:
        raise UnfitError("format", f"no NewsML-G2: its root is <{xml.local(root)}>")
    message = root if xml.local(root) == "newsMessage" else None
    sets = kids(message, "itemset")
    for item in [root] if message is None else (item for each in sets for item in xml.children(each)):
        try:
            yield from _articles(item, kid(message, "header"), flags, context)
        except UnfitError as error:
            yield error


def _articles(
    item: Element, header: Element | None, flags: list[str], context: Context
) -> list[dict[str, Any]]:
    """The article that an item is, and one for each further language that has a body of its own.

    Raises:
        UnfitError: it is none.
    """
    _assert_article(item)
    sheet = Sheet(context)
    sheet.flag(*flags)
    g2_private.take(item, sheet)
    found = g2_content.renditions(item, sheet)
    so_far = sheet.done()
    default = language(inherited_language(item))
    if default is None:
        sheet.language(inherited_language(item))
    wanted = _declared(item, default, found)
    main = Languages(wanted, default or wanted)
    articles = [_article(item, header, found, main, sheet)]
    for tag in _others(found, main):
        other = Sheet(context)
        other.flag(*so_far.get("flags", ()))
        other.fields.update({name: so_far[name] for name in so_far if name not in ("flags", "wire")})
        guid = xml.attribute(item, "guid")
        other.line("guid", f"{guid}#{tag}" if guid else "")
        article = _article(item, header, found, Languages(tag, main.default), other, strict=True)
        articles += [article] if "body" in article else []
    return articles


def _assert_article(item: Element) -> None:
    """What is no article is said to be none.

    Raises:
        UnfitError: it is another kind of item, or a placeholder without any metadata or content.
    """
    name, guid = xml.local(item), xml.attribute(item, "guid")
    which = f"the {name} {guid}" if guid else f"a {name} without a guid"
    if name not in _ARTICLES:
        raise UnfitError("type", f"{which} is no article: only news, packages and planning are read")
    if not list(kids(item, "itemmeta", "contentmeta", "contentset", "groupset")):
        raise UnfitError("value", f"{which} is empty: it has neither metadata nor content")
    if name == "planningItem" and not xml.text(kid(item, "contentmeta", "headline")):
        raise UnfitError("value", f"{which} has no headline: there is nothing to show of the plan")


def _declared(item: Element, default: str | None, found: list[Rendition]) -> str | None:
    """The language of the article.

    ``xml:lang`` is the language of what an item says, ``language`` that of its content, and each rendition
    may have its own. The item's own counts, unless the content is in others only.
    """
    tags = (language(xml.attribute(each, "tag")) for each in kids(kid(item, "contentmeta"), "language"))
    content = [tag for tag in tags if tag]
    spoken = [each.language for each in found if each.language]
    bare = len(spoken) < len(found) or not found
    if bare and default and (spoken or not content):
        return default
    known = {tongue(tag) for tag in spoken or content}
    candidates = [default, *content, *spoken]
    return next((tag for tag in candidates if tag and tongue(tag) in known), default)


def _others(found: list[Rendition], main: Languages) -> list[str]:
    """The languages of further bodies, in the document's order."""
    have = {tongue(main.wanted or "")}
    others = []
    for each in found:
        if each.language and main.wanted and tongue(each.language) not in have:
            have.add(tongue(each.language))
            others.append(each.language)
    return others


def _article(
    item: Element,
    header: Element | None,
    found: list[Rendition],
    languages: Languages,
    sheet: Sheet,
    *,
    strict: bool = False,
) -> dict[str, Any]:
    """The fields of an item in one language; if strict, nothing that is in another one."""
    meta, content = kid(item, "itemmeta"), kid(item, "contentmeta")
    sheet.put("language_declared", languages.wanted)
    stated = g2_item.put(item, languages, sheet)
    g2_private.notes(meta, sheet)
    g2_meta.put(content, languages, sheet, strict=strict)
    shown = g2_content.best(found, languages)
    if shown:
        _front(shown[0].front, meta, sheet)
    story = sheet.fields.get("item_class", "text") == "text"
    _body(shown, sheet, story=story)
    if "body" not in sheet.fields and not story:
        _scripts(g2_meta.scripts(content, languages), sheet)
    media.put(item, shown[:1], languages, sheet)
    g2_item.rights(item, languages, sheet)
    g2_item.sent(header, sheet)
    _planned(item, sheet)
    said = [*g2_meta.genres(content, languages), *sheet.fields.get("ednotes", ())]
    sheet.kind(stated, sheet.fields.get("headline"), sheet.fields.get("slugline"), *said)
    return sheet.done()


def _front(front: Front, meta: Element | None, sheet: Sheet) -> None:
    """What the content says of itself, where the metadata do not."""
    sheet.line("headline", front.headline or front.title)
    sheet.line("subheadline", front.subheadline)
    sheet.line("byline", front.byline)
    sheet.line("dateline", front.dateline)
    sheet.line("summary", front.summary)
    sheet.wire("tagline", front.tagline)
    if kid(meta, "embargoed") is None:
        sheet.embargo(front.embargo)
    for note in front.notes:
        public, private = g2_private.parted(lines(rich(note, sheet.limit)))
        unpublishable = xml.attribute(note, "type") == "npa"  # NITF's non-publishable advisory
        sheet.add("ednotes", [] if unpublishable else public)
        sheet.add("ednotes_nonpublic", public + private if unpublishable else private)


def _body(shown: list[Rendition], sheet: Sheet, *, story: bool) -> None:
    """The body from the best rendition that has one, and the notes to editors that stand in it."""
    titles = {str(sheet.fields.get(field, "")).casefold() for field in ("headline", "subheadline")}
    for rendition in shown:
        flow, notepads = body.body(
            rendition, titles | {rendition.front.headline.casefold()}, sheet.limit, story=story
        )
        for notepad in notepads:
            public, private = g2_private.parted(lines(rich(notepad, sheet.limit)))
            sheet.add("ednotes", public)
            sheet.add("ednotes_nonpublic", private)
        fields = g2_private.cut(flow.fields(), sheet, typed=rendition.vocabulary == "text")
        for name, value in fields.items():
            sheet.put(name, value)
        if fields:
            return


def _scripts(scripts: list[Element], sheet: Sheet) -> None:
    """The script or the list of shots as the body of what is seen or heard."""
    flow = body.joined(scripts, sheet.limit)
    for name, value in g2_private.cut(flow.fields(), sheet, typed=False).items():
        sheet.put(name, value)


def _planned(item: Element, sheet: Sheet) -> None:
    """What a plan says to editors of the coverage to come."""
    for coverage in xml.descendants(kid(item, "newscoverageset"), "planning"):
        g2_private.notes(coverage, sheet)
