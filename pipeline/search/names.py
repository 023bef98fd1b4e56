"""The query with who is meant by the names in it, and by what other names hits call them.

A word in small letters may be a name or none (``nice``, ``total``, ``who``). The index says which: if it
stands among the names of people, places and organisations in articles that have it, it is one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.query import NO_NAMES, Filters, Names, Node, Possible, build, possible, visible
from pipeline.query.fields import either
from pipeline.search.asking import searched
from pipeline.settings import Settings

# Of the articles that have the word, in how many at least it must be part of a name. Recognisers miss some.
_A_NAME = 0.5
_MOST_DOUBTFUL = 10
_MOST_FORMS = 30
_FACETS = ("people", "places", "organizations")
_NAMED = tuple(name for facet in _FACETS for name in (f"{facet}.text", f"{facet}_names"))
_TEXTS = ("headline", "body")

Query = dict[str, Any]


class Built(NamedTuple):
    """Elasticsearch's query, and who is meant by names in it."""

    query: Query
    identities: tuple[str, ...]


def built(typed: Node, filters: Filters, settings: Settings) -> Built:
    """What Elasticsearch is asked for a query, and for who is meant by the names in it.

    Raises:
        QueryError: what is asked is no query.
        SearchError: Elasticsearch could not be asked.
    """
    alone = build(typed, filters)  # says what is wrong before anybody is asked
    names = _names(possible(typed, filters), settings)
    if not names:
        return Built(alone, ())
    identities = dict.fromkeys(one for ids in names.values() for one in ids)
    return Built(build(typed, filters, names), tuple(identities))


def highlighted(query: Query, identities: Collection[str], ids: Sequence[str], settings: Settings) -> Query:
    """What to mark in these articles: what was asked, and what they call those who are meant.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    forms = _forms(identities, ids, settings) if identities and ids else []
    if not forms:
        return query
    called = [{"multi_match": {"query": form, "type": "phrase", "fields": list(_TEXTS)}} for form in forms]
    return {"bool": {"should": [query, *called]}}


def _names(wanted: Collection[Possible], settings: Settings) -> Names:
    """The names among these, with who is meant."""
    if not wanted:
        return NO_NAMES
    from pipeline.search.known import known  # noqa: PLC0415 - only names need the enricher's tables

    all_names = known(settings.entities)
    meanings = {one: all_names.meaning(one.text, one.label) for one in wanted}
    doubtful = sorted(one for one, meaning in meanings.items() if meaning.ids and meaning.doubtful)
    refused = _words_only(doubtful, settings) if doubtful else set()
    return {one: meaning.ids for one, meaning in meanings.items() if meaning.ids and one not in refused}


def _words_only(doubtful: Sequence[Possible], settings: Settings) -> set[Possible]:
    """Those of which the index says that they are words and no names."""
    asked = {str(place): _in(_TEXTS, one.text) for place, one in enumerate(doubtful[:_MOST_DOUBTFUL])}
    answer = searched(
        settings,
        {
            "query": {"bool": {"filter": [visible(), either(*asked.values())]}},
            "size": 0,
            "track_total_hits": False,
            "aggs": {
                at: {"filter": there, "aggs": {"names": {"filter": _in(_NAMED, one.text)}}}
                for (at, there), one in zip(asked.items(), doubtful, strict=False)
            },
        },
    )
    found = answer.get("aggregations", {})
    words = {
        one
        for at, one in zip(asked, doubtful, strict=False)
        if at in found and found[at]["names"]["doc_count"] < _A_NAME * found[at]["doc_count"]
    }
    return words | set(doubtful[_MOST_DOUBTFUL:])


def _in(fields: Sequence[str], text: str) -> Query:
    return {"multi_match": {"query": text, "type": "phrase", "fields": list(fields)}}


def _forms(identities: Collection[str], ids: Sequence[str], settings: Settings) -> list[str]:
    """What the articles call them, the most frequent first."""
    own = {"filter": {"terms": {"entities.id": sorted(identities)}}}
    named = {
        name: {"terms": {"field": f"entities.{name}", "size": _MOST_FORMS}} for name in ("text", "forms")
    }
    answer = searched(
        settings,
        {
            "query": {"bool": {"filter": [visible(), {"ids": {"values": list(ids)}}]}},
            "size": 0,
            "track_total_hits": False,
            "aggs": {"entities": {"nested": {"path": "entities"}, "aggs": {"meant": own | {"aggs": named}}}},
        },
    )
    meant: Mapping[str, Any] = answer.get("aggregations", {}).get("entities", {}).get("meant", {})
    buckets = [one for name in named for one in meant.get(name, {}).get("buckets", ())]
    return list(dict.fromkeys(one["key"] for one in buckets))[:_MOST_FORMS]
