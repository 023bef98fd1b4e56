"""What NewsML-G2's ``itemMeta``, ``rightsInfo`` and message header say of an item: how it is managed."""

from __future__ import annotations

import re

from pipeline.article import ItemClass, Kind
from pipeline.formats import kinds, xml
from pipeline.formats.newsml_g2.parts import Languages, code, kid, kids, role, tail
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_CLASSES: dict[str, ItemClass] = {
    "text": "text",
    "picture": "picture",
    "photo": "picture",
    "image": "picture",
    "graphic": "graphic",
    "video": "video",
    "audio": "audio",
    "animation": "animation",
    "composite": "composite",
    "component": "component",
    "newscoverage": "planning",
    "planning": "planning",
    "event": "event",
}
# IPTC has correction, update and a few that tell no kind; the others are agencies' own.
_SIGNALS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("kill", re.compile(r"(?:mandatory|bulletin)?[-_]?kill(?:ed)?|retract\w*|withdr\w+|cancel\w*|takedown")),
    ("correction", re.compile(r"corr(?:ect\w*|igend\w*)?|korrektur|berichtigung|rectif\w*|rettelse")),
    ("advisory", re.compile(r"(?:editors?[-_]?)?advisory")),
    ("alert", re.compile(r"(?:news)?[-_]?alert|flash|urgent|bulletin|breaking|eil(?:meldung)?|snap")),
    ("update", re.compile(r"updated?|write-?thru|replace\w*|(?:new-?)?lead|revision|recast")),
    ("new", re.compile(r"new|initial")),
)
_REPLACING = frozenset({"replaces", "isreplacementof", "replacementof", "previousversion", "supersedes"})
_RELATION = re.compile(r"[a-z]+(?:_[a-z]+)*")


def put(item: Element, languages: Languages, sheet: Sheet) -> Kind | None:
    """Put on a sheet who an item is, how it may be used, and what it belongs to; the kind that it states."""
    meta = kid(item, "itemmeta")
    sheet.line("guid", xml.attribute(item, "guid"))
    sheet.version(xml.attribute(item, "version") or "1")
    _class(item, meta, sheet)
    if meta is None:
        sheet.flag("there is no itemMeta: its status and its times are not known")
    sheet.line("provider", languages.label(kid(meta, "provider")))
    sheet.time("modified", xml.text(kid(meta, "versioncreated")))
    sheet.time("created", xml.text(kid(meta, "firstcreated")))
    _usable(meta, sheet)
    stated = _signals(meta, sheet)
    _links(item, meta, sheet, stated)
    sheet.wire("title", languages.text(kids(meta, "title")))
    sheet.wire("service", " ".join(filter(None, map(code, kids(meta, "service")))))
    sheet.wire("role", code(kid(meta, "role")))
    references = xml.descendants(item, "itemRef") if xml.local(item) == "packageItem" else ()
    sheet.add("members", (xml.attribute(each, "residref", "guidref", "href") for each in references))
    return stated


def _class(item: Element, meta: Element | None, sheet: Sheet) -> None:
    stated = code(kid(meta, "itemclass"))
    found = _CLASSES.get(tail(stated))
    if xml.local(item) == "packageItem":
        found = "package"
    elif xml.local(item) == "planningItem":
        found = "planning"
    elif stated and not found:
        sheet.flag(f"the class {stated!r} is unknown")
        sheet.wire("item_class", stated)
    sheet.put("item_class", found)


def _usable(meta: Element | None, sheet: Sheet) -> None:
    """Status, embargo and expiry. No status is usable; an empty one, like an empty embargo, holds it back."""
    for status in kids(meta, "pubstatus"):
        given = code(status) or xml.text(status)
        if given:
            sheet.status(given)
        else:
            sheet.hold("its publishing status is empty: held back")
    embargoes = [xml.text(each) for each in kids(meta, "embargoed")]
    for each in embargoes:
        sheet.embargo(each)
    if len(set(embargoes)) > 1:
        sheet.hold("it names several embargoes: held back")
    sheet.expires(xml.text(kid(meta, "expires")))


def _signals(meta: Element | None, sheet: Sheet) -> Kind | None:
    """The gravest kind that signals and the roles of notes to editors state."""
    signals = [code(each) or xml.text(each) for each in kids(meta, "signal")]
    sheet.wire("signal", " ".join(filter(None, signals)))
    roles = [role(each) for each in kids(meta, "ednote")]
    corrected: list[Kind | None] = ["correction" for each in roles if each.startswith("correct")]
    return kinds.gravest(*(_signaled(tail(each)) for each in signals), *corrected)


def _signaled(word: str) -> Kind | None:
    return next((kind for kind, pattern in _SIGNALS if pattern.fullmatch(word)), None)


def _links(item: Element, meta: Element | None, sheet: Sheet, stated: Kind | None) -> None:
    """What an item takes the place of, and what else it points at, by the relation.

    A link to another version of the same item is no replacement. Where several are replaced, the last one
    named stood last.
    """
    others: dict[str, list[str]] = {}
    for link in kids(meta, "link"):
        target = xml.attribute(link, "residref", "guidref", "href", "uri")
        if target and target != xml.attribute(item, "guid"):
            others.setdefault(xml.attribute(link, "rel", "reluri") or "link", []).append(target)
    for relation, targets in others.items():
        if tail(relation) in _REPLACING:
            sheet.replaces(targets[-1], "canceled" if stated == "kill" else None)
            sheet.wire("replaces", " ".join(targets))
        else:
            word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", relation.rpartition(":")[2].rpartition("/")[2]).lower()
            sheet.wire(word if _RELATION.fullmatch(word) else "link", " ".join(targets))


def rights(item: Element, languages: Languages, sheet: Sheet) -> None:
    """The notice of copyright, else its holder; and the terms of use, paragraph by paragraph on one line."""
    blocks = list(kids(item, "rightsinfo"))
    sheet.line("rights", languages.text(each for block in blocks for each in kids(block, "copyrightnotice")))
    holders = [each for block in blocks for each in kids(block, "copyrightholder")]
    holder = next(filter(None, map(languages.label, holders)), "")
    sheet.line("rights", holder)
    sheet.wire("copyright_holder", holder)
    terms = languages.best(each for block in blocks for each in kids(block, "usageterms") if xml.text(each))
    sheet.line("usageterms", " ".join(map(xml.text, terms)))


def sent(header: Element | None, sheet: Sheet) -> None:
    """What the message around an item says, where the item does not."""
    if not {"created", "modified"} & sheet.fields.keys():
        sheet.time("created", xml.text(kid(header, "sent")))
    for name in ("transmitid", "sender", "origin", "priority", "channel", "destination"):
        values = dict.fromkeys(filter(None, map(xml.text, kids(header, name))))
        sheet.wire("transmit_id" if name == "transmitid" else name, " ".join(values))
