"""Which text of a NewsML 1.x item is its story, in which language, with which lines and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET

from pipeline.article import ItemClass, Media
from pipeline.formats import _body, markup, prose, xml
from pipeline.formats._headers import plain
from pipeline.formats.flow import Flow
from pipeline.formats.newsml_1 import tree
from pipeline.formats.newsml_1.tree import Component, Content, Part
from pipeline.formats.nitf import body
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import Sheet, language
from pipeline.formats.xml import Element

_ROLES: dict[str, tuple[str, ...]] = {
    "HeadLine": ("headline", "title", "hl1", "mainheadline"),
    "SubHeadLine": ("subheadline", "subtitle", "subhead", "hl2"),
    "ByLine": ("byline",),
    "DateLine": ("dateline",),
    "CreditLine": ("creditline", "credit"),
    "Caption": ("caption", "photocaption", "picturecaption", "legend"),
    "Summary": ("summary", "abstract", "teaser", "synopsis"),
    "Lead": ("lead", "intro", "leadin", "standfirst"),
    "Note": ("editorialnote", "editorsnote", "ednote", "note", "advisory", "advisoryline"),
}
"""The components that are a line, by the line's name."""

_SPOKEN = {role for roles in _ROLES.values() for role in roles}
_BODY = {"body", "bodytext", "maintext", "text", "story", "article", "bodycontent"}
_MAIN = {"", "main", "maincontent", "newscontent", "root", "package", "default", "original"}
_OTHER = {
    *("stylesheet", "style", "css", "contact", "contacts", "contactinfo", "copyright", "disclaimer", "legal"),
    *("logo", "photo", "picture", "image", "graphic", "icon", "thumbnail", "quicklook", "preview", "video"),
    *("audio", "sound", "animation", "metadata", "copyrightline", "rights", "script", "keywords", "catalog"),
    *("topicset", "clip", "component", "attachment"),
}
_CLASSES: dict[str, ItemClass] = {"image": "picture", "video": "video", "audio": "audio"}
_NAMED = 5


@dataclass(eq=False)
class Text:
    """A text that may be the story, or a part of it."""

    part: Part
    content: Content
    language: str | None
    rank: tuple[int, int]


@dataclass(eq=False)
class Item:
    """What an item holds: its components, its texts, and what is to be told of what could not be read."""

    element: Element
    components: list[Component]
    texts: list[Text] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    pictures: list[Part] = field(default_factory=list)
    inside: list[Element] = field(default_factory=list)
    _lines: dict[tuple[Component, str, str | None], list[str]] = field(default_factory=dict)

    @property
    def declared(self) -> str | None:
        """The language of the whole."""
        return tree.declared(self.element, self.components)

    def line(self, component: Component | None, name: str, tag: str | None) -> list[str]:
        """A line (``HeadLine``, ``Caption``) from the innermost component about this one that has it."""
        if component is None:
            return []
        key = (component, name, tag)
        if key not in self._lines:
            self._lines[key] = own(component, name, tag) or self.line(component.above, name, tag)
        return self._lines[key]


def item(element: Element) -> Item:
    """Read the tree of one NewsItem."""
    found = Item(element, tree.components(element))
    standings: dict[Component | None, _Standing] = {None: _Standing()}
    for component in found.components:
        standing = standings[component] = standings[component.above].within(component.role)
        found.inside += xml.children(component.element, "NewsItem", "NewsItemRef")
        for part in tree.parts(component):
            if part.href and part.pictured:
                found.pictures.append(part)
                continue
            if not standing.story:
                continue
            try:
                held = tree.content(part)
            except UnfitError as error:
                found.faults.append(str(error))
                continue
            if held is not None and held.fault:
                found.faults.append(held.fault)
            if held is not None:
                found.texts.append(Text(part, held, tree.tongue(part, element), standing.rank))
            elif part.href:
                found.elsewhere.append(part.href)
    return found


@dataclass(frozen=True)
class _Standing:
    """What the roles around a text make of it."""

    role: str = ""
    beside: bool = False
    story: bool = True

    def within(self, role: str) -> _Standing:
        """One level further in."""
        return _Standing(
            role or self.role,
            self.beside or (role not in _MAIN and role not in _BODY),
            self.story and role not in _OTHER and role not in _SPOKEN,
        )

    @property
    def rank(self) -> tuple[int, int]:
        """How far it is from the story; the body is nearest."""
        return (int(self.beside), 0 if self.role in _BODY else 1)


def languages(found: Item) -> list[str | None]:
    """The languages that have a story of their own: the declared one first, else that of the first text."""
    own_texts = list(dict.fromkeys(text.language for text in found.texts if not text.rank[0]))
    if not own_texts:
        own_texts = [text.language for text in found.texts[:1]]
    if found.declared in own_texts:
        own_texts.sort(key=lambda tag: tag != found.declared)
    return own_texts or [found.declared]


def chosen(found: Item, tag: str | None) -> tuple[list[Text], list[str]]:
    """The texts that are the story in a language, and what was left out, for a person."""
    texts = [text for text in found.texts if text.language == tag]
    if not texts:
        return [], []
    rank = min(text.rank for text in texts)
    stories: dict[str, list[Text]] = {}
    for text in texts:
        if text.rank == rank:
            headline = "".join(found.line(text.part.component, "HeadLine", tag)[:1])
            stories.setdefault(headline, []).append(text)
    first, *others = stories
    told = []
    if others:
        told.append(f"other stories in it are left out: {', '.join(others[:_NAMED])}")
    if beside := dict.fromkeys(text.part.component.stated_role for text in texts if text.rank[0] > rank[0]):
        told.append(f"texts beside the story are left out: {', '.join(list(beside)[:_NAMED])}")
    return _one_writing(stories[first]), told


