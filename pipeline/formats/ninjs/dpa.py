"""dpa's "digitalwires" JSON: what it has beyond ninjs, above all its categories.

Source: dpa's public samples and converters of the format (digitalwires 0.8 to 0.9).
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.article import ItemClass, Kind, SubjectType
from pipeline.formats import _body, _headers
from pipeline.formats.ninjs.item import Item
from pipeline.formats.ninjs.media import item_class
from pipeline.formats.ninjs.notes import stated
from pipeline.formats.ninjs.text import tail
from pipeline.formats.sheet import Sheet

FORMAT = "digitalwires"

_SUBJECTS: dict[str, SubjectType] = {
    "dpasubject": "concept",
    "subject": "concept",
    "geosubject": "place",
    "poi": "place",
    "person": "person",
    "organisation": "organization",
    "organization": "organization",
    "event": "event",
    "genre": "genre",
}
_FIELDS: dict[str, Callable[[Sheet, str, str], None]] = {
    "keyword": lambda sheet, name, _: sheet.add("keywords", [name]),
    "pubstatus": lambda sheet, name, code: sheet.status(code or name),
    "located": lambda sheet, name, code: sheet.place(name, code=code),
    "locationcreated": lambda sheet, name, code: sheet.place(name, code=code),
    "provider": lambda sheet, name, _: sheet.line("provider", name),
}
_WIRE = {"wire": "service"}
_PASSED_OVER = ("urgency", "creator", "contributor")
_URGENT = ("1", "2")


def is_dpa(item: Item) -> bool:
    """Whether an item is of this format."""
    return item.text("format").lower().startswith(FORMAT)


def of_class(item: Item) -> ItemClass:
    """A text where there is one; else what the one thing with it is. Its type is always ``composite``."""
    associations = item.listed("associations")
    if "articlehtml" in item or len(associations) != 1:
        return "text"
    return item_class(associations[0]) or "text"


def categories(item: Item, sheet: Sheet) -> list[Kind | None]:
    """Subjects, keywords, places, services; gives the kinds that signals among them state."""
    kinds: list[Kind | None] = []
    others: dict[str, list[str]] = {}
    for each in item.listed("categories"):
        kind, name, code = tail(each.text("type")), each.text("name"), each.text("qcode")
        if kind in _SUBJECTS:
            sheet.subject(code, name, _SUBJECTS[kind])
        elif kind == "signal":
            kinds.append(stated([code or name], sheet))
        elif kind in _FIELDS:
            _FIELDS[kind](sheet, name, code)
        elif kind not in _PASSED_OVER:
            others.setdefault(_WIRE.get(kind, _headers.snake(kind)) or "category", []).append(name or code)
    for wire, texts in others.items():
        sheet.wire(wire, ", ".join(dict.fromkeys(filter(None, texts))))
    if item.text("urgency") in _URGENT:
        kinds.append("alert")  # Priority 1 is "Blitz", 2 is "Eilmeldung"; nothing else says so.
    return kinds


def boxes(item: Item, sheet: Sheet) -> None:
    """What stands beside the text and is no part of it."""
    for name in ("infoboxhtml", "linkboxhtml"):
        sheet.wire(name.removesuffix("html"), _body.line(item.text(name)))
    sheet.wire("autopublish_notice", item.text("autopublishnotice"))
