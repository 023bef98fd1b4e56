"""What every hit must be besides what is typed: the options of the command line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pipeline.query import dates, fields
from pipeline.query.error import QueryError
from pipeline.query.names import LABELS, NO_NAMES, Names, Possible
from pipeline.query.tokens import MAX_CHARACTERS, composed, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What every hit must be besides; dates as exact as one likes, ``until`` includes what it names.

    Attributes:
        language: a tag such as ``fr``; finds ``fr-CA`` too.
        since: the first year, month, day or instant; also ``yesterday``, ``2d`` and so on.
        until: the last year, month, day or instant.
        person: a name or part of one, whatever its case and accents; so are place and organization.
        place: as person.
        organization: as person.
        topic: a qcode, or a topic's name or part of one.
        source: its whole name, whatever the case; so is feed.
        feed: as source.
        identity: the id of who or what is meant (``org:united-nations``).
        country: the ISO 3166 code of the country of a place that is named (``KP``).
    """

    language: str | None = None
    since: str | None = None
    until: str | None = None
    person: str | None = None
    place: str | None = None
    organization: str | None = None
    topic: str | None = None
    source: str | None = None
    feed: str | None = None
    identity: str | None = None
    country: str | None = None


_AS_TYPED = ("language", "source", "feed", "identity", "country")


def clauses(filters: Filters, names: Names = NO_NAMES) -> list[fields.Query]:
    """What Elasticsearch is asked for them.

    Args:
        filters: what every hit must be.
        names: who is meant by the names in them.

    Raises:
        QueryError: one is not what it should be.
    """
    given = {
        field.name: _bounded(field.name, value)
        for field in dataclasses.fields(filters)
        if (value := getattr(filters, field.name)) is not None
    }
    queries = [
        fields.or_identified(
            fields.named(facet, given[name], "anywhere"),
            names.get(Possible(given[name], LABELS[name]), ()),
        )
        for name, facet in (("person", "people"), ("place", "places"), ("organization", "organizations"))
        if name in given
    ]
    if "topic" in given:
        queries.append(fields.topic(given["topic"], "anywhere"))
    for name in _AS_TYPED:
        if name in given:
            try:
                queries.append(fields.clause(name, given[name]))
            except ValueError as error:
                raise QueryError(f"{name}: {error}") from error
    limits: dates.Limits = {}
    for name in ("since", "until"):
        if name in given:
            try:
                limits |= dates.period(**{name: given[name]})
            except ValueError as error:
                raise QueryError(f"{name}: {error}") from error
    return [*queries, fields.timed(limits)] if limits else queries


def _bounded(name: str, value: str) -> str:
    text = composed(plain(value)).strip()
    if not any(map(str.isalnum, text)):
        raise QueryError(f"{name}: nothing is given")
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"{name}: {len(text)} characters, {MAX_CHARACTERS} are allowed")
    return text
