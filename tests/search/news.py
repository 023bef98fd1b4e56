"""A handful of articles in an index of the tests' own, and what makes stories of them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle, Topic
from pipeline.search import Results, refresh
from pipeline.settings import Settings
from pipeline.sink import templates
from pipeline.sink.document import restored
from pipeline.sink.elasticsearch import Indexed, Sink
from tests.sink.articles import POLITICS, SPORT, article, entity

if TYPE_CHECKING:
    from tests.services import Stack

TALKS = "North Korea was sanctioned again. Putin’s envoy met Kim Jong Un in Pyongyang; the talks go on."
MATCH = "L’équipe de France a gagné la coupe à Lyon devant Kylian Mbappé. Un match plein de surprises."
LAW = "Le Parlement a voté la loi. Mme Dupont-Aignan s'est opposée à l'article 3."
WAR = Topic(qcode="medtop:16000000", name="conflict, war and peace", score=0.6)
ARTICLES = [
    article(
        "talks",
        language="en",
        body=TALKS,
        created="2024-06-20",
        entities=(
            entity(TALKS, "Kim Jong Un", "PER"),
            entity(TALKS, "North Korea", "LOC", id="iso:KP", name="North Korea", country="KP"),
        ),
        topics=(POLITICS, WAR),
        url="https://example.org/talks",
    ),
    article(
        "match",
        headline="La France gagne",
        body=MATCH,
        created="2024-07-01T20:00:00Z",
        entities=(entity(MATCH, "Kylian Mbappé", "PER"), entity(MATCH, "Lyon", "LOC")),
        topics=(SPORT,),
    ),
    article("law", body=LAW, created="2023", entities=(entity(LAW, "Parlement", "ORG"),)),
    article("canada", language="fr-CA", body="La loi sur les langues au Québec.", created="2023-05"),
    article("headline", headline="Un ouragan sur la côte", body="Les habitants sont à l'abri."),
    article("passing", body="Les habitants parlent encore. " * 5 + "On se souvient d'un ouragan."),
    article("apart", body="La tour est haute et le phare éclaire la rade; une ville, un port."),
    article("together", body="On voit la tour du port éclairer la rade. La ville est haute."),
    article("polish", language="pl", body="Wybory w Łodzi"),
    article("html", body="Attention <script>alert('ouistiti')</script> & co."),
    article("chinese", language="zh", body="北朝鮮发射导弹"),
]
APART = {str(one.guid): {"story_id": one.id} for one in ARTICLES}
"""Each of them as a story of its own."""


def write(settings: Settings, articles: Sequence[EnrichedArticle]) -> None:
    async def work() -> None:
        sink = Sink(settings)
        try:
            await sink.ready()
            assert await sink.index(articles) == [Indexed()] * len(articles)
        finally:
            await sink.close()

    asyncio.run(work())
    refresh(settings)


def new_alias(stack: Stack) -> Settings:
    return stack.settings.model_copy(update={"index": f"test-{uuid.uuid4().hex}"})


def guids(results: Results) -> list[str]:
    names = {one.id: str(one.guid) for one in [*ARTICLES, article("seed")]}
    return [names[hit.id] for hit in results.hits]


def tell(settings: Settings, fields: Mapping[str, Mapping[str, Any]]) -> None:
    """Put fields into the documents of these guids, as the sink does; ``None`` takes one out."""
    ids = {article(guid).id: values for guid, values in fields.items()}
    lines: list[Mapping[str, Any]] = []
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        query = {"ids": {"values": list(ids)}}
        hits = client.search(index=settings.index, query=query, size=len(ids), version=True)["hits"]["hits"]
        assert len(hits) == len(ids)
        for found in hits:
            kept = {**found["_source"], **ids[found["_id"]]}
            told = {name: value for name, value in kept.items() if value is not None}
            version = {"version": found["_version"], "version_type": "external_gte"}
            action = {"_index": found["_index"], "_id": found["_id"], **version}
            lines += [{"index": action}, restored(told, templates.languages())]
        assert not client.bulk(operations=lines)["errors"]
    refresh(settings)
