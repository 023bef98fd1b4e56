"""NITF's head: who, when, what it is about, and whether it may be published."""

from __future__ import annotations

import re
from typing import get_args

from pipeline.article import Kind, Status, SubjectType
from pipeline.formats import _headers, kinds, xml
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_STATUS: dict[str, Status] = {"embargoed": "withheld", "cancelled": "canceled", "killed": "canceled"}
_TYPES: dict[str, SubjectType] = {
    "person": "person",
    "org": "organization",
    "location": "place",
    "event": "event",
    "object.title": "object",
    "function": "concept",
    "virtloc": "concept",
    "classifier": "concept",
}
_SLUGS = {"slug", "slugline", "anpakeyword", "apslug", "apslugline", "ntbstikkord", "dpaslug"}
_NOTES = {
    "note",
    "ednote",
    "editorsnote",
    "editornote",
    "editorialnote",
    "edmsg",
    "apednote",
    "apeditorialnote",
}
_HIDDEN = re.compile(r"note|intern(?!et|ation)|privat|confiden|nonpub|remark|memo", re.IGNORECASE)
_SPLIT = re.compile(r"\s*[,;]\s*")


def read(sheet: Sheet, nitf: Element) -> tuple[Kind | None, list[str]]:
    """Put down what the head says.

    Returns:
        The kind that it states, and the notes in whose words a kind may stand.
    """
    head = xml.child(nitf, "head")
    docdata = next(
        (one for one in (xml.child(head, "docdata"), xml.child(nitf, "docdata")) if one is not None), None
    )
    _identity(sheet, nitf, docdata)
    _times(sheet, nitf, head, docdata)
    _subjects(sheet, head, docdata)
    _rights(sheet, docdata)
    signs = [
        *_metas(sheet, head),
        *_management(sheet, docdata),
        *(xml.attribute(one, "edStat", "edstat", "ed-stat") for one in (docdata, nitf, head)),
    ]
    notes = _messages(sheet, docdata, signs)
    tobject = xml.child(head, "tobject")
    signs.append(xml.attribute(tobject, "tobject.type"))
    sheet.urgency(
        xml.attribute(xml.child(docdata, "urgency"), "ed-urg") or xml.text(xml.child(docdata, "urgency"))
    )
    _rest(sheet, head, docdata)
    return kinds.gravest(*map(_headers.stated, signs)), notes


def language(sheet: Sheet, nitf: Element) -> None:
    """``xml:lang`` of the body or of the whole, or ``baselang``."""
    body = xml.child(nitf, "body")
    for element in (body, xml.child(body, "body.content"), nitf):
        sheet.language(xml.attribute(element, "lang", "baselang"))
        if "language_declared" in sheet.fields:
            return
    for meta in xml.children(xml.child(nitf, "head"), "meta"):
        if xml.attribute(meta, "name").lower() in ("language", "lang", "dc.language"):
            sheet.language(xml.attribute(meta, "content"))


def _identity(sheet: Sheet, nitf: Element, docdata: Element | None) -> None:
    named = xml.child(docdata, "doc-id")
    sheet.line("guid", xml.attribute(named, "id-string") or xml.attribute(nitf, "uno"))
    sheet.wire("regsrc", xml.attribute(named, "regsrc"))
    key = xml.child(docdata, "du-key")
    sheet.version(xml.attribute(key, "version"))
    sheet.wire("du_key", xml.attribute(key, "key"))
    sheet.wire("generation", xml.attribute(key, "generation"))
    sheet.wire("part", xml.attribute(key, "part"))


def _times(sheet: Sheet, nitf: Element, head: Element | None, docdata: Element | None) -> None:
    """When it was issued, may be published, and may be no more.

    Source: NITF 3.6, ``date.release``: when the receiver may publish; on receipt where it is not there.
    """
    story = xml.child(nitf, "body", "body.head", "dateline", "story.date")
    published = xml.attribute(xml.child(head, "pubdata"), "date.publication")
    first = _norm(xml.child(docdata, "date.issue")) or ""
    _headers.first_time(sheet, "created", first, _norm(story) or "", published)
    release = _norm(xml.child(docdata, "date.release"))
    sheet.embargo(None if release is None else _headers.iso(release))
    sheet.expires(_headers.iso(_norm(xml.child(docdata, "date.expire")) or ""))


def _norm(element: Element | None) -> str | None:
    """The time in ``norm``, else in words; none where the element is not there, empty where it is empty."""
    return None if element is None else xml.attribute(element, "norm") or xml.text(element)


def _management(sheet: Sheet, docdata: Element | None) -> list[str]:
    """Status, and what it replaces; signs of the kind that these are.

    Source: NITF 3.6, ``docdata``: usable, embargoed, withheld, canceled.
    """
    if docdata is None:
        return []
    if "management-status" in docdata.attrib:
        _headers.status(sheet, xml.attribute(docdata, "management-status"))
    signs = []
    told: list[tuple[str, str]] = []
    guid = sheet.fields.get("guid")
    for correction in xml.children(docdata, "correction"):
        signs.append("correction")
        _replaces(sheet, xml.attribute(correction, "id-string"), "", guid)
        told.append((xml.attribute(correction, "info"), ""))
    if former := xml.attribute(docdata, "management-doc-idref"):
        signs.append("update")
        _replaces(sheet, former, xml.attribute(docdata, "management-idref-status"), guid)
    _headers.notes(sheet, told)
    return signs


def _replaces(sheet: Sheet, former: str, status: str, guid: str | None) -> None:
    if not former or former == guid:
        return
    word = status.lower()
    known = _STATUS.get(word) or next((one for one in get_args(Status) if one == word), None)
    if word and not known:
        sheet.flag(f"the new status {status!r} of {former} is unknown")
    sheet.replaces(former, known)


