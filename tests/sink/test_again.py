"""The second look: what it asks of a real Elasticsearch, and that what fails does not come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch, TransportError
from structlog.testing import capture_logs

from pipeline.article import EnrichedArticle
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from pipeline.sink import again
from pipeline.sink.again import Again
from pipeline.sink.amending import Amender
from pipeline.sink.bulk import Document, Outcome
from pipeline.sink.finding import Finder
from pipeline.sink.standing import Standing
from pipeline.stories.choice import Member, founded
from pipeline.stories.recent import Recent
from pipeline.stories.sketch import sketch
from tests.sink.articles import NOON
from tests.sink.faulty import FaultyProxy
from tests.sink.telling import telling, wrote

LATE = NOON + timedelta(hours=1)


async def _once(_what: str) -> AsyncIterator[AbstractContextManager[None]]:
    yield nullcontext()


async def _nothing(_ids: Collection[str], _fields: Sequence[str] | None) -> dict[str, Standing]:
    return {}


async def _unwritten(_documents: Mapping[int, Document]) -> dict[int, Outcome]:
    return {}


def looking(client: AsyncElasticsearch, settings: Settings) -> Again:
    """Looks in the index; no document of its own is there to be changed."""
    finder, recent = Finder(client, lambda: settings.index), Recent(5)
    return Again(finder, Amender(finder, recent, _nothing, _unwritten, _once), recent, _once)


def founder(article: EnrichedArticle) -> Member:
    made = sketch(article)
    assert made is not None
    return Member(article.id, founded(article), made)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "LATER_S", 0)
    monkeypatch.setattr(again, "SKEW", timedelta(hours=1))


@pytest.mark.services
@pytest.mark.parametrize(
    ("texts", "requests"),
    [(["vote"], 4), (["vote", "rewrite", "take"], 4), ([], 0)],
    ids=str,
)
def test_stories_of_all_founders_are_asked_for_at_once(
    texts: list[str], requests: int, own: Settings, client: Elasticsearch
) -> None:
    """What was written, as it is kept, the stories that may be the same, and what is to be renamed."""
    wrote(own, [telling("bridge"), telling("vote", "other")])
    client.indices.refresh(index=own.index)

    async def main() -> None:
        async with AsyncElasticsearch(str(proxy.settings.elasticsearch)) as asked:
            one = looking(asked, own)
            for text in texts:
                more = {"headline": "Rain on the coast, sun inland", "body": "A mild week."}
                article = telling("vote", "e", received=LATE, **more) if text == "else" else None
                one.founded(founder(article or telling(text, f"x{text}", received=LATE)))
            await one.look()
            assert one.due is None or texts != ["else"]

    with FaultyProxy(own, [], path="/_msearch") as proxy:
        asyncio.run(main())
    assert len(proxy.sizes) == requests


@pytest.mark.services
def test_a_founder_that_is_like_nothing_others_wrote_asks_for_no_story(
    own: Settings, client: Elasticsearch
) -> None:
    wrote(own, [telling("bridge")])
    client.indices.refresh(index=own.index)

    async def main() -> None:
        async with AsyncElasticsearch(str(proxy.settings.elasticsearch)) as asked:
            one = looking(asked, own)
            one.founded(founder(telling("vote", received=LATE)))
            await one.look()

    with FaultyProxy(own, [], path="/_msearch") as proxy:
        asyncio.run(main())
    assert len(proxy.sizes) == 2


def test_what_fails_is_not_looked_at_for_ever(own_away: Settings) -> None:
    async def main() -> list[bool]:
        async with AsyncElasticsearch(str(own_away.elasticsearch), max_retries=0) as client:
            one = looking(client, own_away)
            one.renamed({"b": "a"})
            one.founded(founder(telling("vote")))
            failed = []
            while one.due is not None:
                try:
                    await one.look()
                except TransportError:
                    failed.append(True)
            return failed

    assert asyncio.run(main()) == [True, True]


def test_no_more_is_kept_than_can_be_looked_at(own_away: Settings) -> None:
    async def main() -> list[str]:
        async with AsyncElasticsearch(str(own_away.elasticsearch), max_retries=0) as client:
            one = looking(client, own_away)
            with capture_logs() as logs:
                for _ in range(again.BATCHES + 1):
                    one.changed({"x": [dict]})
            return [line["event"] for line in logs]

    assert asyncio.run(main()) == ["too much was written to look at all of it again"]


@pytest.fixture
def own_away() -> Settings:
    """Settings of an Elasticsearch that is not there."""
    return Settings(elasticsearch=f"http://127.0.0.1:{free_port('127.0.0.1')}")
