"""Enriched articles made by hand, so that sink and search are tested without models."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.article import EnrichedArticle, Entity, Label, Provenance, Span, Topic, article_id
from tests.seed import SEED
from tests.seed import body as text_of_seed

NOON = datetime(2024, 6, 19, 12, tzinfo=UTC)
POLITICS = Topic(qcode="medtop:11000000", name="politics and government", score=0.9)
SPORT = Topic(qcode="medtop:15000000", name="sport", score=0.8)


def article(guid: str = "g1", **fields: Any) -> EnrichedArticle:
    """A short French article; any field can be another."""
    usual: dict[str, Any] = {
        "id": article_id("Test", guid, ""),
        "source": "Test",
        "guid": guid,
        "version": 1,
        "status": "usable",
        "received": NOON,
        "enriched": NOON,
        "provenance": Provenance(feed="desk", format="text", location="desk.txt"),
        "language": "fr",
        "body": "Un mot.",
    }
    return EnrichedArticle(**(usual | fields))


def entity(body: str, name: str, label: Label, /, **fields: Any) -> Entity:
    """A name with every place where it stands in the body; any other field can be given."""
    mentions = tuple(Span(found.start(), found.end()) for found in re.finditer(re.escape(name), body))
    return Entity(text=name, label=label, count=len(mentions), mentions=mentions, **fields)


def seed() -> EnrichedArticle:
    """The real article, with the names and topics that are really in it; skips where it is absent."""
    if not SEED.exists():
        pytest.skip(f"the seed article is not at {SEED}")
    body = text_of_seed()
    lines = [match for match in re.finditer(r"(?m)^.+$", body) if not match[0].rstrip().endswith(".")]
    people = [entity(body, name, "PER") for name in ("Vladimir Poutine", "Kim Jong Un")]
    korea = entity(body, "Corée du Nord", "LOC", id="iso:KP", name="North Korea", country="KP")
    places = [korea, *(entity(body, name, "LOC") for name in ("Pyongyang", "Moscou"))]
    return article(
        "seed",
        body=body,
        created="2024-06",
        headings=tuple(Span(*line.span()) for line in lines),
        entities=(*people, *places, entity(body, "ONU", "ORG")),
        topics=(POLITICS,),
    )
