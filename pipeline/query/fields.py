"""The fields that can be asked for by name, and what Elasticsearch is asked for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, get_args

import msgspec

from pipeline.article import LanguageTag, Status
from pipeline.query import dates

Query = dict[str, Any]
How = Literal["side by side", "anywhere"]

# "langue" is like "language" and "palce" like "place"; "nice" is not like "since", nor "did" like "id".
_LIKE = 0.8
_LEAST_LIKE = 4


def clause(name: str, value: str) -> Query:
    """What the field of this name must hold.

    Raises:
        ValueError: the value is none for it; the message says what one is.
    """
    return FIELDS[name](value)


def nearest(name: str) -> str | None:
    """The field that is probably meant by a name that is none's: one much alike, or that begins so."""
    if len(name) < _LEAST_LIKE:
        return None
    close = get_close_matches(name, FIELDS, n=1, cutoff=_LIKE)
    return next(iter([*close, *(field for field in FIELDS if field.startswith(name))]), None)


def named(facet: str, name: str, how: How = "side by side") -> Query:
    """A name or part of one, among the names as they stand in the article or its identities' names."""
    return either(_text(f"{facet}.text", name, how), _text(f"{facet}_names", name, how))


def or_identified(asked: Query, ids: Sequence[str]) -> Query:
    """What is asked, or that one of these was identified."""
    return either(asked, {"terms": {"identities": list(ids)}}) if ids else asked


def topic(value: str, how: How = "side by side") -> Query:
    """A Media Topic's qcode, or its name or part of it."""
    return either({"term": {"topics": value}}, _text("topic_names.text", value, how))


def language(tag: str) -> Query:
    """A language: ``fr`` finds ``fr-CA`` too.

    Raises:
        ValueError: it is no language tag.
    """
    try:
        msgspec.convert(tag, LanguageTag)
    except msgspec.ValidationError as error:
        raise ValueError(f"'{tag}' is no language tag such as fr or pt-BR") from error
    exact = _whole("language", tag)
    return either(exact, {"prefix": {"language": {"value": f"{tag}-", "case_insensitive": True}}})


def either(*queries: Query) -> Query:
    """At least one of them."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def timed(limits: dates.Limits, field: str = "@timestamp") -> Query:
    """Within these limits."""
    return {"range": {field: limits}}


def _status(value: str) -> Query:
    known = get_args(Status)
    if value.lower() not in known:
        raise ValueError(f"'{value}' is none of {', '.join(known)}")
    return {"term": {"status": value.lower()}}


def _identity(value: str) -> Query:
    return _whole("identities", value)


def _id(value: str) -> Query:
    return either(_identity(value), {"term": {"id": value.lower()}})


def _whole(field: str, value: str) -> Query:
    return {"term": {field: {"value": value, "case_insensitive": True}}}


def _text(field: str, value: str, how: How) -> Query:
    if how == "side by side":
        return {"match_phrase": {field: value}}
    return {"match": {field: {"query": value, "operator": "and"}}}


FIELDS: Mapping[str, Callable[[str], Query]] = MappingProxyType(
    {
        "language": language,
        "source": lambda value: _whole("source", value),
        "feed": lambda value: _whole("feed", value),
        "status": _status,
        "person": lambda value: named("people", value),
        "place": lambda value: named("places", value),
        "organization": lambda value: named("organizations", value),
        "topic": topic,
        "identity": _identity,
        "country": lambda value: _whole("countries", value),
        "id": _id,
        "since": lambda value: timed(dates.period(since=value)),
        "until": lambda value: timed(dates.period(until=value)),
        "created": lambda value: timed(dates.span(value), "created"),
    }
)
"""What to ask for each field, by its name."""
