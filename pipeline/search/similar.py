"""More like this: articles that share the words which tell an article from all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.found import Hit, Results
from pipeline.query import QueryError, fields, visible
from pipeline.query.tokens import plain
from pipeline.search import stories
from pipeline.search.asking import searched
from pipeline.search.hits import SHOWN, checked, hit
from pipeline.settings import Settings
from pipeline.sink import templates

# What an article is about stands at its beginning; the words of a book would only take time.
_CHARACTERS = 20_000
_WORDS = 30
# Of the words looked for so many must be there.
_ENOUGH = "25%"
# A story of many articles fills no more of the list than this many times its share.
_SPARE = 3


def like(article: str, settings: Settings, *, size: int = 10) -> Results:
    """Articles of other stories that are most like this one, one a story.

    They are compared by the stems of the article's language, so they are in this language; where the index
    has none for it, by the words as they are.

    Args:
        article: its id; it may be seen itself.
        settings: where Elasticsearch is, and the alias.
        size: how many at most, 1 to 1,000.

    Raises:
        QueryError: there is no such article that may be seen, or the size is none.
        SearchError: Elasticsearch could not be asked.
    """
    size = checked(size)
    found = _article(plain(article), settings)
    if found is None:
        raise QueryError(f"there is no article {article}; `newswire search` prints the ids of what is there")
    answer = searched(
        settings,
        {
            "query": {
                "bool": {"must": [_words(found)], "filter": [visible()], "must_not": _itself(found, article)}
            },
            "size": _SPARE * size,
            "track_total_hits": True,
            "_source": SHOWN,
        },
    )
    leads: dict[str, Hit] = {}
    for one in answer["hits"]["hits"]:
        lead = hit(one, one["_score"])
        leads.setdefault(lead.story, lead)
    return Results(
        total=answer["hits"]["total"]["value"],
        took_ms=answer["took"],
        hits=stories.under(list(leads.values())[:size], settings),
    )


def _article(article: str, settings: Settings) -> Mapping[str, Any] | None:
    """What the article is compared by, if it may be seen."""
    answer = searched(
        settings,
        {
            "query": {"bool": {"filter": [visible(), {"ids": {"values": [article]}}]}},
            "size": 1,
            "_source": ["headline", "subheadline", "body", "summary", "language", "story_id"],
        },
    )
    return next((one["_source"] for one in answer["hits"]["hits"]), None)


def _words(source: Mapping[str, Any]) -> dict[str, Any]:
    """Who shares the words that are frequent in it and rare elsewhere."""
    texts = (source.get("headline"), source.get("subheadline"), source.get("body") or source.get("summary"))
    text = "\n".join(filter(None, texts))[:_CHARACTERS]
    language = str(source.get("language", "")).partition("-")[0].lower()
    stems = language in templates.languages()
    likeness = {
        "more_like_this": {
            "fields": [f"text_{language}"] if stems else ["headline", "body"],
            "like": text,
            "min_term_freq": 1,
            "min_doc_freq": 2,
            "min_word_length": 2,
            "max_query_terms": _WORDS,
            "minimum_should_match": _ENOUGH,
        }
    }
    same = [fields.language(language)] if language else []
    return {"bool": {"must": [likeness], "filter": same}}


def _itself(source: Mapping[str, Any], article: str) -> list[dict[str, Any]]:
    story = source.get("story_id")
    return [{"term": {"id": article}}, *([{"term": {"story_id": story}}] if story else [])]
