"""What NewsML-G2's ``contentMeta`` says of the content: headlines, subjects, places, people, times."""

from __future__ import annotations

import re

from pipeline.article import SubjectType
from pipeline.formats import xml
from pipeline.formats.newsml_g2.parts import Languages, code, kid, kids, role, tail
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_TYPES: dict[str, SubjectType] = {
    "abstract": "concept",
    "concept": "concept",
    "person": "person",
    "organisation": "organization",
    "organization": "organization",
    "company": "organization",
    "team": "organization",
    "geoarea": "place",
    "place": "place",
    "location": "place",
    "poi": "place",
    "city": "place",
    "country": "place",
    "event": "event",
    "object": "object",
}
_KICKER = re.compile(r"kicker|over|dach|spitz|eyebrow|surt?itre|antet|volata|vignet|strap|rubric")
_BELOW = re.compile(r"sub|de[ck]k?$|second|unter|sous|deck|drop|ingress")
_OTHER = re.compile(r"short|web|seo|sms|mobil|push|social|twitter|teaser|index|alert")
_KICKER_RANK = 3
_SUMMARIES = ("summary", "abstract", "teaser", "lead", "intro", "standfirst", "caption", "synthe", "")
_SCRIPT = re.compile(r"script|shotlist|transcript|dopesheet|storyline")
_ISO = re.compile(r"iso3166-?1?(?:-?a[23])?$")


def put(meta: Element | None, languages: Languages, sheet: Sheet, *, strict: bool) -> None:
    """Put what the metadata of the content say on a sheet.

    Args:
        meta: the element ``contentMeta``.
        languages: the language that headline, description and names are taken in.
        sheet: where they go.
        strict: whether a headline or a description in another language is none.
    """
    sheet.urgency(xml.text(kid(meta, "urgency")))
    sheet.time("created", xml.text(kid(meta, "contentcreated")))
    sheet.time("modified", xml.text(kid(meta, "contentmodified")))
    _headlines(meta, languages, sheet, strict=strict)
    for name, field in (("slugline", "slugline"), ("by", "byline"), ("dateline", "dateline")):
        sheet.line(field, languages.text(kids(meta, name)))
    _summary(meta, languages, sheet, strict=strict)
    _located(meta, languages, sheet)
    _subjects(meta, languages, sheet)
    keywords = languages.best(each for each in kids(meta, "keyword") if xml.text(each))
    sheet.add("keywords", map(xml.text, keywords))
    credit = languages.text(kids(meta, "creditline"))
    sheet.wire("creditline", credit)
    sheet.line("provider", credit)
    for name, key in (("creator", "creator"), ("contributor", "contributor"), ("infosource", "info_source")):
        sheet.wire(key, "; ".join(dict.fromkeys(filter(None, map(languages.label, kids(meta, name))))))
    sheet.wire("alt_id", " ".join(filter(None, map(xml.text, kids(meta, "altid")))))


def _headlines(meta: Element | None, languages: Languages, sheet: Sheet, *, strict: bool) -> None:
    """The main headline, the one below it, and the kicker above it, by their roles, ranks and order."""
    given = [each for each in kids(meta, "headline") if xml.text(each)]
    spoken = sorted(languages.best(given, strict=strict), key=_rank)
    main: list[str] = []
    for each in spoken:
        kind = role(each)
        if _KICKER.search(kind) or (not kind and main and _rank(each) >= _KICKER_RANK):
            sheet.wire("kicker", xml.text(each))
        elif _BELOW.search(kind):
            sheet.line("subheadline", xml.text(each))
        elif _OTHER.search(kind):
            sheet.wire("headline_other", xml.text(each))
        else:
            main.append(xml.text(each))
    if main:
        sheet.line("headline", main[0])
        sheet.line("subheadline", next(iter(main[1:]), ""))
    else:
        sheet.line("headline", next((xml.text(each) for each in spoken if _OTHER.search(role(each))), ""))


def _rank(element: Element) -> int:
    value = xml.attribute(element, "rank")
    return int(value) if re.fullmatch("[0-9]{1,9}", value) else 0


def _summary(meta: Element | None, languages: Languages, sheet: Sheet, *, strict: bool) -> None:
    """The description that says most shortly what it is about; scripts and shot lists are none."""
    given = [each for each in kids(meta, "description") if xml.text(each) and not _SCRIPT.search(role(each))]
    spoken = languages.best(given, strict=strict)

    def order(element: Element) -> int:
        kind = role(element)
        return next((n for n, name in enumerate(_SUMMARIES) if name and name in kind), len(_SUMMARIES))

    sheet.line("summary", xml.text(min(spoken, key=order, default=None)))


def scripts(meta: Element | None, languages: Languages) -> list[Element]:
    """The descriptions that are the text of a video or a sound: its script, its list of shots."""
    return languages.best(each for each in kids(meta, "description") if _SCRIPT.search(role(each)))


def _located(meta: Element | None, languages: Languages, sheet: Sheet) -> None:
    """Where the content was made: the first place that says anything, and the country around it."""
    for place in kids(meta, "located"):
        literal = xml.attribute(place, "literal")
        identity = code(place) if code(place) != literal else ""
        name = languages.name(place) or literal
        country = name if role(place, "type") == "country" else _country(place, languages)
        sheet.place(name, country, identity)


def _country(place: Element, languages: Languages) -> str:
    """The name of the country that a place lies in, else its code, however many places lie between."""
    for broader in xml.descendants(place, "broader"):
        scheme, _, value = code(broader).rpartition(":")
        coded = bool(_ISO.search(scheme.lower())) and "-" not in value
        if coded or role(broader, "type") == "country":
            return languages.name(broader) or xml.attribute(broader, "literal") or (value if coded else "")
    return ""


def _subjects(meta: Element | None, languages: Languages, sheet: Sheet) -> None:
    for element in kids(meta, "subject", "genre"):
        literal = xml.attribute(element, "literal")
        identity = code(element)
        identity = "" if identity == literal else identity
        name = languages.name(element) or ("" if identity else literal)
        kind: SubjectType | None = _TYPES.get(role(element, "type"))
        genre = xml.local(element).lower() == "genre"
        sheet.subject(identity, name, "genre" if genre else kind)
        for same in kids(element, "sameas"):
            if code(same).partition(":")[0] in ("medtop", "subj"):
                sheet.subject(code(same), languages.name(same), kind)


def genres(meta: Element | None, languages: Languages) -> list[str]:
    """The names of the genres, some of which say the kind of message: ``Eilmeldung``, ``KORR-Bericht``."""
    names = [languages.name(each) or tail(code(each)) for each in kids(meta, "genre")]
    return [first if first.isupper() else name for name in names for first in [name.partition("-")[0]]]
