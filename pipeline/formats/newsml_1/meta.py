"""What the metadata of a NewsML 1.x component say of its content: lines, rights, subjects, places."""

from __future__ import annotations

import re

from pipeline.article import SubjectType
from pipeline.formats import _headers, xml
from pipeline.formats._headers import plain
from pipeline.formats.newsml_1 import story
from pipeline.formats.newsml_1.story import Item
from pipeline.formats.newsml_1.tree import Component, named
from pipeline.formats.sheet import Sheet, language
from pipeline.formats.xml import Element

_TOPIC_TYPES: tuple[tuple[str, SubjectType], ...] = (
    ("person", "person"),
    ("people", "person"),
    ("compan", "organization"),
    ("organi", "organization"),
    ("party", "organization"),
    ("countr", "place"),
    ("city", "place"),
    ("place", "place"),
    ("location", "place"),
    ("region", "place"),
    ("geograph", "place"),
    ("event", "event"),
)
_LEVELS = ("Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier")
_KEYWORDS = ("keyword", "keywords")
_SPLIT = re.compile(r"\s*[,;]\s*")
_NOTE_LINES = re.compile(
    r".*(?:advisory|editor.*note|ednote|note.*editor|correction|editorial|instruction).*|note"
)
_HIDDEN_LINES = re.compile(r".*(?:nonpub|notforpub|intern|private|confiden).*")


class Topics:
    """The topics that the file defines itself: by where they stand, and the names of codes."""

    def __init__(self, root: Element) -> None:
        self._by_id: dict[str, Element] = {}
        self._names: dict[str, list[Element]] = {}
        for topic in xml.descendants(root, "Topic"):
            self._by_id.setdefault(xml.attribute(topic, "Duid"), topic)
            descriptions = list(xml.children(topic, "Description"))
            for code in xml.children(topic, "FormalName"):
                self._names.setdefault(xml.text(code), descriptions)

    def of(self, reference: str) -> Element | None:
        """The topic that a reference within the file points at."""
        return self._by_id.get(reference[1:]) if reference.startswith("#") and len(reference) > 1 else None

    def name(self, code: str, tag: str | None) -> str:
        """The name of a code in a language; empty where the file has none in it."""
        for one in self._names.get(code, ()):
            spoken = language(xml.attribute(one, "lang"))
            if plain(xml.attribute(one, "Variant")) in ("", "name") and (
                tag is None or spoken in (None, tag)
            ):
                return xml.text(one)
        return ""


def lines(sheet: Sheet, found: Item, inner: Component, tag: str | None) -> list[str]:
    """What stands above the text; the notes to editors in it, in whose words a kind may stand."""
    sheet.line("headline", "".join(found.line(inner, "HeadLine", tag)[:1]))
    for field, name in (("subheadline", "SubHeadLine"), ("byline", "ByLine"), ("dateline", "DateLine")):
        sheet.line(field, " / ".join(found.line(inner, name, tag)))
    sheet.line("slugline", " / ".join(found.line(inner, "SlugLine", tag)))
    sheet.wire("credit", " / ".join(found.line(inner, "CreditLine", tag)))
    sheet.wire("series", " / ".join(found.line(inner, "SeriesLine", tag)))
    for name in ("CopyrightLine", "RightsLine"):
        sheet.line("rights", " / ".join(found.line(inner, name, tag)))
    sheet.line("summary", " ".join(found.line(inner, "Summary", tag)))
    notes = [(text, "") for text in found.line(inner, "Note", tag)]
    words: list[str] = []
    for component in inner.chain():
        words += (word for text in story.own(component, "KeywordLine", tag) for word in _SPLIT.split(text))
        for kind, text in story.typed(component):
            _typed(sheet, kind, text, notes, words)
    _headers.notes(sheet, notes)
    sheet.add("keywords", words)
    return [text for text, _ in notes]


def _typed(sheet: Sheet, kind: str, text: str, notes: list[tuple[str, str]], words: list[str]) -> None:
    """A line of the provider's own type: to its field, to the notes to editors, or to the keywords."""
    if _HIDDEN_LINES.fullmatch(kind):
        notes.append((text, "npa"))
    elif "embargo" in kind:
        sheet.embargo(_headers.iso(text))
    elif _NOTE_LINES.fullmatch(kind):
        notes.append((text, ""))
    elif "keyword" in kind:
        words += _SPLIT.split(text)
    elif not story.is_line(kind):
        sheet.wire(kind or "news_line", text)


def component(sheet: Sheet, one: Component, topics: Topics, tag: str | None) -> list[str]:
    """The metadata of one component; its genres and types of lines, which may state a kind."""
    _administrative(sheet, xml.child(one.element, "AdministrativeMetadata"))
    _rights(sheet, xml.child(one.element, "RightsMetadata"))
    described = xml.child(one.element, "DescriptiveMetadata")
    for metadata in (described, *xml.children(one.element, "Metadata")):
        _keywords(sheet, metadata)
    _subjects(sheet, described, topics, tag)
    genres = list(filter(None, map(named, xml.children(described, "Genre"))))
    signs = [kind.removesuffix("line") for kind, _ in story.typed(one)]
    for genre in genres:
        sheet.subject(name=topics.name(genre, tag) or genre, kind="genre")
    readers = filter(None, map(named, xml.children(described, "OfInterestTo")))
    sheet.wire("of_interest_to", "; ".join(dict.fromkeys(readers)))
    sheet.wire("date_line_date", xml.text(xml.child(described, "DateLineDate")))
    _places(sheet, described)
    return [*genres, *(sign for sign in signs if sign.startswith(("correct", "kill")))]


