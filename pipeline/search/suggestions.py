"""Suggestions while typing: people, places, organisations and topics of articles that may be seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pipeline.found import Suggestion
from pipeline.query import QueryError, visible
from pipeline.query.tokens import composed, plain
from pipeline.search.asking import searched
from pipeline.settings import Settings

MOST = 50
_MOST_TYPED = 100
# More than there are Media Topics, so that none is cut off.
_MOST_TOPICS = 2000
# Each month counts its own most frequent names: so many that none of the first is missed in one.
_OF_EACH_MONTH = 1000
_QUOTES = re.compile('["“”„«»\\s]+')
_LABELS: Mapping[str, Literal["person", "place", "organization"]] = {
    "PER": "person",
    "LOC": "place",
    "ORG": "organization",
}


def suggest(typed: str, settings: Settings, *, size: int = 8) -> tuple[Suggestion, ...]:
    """Names that have all the words typed, and one that begins as the last of them; the most frequent first.

    Case and accents do not matter. Only what stands in articles that may be seen is suggested, so a name
    that is withheld stays unknown.

    Args:
        typed: the beginning of a name; more than 100 characters are none.
        settings: where Elasticsearch is, and the alias.
        size: how many at most, 1 to 50.

    Raises:
        QueryError: the size is none.
        SearchError: Elasticsearch could not be asked.
    """
    if not 1 <= size <= MOST:
        raise QueryError(f"size: {size} is not from 1 to {MOST}")
    begun = composed(plain(typed)).strip()
    if len(begun) > _MOST_TYPED or not any(map(str.isalnum, begun)):
        return ()
    found = searched(settings, _asked(begun, size)).get("aggregations", {})
    names = [*_names(found), *_topics(found, begun)]
    return tuple(sorted(names, key=lambda one: (-one.count, one.text, one.kind))[:size])


def _asked(begun: str, size: int) -> dict[str, Any]:
    """One request for all kinds; a name is counted as an entity of its own, so only what was begun is."""
    names = _begins("entities.text.text", begun)
    topics = _begins("topic_names.text", begun)
    kinds = {
        label: {
            "filter": {"term": {"entities.label": label}},
            "aggs": {
                "names": {"terms": {"field": "entities.text", "size": size, "shard_size": _OF_EACH_MONTH}}
            },
        }
        for label in _LABELS
    }
    nested = {"path": "entities", "query": names, "ignore_unmapped": True, "score_mode": "none"}
    return {
        "query": {
            "bool": {
                "filter": [visible()],
                "should": [{"nested": nested}, topics],
                "minimum_should_match": 1,
            }
        },
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "entities": {
                "nested": {"path": "entities"},
                "aggs": {"begun": {"filter": names, "aggs": kinds}},
            },
            "begun": {
                "filter": topics,
                "aggs": {"topics": {"terms": {"field": "topic_names", "size": _MOST_TOPICS}}},
            },
        },
    }


def _begins(field: str, begun: str) -> dict[str, Any]:
    return {"match_bool_prefix": {field: {"query": begun, "operator": "and"}}}


def _names(found: Mapping[str, Any]) -> Iterator[Suggestion]:
    kinds = found.get("entities", {}).get("begun", {})
    for label, kind in _LABELS.items():
        for one in kinds.get(label, {}).get("names", {}).get("buckets", ()):
            if value := _quoted(one["key"]):
                yield Suggestion(one["key"], kind, f"{kind}:{value}", one["doc_count"])


def _topics(found: Mapping[str, Any], begun: str) -> Iterator[Suggestion]:
    """The topics begun so; the articles that have them have others, too."""
    typed = re.findall(r"\w+", _folded(begun))
    if not typed:  # marks alone, such as a voiced sound mark of Japanese, begin nothing
        return
    *whole, last = typed
    for one in found.get("begun", {}).get("topics", {}).get("buckets", ()):
        words = re.findall(r"\w+", _folded(one["key"]))
        if all(word in words for word in whole) and any(word.startswith(last) for word in words):
            yield Suggestion(one["key"], "topic", f"topic:{_quoted(one['key'])}", one["doc_count"])


def _folded(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _quoted(name: str) -> str:
    """The name as the query language takes it, whatever signs are in it; nothing if no word is left."""
    value = _QUOTES.sub(" ", composed(plain(name))).strip()
    return f'"{value}"' if any(map(str.isalnum, value)) else ""
