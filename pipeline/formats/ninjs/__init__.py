"""ninjs, IPTC's news in JSON, in all its versions, and the dialects of agencies that fail its schema.

Sources: the JSON schemas of ninjs 1.0 to 1.6, 2.0 to 2.2, 3.0 and 3.1; Superdesk's, AP's, TT's and dpa's own
descriptions of what they send.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.formats import _json, kinds
from pipeline.formats.ninjs import about, dpa, media, text
from pipeline.formats.ninjs import notes as ninjs_notes
from pipeline.formats.ninjs.item import Item, plain
from pipeline.formats.shape import Context, Outcome, Piece, UnfitError, outcome, outcomes
from pipeline.formats.sheet import Sheet
from pipeline.formats.stream import Stream

NAME = "ninjs"

_STRONG = frozenset(
    {
        *(
            "pubstatus",
            "versioncreated",
            "firstcreated",
            "contentcreated",
            "representationtype",
            "embargoeduntil",
        ),
        *(
            "copyrightholder",
            "copyrightnotice",
            "descriptiontext",
            "descriptionhtml",
            "associations",
            "renditions",
        ),
        *("evolvedfrom", "infosource", "infosources", "trustindicators", "altids"),
    }
)
_MARKS = _STRONG | {
    *("headline", "headlines", "bodytext", "bodyhtml", "bodyxhtml", "bodynitf", "bodyhtml5", "bodyrichhtml5"),
    *(
        "bodies",
        "descriptions",
        "embargoed",
        "ednote",
        "urgency",
        "usageterms",
        "located",
        "slugline",
        "byline",
    ),
    *("profile", "eventdetails", "plannedcoverage", "rightsinfo", "mimetype", "expires", "genres"),
}
_WRAPS = ("data", "items", "item", "entries", "hits", "results")
_DEPTH = 3
_WIRE = {
    "profile": "profile",
    "mimetype": "mimetype",
    "priority": "priority",
    "ranking": "ranking",
    "webprio": "webprio",
    "newsvalue": "newsvalue",
    "job": "job",
    "copyrightholder": "copyright_holder",
    "embargoedreason": "embargo_reason",
}
_NAMED = {
    "infosource": "infosource",
    "infosources": "infosource",
    "service": "service",
    "product": "product",
    "desks": "desk",
    "scopes": "scope",
    "digitalsourcetype": "digital_source_type",
}
_TOLD = 20
"""Notes whose words may say what kind of message it is."""

_PARTIAL = ("incomplete", "partial")


def sniff(head: bytes) -> bool:
    """An object with ninjs's marks, by itself, in an array, in lines, or in an agency's wrapping."""
    if not _json.looks_like_json(head):
        return False
    found = _json.outline(head)
    standard = found.get(("standard",)) or found.get(("$standard",)) or {}
    return "ninjs" in standard.get("name", "").lower() or any(
        _is_item({plain(name): value for name, value in members.items()})
        for path, members in found.items()
        if all(step in _WRAPS for step in path)
    )


def _is_item(names: dict[str, str]) -> bool:
    """Whether an object of these members is of ninjs; JSON lines have ``guid``, and never ``uri``."""
    if names.get("format", "").startswith(dpa.FORMAT):
        return True
    if "jsonfeed.org" in names.get("version", ""):
        return False
    if "ninjs" in names.get("schema", "").lower() or "ninjs" in names.get("standard", "").lower():
        return True
    marks = _MARKS if "uri" in names else _STRONG if "guid" in names else frozenset()
    return not marks.isdisjoint(names)


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article or a rejection for each object, and for each piece between them that is none."""
    yield from _json.objects(stream, context, lambda piece, last: _read(piece, last, context))


def _read(piece: Piece, last: bool, context: Context) -> Iterator[Outcome]:
    """One object gives one outcome; a wrapping gives an article for each item in it."""
    try:
        members = _json.decoded(piece.data, last=last)
        wrapped = list(_wrapped(members, _DEPTH))
    except UnfitError as error:
        yield piece.rejected(error, context)
        return
    if wrapped:
        yield from outcomes(
            piece, context, NAME, lambda _: (_fields_or_fault(one, context) for one in wrapped)
        )
    else:
        yield outcome(piece, context, NAME, lambda _: fields(members, context))


