"""What a ninjs item is about: subjects, people, places, keywords; where it was written, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.article import SubjectType
from pipeline.formats.ninjs.item import Item
from pipeline.formats.sheet import Sheet

_KINDS: tuple[tuple[SubjectType, tuple[str, ...]], ...] = (
    ("concept", ("subject", "subjects")),
    ("person", ("person", "people", "persons")),
    ("organization", ("organisation", "organisations", "organization", "organizations", "companies")),
    ("place", ("place", "places")),
    ("event", ("event", "events")),
    ("object", ("object", "objects")),
    ("genre", ("genre", "genres")),
)
_DIGITS = re.compile("[0-9]{8}")
_QCODE = re.compile(r"[A-Za-z][\w.-]*:\S+")
_SUBJECT_CODES = re.compile("subref|subjectcode|subject-code|iptc")
_MEDIA_TOPICS = re.compile("mediatopic|media-topic|medtop")


def subjects(item: Item, sheet: Sheet) -> None:
    """All concepts, each with its type, and the keywords."""
    for kind, names in _KINDS:
        for each in item.listed(*names):
            sheet.subject(code(each), each.text("name", "title"), kind)
    words = item.raw("keywords", "keyword")
    found = [each.text("name") for each in item.listed("keywords", "keyword")]
    sheet.add("keywords", words.split(",") if isinstance(words, str) else found)
    tickers = [
        f"{symbol.text('exchange')}:{symbol.text('symbol', 'ticker')}".strip(":")
        for each in item.listed("organisation", "organisations")
        for symbol in each.listed("symbols")
    ]
    sheet.wire("tickers", ", ".join(filter(None, tickers)))


def code(entry: Item) -> str:
    """The code of a concept: its URI (2.x, 3.x), its scheme and code (1.x), or what is known of either."""
    if given := entry.text("uri", "qcode"):
        return given
    value, scheme = entry.text("code", "literal"), entry.text("scheme")
    if not value or value == entry.text("name"):
        return ""
    if _DIGITS.fullmatch(value) and (known := _of_iptc(value, scheme.lower())):
        return known
    if not scheme or _QCODE.fullmatch(value):
        return value
    if "/" in scheme or scheme.startswith("urn:"):
        return f"{scheme}{value}" if scheme[-1] in "/#:=" else f"{scheme}/{value}"
    return f"{scheme}:{value}"


def _of_iptc(digits: str, scheme: str) -> str:
    """Eight digits as a Media Topic where their scheme says so, or where they are above all subject codes."""
    if _MEDIA_TOPICS.search(scheme) or (digits.startswith("2") and not scheme):
        return f"medtop:{digits}"
    return digits if not scheme or _SUBJECT_CODES.search(scheme) else ""


def origin(item: Item, sheet: Sheet) -> None:
    """Where it was written and by whom; AP gives the line as ``located`` and the place beside it."""
    place = item.inner("datelinelocation")
    if name := place.text("city", "countryareaname"):
        sheet.place(name, place.text("countryname", "countrycode"))
        sheet.line("dateline", item.text("located"))
    inner = item.inner("located")
    if isinstance(item.raw("located"), dict):
        sheet.place(inner.text("name", "city"), inner.text("country"), code(inner))
    else:
        sheet.place(item.text("located"))
    city = item.inner("dateline").inner("located")
    sheet.place(city.text("city", "name"), city.text("country"))
    sheet.line("dateline", item.text("dateline"))
    sheet.line("byline", item.text("byline", "by") or ", ".join(_names(item)))


def _names(item: Item) -> Iterable[str]:
    """The authors, where there is no byline: one for use within the agency is none."""
    for each in item.listed("bylines", "authors", "photographer"):
        whole = " ".join(filter(None, (each.text("firstname"), each.text("lastname"))))
        name = each.text("byline", "by", "name") or whole
        if name and str(each.raw("internal")).lower() != "true":
            yield name
