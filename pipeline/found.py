"""What searches give: hits with their stories, facets, suggestions, and what is new; loads no client."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Sort = Literal["relevance", "newest", "oldest"]

OPEN, CLOSE = "\ue000", "\ue001"
"""What stands before and after what matched, where nothing else is asked for."""


class Member(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article of a story, as it stands under the hit that leads.

    Attributes:
        title: its headline, else its first words.
        created: as exact as the wire gave it; so is ``modified``, when this version was made.
        kind: what the wire says it is (``correction``, ``update`` and so on).
    """

    id: str
    title: str
    source: str
    version: int
    kind: str | None = None
    language: str | None = None
    created: str | None = None
    modified: str | None = None


class Hit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article that was found.

    Attributes:
        score: how well it answers; 0 where that was not asked.
        title: its headline, else its first words.
        story: the id of its story; an article that is of none is a story of its own.
        others: how many more articles of the story may be seen, whether they answer or not.
        members: up to five of these, the newest first.
        kind: what the wire says it is (``correction``, ``update`` and so on).
        feed: the feed by which this version came.
        created: as exact as the wire gave it.
        modified: when this version was made, as exact.
        topics: the topics' names, the most likely first; ``qcodes`` has their qcodes.
        highlights: the passages of the body that answer best (else the headline, else names), the best first,
            with what matched between the markers.
    """

    id: str
    score: float
    title: str
    source: str
    status: str
    version: int
    story: str
    others: int = 0
    members: tuple[Member, ...] = ()
    kind: str | None = None
    feed: str | None = None
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


class Results(Struct, frozen=True, kw_only=True):
    """One page of hits.

    Attributes:
        total: how many articles answer in all.
        stories: how many stories they are; ``None`` where hits are not one a story. Up to some 3,000 it is
            exact, above it is estimated.
        took_ms: how long Elasticsearch took, in milliseconds.
        after: what to ask with for the next page; ``None`` where there is none.
        meant: where nothing is found: up to three queries that find something, with words and names that are
            in articles in place of those that are in none.
    """

    total: int
    took_ms: int
    hits: tuple[Hit, ...]
    stories: int | None = None
    after: str | None = None
    meant: tuple[str, ...] = ()


class Bucket(Struct, frozen=True):
    """How many articles have a value: what to ask with, what to show, how many."""

    value: str
    name: str
    count: int


class Moment(Struct, frozen=True):
    """How many articles are of the time from this moment to the next."""

    start: datetime
    count: int


class Spot(Struct, frozen=True):
    """How many articles name a place hereabouts; degrees."""

    lat: float
    lon: float
    count: int


class Facets(Struct, frozen=True, kw_only=True):
    """What the articles that answer have in common; counts are articles, the most frequent first.

    Attributes:
        total: how many articles answer.
        language: tags (``fr-CA``); so are all others but the last two what their fields are asked with.
        topics: ``value`` is the qcode, ``name`` the name.
        countries: ISO 3166 codes of the countries of the places they name.
        timeline: from the first to the last, without a gap, at most 60.
        interval: how long each of the timeline's moments is: a number and ``s``, ``m``, ``h``, ``d``, ``M``
            or ``y``.
        map: the squares of some 40 km in which most articles have a place, at most 500.
    """

    total: int
    took_ms: int
    language: tuple[Bucket, ...] = ()
    source: tuple[Bucket, ...] = ()
    feed: tuple[Bucket, ...] = ()
    topics: tuple[Bucket, ...] = ()
    people: tuple[Bucket, ...] = ()
    organizations: tuple[Bucket, ...] = ()
    places: tuple[Bucket, ...] = ()
    countries: tuple[Bucket, ...] = ()
    timeline: tuple[Moment, ...] = ()
    interval: str = ""
    map: tuple[Spot, ...] = ()


class Suggestion(Struct, frozen=True):
    """A name that goes on as it was begun.

    Attributes:
        kind: ``person``, ``place``, ``organization`` or ``topic``.
        query: what to search for: ``person:"Kim Jong Un"``.
        count: how many articles have it.
    """

    text: str
    kind: Literal["person", "place", "organization", "topic"]
    query: str
    count: int


class Latest(Struct, frozen=True):
    """What was indexed since, the oldest first, and what to ask with the next time."""

    hits: tuple[Hit, ...]
    after: str
