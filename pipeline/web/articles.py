"""One article for a reader: whether it may be seen, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec import Struct

from pipeline.query import Field, written
from pipeline.search import QueryError, Results, like, show
from pipeline.settings import Settings
from pipeline.web import refining, view
from pipeline.web.errors import AbsentError, KilledError

Document: TypeAlias = dict[str, Any]

# Marks by which the articles of a story are found again, no facts about the article.
_MACHINERY = ("story_bands", "story_text")
_FIELDS = {"PER": "person", "ORG": "organization", "LOC": "place"}
_KINDS = {"PER": "Person", "ORG": "Organization", "LOC": "Place", "MISC": "Other name"}


class Name(Struct, frozen=True, kw_only=True):
    """Somebody or something named: what it is, how often, and which searches find it elsewhere.

    Attributes:
        label: ``per``, ``org``, ``loc`` or ``misc``.
        known: the name of its identity where that is another than the article's.
    """

    text: str
    label: str
    kind: str
    count: int
    href: str
    identity: str | None = None
    identity_href: str | None = None
    known: str | None = None
    country: str | None = None


def find(article: str, settings: Settings, now: datetime) -> Document:
    """The article's document as it may be seen; ``replaced_by`` only where that one may be seen, too.

    Raises:
        KilledError: it was killed.
        AbsentError: there is none, or none that may be seen yet; which of both is not told.
        SearchError: Elasticsearch could not be asked.
    """
    document = show(article.lower(), settings)
    if document is not None and document.get("status") == "canceled":
        raise KilledError(
            f"article {document['id']} was killed by {document['source']}, its source: it must not be used"
        )
    if document is None or is_withheld(document, now):
        raise AbsentError(
            f"there is no article {article!r} that may be seen now; a search shows those that may be"
        )
    seen = {name: value for name, value in document.items() if name not in _MACHINERY}
    if (newer := seen.get("replaced_by")) and not _may_be_seen(show(newer, settings), now):
        del seen["replaced_by"]
    return seen


def similar(document: Document, settings: Settings, *, size: int) -> Results:
    """What is like the article; nothing where searches do not see it: it was replaced, or just now withheld.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    try:
        return like(document["id"], settings, size=size)
    except QueryError:
        return Results(total=0, took_ms=0, hits=())


def _may_be_seen(document: Mapping[str, Any] | None, now: datetime) -> bool:
    return document is not None and document.get("status") != "canceled" and not is_withheld(document, now)


def is_withheld(document: Mapping[str, Any], now: datetime) -> bool:
    """Whether an embargo has not ended, or the copy is withheld without an end; as searches have it."""
    embargo = document.get("embargo")
    if embargo:
        return datetime.fromisoformat(embargo).astimezone(UTC) > now
    return document.get("status") == "withheld"


def names(document: Mapping[str, Any]) -> tuple[Name, ...]:
    """Who and what is named in the body, in the document's order, so that a place in it still counts."""
    return tuple(_name(entity) for entity in document.get("entities", ()))


def _name(entity: Mapping[str, Any]) -> Name:
    text, label = entity["text"], entity["label"]
    quoted = refining.phrase(text)
    query = written(Field(_FIELDS[label], quoted)) if label in _FIELDS else f'"{quoted}"'
    identity = entity.get("id")
    known = entity.get("name")
    return Name(
        text=text,
        label=label.lower(),
        kind=_KINDS[label],
        count=entity["count"],
        href=view.link("/", q=query),
        identity=identity,
        identity_href=view.link("/", q=written(Field("identity", identity))) if identity else None,
        known=known if known != text else None,
        country=entity.get("country"),
    )
