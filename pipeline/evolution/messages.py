"""Two JSON Schemas of one message: can readers of either take what writers of the other may write?

What this does not know, it takes for a change that breaks: it may refuse a sound change, never pass a bad
one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.evolution.finding import Finding, Verdict

Schema = dict[str, Any]

_ABSENT = object()
_KEEP = "leave it as it was; where it has to mean something else, add a field beside it"
_REMOVED = (
    "keep it in the message type, where readers find it, and let writers leave it out; a field with another"
    " name is another field"
)
_LATER = "read it in this release; write it from the next one on, when no reader is older than this"
_IGNORED = {"$defs", "$id", "$ref", "$schema", "$comment", "default", "description", "examples", "title"}
_LOWER_IS_WIDER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_HIGHER_IS_WIDER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_PARTS = {"items", "propertyNames"}
_OF_OBJECTS = {"properties", "required", "additionalProperties"}


@dataclass(frozen=True)
class _Node:
    """A schema within a document, with what its references lead to."""

    schema: Schema | bool
    defs: Schema

    def resolved(self) -> Schema:
        """Its keywords; those of what it refers to are among them."""
        if isinstance(self.schema, bool):
            return {} if self.schema else {"not": {}}
        found = self.schema
        while reference := found.get("$ref"):
            beside = {keyword: value for keyword, value in found.items() if keyword != "$ref"}
            found = {**self.defs[reference.removeprefix("#/$defs/")], **beside}
        return found

    def of(self, schema: Schema | bool) -> _Node:
        return _Node(schema, self.defs)

    @property
    def reference(self) -> str | None:
        return None if isinstance(self.schema, bool) else self.schema.get("$ref")


_Seen = frozenset[tuple[str, str]]


def compare(name: str, old: Schema, new: Schema) -> list[Finding]:
    """What is otherwise in the new schema of a message than in the old one.

    Args:
        name: of the file, for the findings.
        old: the JSON Schema of the last release.
        new: that of this version.

    Returns:
        What breaks (old messages are refused, or an absent field gets another meaning) and what is ahead
        (messages that the old schema refuses are taken); nothing where both take the same.
    """
    nodes = _Node(old, old.get("$defs", {})), _Node(new, new.get("$defs", {}))
    return sorted(set(_compare(*nodes, f"{name}:", frozenset())))


def _compare(old: _Node, new: _Node, where: str, seen: _Seen) -> Iterator[Finding]:
    if old.reference and new.reference:
        if (old.reference, new.reference) in seen:
            return
        seen |= {(old.reference, new.reference)}
    before, now = old.resolved(), new.resolved()
    if not before.keys() - _IGNORED and not now.keys() - _IGNORED:
        return  # anything is taken, as it was
    for keyword in sorted((before.keys() | now.keys()) - _IGNORED - _OF_OBJECTS):
        values = before.get(keyword, _ABSENT), now.get(keyword, _ABSENT)
        if keyword in _PARTS:
            part = f"{where}{'[]' if keyword == 'items' else ' names'}"
            yield from _compare(old.of(before.get(keyword, True)), new.of(now.get(keyword, True)), part, seen)
        elif not _same(*values):
            yield _keyword(keyword, *values, where)
    yield from _objects(old, new, where, seen)


def _keyword(keyword: str, old: Any, new: Any, where: str) -> Finding:
    """A keyword that stands alone: what it refuses does not depend on the others."""
    what = f"{keyword} was {_said(old)} and is {_said(new)}"
    if new is _ABSENT or _wider(keyword, old, new):
        return Finding(Verdict.AHEAD, where, f"{what}: more is taken", _LATER)
    if keyword in {"pattern", "format", "contentEncoding", "type"}:
        what += ": another kind of value"
    elif keyword not in _LOWER_IS_WIDER | _HIGHER_IS_WIDER | {"enum"}:
        what += ": whether that takes the same is not known here"
    else:
        what += ": less is taken"
    return Finding(Verdict.BREAKS, where, what, _KEEP)


def _same(old: Any, new: Any) -> bool:
    """Whether two values of a keyword are; the order of several does not count."""
    if isinstance(old, list) and isinstance(new, list):
        return sorted(map(repr, old)) == sorted(map(repr, new))
    return type(old) is type(new) and bool(old == new)


def _wider(keyword: str, old: Any, new: Any) -> bool:
    """Whether everything that had the old value has the new one too."""
    if old is _ABSENT:
        return False
    wider: dict[str, Callable[[], bool]] = {
        "enum": lambda: all(value in new for value in old),
        "type": lambda: set(_listed(old)) <= set(_listed(new)),
        **dict.fromkeys(_LOWER_IS_WIDER, lambda: bool(new < old)),
        **dict.fromkeys(_HIGHER_IS_WIDER, lambda: bool(new > old)),
    }
    return keyword in wider and wider[keyword]()


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _said(value: Any) -> str:
    return "absent" if value is _ABSENT else repr(value)


def _objects(old: _Node, new: _Node, where: str, seen: _Seen) -> Iterator[Finding]:
    """What is otherwise about the fields of an object."""
    before, now = old.resolved(), new.resolved()
    fields, found = before.get("properties", {}), now.get("properties", {})
    rest, open_rest = before.get("additionalProperties", True), now.get("additionalProperties", True)
    needed, needs = set(before.get("required", ())), set(now.get("required", ()))
    for name in sorted(fields.keys() | found.keys() | needed | needs):
        place = f"{where}.{name}" if not where.endswith(":") else f"{where} {name}"
        if name in needs - needed:
            what = "it is required, and old messages may lack it"
            yield Finding(Verdict.BREAKS, place, what, "make it optional, with a default")
        elif name in needed - needs:
            yield Finding(Verdict.AHEAD, place, "it may be absent, and old readers require it", _LATER)
        if name not in found:
            if name in fields:
                yield Finding(Verdict.BREAKS, place, "the field was removed or renamed", _REMOVED)
        elif name in fields:
            if name not in needed:
                yield from _default(old.of(fields[name]), new.of(found[name]), place)
            yield from _compare(old.of(fields[name]), new.of(found[name]), place, seen)
        elif rest is False:
            yield Finding(Verdict.AHEAD, place, "the field is new, and old readers refuse it", _LATER)
        else:
            yield from _compare(old.of(rest), new.of(found[name]), place, seen)
    yield from _others(old.of(rest), new.of(open_rest), where, seen)


def _others(old: _Node, new: _Node, where: str, seen: _Seen) -> Iterator[Finding]:
    """What is otherwise about fields that have no name in the schema."""
    if old.schema is False or new.schema is False:
        if new.schema is not False:
            yield Finding(Verdict.AHEAD, where, "fields of any name are taken", _LATER)
        elif old.schema is not False:
            yield Finding(Verdict.BREAKS, where, "fields of other names are refused", _KEEP)
    else:
        yield from _compare(old, new, f"{where}.*", seen)


def _default(old: _Node, new: _Node, where: str) -> Iterator[Finding]:
    """Absent fields have to mean the same to both; defaults themselves are never on the wire."""
    before, now = (node.resolved().get("default", _ABSENT) for node in (old, new))
    if before != now or type(before) is not type(now):
        what = f"where it is absent it meant {_said(before)} and means {_said(now)}"
        yield Finding(Verdict.BREAKS, where, what, _KEEP)
