"""The words of a ninjs item: headlines, descriptions, and one of the bodies that it may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.formats import _body, _headers
from pipeline.formats.ninjs.item import Item
from pipeline.formats.shape import Context, UnfitError
from pipeline.formats.sheet import Sheet

_MAIN = ("", "main", "headline", "default", "html", "text", "xhtml", "plain")
_SUB = ("sub", "subhead", "subheadline", "subtitle", "deck", "dek")
_DESCRIPTIONS = (
    *("descriptiontext", "descriptionsummary", "descriptionhtml", "descriptionxhtml", "descriptioncaption"),
    *("description", "abstract", "summary", "teaser"),
)
_NO_DESCRIPTIONS = ("descriptions", "descriptionusage", "descriptioncreditline")
_ASIDES = (
    "teaser",
    "summary",
    "abstract",
    "caption",
    "footer",
    "script",
    "shotlist",
    "transcript",
    "social",
    "seo",
    "push",
)
_NO_BODIES = ("bodies", "bodysportsml", "bodyevent", "bodypages", "bodyxml", "bodyjson", "bodynewsml")
_FORMS: tuple[_body.Form, ...] = ("html", "nitf", "plain")
_GRAVE = ("size", "binary", "encoding")


def tail(code: str) -> str:
    """The last part of a role or another code, in lower case: ``hdrol:main`` and its URI are ``main``."""
    return code.rstrip("/").rpartition("/")[2].rpartition(":")[2].strip().lower()


def headlines(item: Item, sheet: Sheet) -> None:
    """The headline, the one below it, and all others as header fields by their role."""
    sheet.put("headline", _body.line(item.text("headline")))
    found = [(tail(each.text("role")), each.text("value", "name")) for each in item.listed("headlines")]
    found += [(name[8:], item.text(name)) for name in item if name.startswith("headline") and name[8:] != "s"]
    lines = [(role, line) for role, text in found if (line := _body.line(text))]
    ranked = sorted(lines, key=lambda each: (each[0] not in _MAIN, each[0] in _SUB))
    for role, line in ranked:
        if role not in _SUB and "headline" not in sheet.fields:
            sheet.put("headline", line)
        elif role in _SUB:
            sheet.put("subheadline", line)
        elif line != sheet.fields.get("headline"):
            sheet.wire(f"headline_{_headers.snake(role) or 'other'}", line)
    sheet.put("subheadline", _body.line(item.text("subheadline", "subhead", "subtitle")))
    sheet.wire("kicker", _body.line(item.text("kicker")))
    title = _body.line(item.text("title"))
    if title != sheet.fields.get("headline"):
        sheet.wire("title", title)


def description(item: Item, sheet: Sheet) -> None:
    """The first description that says something and is not the headline once more."""
    texts = [each.text("value", "description", "name") for each in item.listed("descriptions")]
    others = [name for name in item if name.startswith("description") and name not in _NO_DESCRIPTIONS]
    texts += [item.text(name) for name in (*_DESCRIPTIONS, *others)]
    lines = (_body.line(text) for text in texts if text)
    sheet.put("summary", next((one for one in lines if one and one != sheet.fields.get("headline")), None))


def name_of_last_resort(item: Item, sheet: Sheet) -> None:
    """A text without any words of its own has its title, which is meant for editors, as its headline."""
    wordless = not any(field in sheet.fields for field in ("headline", "body", "summary"))
    title = _body.line(item.text("title"))
    text = sheet.fields.get("item_class", "text") == "text" and sheet.fields.get("status") != "canceled"
    if wordless and text and title:
        sheet.put("headline", title)
        sheet.flag("it has no headline and no text: its title stands for the headline")


class _Candidate(NamedTuple):
    rank: tuple[bool, int]
    form: _body.Form | None
    text: str


def body(item: Item, sheet: Sheet, context: Context) -> None:
    """One body of those that say the same: HTML before NITF before plain text, the first that has any text.

    What a picture has for a body says what it shows: that is its summary.
    """
    found = _chosen(item, sheet, context)
    if found is None:
        return
    _body.put(found, sheet, context.limit)
    if sheet.fields.get("item_class") in ("picture", "graphic") and "body" in sheet.fields:
        sheet.line("summary", sheet.fields.pop("body"))
        for spans in ("headings", "tables"):
            sheet.fields.pop(spans, None)


def _chosen(item: Item, sheet: Sheet, context: Context) -> _body.Body | None:
    headline = str(sheet.fields.get("headline", ""))
    faults: list[UnfitError] = []
    for each in sorted(_candidates(item), key=lambda one: one.rank):
        try:
            found = _body.read(each.text, context.limit, each.form, headline)
        except UnfitError as error:
            if error.kind in _GRAVE:
                raise
            faults.append(error)
            continue
        if found.fields:
            sheet.flag(*(f"one of its bodies cannot be read: {error}" for error in faults))
            return found
        sheet.add("ednotes_nonpublic", found.hidden)
    if faults:
        raise faults[0]
    return None


def _candidates(item: Item) -> Iterator[_Candidate]:
    for each in item.listed("bodies"):
        kind = each.text("contenttype", "mimetype").lower()
        role = tail(each.text("role"))
        yield _candidate(kind or role, role, each.raw("value", "name"), stated=bool(kind))
    for name in item:
        if name.startswith("body") and name not in _NO_BODIES:
            yield _candidate(name[4:], name[4:], item.raw(name), stated=False)
    yield _candidate("html", "", item.raw("articlehtml"), stated=True)


def _candidate(kind: str, role: str, text: object, *, stated: bool) -> _Candidate:
    """A body by what is said of it. ``stated``: by a media type; else plain text may turn out to be HTML."""
    given = text if isinstance(text, str) else ""
    form: _body.Form | None = "nitf" if "nitf" in kind else "html" if "html" in kind else None
    if form is None and stated and kind.startswith("text/plain"):
        form = "plain"
    looks = form or _body.form_of(given)
    return _Candidate((role in _ASIDES, _FORMS.index(looks)), form, given)
