"""The search itself: ranked, marked hits, one a story, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import get_args

from pipeline.found import CLOSE, OPEN, Hit, Results, Sort
from pipeline.query import Filters, QueryError, language_of, parse
from pipeline.search import stories
from pipeline.search.asking import searched
from pipeline.search.cursors import digest, milliseconds, text_of
from pipeline.search.hits import SHOWN, UNFILTERED, checked, highlight, hit
from pipeline.search.meaning import meant
from pipeline.search.names import Built, built, highlighted
from pipeline.search.paging import Bare, Paging, Question, place_of
from pipeline.settings import Settings


def search(
    words: str,
    settings: Settings,
    filters: Filters = UNFILTERED,
    *,
    size: int = 10,
    sort: Sort = "relevance",
    after: str | None = None,
    collapse: bool = True,
    markers: tuple[str, str] = (OPEN, CLOSE),
) -> Results:
    """The articles that answer, of each story the one that comes first in the order asked for.

    Args:
        words: a query as ``pipeline.query`` reads it; may be empty where a filter is given.
        settings: where Elasticsearch is, and the alias.
        filters: what every hit must be besides.
        size: how many hits at most, 1 to 1,000.
        sort: by how well they answer and how new they are, or by time alone.
        after: the ``after`` of the page before; it belongs to the same query, filters and order.
        collapse: one hit a story; else every article is a hit.
        markers: what stands before and after what matched. The text between is as the wire gave it: whoever
            shows it in HTML escapes it first and puts the marks' tags after.

    Raises:
        QueryError: what is asked is no query; says what is wrong and where.
        SearchError: Elasticsearch could not be asked.
    """
    size = checked(size)
    if sort not in get_args(Sort):
        raise QueryError(f"sort: '{sort}' is none of {', '.join(get_args(Sort))}")
    typed = parse(words)
    asked = digest(settings.index, words, filters, sort, collapse)
    place = place_of(after, asked, sort)
    question = built(typed, filters, settings)
    now = place.now if place else milliseconds(datetime.now(UTC))
    paging = Paging(Question(settings, question.query, sort, asked, now), place, size, collapse=collapse)
    found = list(islice(paging.hits(), size + 1))
    kept, more = found[:size], len(found) > size
    hits, took_ms = _shown(settings, question, kept, markers, language_of(typed, filters))
    end = kept[-1].place if more else paging.stopped
    return Results(
        total=paging.total,
        stories=paging.stories,
        took_ms=paging.took_ms + took_ms,
        hits=stories.under(hits, settings) if collapse else hits,
        after=text_of(end) if end else None,
        meant=() if paging.total else meant(typed, filters, settings),
    )


def _shown(
    settings: Settings,
    question: Built,
    bare: Sequence[Bare],
    markers: tuple[str, str],
    language: str | None,
) -> tuple[tuple[Hit, ...], int]:
    """The bare hits with what a person sees of them, and how long that took; one killed meanwhile is gone."""
    if not bare:
        return (), 0
    ids = [one.place.id for one in bare]
    marked = highlighted(question.query, question.identities, ids, settings)
    answer = searched(
        settings,
        {
            "query": {"bool": {"must": [question.query], "filter": [{"ids": {"values": ids}}]}},
            "sort": ["_doc"],
            "size": len(bare),
            "track_total_hits": False,
            "_source": SHOWN,
            "highlight": highlight(markers, language, marked),
        },
    )
    shown = {one["_id"]: one for one in answer["hits"]["hits"]}
    scored = [(shown.get(one.place.id), one.place.score or 0.0) for one in bare]
    return tuple(hit(one, score) for one, score in scored if one), answer["took"]
