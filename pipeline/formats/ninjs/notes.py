"""What a ninjs item says to editors, and how it is to be used: notes, signals, status, embargo.

Sources of what dialects mean: dpa-digitalwires (``ednotes``, ``notepad``, ``categories``), AP Media API
("Identifying Publishable Content"), TT's ttninjs schema (``signals``, ``profile``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.article import Kind
from pipeline.formats import _headers, kinds, markup, prose
from pipeline.formats.newsml_g2.private import parted
from pipeline.formats.ninjs.item import Item
from pipeline.formats.ninjs.text import tail
from pipeline.formats.sheet import Sheet

_NONPUBLIC = re.compile(r"non-?_?public|not-?_?public|private|internal|confidential|contacts?$")
_SIGNALS: dict[str, Kind] = {
    "partialupdate": "update",
    "uv": "update",
    "korr": "correction",
    "rä": "correction",
    "avpub": "kill",
    "takedown": "kill",
    "newsalert": "alert",
}
_HOLDING = ("withhold", "elimination", "disregard", "holdforrelease")


def notes(item: Item, sheet: Sheet) -> list[str]:
    """The notes, public and not; those of them whose words may say what kind of message it is."""
    public: list[str] = []
    private: list[str] = []
    for each in item.listed("ednote", "ednotes", "descriptionusage"):
        text = each.text("ednote", "value", "note", "text", "name")
        role = tail(each.text("role", "type"))
        if role == "closingline":
            sheet.wire("closing_line", text)
        elif each.raw("ispublishable", "public") is False or _NONPUBLIC.search(role):
            private += _lines(text)
        elif _is_genre(each):
            sheet.wire("genre_note", text)
        else:
            before, after = parted(_lines(text))
            public += before
            private += after
    notepad = item.inner("notepad")
    if not public:
        public, after = parted(_lines(notepad.text("publichtml", "public")))
        private += after
    if not private:
        private = _lines(notepad.text("nonpublichtml", "nonpublic"))
    sheet.add("ednotes", public)
    sheet.add("ednotes_nonpublic", private)
    return [*public, *(each.text("ednote") for each in item.listed("ednotes") if _is_genre(each))]


def _is_genre(note: Item) -> bool:
    return tail(note.text("role")) == "genrenote"


def _lines(text: str) -> list[str]:
    """The paragraphs and items of a note, of HTML or plain text, a line each."""
    if not markup.looks_like_html(text):
        return [line for each in text.splitlines() if (line := prose.line(each))]
    fields = markup.flow(markup.html(text), 10**9).fields()
    lines = [each.removeprefix("- ") for each in str(fields.get("body", "")).split("\n")]
    return [line for each in lines if (line := prose.line(each))]


def usage(item: Item, sheet: Sheet) -> None:
    """Status and embargo. A status that only says that there is an embargo ends with it."""
    until = item.raw("embargoed", "embargoeduntil", "embargo", "embargotime")
    if until is not None and until is not False:
        sheet.embargo(until if isinstance(until, str) else str(until))
    given = item.raw("pubstatus")
    status = "" if given is None else str(given)
    if not (tail(status) == "embargoed" and "embargo" in sheet.fields):
        sheet.status(status)
    profile, address = item.text("profile"), item.text("uri")
    if profile == "INFO" and "//tt.se/" in address:
        sheet.hold("its profile is INFO, which TT does not give for publication: held back")
    signals = item.raw("signals")
    if isinstance(signals, list) and "//api.ap.org/" in address and "newscontent" not in signals:
        sheet.hold("its signals lack newscontent, without which AP gives nothing for publication: held back")


def kind(item: Item, sheet: Sheet) -> Kind | None:
    """The kind that signals and the like state; some of them hold the item back."""
    words = [each.text("code", "qcode", "uri", "name") for each in item.listed("signal")]
    words += item.strings("signals") + item.strings("editorialtypes")
    words.append(item.inner("signals").text("updatetype"))
    if item.text("type").lower() == "advisory":
        words.append("advisory")
    if any(tail(each.text("role")) == "correctionshort" for each in item.listed("ednotes")):
        words.append("correction")
    sheet.wire("signal", ", ".join(filter(None, words)))
    return stated(words, sheet)


def stated(words: Iterable[str], sheet: Sheet) -> Kind | None:
    """The gravest kind in words of signals; what asks to hold the item back does so."""
    found: list[Kind | None] = []
    for word in words:
        last = tail(word).replace(" ", "")
        if last in _HOLDING and "embargo" not in sheet.fields:
            sheet.hold(f"it is marked {word!r}: held back")
        found.append(_SIGNALS.get(last) or _headers.stated(last))
    return kinds.gravest(*found)
