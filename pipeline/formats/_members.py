"""The members of a JSON object that an article has names for, each read by its type."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import UNSET

from pipeline.article import Subject
from pipeline.formats import prose, times
from pipeline.formats.shape import Kind, UnfitError

Reader: TypeAlias = Callable[[Any], Any]

_QCODE = re.compile(r"[A-Za-z][\w.-]*:\S+")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_STATUS = {"usable": "usable", "withheld": "withheld", "canceled": "canceled", "cancelled": "canceled"}
_LARGEST = 2**63 - 1
_KINDS: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


def kind_of(value: Any) -> str:
    """What JSON calls the type of a decoded value."""
    return _KINDS[type(value)]


class _UnexpectedError(Exception):
    """What a member was expected to be."""


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _UnexpectedError("a string")
    return prose.line(value)


def _guid(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _UnexpectedError("a string or a whole number")
    return prose.line(value)


def _whole(least: int, most: int) -> Reader:
    """A whole number, also when it is written as a string of digits."""
    expected = f"a whole number from {least} to {most}"

    def read(value: Any) -> Any:
        if isinstance(value, str):
            digits = value.strip()
            if not digits:
                return UNSET
            value = int(digits) if re.fullmatch("[0-9]{1,19}", digits) else None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _UnexpectedError(expected)
        return value

    return read


def _status(value: Any) -> Any:
    text = _string(value).lower()
    if text and text not in _STATUS:
        raise _UnexpectedError("usable, withheld or canceled")
    return _STATUS.get(text, UNSET)


def _language(value: Any) -> str:
    tag = _string(value).replace("_", "-")
    if tag and not _TAG.fullmatch(tag):
        raise _UnexpectedError("a language tag like fr or en-GB")
    return tag


def _time(value: Any) -> str:
    text = _string(value)
    try:
        return times.exact(text) if text else ""
    except ValueError as error:
        raise _UnexpectedError(f"an ISO 8601 date or time ({error})") from error


def _embargo(value: Any) -> Any:
    """When it ends; a date alone or a time without a zone could release it too early, so neither will do."""
    text = _string(value)
    try:
        return times.instant(text, zone_needed=True) if text else UNSET
    except ValueError as error:
        raise _UnexpectedError(f"a time with its zone ({error})") from error


def _subjects(value: Any) -> tuple[Subject, ...]:
    if not isinstance(value, list):
        raise _UnexpectedError("an array of strings or of objects with qcode and name")
    return tuple(subject for subject in map(_subject, value) if subject.qcode or subject.name)


def _subject(value: Any) -> Subject:
    if isinstance(value, str):
        text = prose.line(value)
        return Subject(qcode=text) if _QCODE.fullmatch(text) else Subject(name=text)
    if not isinstance(value, dict):
        raise _UnexpectedError("an array of strings or of objects with qcode and name")
    qcode = _string(_first(value, ("qcode", "code")) or "")
    name = _string(_first(value, ("name",)) or "")
    return Subject(qcode=qcode or UNSET, name=name or UNSET)


def _first(members: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((members[name] for name in names if members.get(name) is not None), None)


_MEMBERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "guid": (_guid, ("guid", "id")),
    "version": (_whole(0, _LARGEST), ("version",)),
    "status": (_status, ("status",)),
    "embargo": (_embargo, ("embargo",)),
    "urgency": (_whole(1, 9), ("urgency",)),
    "language_declared": (_language, ("language", "lang", "language_declared")),
    "headline": (_string, ("headline", "title")),
    "slugline": (_string, ("slugline",)),
    "byline": (_string, ("byline",)),
    "dateline": (_string, ("dateline",)),
    "created": (_time, ("created", "published", "date")),
    "modified": (_time, ("modified", "updated")),
    "subjects": (_subjects, ("subjects",)),
    "provider": (_string, ("provider",)),
    "rights": (_string, ("rights",)),
    "url": (_string, ("url", "link")),
}
_BODY = ("body", "text", "content")


def fields(members: dict[str, Any]) -> dict[str, Any]:
    """The article's fields that the members give; null and empty strings give none, other names are ignored.

    Raises:
        UnfitError: a member is of the wrong type or cannot be read; names it and what was expected.
    """
    read: dict[str, Any] = {}
    for field, (reader, names) in _MEMBERS.items():
        for name in names:
            value = _member(members, name, reader)
            if value is not UNSET and value not in ("", ()):
                read[field] = value
                break
    for name in _BODY:
        text = _member(members, name, _text)
        if text is not UNSET and text[0]:
            read["body"], read["headings"] = text
            break
    if members.get("embargo") is not None and "embargo" not in read and "status" not in read:
        read["status"] = "withheld"  # An embargo that does not say when it ends must not release the article.
    return read


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise _UnexpectedError("a string")
    return prose.body(prose.clean(value))


def _member(members: dict[str, Any], name: str, reader: Reader) -> Any:
    value = members.get(name)
    if value is None:
        return UNSET
    try:
        return reader(value)
    except _UnexpectedError as error:
        kind: Kind = "value" if isinstance(value, str) else "type"
        raise UnfitError(kind, f"the member {name!r} is {_shown(value)}; expected {error}") from error
    except UnfitError as error:
        raise UnfitError(error.kind, f"the member {name!r}: {error}") from error


def _shown(value: Any) -> str:
    """The value for a person: its type, and itself where it is short."""
    text = repr(value) if isinstance(value, (str, int, float)) else ""
    return f"the {kind_of(value)} {text}" if 0 < len(text) <= 40 else f"of type {kind_of(value)}"  # noqa: PLR2004 - fits a line
