"""From Elasticsearch's hits to ours: which fields are fetched, what is highlighted, how a hit is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.found import Hit, Member
from pipeline.query import Filters, QueryError
from pipeline.sink import templates

MAX_SIZE = 1000
UNFILTERED = Filters()

SHOWN = (
    *("title", "source", "language", "created", "modified", "status", "version", "url", "kind"),
    *("topics", "topic_names", "people", "places", "organizations", "story_id", "feed", "provenance.feed"),
)
"""What a hit is made of."""

SHOWN_OF_MEMBERS = ("title", "source", "language", "created", "modified", "version", "kind")

_FRAGMENTS = 3
_FRAGMENT_CHARACTERS = 160
_HIGHLIGHTED_CHARACTERS = 200_000
_LISTS = ("people", "places", "organizations")


def checked(size: int) -> int:
    """How many hits are wanted, if that is a number of them.

    Raises:
        QueryError: it is not.
    """
    if not 1 <= size <= MAX_SIZE:
        raise QueryError(f"size: {size} is not from 1 to {MAX_SIZE}")
    return size


def highlight(
    markers: tuple[str, str], language: str | None, query: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Highlight in headline and body what matched there or in the fields with stems made from them.

    Args:
        markers: what to put before and after it.
        language: the one language of all hits, if there is one.
        query: what to mark, if it is not what is searched for.
    """
    languages = templates.languages()
    own = {language} & languages if language else languages
    stemmed = [f"text_{code}" for code in sorted(own)]
    return {
        **({} if query is None else {"highlight_query": query}),
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
            **{f"{name}_names": {"number_of_fragments": _FRAGMENTS} for name in _LISTS},
        },
    }


def hit(found: Mapping[str, Any], score: float = 0.0) -> Hit:
    """One of Elasticsearch's hits as one of ours, fetched with ``SHOWN``."""
    source, marked = found["_source"], found.get("highlight", {})
    feed = source.get("provenance", {}).get("feed") or source.get("feed")
    passages = marked.get("body") or marked.get("headline")
    names = [name for field in _LISTS for name in marked.get(f"{field}_names", ())]
    return Hit(
        score=score,
        status=source["status"],
        story=source.get("story_id") or found["_id"],
        feed=feed[0] if isinstance(feed, list) else feed,
        url=source.get("url"),
        topics=tuple(source.get("topic_names", ())),
        qcodes=tuple(source.get("topics", ())),
        people=tuple(source.get("people", ())),
        places=tuple(source.get("places", ())),
        organizations=tuple(source.get("organizations", ())),
        highlights=tuple(passages or names),
        **_common(found),
    )


def member(found: Mapping[str, Any]) -> Member:
    """One of Elasticsearch's hits as a member of a story, fetched with ``SHOWN_OF_MEMBERS``."""
    return Member(**_common(found))


def _common(found: Mapping[str, Any]) -> dict[str, Any]:
    source = found["_source"]
    optional = {name: source.get(name) for name in ("kind", "language", "created", "modified")}
    needed = {name: source[name] for name in ("title", "source", "version")}
    return {"id": found["_id"], **needed, **optional}
