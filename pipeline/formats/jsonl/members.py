"""The members of a JSON object that an article has names for, by the usual names or by a feed's mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

from pipeline.formats import _body
from pipeline.formats.jsonl import values
from pipeline.formats.jsonl.values import LARGEST, Reader, UnexpectedError
from pipeline.formats.shape import Context, Kind, UnfitError
from pipeline.formats.sheet import Sheet

_MEMBERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "guid": (values.guid, ("guid", "id")),
    "version": (values.whole(0, LARGEST), ("version",)),
    "kind": (values.kind, ("kind",)),
    "item_class": (values.item_class, ("item_class",)),
    "status": (values.status, ("status",)),
    "replaces": (values.replaces, ("replaces",)),
    "embargo": (values.instant, ("embargo",)),
    "expires": (values.instant, ("expires",)),
    "urgency": (values.whole(1, 9), ("urgency",)),
    "language_declared": (values.language, ("language", "lang", "language_declared")),
    "headline": (values.markup_line, ("headline", "title")),
    "subheadline": (values.markup_line, ("subheadline", "subtitle")),
    "slugline": (values.string, ("slugline",)),
    "byline": (values.string, ("byline",)),
    "dateline": (values.string, ("dateline",)),
    "located": (values.place, ("located",)),
    "created": (values.time, ("created", "published", "date")),
    "modified": (values.time, ("modified", "updated")),
    "subjects": (values.subjects, ("subjects",)),
    "keywords": (values.keywords, ("keywords",)),
    "summary": (values.markup_line, ("summary", "abstract")),
    "media": (values.media, ("media",)),
    "members": (values.lines, ("members",)),
    "ednotes": (values.lines, ("ednotes", "ednote")),
    "ednotes_nonpublic": (values.lines, ("ednotes_nonpublic",)),
    "provider": (values.string, ("provider",)),
    "rights": (values.string, ("rights",)),
    "usageterms": (values.string, ("usageterms",)),
    "url": (values.string, ("url", "link")),
    "wire": (values.wire, ("wire",)),
}
_BODIES: dict[str, Reader] = {
    "body": values.body,
    "body_html": values.html,
    "content_html": values.html,
    "article_html": values.html,
    "html": values.html,
    "text": values.body,
    "content": values.body,
    "body_text": values.body,
}
_ALIASES = {"language": "language_declared"}
FIELDS = ("body", "language", *_MEMBERS)
"""The names that a mapping may use for the article's fields."""


def check_mapping(mapping: Mapping[str, str]) -> None:
    """That each name in a mapping is an article field's, and that each path says something.

    Raises:
        ValueError: one is not; says which fields there are.
    """
    for field, path in mapping.items():
        if field not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            raise ValueError(f"the mapping names {field!r}, and an article has no such field; it has {known}")
        if not all(step.strip() for step in path.split(".")):
            raise ValueError(f"the mapping of {field!r} is no path like fields.title: {path!r}")


def fields(members: dict[str, Any], context: Context) -> dict[str, Any]:
    """The article's fields that the members give; null and empty strings give none, other names are ignored.

    A field that the context's mapping names is read from its path alone.

    Raises:
        UnfitError: a member is of the wrong type or cannot be read; names it and what was expected.
    """
    mapping = {_ALIASES.get(field, field): path for field, path in context.mapping.items()}
    sheet = Sheet(context)
    for field, (reader, names) in _MEMBERS.items():
        for name, value in _candidates(members, mapping.get(field), names):
            found = _read(name, value, reader, context)
            if found is not UNSET and found not in ("", (), {}):
                sheet.put(field, found)
                break
    _text(sheet, members, mapping.get("body"), context)
    _hold_unless_it_ends(sheet, members, mapping.get("embargo"))
    texts = [sheet.fields.get(name) for name in ("headline", "slugline")]
    sheet.kind(sheet.fields.pop("kind", None), *texts)
    return sheet.done()


def _candidates(members: dict[str, Any], path: str | None, names: Iterable[str]) -> Iterable[tuple[str, Any]]:
    """Where the value of a field may stand, by its name, in the order in which they are asked."""
    if path is not None:
        value = _at(members, path.split("."))
        return [] if value is None else [(path, value)]
    return [(name, members[name]) for name in names if members.get(name) is not None]


def _at(value: Any, steps: list[str]) -> Any:
    """What stands at the end of a path, or None; of an array that no number points into, each element's."""
    if not steps or value is None:
        return value
    if isinstance(value, list):
        if steps[0].isdecimal() and steps[0].isascii():
            index = int(steps[0]) if len(steps[0]) < 10 else len(value)  # noqa: PLR2004 - no array has as many
            return _at(value[index], steps[1:]) if index < len(value) else None
        found = [_at(each, steps) for each in value]
        return [each for each in found if each is not None] or None
    if not isinstance(value, dict):
        return None
    whole = ".".join(steps)
    return value[whole] if whole in value else _at(value.get(steps[0]), steps[1:])


def _text(sheet: Sheet, members: dict[str, Any], path: str | None, context: Context) -> None:
    """The first body that says something; the pictures that it shows come after those that are listed."""
    for name, value in _candidates(members, path, _BODIES):
        found = _read(name, value, _BODIES.get(name, values.body), context)
        _body.put(found, sheet, context.limit)
        if found.fields:
            break


def _hold_unless_it_ends(sheet: Sheet, members: dict[str, Any], path: str | None) -> None:
    """An embargo that does not say when it ends must not release the article."""
    there = any(True for _ in _candidates(members, path, ("embargo",)))
    if there and "embargo" not in sheet.fields:
        sheet.embargo("")


def _read(name: str, value: Any, reader: Reader, context: Context) -> Any:
    try:
        return reader(value, context)
    except UnexpectedError as error:
        kind: Kind = "value" if isinstance(value, str) else "type"
        raise UnfitError(kind, f"the member {name!r} is {values.shown(value)}; expected {error}") from error
    except UnfitError as error:
        raise UnfitError(error.kind, f"the member {name!r}: {error}", error.offset) from error
