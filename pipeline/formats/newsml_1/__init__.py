"""NewsML 1.0 to 1.2: one file of several items, each a tree of components.

Source: IPTC, NewsML 1.2 Functional Specification and DTD. Catalogs and vocabularies are not fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.article import Kind
from pipeline.formats import _headers, kinds, xml
from pipeline.formats._headers import plain
from pipeline.formats.newsml_1 import manage, meta, story
from pipeline.formats.newsml_1.meta import Topics
from pipeline.formats.newsml_1.story import Item, Text
from pipeline.formats.newsml_1.tree import Component, named
from pipeline.formats.nitf import body
from pipeline.formats.nitf import head as nitf_head
from pipeline.formats.shape import Context, Outcome, UnfitError, document
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream
from pipeline.formats.xml import Element

NAME = "newsml-1.2"

LANGUAGES = 20
"""Languages of one item that are read."""

FILES = 5
"""Files beside the item that are named."""


def sniff(head: bytes) -> bool:
    """The root element is ``NewsML``, in whatever namespace; NewsML-G2 has other roots."""
    return xml.root_of(head)[0] == "NewsML"


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article for each NewsItem of the file, and for each further language of one."""
    return document(stream, context, NAME, xml.DOCUMENT, lambda data: _items(data, context))


@dataclass(frozen=True)
class _File:
    """What all items of a file share."""

    context: Context
    mended: list[str]
    envelope: Element | None
    topics: Topics
    guids: dict[str, str]


def _items(data: bytes, context: Context) -> Iterator[dict[str, Any] | UnfitError]:
    root, mended = xml.parse(data)
    if (name := xml.local(root)) != "NewsML":
        raise UnfitError("format", f"not NewsML 1.x: the root element is <{name}>")
    items = xml.descendants(root, "NewsItem")
    guids = {xml.attribute(one, "Duid"): manage.revision(one).guid for one in items}
    file = _File(context, mended, xml.child(root, "NewsEnvelope"), Topics(root), guids)
    for element in xml.descendants(root, "NewsItem"):
        yield from _articles(element, file)


def _articles(element: Element, file: _File) -> Iterator[dict[str, Any] | UnfitError]:
    """The articles of one item, the first in its own language."""
    found = story.item(element)
    spoken = story.languages(found)
    for number, tag in enumerate(spoken[:LANGUAGES]):
        sheet = Sheet(file.context)
        sheet.flag(*file.mended, *found.faults)
        if len(spoken) > LANGUAGES:
            sheet.flag(f"it has {len(spoken)} languages, of which {LANGUAGES} are read")
        try:
            _one(sheet, found, tag, f"#{tag}" if number else "", file)
            yield sheet.done()
        except UnfitError as error:
            yield error


def _one(sheet: Sheet, found: Item, tag: str | None, suffix: str, file: _File) -> None:
    """Read an item in one language.

    Raises:
        UnfitError: it is no story, or too long.
    """
    texts, told = story.chosen(found, tag)
    sheet.flag(*told)
    signs: list[str] = []
    notes: list[str] = []
    stated = manage.management(sheet, found.element, suffix, file.context)
    if inner := _inner(found, texts, tag):
        notes += meta.lines(sheet, found, inner, tag)
        for one in inner.chain():
            signs += meta.component(sheet, one, file.topics, tag)
    _language(sheet, found, tag)
    for text in texts:
        stated += _nitf(sheet, text, notes)
    manage.rest(sheet, found.element, file.envelope)
    _content(sheet, found, texts, tag)
    _members(sheet, found, file.guids)
    stated += map(_headers.stated, signs)
    sheet.kind(kinds.gravest(*stated), sheet.fields.get("headline"), sheet.fields.get("slugline"), *notes)
    if not found.components and sheet.fields.get("status") != "canceled":
        raise UnfitError("value", _no_story(found.element))


def _inner(found: Item, texts: list[Text], tag: str | None) -> Component | None:
    """The component whose lines and metadata are the story's, first of all."""
    if texts:
        return texts[0].part.component
    headed = (one for one in found.components if story.own(one, "HeadLine", tag))
    return next(headed, next(iter(found.components), None))


def _no_story(element: Element) -> str:
    if xml.child(element, "TopicSet") is not None:
        return "a topic set, no story"
    if xml.child(element, "Update") is not None:
        return "changes to parts of an earlier revision, no story of its own"
    return "no NewsComponent in it: it manages an earlier revision and is no story of its own"


def _language(sheet: Sheet, found: Item, tag: str | None) -> None:
    sheet.put("language_declared", tag)
    if tag is None and found.components:
        stated = xml.child(found.components[0].element, "DescriptiveMetadata", "Language")
        sheet.language(named(stated))


def _nitf(sheet: Sheet, text: Text, notes: list[str]) -> list[Kind | None]:
    """What a NITF document in the item says besides; the kind that it states."""
    document = text.content.element
    if text.content.written != "nitf" or document is None:
        return []
    sheet.flag(*body.set_aside(document))
    body.lines(sheet, document, sheet.limit)
    stated, messages = nitf_head.read(sheet, document)
    body.notes(sheet, document, sheet.limit)
    notes += messages
    return [stated]


def _content(sheet: Sheet, found: Item, texts: list[Text], tag: str | None) -> None:
    """Text and pictures, and what is to be told where there is no text."""
    chain = list(texts[0].part.component.chain()) if texts else []
    lead = " ".join(found.line(chain[0], "Lead", tag)) if chain else ""
    story.write(sheet, texts, lead, sheet.limit)
    links = [*story.pictures(found, set(chain), tag), *story.inner_media(texts, sheet.limit)]
    sheet.media(links)
    if "body" in sheet.fields:
        return
    if found.elsewhere:
        files = ", ".join(found.elsewhere[:FILES])
        sheet.flag(f"the text is in other files, which are not fetched: {files}")
    elif links:
        kind = plain(named(xml.child(found.element, "NewsManagement", "NewsItemType")))
        sheet.put("item_class", story.class_of(links, kind))
        sheet.line("summary", links[0].caption or "")
    if sheet.fields.get("status") != "canceled":
        sheet.flag("there is no text in it")


def _members(sheet: Sheet, found: Item, guids: dict[str, str]) -> None:
    """The items that it refers to or holds: without a text of its own, it is a package of them."""
    members: list[str] = []
    for one in found.inside:
        target = xml.attribute(one, "NewsItem")
        if xml.local(one) == "NewsItem":
            target = manage.revision(one).guid
        members.append(guids.get(target[1:], "") if target.startswith("#") else target)
    known = [guid for guid in members if guid.startswith(("urn:", "tag:", "http://", "https://"))]
    sheet.add("members", known)
    if members and "body" not in sheet.fields and not sheet.fields.get("media"):
        sheet.put("item_class", "package")