def _wrapped(members: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """The items in an agency's wrapping (``{"data": {"items": [{"item": …}]}}``); none in an item itself."""
    if depth == 0 or media.guid(Item(members)):
        return
    for name in _WRAPS:
        inside = members.get(name)
        for each in inside if isinstance(inside, list) else [inside]:
            if isinstance(each, dict):
                deeper = list(_wrapped(each, depth - 1))
                yield from deeper or [each]


def _fields_or_fault(members: dict[str, Any], context: Context) -> dict[str, Any] | UnfitError:
    try:
        return fields(members, context)
    except UnfitError as error:
        return error


def fields(members: dict[str, Any], context: Context) -> dict[str, Any]:
    """The article's fields that an item gives; members that are unknown are ignored.

    Raises:
        UnfitError: it holds what no text holds, or its body is longer than an article may be.
    """
    item, sheet = Item(members), Sheet(context)
    _identity(item, sheet)
    _times(item, sheet)
    text.headlines(item, sheet)
    text.description(item, sheet)
    text.body(item, sheet, context)
    about.origin(item, sheet)
    about.subjects(item, sheet)
    media.own(item, sheet)
    media.associated(item, sheet)
    _rights(item, sheet)
    _others(item, sheet)
    _kind(item, sheet)
    text.name_of_last_resort(item, sheet)
    for name in dict.fromkeys(item.odd):
        sheet.flag(f"the member {name!r} is a JSON {_json.kind_of(item.raw(name))}: not read")
    return sheet.done()


def _identity(item: Item, sheet: Sheet) -> None:
    guid = media.guid(item)
    sheet.line("guid", guid)
    address = item.text("uri")
    if address != guid and address.startswith("http"):
        sheet.line("url", address)
    sheet.line("url", item.text("url", "link", "canonicalurl"))
    sheet.version(item.text("version"))
    sheet.language(item.text("language"))
    sheet.urgency(item.text("urgency"))
    sheet.line("slugline", item.text("slugline", "slug"))
    kind = item.text("type")
    if dpa.is_dpa(item):
        sheet.put("item_class", dpa.of_class(item))
    elif found := media.item_class(item):
        sheet.put("item_class", found)
    elif kind:
        sheet.wire("type", kind)
        sheet.flag(f"the type {kind!r} is unknown")
    if item.text("representationtype").lower() in _PARTIAL:
        sheet.flag("it says that it is a part of the item, not the whole")


def _times(item: Item, sheet: Sheet) -> None:
    sheet.time("modified", item.text("versioncreated"))
    sheet.time("created", item.text("firstcreated", "firstpublished", "contentcreated"))
    sheet.expires(item.text("expires"))
    ninjs_notes.usage(item, sheet)


def _rights(item: Item, sheet: Sheet) -> None:
    sheet.line("rights", item.text("copyrightnotice", "copyrightholder"))
    sheet.line("usageterms", item.text("usageterms"))
    rights = item.inner("rightsinfo")
    sheet.wire("rights_link", rights.text("linkedrights"))
    sheet.wire("rights_expression", rights.text("encodedrights"))
    sheet.line("provider", item.text("provider", "source"))
    sheet.wire("credit_line", item.text("creditline", "descriptioncreditline"))


def _others(item: Item, sheet: Sheet) -> None:
    """Header fields that an article has no name for."""
    for name, wire in _WIRE.items():
        sheet.wire(wire, item.text(name) if name in item else None)
    for name, wire in _NAMED.items():
        texts = [each.text("name", "uri", "code", "literal") for each in item.listed(name)]
        sheet.wire(wire, ", ".join(filter(None, texts)))
    links = [each.text("href") for each in item.listed("trustindicators", "trustindicator")]
    sheet.wire("trust_indicators", " ".join(filter(None, links)))
    for name, each in _alternatives(item):
        sheet.wire(f"altid_{plain(name) or 'other'}", each)
    details = item.inner("eventdetails")
    dates = details.inner("dates")
    sheet.wire("event_start", dates.text("startdate", "expectedstartdate") or item.text("datetime", "date"))
    sheet.wire("event_end", dates.text("enddate", "expectedenddate") or item.text("enddatetime", "enddate"))
    sheet.wire("event_status", details.text("eventstatus"))
    for one in (*item.strings("replacing"), item.text("evolvedfrom", "rewriteof")):
        sheet.replaces(one)
    sheet.wire("replaced_by", item.text("replacedby"))


def _alternatives(item: Item) -> Iterator[tuple[str, str]]:
    """Other identifiers: an object of them (1.x), or an array with their roles (2.x, 3.x)."""
    given = item.raw("altids")
    if isinstance(given, dict):
        yield from ((name, Item({"id": each}).text("id")) for name, each in given.items())
    else:
        yield from ((each.text("role"), each.text("value", "name")) for each in item.listed("altids"))


def _kind(item: Item, sheet: Sheet) -> None:
    """What kind of message it is, from signals, notes and words; last, since it knows all the others."""
    notes = ninjs_notes.notes(item, sheet)
    stated = [ninjs_notes.kind(item, sheet)]
    if dpa.is_dpa(item):
        stated += dpa.categories(item, sheet)
        dpa.boxes(item, sheet)
    if "replaces" in sheet.fields:
        stated.append("update")
    texts = [sheet.fields.get(name) for name in ("headline", "slugline")]
    sheet.kind(kinds.gravest(*stated), *texts, *notes[:_TOLD])
