"""Did you mean: queries with words that are in articles, in place of those that are in none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from pipeline.query import (
    LABELS,
    And,
    Field,
    Filters,
    Node,
    Or,
    Phrase,
    QueryError,
    Word,
    build,
    parse,
    visible,
    written,
)
from pipeline.query.fields import either
from pipeline.search.asking import searched
from pipeline.search.spelling import spelled
from pipeline.settings import Settings

MOST = 3
"""Queries that are proposed, at most."""

_MOST_WORDS = 10
_SHORTEST = 4  # letters of a word that can be misspelt and still be known
_EXPANSIONS = 20
_LOOKED_AT = 10
_LIKE = 0.6
_OPEN, _CLOSE = "\ue000", "\ue001"
_FIELDS = (
    *("people.text", "places.text", "organizations.text"),
    *("people_names", "places_names", "organizations_names", "headline"),
)
_PIECE = re.compile(r"\w+")
_MARKED = re.compile(rf"{_OPEN}(?:\w{{1,5}}['’])?(\w+){_CLOSE}")

Query = dict[str, Any]


def meant(typed: Node, filters: Filters, settings: Settings) -> tuple[str, ...]:
    """Queries that find something, the likeliest first; none if all words are in articles, or no like ones.

    Only what stands in articles that may be seen is proposed, so a name that is withheld stays unknown.

    Args:
        typed: a query that finds nothing.
        filters: what every hit must be besides.
        settings: where Elasticsearch is, and the alias.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    words = list(dict.fromkeys(islice(_pieces(typed), _MOST_WORDS)))
    likely = _likely(words, settings) if words else {}
    if not likely:
        return ()
    queries: dict[str, Query] = {}
    for turn in range(MOST):
        instead = {word: found[min(turn, len(found) - 1)] for word, found in likely.items()}
        _propose(queries, _with(typed, instead), filters)
    return _finding(queries, settings) if queries else ()


def _pieces(node: Node) -> Iterator[str]:
    """The words that must be there, as far as they can be misspelt."""
    match node:
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _pieces(one)
        case Word(text) | Phrase(text):
            yield from filter(_can_be_misspelt, _PIECE.findall(text))
        case Field(name, value) if name in LABELS:
            yield from filter(_can_be_misspelt, _PIECE.findall(value))


def _can_be_misspelt(word: str) -> bool:
    return len(word) >= _SHORTEST and not word.isdecimal()


def _likely(words: Sequence[str], settings: Settings) -> dict[str, list[str]]:
    """For each word that is in no article the words of articles that are most like it, if there are any."""
    there = [_in((*_FIELDS, "body"), word) for word in words]
    body = {
        "query": {"bool": {"filter": [visible(), either(*there)]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"words": {"filters": {"filters": there}}},
    }
    found = searched(settings, body).get("aggregations")
    counts = [one["doc_count"] for one in found["words"]["buckets"]] if found else []
    unknown = [word for word, count in zip(words, counts, strict=False) if not count]
    likely = {word: _nearest(word, _like(word, settings)) for word in unknown}
    return {word: instead for word, instead in likely.items() if instead}


def _like(word: str, settings: Settings) -> Sequence[Mapping[str, Any]]:
    """Some articles with words that are like this one, which are marked."""
    like = _in(_FIELDS, word, fuzziness="AUTO", prefix_length=1, max_expansions=_EXPANSIONS)
    body = {
        "query": {"bool": {"filter": [visible(), like]}},
        "sort": ["_doc"],
        "size": _LOOKED_AT,
        "track_total_hits": False,
        "_source": False,
        "highlight": {
            "pre_tags": [_OPEN],
            "post_tags": [_CLOSE],
            "highlight_query": like,
            "fields": {name: {"number_of_fragments": 1} for name in _FIELDS},
        },
    }
    found: Sequence[Mapping[str, Any]] = searched(settings, body)["hits"]["hits"]
    return found


def _in(fields: Sequence[str], word: str, **options: Any) -> Query:
    return {"multi_match": {"query": word, "fields": list(fields), **options}}


def _nearest(word: str, hits: Sequence[Mapping[str, Any]]) -> list[str]:
    """The marked words, each as it is written most often: the most like the word first."""
    texts = (text for one in hits for found in one.get("highlight", {}).values() for text in found)
    counts = Counter(mark for text in texts for mark in _MARKED.findall(text))
    spellings: dict[str, str] = {}
    for mark, _ in counts.most_common():
        spellings.setdefault(spelled(mark), mark)
    own = spelled(word)
    ranked = sorted(
        ((SequenceMatcher(None, own, each).ratio(), counts[mark], mark) for each, mark in spellings.items()),
        key=lambda one: (-one[0], -one[1], one[2]),
    )
    return [mark for ratio, _, mark in ranked[:MOST] if ratio >= _LIKE]


def _with(node: Node, instead: Mapping[str, str]) -> Node:
    """The query with other words; what must not be there stays."""

    def other(text: str) -> str:
        return _PIECE.sub(lambda found: instead.get(found[0], found[0]), text)

    match node:
        case Word(text) | Phrase(text):
            return replace(node, text=other(text))
        case Field(name, value) if name in LABELS:
            return replace(node, value=other(value))
        case And(nodes) | Or(nodes):
            return replace(node, nodes=tuple(_with(one, instead) for one in nodes))
        case _:
            return node


def _propose(queries: dict[str, Query], node: Node, filters: Filters) -> None:
    """Add a query, if it can be typed and is read as what it says."""
    text = written(node)
    try:
        if parse(text) == node:
            queries.setdefault(text, build(node, filters))
    except QueryError:
        return


def _finding(queries: Mapping[str, Query], settings: Settings) -> tuple[str, ...]:
    """Those that find something; each is asked alone, for together they might have too many clauses."""

    def finds(query: Query) -> bool:
        found = searched(settings, {"query": query, "size": 0, "track_total_hits": 1})
        return bool(found["hits"]["total"]["value"])

    return tuple(text for text, query in queries.items() if finds(query))
