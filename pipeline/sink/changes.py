"""What becomes of a document by what other articles say: pure functions of what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from pipeline.article import EnrichedArticle, article_id
from pipeline.sink.document import tombstone

PROVENANCES = 20
"""Provenances, and feeds, that a document has at most, the latest."""

Fields = Mapping[str, Any]
Change = Callable[[Fields], Fields]
"""Makes of a document's fields those that it is to have; made twice it changes nothing more."""


def replaced_id(article: EnrichedArticle) -> str | None:
    """The id of the article that this one takes the place of; none if it replaces none, or itself."""
    if not article.replaces:
        return None
    found = article_id(article.source, article.replaces.guid, "")
    return found if found != article.id else None


def came_from(article: EnrichedArticle, kept: Fields) -> dict[str, list[Any]]:
    """All provenances and feeds of an article whose document is, or takes the place of, what is kept.

    A version older than what is kept came before it, if not by our clock, so it is listed first.
    """
    return _came_from(msgspec.to_builtins(article.provenance), article.version, kept)


def _came_from(own: Mapping[str, Any], version: int, kept: Fields) -> dict[str, list[Any]]:
    provenances = kept.get("provenances") or [each for each in [kept.get("provenance")] if each]
    feeds = _listed(kept.get("feed"))
    if version < kept.get("version", 0):
        return {
            "provenances": _earlier(own, provenances),
            "feed": _earlier(own["feed"], feeds),
        }
    return {
        "provenances": _distinct([*provenances, own])[-PROVENANCES:],
        "feed": _distinct([*feeds, own["feed"]])[-PROVENANCES:],
    }


def takes_place(article: EnrichedArticle, kept: Fields) -> dict[str, Any]:
    """What an article, or else an earlier version of it, replaces: it stays so, whatever comes later."""
    return _takes_place(_replaced(article), article.version, kept)


def _replaced(article: EnrichedArticle) -> dict[str, Any]:
    """What an article itself says that it replaces; nothing if it replaces nothing."""
    other = replaced_id(article)
    return {"replaces": msgspec.to_builtins(article.replaces), "replaces_id": other} if other else {}


def _takes_place(own: Mapping[str, Any], version: int, kept: Fields) -> dict[str, Any]:
    if own and not (version < kept.get("version", 0) and kept.get("replaces_id")):
        return dict(own)
    return {name: kept[name] for name in ("replaces", "replaces_id") if kept.get("replaces_id")}


def marked(kept: Fields, by: str, *, canceled: bool) -> dict[str, Any]:
    """The fields of an article whose place another has taken; withdrawn, if that one said so."""
    found = {"replaced_by": kept.get("replaced_by", by)}
    return found | ({"status": "canceled"} if canceled else {})


def replaced(by: str, *, canceled: bool) -> Change:
    """The change of an article whose place another takes."""

    def change(kept: Fields) -> Fields:
        found = {**kept, **marked(kept, by, canceled=canceled)}
        return tombstone(found) if canceled else found

    return change


def preceded(by: EnrichedArticle) -> Change:
    """The change of an article by an older version that comes late: where it came from, what it replaces.

    It is kept until it is made sure of, so it holds what it needs of that version, not the whole text.
    """
    version, provenance, own = by.version, msgspec.to_builtins(by.provenance), _replaced(by)
    return lambda kept: {
        **kept,
        **_came_from(provenance, version, kept),
        **_takes_place(own, version, kept),
    }


def renamed(names: Mapping[str, str]) -> Change:
    """The change of an article whose story turns out to be another.

    Args:
        names: the id of each such story's other, by its own.
    """

    def change(kept: Fields) -> Fields:
        story = names.get(str(kept.get("story_id")))
        return {**kept, "story_id": story} if story else kept

    return change


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value] if value else []


def _earlier(one: Any, known: list[Any]) -> list[Any]:
    return known if one in known or len(known) >= PROVENANCES else [one, *known]


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
