"""The values of a JSON article's members, each read by the type that its field has."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias, get_args

from msgspec import UNSET

from pipeline.article import ItemClass, Kind, Media, Place, Replaced, Status, Subject, SubjectType
from pipeline.formats import _body, _json, newscodes, prose, sheet, times
from pipeline.formats.shape import Context

Reader: TypeAlias = Callable[[Any, Context], Any]

LARGEST = 2**63 - 1
_QCODE = re.compile(r"[A-Za-z][\w.-]*:\S+|[0-9]{8}")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_STATUS: dict[str, Status] = {
    "usable": "usable",
    "withheld": "withheld",
    "embargoed": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "killed": "canceled",
}
_SUBJECTS = "an array of strings or of objects with qcode and name"
_LINKS = "an array of addresses or of objects with href"


class UnexpectedError(Exception):
    """What a member was expected to be."""


def string(value: Any, _: Context | None = None) -> str:
    """A text on one line."""
    if not isinstance(value, str):
        raise UnexpectedError("a string")
    return prose.line(value)


def markup_line(value: Any, _: Context) -> str:
    """A text on one line, without the tags of HTML."""
    if not isinstance(value, str):
        raise UnexpectedError("a string")
    return _body.line(value)


def guid(value: Any, _: Context) -> str:
    """A string, or a whole number as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise UnexpectedError("a string or a whole number")
    return prose.line(value)


def whole(least: int, most: int) -> Reader:
    """A whole number, also when it is written as a string of digits."""
    expected = f"a whole number from {least} to {most}"

    def read(value: Any, _: Context) -> Any:
        if isinstance(value, str):
            digits = value.strip()
            if not digits:
                return UNSET
            value = int(digits) if re.fullmatch("[0-9]{1,19}", digits) else None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise UnexpectedError(expected)
        return value

    return read


def status(value: Any, _: Context) -> Any:
    """Usable, withheld or canceled, in any capitals, with or without a scheme."""
    text = string(value).rpartition(":")[2].lower()
    if text and text not in _STATUS:
        raise UnexpectedError("usable, withheld or canceled")
    return _STATUS.get(text, UNSET)


def one_of(alias: Any) -> Reader:
    """One of the words that a field may have."""
    words = get_args(alias)

    def read(value: Any, _: Context) -> Any:
        text = string(value).rpartition(":")[2].lower()
        if text and text not in words:
            raise UnexpectedError(f"one of {', '.join(words)}")
        return text

    return read


kind = one_of(Kind)
item_class = one_of(ItemClass)


def language(value: Any, _: Context) -> Any:
    """A language as BCP 47 has it."""
    tag = string(value).replace("_", "-")
    if tag and not _TAG.fullmatch(tag):
        raise UnexpectedError("a language tag like fr or en-GB")
    return sheet.language(tag) or UNSET


def time(value: Any, context: Context) -> str:
    """A partial date, or a time; without a zone, in that of the feed."""
    text = string(value)
    try:
        return times.exact(text, context.timezone) if text else ""
    except ValueError as error:
        raise UnexpectedError(f"an ISO 8601 date or time ({error})") from error


def instant(value: Any, context: Context) -> Any:
    """A time; a date alone or a time without a zone could mean another one, so neither will do."""
    text = string(value)
    try:
        return times.instant(text, zone_needed=context.zone is None, zone=context.timezone) if text else UNSET
    except ValueError as error:
        raise UnexpectedError(f"a time with its zone ({error})") from error


def lines(value: Any, _: Context) -> tuple[str, ...]:
    """A string, or an array of them."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UnexpectedError("a string or an array of strings")
    return tuple(filter(None, map(prose.line, value)))


def keywords(value: Any, context: Context) -> tuple[str, ...]:
    """An array of strings, or one string with commas."""
    return lines(value.split(",") if isinstance(value, str) else value, context)


def subjects(value: Any, _: Context) -> tuple[Subject, ...]:
    """Codes, names, or both."""
    if not isinstance(value, list):
        raise UnexpectedError(_SUBJECTS)
    return tuple(subject for subject in map(_subject, value) if subject.qcode or subject.name)


def _subject(value: Any) -> Subject:
    if isinstance(value, str):
        text = prose.line(value)
        return Subject(qcode=newscodes.subject(text)) if _QCODE.fullmatch(text) else Subject(name=text)
    if not isinstance(value, dict):
        raise UnexpectedError(_SUBJECTS)
    qcode = newscodes.subject(string(_first(value, ("qcode", "code", "uri")) or ""))
    name = string(_first(value, ("name",)) or "")
    of: SubjectType | None = value.get("type") if value.get("type") in get_args(SubjectType) else None
    return Subject(qcode=qcode or UNSET, name=name or UNSET, type=of or UNSET)


def place(value: Any, _: Context) -> Any:
    """Where it was written: a name, or an object."""
    members = {"name": value} if isinstance(value, str) else value
    if not isinstance(members, dict):
        raise UnexpectedError("a string or an object with name, country and qcode")
    found = {each: string(members.get(each) or "") for each in ("name", "country", "qcode")}
    known = {each: text for each, text in found.items() if text}
    return Place(**known) if known else UNSET


def media(value: Any, _: Context) -> tuple[Media, ...]:
    """Links to pictures: addresses, or objects that say more of each."""
    if not isinstance(value, list):
        raise UnexpectedError(_LINKS)
    return tuple(filter(None, map(_link, value)))


def _link(value: Any) -> Media | None:
    members = {"href": value} if isinstance(value, str) else value
    if not isinstance(members, dict):
        raise UnexpectedError(_LINKS)
    href = string(_first(members, ("href", "url", "src")) or "")
    texts = {each: string(members.get(each) or "") for each in ("type", "rendition", "caption", "credit")}
    sizes = {each: members.get(each) for each in ("width", "height")}
    known: dict[str, Any] = {each: text for each, text in texts.items() if text}
    known |= {each: size for each, size in sizes.items() if type(size) is int and size > 0}
    return Media(href=href, **known) if href else None


def replaces(value: Any, context: Context) -> Any:
    """The guid of the article that this one takes the place of, or an object with guid and status."""
    members = value if isinstance(value, dict) else {"guid": value}
    of = guid(_first(members, ("guid",)) or "", context)
    now = status(members["status"], context) if members.get("status") else UNSET
    return Replaced(guid=of, status=now) if of else UNSET


def wire(value: Any, _: Context) -> dict[str, str]:
    """Header fields that the contract has no name for."""
    if not isinstance(value, dict) or not all(isinstance(each, (str, int, float)) for each in value.values()):
        raise UnexpectedError("an object of strings")
    shown = {name: prose.line(str(each)) for name, each in value.items()}
    return {prose.line(name): text for name, text in shown.items() if text and prose.line(name)}


def body(value: Any, context: Context) -> Any:
    """A body in HTML or plain text, by its looks."""
    if not isinstance(value, str):
        raise UnexpectedError("a string")
    return _body.read(value, context.limit)


def html(value: Any, context: Context) -> Any:
    """A body in HTML."""
    if not isinstance(value, str):
        raise UnexpectedError("a string")
    return _body.read(value, context.limit, "html")


def shown(value: Any) -> str:
    """The value for a person: its type, and itself where it is short."""
    text = repr(value) if isinstance(value, (str, int, float)) else ""
    fits = 0 < len(text) <= 40  # noqa: PLR2004 - fits a line
    return f"the {_json.kind_of(value)} {text}" if fits else f"of type {_json.kind_of(value)}"


def _first(members: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((members[name] for name in names if members.get(name) is not None), None)