def _one_writing(texts: list[Text]) -> list[Text]:
    """One of several writings of the same text; all of what is in pieces."""
    best = min((text.content.written for text in texts), key=tree.BEST.index)
    same = [text for text in texts if text.content.written == best]
    component = same[0].part.component
    above = component.above
    listed = above is not None and above.equivalents
    return same[:1] if component.chooses or listed else same


def write(sheet: Sheet, texts: list[Text], lead: str, limit: int) -> None:
    """Put the story's text into the sheet, after the lead where it does not begin with it.

    Raises:
        UnfitError: it is longer than ``limit`` code points.
    """
    title = sheet.fields.get("headline", "")
    flow = Flow(limit)
    if lead and not _starts(texts, lead, limit):
        flow.paragraph(lead)
    for text in texts:
        _put(flow, text.content, limit, title)
        if text.content.written == "xml":
            sheet.flag("the content is XML of an unknown vocabulary: its words alone are read")
    for name, value in flow.fields().items():
        sheet.put(name, value)


def _starts(texts: list[Text], lead: str, limit: int) -> bool:
    first = _put(Flow(limit), texts[0].content, limit, "") if texts else Flow(limit)
    return " ".join(str(first.fields().get("body", "")).split()).startswith(lead)


def _put(flow: Flow, content: Content, limit: int, title: str) -> Flow:
    """Add content to a flow; a heading that repeats the headline is left out."""
    if content.written == "nitf" and content.element is not None:
        return body.flow(content.element, limit, title, flow)
    if content.written == "plain":
        for part in prose.clean(content.text).split("\f"):
            flow.prose(part)
    elif content.written == "xml" and content.element is not None:
        flow.paragraph(" ".join(piece.strip() for piece in xml.pieces(content.element)))
    else:
        markup.flow(content.element, limit, skip=lambda one: _repeats(one, title), into=flow)
    return flow


def _repeats(element: Element, title: str) -> bool:
    name = xml.local(element).lower()
    if name in ("h1", "h2", "hl1"):
        return bool(title) and xml.text(element) == title
    return name in ("header", "figcaption") or (name == "note" and xml.attribute(element, "type") == "npa")


def words(component: Component, limit: int = 10**6) -> str:
    """What the content of a component says, on one line: a headline or a caption that is a component."""
    for part in tree.parts(component):
        try:
            held = tree.content(part)
        except UnfitError:
            continue  # Told of already, where the item was read.
        if held is not None:
            said = str(_put(Flow(limit), held, limit, "").fields().get("body", ""))
            if said.strip():
                return " ".join(said.split())
    return ""


def own(component: Component, name: str, tag: str | None) -> list[str]:
    """A line of a component itself: in its news lines, in a language if it is there in it, else its parts."""
    found = list(xml.children(component.lines, name))
    same = [one for one in found if tag and language(xml.attribute(one, "lang")) == tag]
    untold = [one for one in found if not language(xml.attribute(one, "lang"))]
    texts = [_body.line(body.line(one)) for one in same or untold or found[:1]]
    if any(texts):
        return list(filter(None, texts))
    if texts := [text for kind, text in typed(component) if kind in _ROLES.get(name, ())]:
        return texts
    below = [one for one in component.inside if one.role in _ROLES.get(name, ())]
    spoken = [one for one in below if tag and one.tag == tag]
    return list(filter(None, map(words, spoken or below)))


def is_line(kind: str) -> bool:
    """Whether a type of news line is one that has its place: a caption, a summary, a lead."""
    return kind in _SPOKEN


def typed(component: Component) -> Iterator[tuple[str, str]]:
    """The news lines of a type that the provider names, and what they say; the type in lower-case letters."""
    for element in xml.children(component.lines, "NewsLine"):
        kind = plain(tree.named(xml.child(element, "NewsLineType")).rpartition(":")[2])
        for text in xml.children(element, "NewsLineText"):
            if said := _body.line(body.line(text)):
                yield kind, said


def pictures(found: Item, story: set[Component], tag: str | None) -> Iterator[Media]:
    """The links to pictures and the like, with the captions and credits that are nearest to them.

    Where the story's own lines would be next, there are none.
    """
    for part in found.pictures:
        component = part.component
        caption = found.line(component, "Caption", tag)
        if not caption and component not in story:
            caption = own(component, "HeadLine", tag)
        yield Media(
            href=part.href,
            type=part.mime or UNSET,
            rendition=component.stated_role or UNSET,
            caption=" ".join(caption) or UNSET,
            credit=" / ".join(own(component, "CreditLine", tag)) or UNSET,
            width=body.pixels(part.property("width")) or UNSET,
            height=body.pixels(part.property("height")) or UNSET,
        )


def inner_media(texts: list[Text], limit: int) -> Iterator[Media]:
    """The pictures that stand in the text itself."""
    for text in texts:
        if text.content.written == "nitf" and text.content.element is not None:
            yield from body.media(text.content.element, limit)
        elif text.content.written == "html":
            yield from markup.media(text.content.element)


def class_of(links: list[Media], stated: str) -> ItemClass | None:
    """What an item without text is: what all its links are of, or what it says of itself."""
    kinds = {_CLASSES.get((link.type or "").partition("/")[0]) for link in links}
    kinds.discard(None)
    if len(kinds) > 1:
        return "composite"
    return next(iter(kinds), None) or ("picture" if stated in ("photo", "picture") else None)