def _administrative(sheet: Sheet, element: Element | None) -> None:
    for name in ("Provider", "Creator", "Source", "Contributor"):
        parties = (party for one in xml.children(element, name) for party in xml.children(one, "Party"))
        names = " / ".join(dict.fromkeys(filter(None, map(named, parties))))
        if name == "Provider":
            sheet.line("provider", names)
        else:
            sheet.wire(name.lower(), names)
    sheet.wire("file_name", xml.text(xml.child(element, "FileName")))
    notes: list[tuple[str, str]] = []
    for one in xml.children(element, "Property"):
        name, value = plain(named(one)), xml.attribute(one, "Value")
        if "embargo" in name:
            sheet.embargo(_headers.iso(value))
        elif _HIDDEN_LINES.fullmatch(name) or _NOTE_LINES.fullmatch(name):
            notes.append((value, "npa" if _HIDDEN_LINES.fullmatch(name) else ""))
        else:
            sheet.wire(_headers.snake(named(one)), value)
    _headers.notes(sheet, notes)


def _rights(sheet: Sheet, element: Element | None) -> None:
    for one in xml.children(element, "Copyright"):
        holder = xml.text(xml.child(one, "CopyrightHolder"))
        date = xml.text(xml.child(one, "CopyrightDate"))
        sheet.line("rights", f"© {date} {holder}" if holder else "")
    terms: list[str] = []
    for one in xml.children(element, "UsageRights"):
        names = ("UsageType", "Geography", "Limitations", "StartDate", "EndDate")
        terms += filter(None, (xml.text(xml.child(one, name)) for name in names))
    sheet.line("usageterms", "; ".join(dict.fromkeys(terms)))


def _keywords(sheet: Sheet, metadata: Element | None) -> None:
    """Properties named so, in the metadata of the standard and of the provider's own."""
    named_so = (one for one in xml.children(metadata, "Property") if plain(named(one)).endswith(_KEYWORDS))
    sheet.add("keywords", (xml.attribute(one, "Value") for one in named_so))


def _subjects(sheet: Sheet, described: Element | None, topics: Topics, tag: str | None) -> None:
    categories: list[str] = []
    for group in xml.children(described, "SubjectCode"):
        for one in xml.children(group, *_LEVELS):
            code = named(one)
            sheet.subject(_scheme(one, code) + code if code else "", topics.name(code, tag))
            categories.append(xml.attribute(one, "cat"))
    sheet.wire("category", " ".join(dict.fromkeys(filter(None, categories))))
    for one in xml.children(described, "TopicOccurrence"):
        topic = topics.of(xml.attribute(one, "Topic"))
        if topic is None:
            continue
        kind = plain(named(xml.child(topic, "TopicType")))
        formal = xml.child(topic, "FormalName")
        code, scheme = xml.text(formal), xml.attribute(formal, "Scheme")
        name = topics.name(code, tag) or xml.text(xml.child(topic, "Description"))
        known = next((one for part, one in _TOPIC_TYPES if part in kind), None)
        sheet.subject(f"{scheme}:{code}" if scheme and code else "", name or code, known)


def _scheme(element: Element, code: str) -> str:
    """What stands before a code: nothing for IPTC's subject codes, else the scheme that it states."""
    scheme = xml.attribute(element, "Scheme")
    if ":" in code:
        return ""
    if xml.local(element) == "SubjectQualifier":
        return "squ:" if not scheme or "iptc" in scheme.lower() else f"{scheme}:"
    ours = not scheme or "iptc" in scheme.lower() or plain(scheme).startswith("subject")
    return "" if ours else f"{scheme}:"


def _places(sheet: Sheet, described: Element | None) -> None:
    """Where it comes from; other places are subjects."""
    for location in xml.children(described, "Location"):
        parts = _properties(location)
        name = parts.get("city") or parts.get("sublocation") or ""
        country = parts.get("country") or parts.get("countryname") or parts.get("countrycode") or ""
        if (
            plain(xml.attribute(location, "HowPresent")) in ("", "origin", "dateline")
            and "located" not in sheet.fields
        ):
            sheet.place(name or parts.get("countryarea", ""), country)
        else:
            whole = (name, parts.get("countryarea"), country, parts.get("worldregion"))
            sheet.subject(name=", ".join(dict.fromkeys(filter(None, whole))), kind="place")
    own = _properties(described)
    sheet.place(own.get("city", ""), own.get("country", ""))


def _properties(element: Element | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in xml.children(element, "Property"):
        if value := xml.attribute(one, "Value"):
            found.setdefault(plain(named(one)), value)
    return found
