"""Searching the index, as the command line and the web page do: ranked, marked hits or one clear error."""

from __future__ import annotations

from pipeline.found import (
    CLOSE,
    OPEN,
    Bucket,
    Facets,
    Hit,
    Latest,
    Member,
    Moment,
    Results,
    Sort,
    Spot,
    Suggestion,
)
from pipeline.query import Filters, QueryError
from pipeline.search.asking import SearchError
from pipeline.search.documents import count, refresh, show
from pipeline.search.facets import MOST_BUCKETS, facets
from pipeline.search.hits import MAX_SIZE, UNFILTERED
from pipeline.search.pages import search
from pipeline.search.similar import like
from pipeline.search.stories import story
from pipeline.search.suggestions import suggest
from pipeline.search.tail import latest

__all__ = [
    "CLOSE",
    "MAX_SIZE",
    "MOST_BUCKETS",
    "OPEN",
    "UNFILTERED",
    "Bucket",
    "Facets",
    "Filters",
    "Hit",
    "Latest",
    "Member",
    "Moment",
    "QueryError",
    "Results",
    "SearchError",
    "Sort",
    "Spot",
    "Suggestion",
    "count",
    "facets",
    "latest",
    "like",
    "refresh",
    "search",
    "show",
    "story",
    "suggest",
]
