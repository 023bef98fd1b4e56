"""What a person types, as a structured query: words, "phrases", -exclusions and filters.

Nothing typed is ever read as Elasticsearch's own query syntax, so nothing typed can be expensive.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pipeline.article import LanguageTag, moment_of
from pipeline.errors import NewswireError

MAX_CHARACTERS = 1000
MAX_CLAUSES = 50

Query = dict[str, Any]

_QUOTES = '"“”„«»'
_TOKEN = re.compile(
    rf"(?P<minus>-*)(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?)|(?P<word>[^\s{_QUOTES}]+))"
)
# Up to four words must all be there; of more, four in five, so that a pasted sentence finds its article.
_ENOUGH_WORDS = "4<80%"
_TITLES = ["headline^3", "headings.text^1.5"]
_STEMMED = "text_{}^0.7"
# Thai is written without spaces, and only its own field knows its words.
_PHRASES = [*_TITLES, "text_th"]


class QueryError(NewswireError):
    """What was typed is no query; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, taken apart: words that should be there, phrases that must, and neither of the rest."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    not_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What every hit must be besides; dates as exact as one likes, ``until`` includes what it names.

    Attributes:
        language: a tag such as ``fr``; finds ``fr-CA`` too.
        since: the first year, month, day or instant.
        until: the last year, month, day or instant.
        person: a name or part of one, whatever its case and accents; so are place and organization.
        place: as person.
        organization: as person.
        topic: a qcode, or a topic's name or part of one.
    """

    language: str | None = None
    since: str | None = None
    until: str | None = None
    person: str | None = None
    place: str | None = None
    organization: str | None = None
    topic: str | None = None


def parse(typed: str) -> Words:
    """Take apart what was typed. Quotes may be straight or typographic; what has no letter is passed over.

    Raises:
        QueryError: it is too long, has too many words, or a quotation mark is not closed.
    """
    if len(typed) > MAX_CHARACTERS:
        raise QueryError(f"the query has {len(typed)} characters, {MAX_CHARACTERS} are allowed")
    found: dict[tuple[bool, bool], list[str]] = {}
    for token in _TOKEN.finditer(_clean(typed)):
        is_phrase = token["phrase"] is not None
        if is_phrase and not token["end"]:
            raise QueryError(f"the quotation mark at character {token.start('phrase')} is not closed")
        text = token["phrase"] if is_phrase else token["word"]
        if any(map(str.isalnum, text)):
            found.setdefault((bool(token["minus"]), is_phrase), []).append(text)
    if (clauses := sum(map(len, found.values()))) > MAX_CLAUSES:
        raise QueryError(f"the query has {clauses} words and phrases, {MAX_CLAUSES} are allowed")
    kinds = [(False, False), (False, True), (True, False), (True, True)]
    return Words(*(tuple(found.get(kind, ())) for kind in kinds))


def build(words: Words, filters: Filters) -> Query:
    """The query for Elasticsearch; it finds only what may be seen now.

    Raises:
        QueryError: nothing is asked for, or a filter is not what it should be.
    """
    wanted = _filters(filters)
    if words == Words() and not wanted:
        raise QueryError('nothing to search for: give a word, a "phrase" or a filter')
    stemmed = _STEMMED.format(filters.language.partition("-")[0].lower() if filters.language else "*")
    fields = [*_TITLES, stemmed]
    must = [_anywhere(phrase, _PHRASES) for phrase in words.phrases]
    if words.words:
        each = [_anywhere(word, fields) for word in words.words]
        must.append({"bool": {"should": each, "minimum_should_match": _ENOUGH_WORDS}})
    return {
        "bool": {
            "must": must,
            "should": _close_together(words.words),
            "must_not": [_anywhere(word, fields, exclude=True) for word in words.not_words]
            + [_anywhere(phrase, _PHRASES, exclude=True) for phrase in words.not_phrases],
            "filter": [visible(), *wanted],
        }
    }


def visible() -> Query:
    """What may be seen: no kill, no embargo that has not ended, no copy withheld without an end.

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
                {"range": {"embargo": {"gt": "now"}}},
                endless,
            ]
        }
    }


