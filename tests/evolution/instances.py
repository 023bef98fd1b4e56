"""Messages made from a schema alone: what a writer of that version may have written."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

_TEXTS = ("0" * 32, "FR", "fr", "2024-06-19", "medtop:11000000", "a word")
INSTANT = "2024-06-19T10:00:00Z"


def resolved(schema: Schema, defs: Schema) -> Schema:
    """A schema without its reference."""
    return defs[schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema


def example(schema: Schema, *, whole: bool, defs: Schema | None = None) -> Any:
    """One message: with every field that there is, or with those alone that must be there."""
    defs = schema.get("$defs", {}) if defs is None else defs
    schema = resolved(schema, defs)
    if "enum" in schema:
        return schema["enum"][-1]
    match schema.get("type"):
        case "object":
            names = schema.get("properties", {}) if whole else schema.get("required", [])
            fields = {name: example(schema["properties"][name], whole=whole, defs=defs) for name in names}
            rest = schema.get("additionalProperties", False)
            if isinstance(rest, dict) and whole:
                fields[_text(schema.get("propertyNames", {}))] = example(rest, whole=whole, defs=defs)
            return fields
        case "array":
            return [example(schema["items"], whole=whole, defs=defs)]
        case "string":
            return _text(schema)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return True
        case kind:
            raise AssertionError(f"no example of {kind}: {schema}")


def _text(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return INSTANT
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(b"bytes").decode()
    return next(text for text in _TEXTS if re.search(schema.get("pattern", ""), text))


def valid(schema: Schema, defs: Schema | None = None) -> st.SearchStrategy[Any]:
    """Any message that the schema takes; for the keywords that our schemas have."""
    defs = schema.get("$defs", {}) if defs is None else defs
    schema = resolved(schema, defs)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    of_type: dict[str | None, Callable[[], st.SearchStrategy[Any]]] = {
        "object": lambda: _object(schema, defs),
        "array": lambda: st.lists(valid(schema["items"], defs), max_size=2),
        "string": lambda: _string(schema),
        "integer": lambda: st.integers(schema.get("minimum"), schema.get("maximum")),
        "number": lambda: st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False),
        "boolean": st.booleans,
        None: lambda: st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    }
    return of_type[schema.get("type")]()


def _object(schema: Schema, defs: Schema) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: valid(part, defs) for name, part in schema.get("properties", {}).items()}
    needed = schema.get("required", [])
    named = st.fixed_dictionaries(
        {name: fields[name] for name in needed},
        optional={name: part for name, part in fields.items() if name not in needed},
    )
    rest = schema.get("additionalProperties", True)
    if rest is False:
        return named
    names = _string({"type": "string", **schema.get("propertyNames", {})}).filter(
        lambda one: one not in fields
    )
    others = st.dictionaries(names, valid({} if rest is True else rest, defs), max_size=2)
    return st.tuples(others, named).map(lambda both: both[0] | both[1])


def _string(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(UTC)).map(lambda one: one.isoformat())
    if schema.get("contentEncoding") == "base64":
        return st.binary(max_size=9).map(lambda one: base64.b64encode(one).decode())
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
    letters = st.characters(codec="utf-8")
    least = schema.get("minLength", 0)
    return st.text(letters, min_size=least, max_size=schema.get("maxLength", least + 4))
