"""From the tree of a query to Elasticsearch's query, and how the hits are ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.query import fields
from pipeline.query.error import QueryError
from pipeline.query.fields import Query
from pipeline.query.filters import Filters, clauses
from pipeline.query.names import LABELS, NO_NAMES, Meant, Names, Possible, of_words
from pipeline.query.tree import NOTHING, And, Field, Node, Not, Or, Phrase, Word

# Up to four words must all be there; of more, four in five, so that a pasted sentence finds its article.
_ENOUGH_WORDS = "4<80%"
_TITLES = ("headline^3", "headings.text^1.5")
_STEMMED = "text_{}^0.7"
# What people, organisations and places are called elsewhere, too: the names of identities in English or as
# the newsroom's lists have them.
_NAMES = ("people_names^0.5", "organizations_names^0.5", "places_names^0.5")
# Thai is written without spaces, and only its own field knows its words.
_PHRASES = (*_TITLES, "text_th")


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a node is read where it stands.

    Attributes:
        fields: where its words are looked for beside the body.
        empty: what a word finds of which the analyzer leaves nothing: what makes it no condition there.
        negated: whether it is in something that must not be there; then every word counts.
        names: the names that are known, and who is meant by them.
    """

    fields: tuple[str, ...]
    names: Names
    empty: Literal["all", "none"] = "all"
    negated: bool = False


def build(query: Node, filters: Filters, names: Names = NO_NAMES) -> Query:
    """The query for Elasticsearch; it finds only what may be seen now.

    Args:
        query: as ``parse`` made it, so within all limits.
        filters: what every hit must be besides.
        names: who is meant by what is a name in them; an article in which one of these was identified answers
            as well, though for less.

    Raises:
        QueryError: nothing is asked for, or a filter is not what it should be.
    """
    wanted = clauses(filters, names)
    if query == NOTHING and not wanted:
        raise QueryError('nothing to search for: give a word, a "phrase" or a filter')
    language = language_of(query, filters)
    reading = _Reading((*_TITLES, *_NAMES, _STEMMED.format(language or "*")), names)
    found = _together(_parts(query), reading)
    return {"bool": found | {"filter": [visible(), *wanted, *found["filter"]]}}


def language_of(query: Node, filters: Filters) -> str | None:
    """The one language in which every hit must be (``fr``, not ``fr-CA``), if it is asked for."""
    typed = (one.value for one in _parts(query) if isinstance(one, Field) and one.name == "language")
    tag = filters.language or next(typed, None)
    return tag.strip().partition("-")[0].lower() if tag else None


def visible() -> Query:
    """What may be seen: no kill, nothing replaced, no embargo to come, no copy withheld without an end.

    The clock is Elasticsearch's, at each search: an embargo ends without anybody doing anything.
    """
    endless = {
        "bool": {
            "filter": [{"term": {"status": "withheld"}}],
            "must_not": [{"exists": {"field": "embargo"}}],
        }
    }
    return {
        "bool": {
            "must_not": [
                {"term": {"status": "canceled"}},
                {"exists": {"field": "replaced_by"}},
                {"range": {"embargo": {"gt": "now"}}},
                endless,
            ]
        }
    }


def _parts(query: Node) -> tuple[Node, ...]:
    return query.nodes if isinstance(query, And) else (query,)


def _query(node: Node, reading: _Reading) -> Query:
    match node:
        case Word():
            ((_, meant),) = of_words((node,), reading.names)
            return _word(node, meant, reading)
        case Phrase(text):
            return _anywhere(text, _PHRASES, reading.empty)
        case Or(nodes):
            inner = replace(reading, empty="none")
            return fields.either(*(_query(one, inner) for one in nodes))
        case And(nodes):
            return {"bool": _together(nodes, replace(reading, empty="all"))}
        case Field() | Not():
            return {"bool": _together((node,), reading)}


def _together(nodes: Sequence[Node], reading: _Reading) -> dict[str, list[Query]]:
    """The parts of a ``bool`` that asks for all the nodes; fields rank nothing."""
    opposite = replace(reading, empty="none" if reading.empty == "all" else "all", negated=True)
    words = of_words(nodes, reading.names)
    must = [_query(node, reading) for node in nodes if isinstance(node, Phrase | And | Or)]
    each = [_word(word, meant, reading) for word, meant in words]
    if reading.negated:
        must += each
    elif each:
        must.append({"bool": {"should": each, "minimum_should_match": _ENOUGH_WORDS}})
    return {
        "must": must,
        "should": [] if reading.negated else _close_together([word for word, _ in words]),
        "must_not": [_query(node.node, opposite) for node in nodes if isinstance(node, Not)],
        "filter": [_field(node, reading.names) for node in nodes if isinstance(node, Field)],
    }


def _field(node: Field, names: Names) -> Query:
    asked = fields.clause(node.name, node.value)
    label = LABELS.get(node.name)
    return fields.or_identified(asked, names.get(Possible(node.value, label), ()) if label else ())


def _word(word: Word, meant: Meant, reading: _Reading) -> Query:
    """A word, or who is meant by it: for less than the word itself, and for more beside it."""
    found = _anywhere(word.text, reading.fields, reading.empty)
    found["dis_max"]["queries"] += [
        {"term": {"identities": {"value": one, "boost": meant.weight}}} for one in meant.ids
    ]
    return found


def _anywhere(text: str, names: Sequence[str], empty: str) -> Query:
    """One word or phrase in any field; a word is a phrase too, for ``nord-coréen`` is two terms.

    What the body's analyzer leaves nothing of (``²`` alone) is no condition.
    """
    return {
        "dis_max": {
            "tie_breaker": 0.2,
            "queries": [
                {"match_phrase": {"body": {"query": text, "zero_terms_query": empty}}},
                {"multi_match": {"query": text, "type": "phrase", "fields": list(names)}},
            ],
        }
    }


def _close_together(words: Sequence[Word]) -> list[Query]:
    """Several words that stand together count for more; finds nothing by itself."""
    if len(words) < 2:  # noqa: PLR2004 - one word stands with no other
        return []
    text = " ".join(word.text for word in words)
    return [{"match_phrase": {"body": {"query": text, "slop": 2, "boost": 2}}}]