def _anywhere(text: str, fields: list[str], *, exclude: bool = False) -> Query:
    """One word or phrase in any field; a word is a phrase too, for ``nord-coréen`` is two terms.

    What the body's analyzer leaves nothing of (``²`` alone) is no condition.
    """
    nothing = "none" if exclude else "all"
    return {
        "dis_max": {
            "tie_breaker": 0.2,
            "queries": [
                {"match_phrase": {"body": {"query": text, "zero_terms_query": nothing}}},
                {"multi_match": {"query": text, "type": "phrase", "fields": fields}},
            ],
        }
    }


def _close_together(words: tuple[str, ...]) -> list[Query]:
    """Several words that stand together count for more; finds nothing by itself."""
    if len(words) < 2:  # noqa: PLR2004 - one word stands with no other
        return []
    return [{"match_phrase": {"body": {"query": " ".join(words), "slop": 2, "boost": 2}}}]


def _filters(filters: Filters) -> list[Query]:
    given = {
        field.name: _bounded(field.name, value)
        for field in fields(filters)
        if (value := getattr(filters, field.name)) is not None
    }
    queries = [
        _either(
            *(
                {"match": {field: {"query": given[name], "operator": "and"}}}
                for field in (f"{facet}.text", f"{facet}_names")
            )
        )
        for name, facet in (("person", "people"), ("place", "places"), ("organization", "organizations"))
        if name in given
    ]
    if "topic" in given:
        queries.append(
            _either(
                {"term": {"topics": given["topic"]}},
                {"match": {"topic_names.text": {"query": given["topic"], "operator": "and"}}},
            )
        )
    if "language" in given:
        queries.append(_language(given["language"]))
    if "since" in given or "until" in given:
        queries.append({"range": {"@timestamp": _period(given.get("since"), given.get("until"))}})
    return queries


def _bounded(name: str, value: str) -> str:
    text = _clean(value).strip()
    if not any(map(str.isalnum, text)):
        raise QueryError(f"{name}: nothing is given")
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"{name}: {len(text)} characters, {MAX_CHARACTERS} are allowed")
    return text


def _language(tag: str) -> Query:
    try:
        msgspec.convert(tag, LanguageTag)
    except msgspec.ValidationError as error:
        raise QueryError(f"language: '{tag}' is no language tag such as fr or pt-BR") from error
    exact = {"term": {"language": {"value": tag, "case_insensitive": True}}}
    return _either(exact, {"prefix": {"language": {"value": f"{tag}-", "case_insensitive": True}}})


def _either(*queries: Query) -> Query:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _period(since: str | None, until: str | None) -> dict[str, str]:
    limits = {"gte": _date("since", since).isoformat()} if since else {}
    if until:
        last = _date("until", until)
        limits |= {"lte": last.isoformat()} if "T" in until else {"lt": _next(until, last).isoformat()}
    return limits


def _date(name: str, text: str) -> datetime:
    try:
        return moment_of(text)
    except ValueError as error:
        raise QueryError(
            f"{name}: '{text}' is no date such as 2024, 2024-06, 2024-06-19 or 2024-06-19T12:00:00Z"
        ) from error


def _next(text: str, first: datetime) -> datetime:
    """The instant at which the year, month or day that the text names is over."""
    try:
        match len(text):
            case 4:
                return datetime(first.year + 1, 1, 1, tzinfo=UTC)
            case 7:
                return datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
            case _:
                return first + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"until: '{text}' has no end that can be counted") from error


def _clean(text: str) -> str:
    """Composed characters; a space for what no text holds (control characters, halves of surrogate pairs)."""
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text)
    return unicodedata.normalize("NFC", plain)
