"""The Elasticsearch document of an article: what is searched, what is shown, and what a kill leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from pipeline.article import EnrichedArticle, Entity, Label, earliest

FACETS: dict[Label, str] = {
    "PER": "people",
    "ORG": "organizations",
    "LOC": "places",
    "MISC": "miscellaneous",
}
NESTED = 1000
"""Entities of an article that can be asked for one by one, the most frequent; Elasticsearch takes 10,000."""

_TITLE_LENGTH = 100
# Notes that no reader may see end here; models read them no more than the index does.
_UNSEEN = ("ednotes_nonpublic",)
# Only what is ours or has been checked: nothing in it can make Elasticsearch refuse a kill.
_TOMBSTONE = ("id", "guid", "source", "version", "status", "provenance", "received", "enriched")
_TOMBSTONE_KEPT = ("@timestamp", "indexed", "feed", "provenances", "replaces", "replaces_id", "replaced_by")


def document(article: EnrichedArticle, indexed: datetime, languages: Collection[str] = ()) -> dict[str, Any]:
    """The document to index; plain JSON types, a field that is not known is absent.

    Args:
        article: what came in; nothing of it is changed, its offsets stay true to its body.
        indexed: now, aware of its time zone.
        languages: the languages for which the index has a ``text_…`` field of its own.

    Returns:
        The article's fields, but for notes that are not for publication, beside flat facets and
        ``@timestamp`` (the first instant that its creation, else its last change, may mean, else when it was
        received), and as if it stood alone: with its own provenance and feed in the lists of them; for a
        kill, a tombstone without text.

    Raises:
        ValueError: its date is no day of the calendar (never for a kill).
    """
    fields: dict[str, Any] = msgspec.to_builtins(article)
    for name in _UNSEEN:
        fields.pop(name, None)
    moment = article.received
    if article.status == "canceled":
        fields = {name: fields[name] for name in _TOMBSTONE if name in fields}
    else:
        texts = (article.headline, article.subheadline, article.body or article.summary)
        fields |= _facets(article, fields) | _own_language(article.language, texts, languages)
        date = article.created or article.modified
        moment = earliest(date) if date else moment
    fields |= {
        name: said(datetime.fromisoformat(fields[name]))
        for name in ("received", "enriched", "embargo", "expires")
        if name in fields
    }
    return fields | {
        "@timestamp": said(moment),
        "indexed": said(indexed),
        "feed": [article.provenance.feed],
        "provenances": [msgspec.to_builtins(article.provenance)],
    }


def related(fields: Mapping[str, Any], kin: Mapping[str, Any]) -> dict[str, Any]:
    """A document with what others say of it; where they withdraw it, a tombstone.

    Args:
        fields: as ``document`` made them.
        kin: those that depend on what else is in the index: story, provenances, what takes whose place.
    """
    found = {**fields, **kin}
    return tombstone(found) if found["status"] == "canceled" else found


def tombstone(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a kill leaves of a document: which article it was, where it came from, whose place it took."""
    kept = (*_TOMBSTONE, *_TOMBSTONE_KEPT)
    return {name: value for name, value in fields.items() if name in kept}


def restored(kept: Mapping[str, Any], languages: Collection[str] = ()) -> dict[str, Any]:
    """A document as it was indexed, made from what the index kept of it: without the text in its language.

    Args:
        kept: its ``_source``.
        languages: as for ``document``.
    """
    texts = (kept.get("headline"), kept.get("subheadline"), kept.get("body") or kept.get("summary"))
    return {**kept, **_own_language(kept.get("language"), texts, languages)}


def _facets(article: EnrichedArticle, fields: dict[str, Any]) -> dict[str, Any]:
    """Flat lists to filter and count by, beside the full details; headings and quotes with their text."""
    body = article.body or ""
    lists: dict[str, list[Any]] = {
        facet: _distinct(entity.text for entity in article.entities if entity.label == label)
        for label, facet in FACETS.items()
    }
    lists |= {
        f"{facet}_names": _distinct(
            name
            for entity in article.entities
            if entity.label == label
            for name in (*entity.forms, entity.name)
            if name
        )
        for label, facet in FACETS.items()
        if label != "MISC"
    }
    lists["points"] = _distinct_points(article.entities)
    lists |= _nested(fields.get("entities", []))
    lists["identities"] = _distinct(entity.id for entity in article.entities if entity.id)
    lists["countries"] = _distinct(entity.country for entity in article.entities if entity.country)
    lists["topics"] = [topic.qcode for topic in article.topics]
    lists["topics_declared"] = [topic.qcode for topic in article.topics if topic.origin == "declared"]
    lists["topic_names"] = [topic.name for topic in article.topics]
    lists["topics_detail"] = fields.get("topics", [])
    lists["headings"] = [
        {"start": span.start, "end": span.end, "text": body[span.start : span.end]}
        for span in article.headings
    ]
    lists["quotes"] = [
        {"start": quote.span.start, "end": quote.span.end, "text": body[quote.span.start : quote.span.end]}
        | {name: found[name] for name in ("speaker", "mention") if name in found}
        for quote, found in zip(article.quotes, fields.get("quotes", ()), strict=True)
    ]
    return {name: values for name, values in lists.items() if values} | {"title": title(article)}


def _distinct_points(entities: Iterable[Entity]) -> list[dict[str, float]]:
    """Where the places lie that were identified, each once."""
    points = dict.fromkeys((entity.point.lat, entity.point.lon) for entity in entities if entity.point)
    return [{"lat": lat, "lon": lon} for lat, lon in points]


def _nested(entities: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The entities as far as each can be a document of its own within this one, and the rest."""
    if len(entities) <= NESTED:
        return {"entities": entities}
    ranked = sorted(entities, key=lambda entity: -int(entity["count"]))
    return {"entities": ranked[:NESTED], "entities_rest": ranked[NESTED:]}


def title(article: EnrichedArticle) -> str:
    """What a list of articles shows: the headline, else the first words of the text, else the id."""
    if headline := " ".join((article.headline or "").split()):
        return headline
    words = " ".join((article.body or article.summary or "").split())
    if len(words) <= _TITLE_LENGTH:
        return words or article.id
    start = words[:_TITLE_LENGTH]
    return (start.rpartition(" ")[0].rstrip(",;:.–—- ") or start) + "…"


def _own_language(
    tag: object, texts: Iterable[object], languages: Collection[str]
) -> dict[str, list[object]]:
    """Headline and body once more, in the field that knows the language's stems and stop words."""
    language = str(tag or "").partition("-")[0].lower()
    return {f"text_{language}": [text for text in texts if text]} if language in languages else {}


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def said(moment: datetime) -> str:
    """A moment as documents and queries have it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
