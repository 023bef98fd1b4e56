"""How a NewsML 1.x item is managed: envelope, identity, versions, status, instructions.

Source: IPTC, NewsML 1.2 Functional Specification, sections 5.4 to 5.6 and 5.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.article import Kind, Status
from pipeline.formats import _headers, times, xml
from pipeline.formats._headers import plain
from pipeline.formats.newsml_1.tree import named
from pipeline.formats.shape import Context
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_STATUS: dict[str, Status] = {
    "usable": "usable",
    "embargoed": "withheld",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}
# IPTC's urgency in words, as its own topic set defines them: 1 most urgent, 5 normal, 8 least urgent.
_URGENCY = {"mosturgent": "1", "normal": "5", "leasturgent": "8"}
_LEADING = re.compile(r"([1-9])(?:\s*[-:=./(].*)?")


@dataclass(frozen=True)
class Revision:
    """Which version of an item it is, and of which kind."""

    guid: str
    previous: str
    update: str


def rest(sheet: Sheet, item: Element, element: Element | None) -> None:
    """What the transmission says, and what stands in for fields that nothing else gave."""
    identification = xml.child(item, "Identification")
    sheet.line("slugline", xml.text(xml.child(identification, "NameLabel")))
    sheet.wire("transmission_id", xml.text(xml.child(element, "TransmissionId")))
    for field, name in (("service", "NewsService"), ("product", "NewsProduct")):
        names = filter(None, map(named, xml.children(element, name)))
        sheet.wire(field, " ".join(dict.fromkeys(names)))
    sheet.wire("priority", named(xml.child(element, "Priority")))
    sheet.wire("sent", xml.text(xml.child(element, "DateAndTime")))
    sheet.line("provider", named(xml.child(element, "SentFrom", "Party")))
    sheet.line("provider", xml.text(xml.child(identification, "NewsIdentifier", "ProviderId")))
    if "modified" not in sheet.fields:
        _headers.first_time(sheet, "created", xml.text(xml.child(element, "DateAndTime")))


def revision(element: Element) -> Revision:
    """The item's identifier as written, else as the specification makes it of its parts; its forerunner's.

    A public identifier ends in the revision, and ``U`` or ``A`` where it is an update.
    """
    identifier = xml.child(element, "Identification", "NewsIdentifier")
    number = xml.child(identifier, "RevisionId")
    update = xml.attribute(number, "Update").upper()
    guid = xml.text(xml.child(identifier, "PublicIdentifier"))
    names = [xml.text(xml.child(identifier, name)) for name in ("ProviderId", "DateId", "NewsItemId")]
    end = ":" + xml.text(number) + ("" if update in ("", "N") else update)
    if not guid and all(names) and len(end) > 1:
        guid = "urn:newsml:" + ":".join(names) + end
    former = xml.attribute(number, "PreviousRevision")
    known = former.strip("0") and guid.endswith(end) and former != xml.text(number)
    return Revision(guid, f"{guid.removesuffix(end)}:{former}" if known else "", update)


def identity(sheet: Sheet, element: Element, which: Revision, suffix: str) -> list[str]:
    """Identifier, version and labels; signs of the kind that these are."""
    identification = xml.child(element, "Identification")
    identifier = xml.child(identification, "NewsIdentifier")
    number = xml.child(identifier, "RevisionId")
    sheet.line("guid", which.guid + suffix if which.guid else "")
    sheet.version(xml.text(number))
    for field, name in (("provider_id", "ProviderId"), ("date_id", "DateId"), ("news_item_id", "NewsItemId")):
        sheet.wire(field, xml.text(xml.child(identifier, name)))
    sheet.wire("name_label", xml.text(xml.child(identification, "NameLabel")))
    for label in xml.children(identification, "Label"):
        kind = _headers.snake(named(xml.child(label, "LabelType")))
        sheet.wire(f"label_{kind}" if kind else "label", xml.text(xml.child(label, "LabelText")))
    former = xml.attribute(number, "PreviousRevision")
    if former.strip("0") or which.update in ("U", "A"):
        return ["update"]
    return ["new"] if former else []


def management(sheet: Sheet, element: Element, suffix: str, context: Context) -> list[Kind | None]:
    """Times, status and instructions; the kinds that these state."""
    which = revision(element)
    manage = xml.child(element, "NewsManagement")
    for field, name in (("created", "FirstCreated"), ("modified", "ThisRevisionCreated")):
        _headers.first_time(sheet, field, xml.text(xml.child(manage, name)))
    _status(sheet, manage, context)
    signs = [*identity(sheet, element, which, suffix), *_instructions(sheet, manage, which, suffix)]
    kind = named(xml.child(manage, "NewsItemType"))
    sheet.wire("news_item_type", kind)
    signs += [kind, _urgency(sheet, manage)]
    for field, name in (("derived_from", "DerivedFrom"), ("associated_with", "AssociatedWith")):
        links = (xml.attribute(one, "NewsItem", "Href", "FormalName") for one in xml.children(manage, name))
        sheet.wire(field, " ".join(dict.fromkeys(filter(None, links))))
    for one in xml.children(manage, "Property"):
        if "embargo" in plain(named(one)):
            sheet.embargo(_headers.iso(xml.attribute(one, "Value")))
        else:
            sheet.wire(_headers.snake(named(one)), xml.attribute(one, "Value"))
    return list(map(_headers.stated, signs))


def _urgency(sheet: Sheet, manage: Element | None) -> str:
    """Digits, digits and words, or words; words may state a kind (Flash)."""
    value = named(xml.child(manage, "Urgency")).rpartition(":")[2]
    leading = _LEADING.fullmatch(value)
    sheet.wire("urgency", value if not leading or leading[1] != value else "")
    sheet.urgency(leading[1] if leading else _URGENCY.get(plain(value), value))
    return value


def _status(sheet: Sheet, manage: Element | None, context: Context) -> None:
    """Status now, and the changes of it that are announced: they happen by themselves.

    A change to usable is when an embargo ends, any other one is when it may be published no more.
    """
    stated = xml.child(manage, "Status")
    status = named(stated)
    opens = None
    for change in xml.children(manage, "StatusWillChange"):
        future = plain(named(xml.child(change, "FutureStatus")))
        when = _headers.iso(xml.text(xml.child(change, "DateAndTime")))
        if future in ("withheld", "canceled", "cancelled", "embargoed"):
            _ends(sheet, future, when, context)
        else:
            opens = when if opens is None else opens
            if future != "usable":
                sheet.hold(f"the status that it will have is {future or 'empty'!r}: held back")
    sheet.embargo(opens)
    if opens is not None and _STATUS.get(plain(status)) == "withheld":
        sheet.status("withheld")
    elif stated is not None:
        _headers.status(sheet, status)


def _ends(sheet: Sheet, future: str, when: str, context: Context) -> None:
    """A time after which it may be published no more; one that cannot be read holds it back at once."""
    try:
        moment = times.instant(when, zone=context.timezone)
    except ValueError as error:
        sheet.hold(f"it is to be {future}, and it does not say when ({error}): held back")
        return
    sheet.put("expires", moment)
    if moment <= context.received:
        sheet.hold(f"it was to be {future} on {times.written(moment)}, which has passed: held back")


def _instructions(sheet: Sheet, manage: Element | None, which: Revision, suffix: str) -> Iterator[str]:
    """What to do with revisions before; signs of the kind.

    An instruction to delete with statuses of former revisions is about these alone.
    """
    status: Status | None = None
    for one in xml.children(manage, "Instruction"):
        name = named(one).rpartition(":")[2]
        sheet.wire("instruction", name)
        if re.search("embargo|hold", name, re.IGNORECASE):
            sheet.hold(f"the instruction is {name!r}: held back")
        former = [named(xml.child(each, "Status")) for each in xml.children(one, "RevisionStatus")]
        status = next(filter(None, (_STATUS.get(plain(each)) for each in former)), status)
        stated = _headers.stated(name)
        yield "update" if former and stated == "kill" and sheet.fields.get("status") != "canceled" else name
    if which.previous:
        sheet.replaces(which.previous + suffix, status)