def _messages(sheet: Sheet, docdata: Element | None, signs: list[str]) -> list[str]:
    """The messages to editors; what they are of is a sign of the kind."""
    told = []
    for message in xml.children(docdata, "ed-msg"):
        kind = xml.attribute(message, "msg-type")
        signs += [kind, xml.attribute(message, "edStat", "edstat")]
        told.append((xml.attribute(message, "info") or xml.text(message), kind.replace("-", " ")))
    _headers.notes(sheet, told)
    return [text for text, _ in told]


def _subjects(sheet: Sheet, head: Element | None, docdata: Element | None) -> None:
    tobject = xml.child(head, "tobject")
    for element in xml.children(tobject, "tobject.subject"):
        _subject(sheet, element)
    for element in xml.children(tobject, "tobject.property"):
        sheet.subject(name=xml.attribute(element, "tobject.property.type"), kind="genre")
    sheet.wire("tobject_type", xml.attribute(tobject, "tobject.type"))
    for element in xml.children(docdata, "evloc"):
        names = ("city", "county-dist", "state-prov", "iso-cc")
        parts = filter(None, (xml.attribute(element, name) for name in names))
        sheet.subject(name=", ".join(dict.fromkeys(parts)), kind="place")
    for element in xml.children(xml.child(docdata, "identified-content"), *_TYPES):
        _identified(sheet, element)
    words: list[str] = []
    for keys in xml.children(docdata, "key-list"):
        words.append(xml.attribute(keys, "key"))
        words += (xml.attribute(word, "key") or xml.text(word) for word in xml.children(keys, "keyword"))
    sheet.add("keywords", words)


def _subject(sheet: Sheet, element: Element) -> None:
    """A subject with the name of its own level: a code that ends in 000000 is named by its type."""
    code = xml.attribute(element, "tobject.subject.refnum")
    names = [xml.attribute(element, f"tobject.subject.{level}") for level in ("type", "matter", "detail")]
    level = 0 if code.endswith("000000") else 1 if code.endswith("000") else 2
    name = names[level] or next(filter(None, reversed(names)), "")
    scheme = xml.attribute(element, "tobject.subject.ipr")
    foreign = code and scheme and scheme.upper() != "IPTC" and ":" not in code
    sheet.subject(f"{scheme}:{code}" if foreign else code, name)


def _identified(sheet: Sheet, element: Element) -> None:
    code = xml.attribute(element, "value", "location-code")
    scheme = xml.attribute(element, "idsrc", "code-source")
    name = xml.text(element)
    if not scheme:
        name, code = name or code, ""
    sheet.subject(f"{scheme}:{code}" if code else "", name, _TYPES[xml.local(element)])


def _rights(sheet: Sheet, docdata: Element | None) -> None:
    holder = xml.child(docdata, "doc.copyright")
    parts = [xml.attribute(holder, name) for name in ("year", "holder")]
    notice = " ".join(filter(None, parts))
    rights = xml.child(docdata, "doc.rights")
    owner = xml.attribute(rights, "owner")
    sheet.line("rights", f"© {notice}" if parts[1] else owner)
    terms = [xml.attribute(rights, name) for name in ("type", "limitations", "geography")]
    sheet.line("usageterms", "; ".join(dict.fromkeys(term for term in terms if term and term != "none")))


def _metas(sheet: Sheet, head: Element | None) -> list[str]:
    """What agencies put in ``meta``: what is certain to its field, notes apart, the rest as it is."""
    signs = []
    notes: list[tuple[str, str]] = []
    words: list[str] = []
    for meta in xml.children(head, "meta"):
        name, content = xml.attribute(meta, "name"), xml.attribute(meta, "content")
        plain = _headers.plain(name)
        if plain.endswith("edstat"):
            signs.append(content)
        if plain in _SLUGS:
            sheet.line("slugline", content)
        if plain in _NOTES or _HIDDEN.search(name):
            notes.append((content, "" if plain in _NOTES else "npa"))
        elif plain in ("keywords", "keyword"):
            words += _SPLIT.split(content)
        elif name:
            sheet.wire(_headers.snake(name), content)
    _headers.notes(sheet, notes)
    sheet.add("keywords", words)
    return signs


def _rest(sheet: Sheet, head: Element | None, docdata: Element | None) -> None:
    """Header fields that the contract has no name for."""
    sheet.line("slugline", xml.attribute(xml.child(docdata, "du-key"), "key"))
    sheet.wire("fixture", xml.attribute(xml.child(docdata, "fixture"), "fix-id"))
    scopes = (xml.attribute(one, "scope") for one in xml.children(docdata, "doc-scope"))
    sheet.wire("doc_scope", "; ".join(dict.fromkeys(filter(None, scopes))))
    series = xml.child(docdata, "series")
    for name in ("name", "part", "totalpart"):
        sheet.wire(f"series_{name}", xml.attribute(series, f"series.{name}"))
    sources = xml.children(xml.child(docdata, "del-list"), "from-src")
    sheet.wire("delivered_by", " > ".join(filter(None, (xml.attribute(one, "src-name") for one in sources))))
    pubdata = xml.child(head, "pubdata")
    for name in ("name", "edition.name", "edition.area", "position.section", "volume", "number", "issue"):
        sheet.wire(f"publication_{_headers.snake(name)}", xml.attribute(pubdata, name))
    if (address := xml.attribute(pubdata, "ex-ref")).startswith(("http://", "https://")):
        sheet.line("url", address)
    steps = xml.children(head, "revision-history")
    texts = (
        " ".join(filter(None, (xml.attribute(one, "norm"), xml.attribute(one, "function")))) for one in steps
    )
    sheet.wire("revisions", "; ".join(filter(None, texts)))
