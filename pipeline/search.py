"""Searching the index, as the command line and the web page do: ranked, marked hits or one clear error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from msgspec import Struct

from pipeline.errors import NewswireError
from pipeline.query import Filters, QueryError, build, language_of, parse, visible
from pipeline.settings import Settings
from pipeline.sink import connection, templates

__all__ = [
    "CLOSE",
    "MAX_SIZE",
    "OPEN",
    "UNFILTERED",
    "Filters",
    "Hit",
    "QueryError",
    "Results",
    "SearchError",
    "count",
    "refresh",
    "search",
    "show",
]

OPEN, CLOSE = "\ue000", "\ue001"
MAX_SIZE = 1000
UNFILTERED = Filters()

_TIMEOUT_S = 30.0
_FRAGMENTS = 3
_FRAGMENT_CHARACTERS = 160
_HIGHLIGHTED_CHARACTERS = 200_000
_UNAVAILABLE = {429, 502, 503, 504}
_SHOWN = [
    *("title", "source", "language", "created", "modified", "status", "version", "url"),
    *("topics", "topic_names", "people", "places", "organizations"),
]

Answer = TypeVar("Answer")


class SearchError(NewswireError):
    """Elasticsearch could not be asked; the message says why and what to do."""


class Hit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article that was found.

    Attributes:
        title: its headline, else its first words.
        created: as exact as the wire gave it.
        modified: when this version was made, as exact.
        topics: the topics' names, the most likely first; ``qcodes`` has their qcodes.
        highlights: the passages of the body that answer best (else the headline), the best first, with
            what matched between the markers.
    """

    id: str
    score: float
    title: str
    source: str
    status: str
    version: int
    language: str | None = None
    created: str | None = None
    modified: str | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()
    qcodes: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    highlights: tuple[str, ...] = ()


class Results(Struct, frozen=True):
    """The best hits, how many there are in all, and how long Elasticsearch took, in milliseconds."""

    total: int
    took_ms: int
    hits: tuple[Hit, ...]


def search(
    words: str,
    settings: Settings,
    filters: Filters = UNFILTERED,
    *,
    size: int = 10,
    markers: tuple[str, str] = (OPEN, CLOSE),
) -> Results:
    """The articles that answer best, then the newest.

    Args:
        words: a query as ``pipeline.query`` reads it; may be empty where a filter is given.
        settings: where Elasticsearch is, and the alias.
        filters: what every hit must be besides.
        size: how many hits at most, 1 to 1,000.
        markers: what stands before and after what matched. The text between is as the wire gave it: whoever
            shows it in HTML escapes it first and puts the marks' tags after.

    Raises:
        QueryError: what is asked is no query; says what is wrong and where.
        SearchError: Elasticsearch could not be asked.
    """
    if not 1 <= size <= MAX_SIZE:
        raise QueryError(f"size: {size} is not from 1 to {MAX_SIZE}")
    typed = parse(words)
    query = build(typed, filters)
    found = _ask(
        settings,
        lambda client: client.search(
            index=settings.index,
            query=query,
            size=size,
            sort=["_score", {"@timestamp": "desc"}, {"id": "asc"}],
            track_scores=True,
            track_total_hits=True,
            source_includes=_SHOWN,
            highlight=_highlight(markers, language_of(typed, filters)),
        ),
    )
    hits = tuple(_hit(hit) for hit in found["hits"]["hits"])
    return Results(total=found["hits"]["total"]["value"], took_ms=found["took"], hits=hits)


def show(article: str, settings: Settings) -> dict[str, Any] | None:
    """The document with this id, killed and withheld ones too; ``None`` if there is none.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    found = _ask(
        settings,
        lambda client: client.search(
            index=settings.index, query={"ids": {"values": [article]}}, size=1, source=True
        ),
    )
    hits = found["hits"]["hits"]
    if not hits:
        return None
    document = dict(hits[0]["_source"])
    if rest := document.pop("entities_rest", None):
        document["entities"] = [*document["entities"], *rest]
    return document


def count(settings: Settings, *, received_since: datetime | None = None) -> int:
    """How many articles a search may find now; none where there is no index yet.

    Args:
        settings: where Elasticsearch is, and the alias.
        received_since: count only what was received then or later; aware of its time zone.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    query = visible()
    if received_since is not None:
        query = {"bool": {"filter": [query, {"range": {"received": {"gte": received_since.isoformat()}}}]}}

    def counted(client: Elasticsearch) -> int:
        try:
            return int(client.count(index=settings.index, query=query)["count"])
        except NotFoundError:
            return 0

    return _ask(settings, counted)


def refresh(settings: Settings) -> None:
    """Make everything that was indexed so far searchable now, not within a second.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    _ask(settings, lambda client: client.indices.refresh(index=settings.index))


def _ask(settings: Settings, question: Callable[[Elasticsearch], Answer]) -> Answer:
    where = f"Elasticsearch at {connection.address(settings)}"
    try:
        with Elasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client:
            return question(client)
    except NotFoundError as error:
        raise SearchError(
            f"{where} has no index '{settings.index}' yet: start `newswire worker`, which makes it"
        ) from error
    except ApiError as error:
        busy = error.status_code in _UNAVAILABLE
        advice = "try again in a moment" if busy else "see NEWSWIRE_ELASTICSEARCH and its log"
        raise SearchError(f"{where} does not answer the search: {error}; {advice}") from error
    except TransportError as error:
        raise SearchError(
            f"{where} does not answer ({error.message}): start it with `newswire up`, or say where it is with"
            " NEWSWIRE_ELASTICSEARCH"
        ) from error


def _highlight(markers: tuple[str, str], language: str | None) -> dict[str, Any]:
    """Highlight in headline and body what matched there or in the fields with stems made from them."""
    languages = templates.languages()
    own = {language} & languages if language else languages
    stemmed = [f"text_{code}" for code in sorted(own)]
    return {
        "type": "unified",
        "order": "score",
        "pre_tags": [markers[0]],
        "post_tags": [markers[1]],
        "max_analyzed_offset": _HIGHLIGHTED_CHARACTERS,
        "fields": {
            "headline": {"number_of_fragments": 0, "matched_fields": stemmed},
            "body": {
                "number_of_fragments": _FRAGMENTS,
                "fragment_size": _FRAGMENT_CHARACTERS,
                "matched_fields": stemmed,
            },
        },
    }


def _hit(hit: Mapping[str, Any]) -> Hit:
    source, marked = hit["_source"], hit.get("highlight", {})
    lists = {name: tuple(source.get(name, ())) for name in ("people", "places", "organizations")}
    return Hit(
        id=hit["_id"],
        score=hit["_score"],
        title=source["title"],
        source=source["source"],
        status=source["status"],
        version=source["version"],
        language=source.get("language"),
        created=source.get("created"),
        modified=source.get("modified"),
        url=source.get("url"),
        topics=tuple(source.get("topic_names", ())),
        qcodes=tuple(source.get("topics", ())),
        highlights=tuple(marked.get("body") or marked.get("headline") or ()),
        **lists,
    )
