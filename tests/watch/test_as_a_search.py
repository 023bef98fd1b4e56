"""A watch finds what a search finds: the same queries, of the same articles, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch

from pipeline import search
from pipeline.article import Alert, EnrichedArticle, Span
from pipeline.query import Filters
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Sink
from pipeline.watch.watcher import Arrived, Watcher
from tests.services import Stack, apart
from tests.sink.articles import POLITICS, SPORT, article, entity
from tests.watch.saved import keep, made

pytestmark = pytest.mark.services

NOW = datetime.now(UTC)
TALKS = "Le président Kim a reçu M. Poutine à Pyongyang. Des sanctions ont été annoncées."
ARTICLES = (
    article(
        "talks",
        headline="Pourparlers nord-coréens",
        body=TALKS,
        entities=(
            entity(TALKS, "Kim", "PER"),
            entity(TALKS, "Poutine", "PER"),
            entity(TALKS, "Pyongyang", "LOC", id="geonames:1871859", name="Pyongyang", country="KP"),
        ),
        topics=(POLITICS,),
        created="2024-06",
    ),
    article(
        "today", body="Le traité d'assistance mutuelle est signé.", received=NOW, created=f"{NOW:%Y-%m-%d}"
    ),
    article("match", body="L'équipe a gagné la coupe du monde.", topics=(SPORT,), source="AFP"),
    article("english", language="en", headline="Treaties signed", body="Kim and Putin signed the treaties."),
    article("canada", language="fr-CA", body="La sanction est tombée.", source="CP"),
    article("german", language="de", body="Die Verträge wurden unterzeichnet; die Sanktionen bleiben."),
    article("heading", body="Sanctions\n\nUn mot.", headings=(Span(0, 9),)),
    article("summary", body="Un mot.", summary="Une sanction.", headline="Résumé"),
    article("none", language="xx", body="Kim kim kim."),
    article(
        "over", body="Une sanction de plus.", status="withheld", embargo=datetime(2024, 6, 19, tzinfo=UTC)
    ),
    article("endless", body="Kim, sanctions et traités.", status="withheld"),
    article("killed", status="canceled"),
    article(
        "korea",
        body="La Corée du Nord a répondu.",
        entities=(
            entity("La Corée du Nord a répondu.", "Corée du Nord", "LOC", id="iso:KP", name="North Korea"),
        ),
    ),
)
QUERIES = (
    "kim",
    "KIM poutine",
    "sanction",
    "sanctions annoncees",
    '"sanctions ont été"',
    "nord-coréen",
    "traité",
    "treaty",
    "Vertrag",
    "kim OR traité",
    "(kim poutine) OR coupe",
    "kim -poutine",
    "-kim",
    "-(kim OR sanctions) language:fr",
    "language:fr",
    "language:en treaty",
    "source:afp OR source:CP",
    "topic:politics",
    "topic:medtop:15000000",
    "person:poutine place:pyongyang",
    "identity:geonames:1871859",
    "since:2d",
    "until:2024 sanction",
    "created:2024-06",
    "status:withheld",
    "le président kim a reçu monsieur poutine aujourd'hui",
    "mot -coupe -kim",
    "² mot",
    "l'équipe",
    "Nordkorea",
    "North Korea -kim",
    "place:Nordkorea",
)


@pytest.fixture(scope="module")
def settings(stack: Stack) -> Settings:
    """Settings whose index has the articles, and for each query a watch."""
    own = apart(stack.settings)

    async def index() -> None:
        sink, watcher = Sink(own), Watcher(own)
        await sink.ready()
        await watcher.ready()
        await sink.index(ARTICLES)
        await sink.close()
        await watcher.close()

    asyncio.run(index())
    with Elasticsearch(str(own.elasticsearch), request_timeout=60) as client:
        client.indices.refresh(index=own.index)
    keep(own, *(made(own, f"q{number}", typed) for number, typed in enumerate(QUERIES)))
    return own


@pytest.fixture(scope="module")
def watched(settings: Settings) -> dict[str, set[str]]:
    """Which articles each watch finds, all in one batch."""
    return _watched(settings, ARTICLES)


def _watched(settings: Settings, articles: Sequence[EnrichedArticle]) -> dict[str, set[str]]:
    sent: list[Alert] = []

    async def send(alerts: Sequence[Alert]) -> None:
        sent.extend(alerts)

    async def main() -> None:
        watcher = Watcher(settings)
        await watcher.alert([Arrived(each, datetime.now(UTC)) for each in articles], send)
        await watcher.close()

    asyncio.run(main())
    return {typed: {alert.article for alert in sent if alert.query == typed} for typed in QUERIES}


@pytest.mark.parametrize("typed", QUERIES)
def test_a_watch_finds_what_a_search_finds(
    settings: Settings, watched: dict[str, set[str]], typed: str
) -> None:
    names = {each.id: each.guid for each in ARTICLES}
    hits = search.search(typed, settings, Filters(), size=100).hits
    assert {names[each] for each in watched[typed]} == {names[hit.id] for hit in hits}


def test_it_finds_the_same_of_each_article_alone(settings: Settings, watched: dict[str, set[str]]) -> None:
    """What else is in a batch, and in which languages, changes nothing."""
    alone: dict[str, set[str]] = {typed: set() for typed in QUERIES}
    for each in ARTICLES:
        for typed, found in _watched(settings, [each]).items():
            alone[typed] |= found
    assert alone == watched


def test_these_queries_tell_the_articles_apart(watched: dict[str, set[str]]) -> None:
    """Every query finds something, none finds all, and no article that nobody may see is found."""
    sizes = {typed: len(found) for typed, found in watched.items()}
    assert min(sizes.values()) > 0, sizes
    assert max(sizes.values()) < len(ARTICLES) - 2, sizes
    hidden = {each.id for each in ARTICLES if each.guid in {"endless", "killed"}}
    assert not hidden & set().union(*watched.values())
