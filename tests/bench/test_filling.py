"""Documents that are put in quickly: they stand where the sink would put them, and finding finds them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from bench import filling
from bench.filling import Head, Maker, Piece, fill, joined, stocks
from pipeline.sink.elasticsearch import Indexed, Sink
from pipeline.sink.names import month_of
from pipeline.stories import sketch as sketches
from pipeline.stories.sketch import WINDOW
from tests import corpus
from tests.services import apart
from tests.sink.articles import article, entity

if TYPE_CHECKING:
    from pipeline.article import EnrichedArticle
    from tests.services import Stack

DAYS = 90
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def news(number: int) -> EnrichedArticle:
    """An article of six paragraphs, in French or English, with a name in every second of them."""
    language, of = (("fr", corpus.FRENCH), ("en", corpus.ENGLISH))[number % 2]
    paragraphs = [
        " ".join(of[(number + place + turn) % len(of)].format(n=97 * number + turn) for turn in range(2))
        for place in range(6)
    ]
    body = "\n\n".join(paragraphs)
    names = [entity(body, name, "LOC") for name in ("Genève", "Geneva", "Paris") if name in body]
    return article(
        f"n{number}", language=language, body=body, headline=paragraphs[1][:80], entities=tuple(names)
    )


BASES = [news(number) for number in range(12)]
STOCKS = stocks(BASES)
ALL = [each for some in STOCKS.values() for each in some.pieces]
HEADS = [each for some in STOCKS.values() for each in some.heads]


def documents(count: int, **options: Any) -> list[tuple[datetime, str, dict[str, Any]]]:
    made = Maker(STOCKS, **options).documents(count, NOW, DAYS)
    return [(received, identity, json.loads(fields)) for received, identity, fields in made]


def test_pieces_are_of_both_languages_and_long_enough_to_be_compared_whole() -> None:
    assert set(STOCKS) == {"fr", "en"}
    assert len(HEADS) > len(ALL)
    assert all(len(each.body.split()) >= filling.WORDS for each in ALL)
    assert len({each.body for each in ALL}) == len(ALL)


def test_names_of_a_piece_stand_where_its_text_has_them() -> None:
    found = 0
    for each in ALL:
        for one in json.loads(b"{" + each.fields + b"}").get("entities", ()):
            for mention in one["mentions"]:
                assert each.body[mention["start"] : mention["end"]] == one["text"]
                found += 1
    assert found > 3


def test_what_is_in_other_languages_makes_no_pieces() -> None:
    assert stocks([article("d", language="de", body=BASES[0].body)]) == {}


@given(st.sampled_from(HEADS + [each.head for each in ALL]), st.sampled_from(ALL))
def test_a_sketch_of_headline_and_piece_is_that_of_their_texts_together(head: Head, lead: Piece) -> None:
    made = joined(head, lead, NOW)
    real = sketches.of_text(head.text, lead.body, lead.language, NOW)
    assert real is not None
    assert (made.bands, made.head, made.lead) == (real.bands, real.head, real.lead)


def test_documents_go_from_the_oldest_to_the_newest_evenly_and_none_is_there_twice() -> None:
    made = documents(180)
    received = [each for each, _, _ in made]
    assert received == sorted(received)
    assert received[0] == NOW - timedelta(days=DAYS)
    assert {later - one for one, later in pairwise(received)} == {timedelta(days=DAYS) / 180}
    assert len({identity for _, identity, _ in made}) == len(made)
    assert all(fields["id"] == identity for _, identity, fields in made)


def test_one_maker_never_gives_the_same_document_again() -> None:
    maker = Maker(STOCKS)
    first = {identity for _, identity, _ in maker.documents(50, NOW, DAYS)}
    assert first.isdisjoint(identity for _, identity, _ in maker.documents(50, NOW, DAYS))


def test_texts_have_words_that_no_other_has() -> None:
    ends = [fields["body"].rpartition(" ")[2] for _, _, fields in documents(200)]
    assert len(set(ends)) > 190


def test_what_has_the_same_headline_is_one_story_as_long_as_it_comes_again_soon() -> None:
    last: dict[str, tuple[datetime, str]] = {}
    same = other = 0
    for received, _, fields in documents(1000):
        told = " ".join(sketches.words(fields["headline"]))
        at, story = last.get(told, (received - 2 * WINDOW, ""))
        if received - at <= WINDOW:
            assert fields["story_id"] == story
            same += 1
        else:
            assert fields["story_id"] != story
            other += 1
        last[told] = received, fields["story_id"]
    assert same > 10
    assert other > 10


def test_some_documents_are_takes_with_the_headline_of_their_own_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def own(takes: float) -> int:
        """Those whose headline is the beginning of their text, as it is where there was none."""
        monkeypatch.setattr(filling, "TAKES", takes)
        return sum(fields["body"].startswith(fields["headline"]) for _, _, fields in documents(600))

    usual = filling.TAKES
    never, some, always = own(0), own(usual), own(1)
    assert never < some < always
    assert some - never < (always - never) / 2


@pytest.mark.services
def test_documents_stand_in_their_months_and_the_indices_are_as_before(stack: Stack) -> None:
    settings = apart(stack.settings)
    asyncio.run(fill(settings, Maker(STOCKS), 300, DAYS))
    with Elasticsearch(str(settings.elasticsearch)) as client:
        found = client.search(index=settings.index, size=300, source_includes=["received"])["hits"]["hits"]
        now = datetime.now(UTC)
        for hit in found:
            month = month_of(datetime.fromisoformat(hit["_source"]["received"]), now)
            assert hit["_index"].endswith(f"-{month}")
        assert len(found) == 300
        kept = client.indices.get_settings(index=f"{settings.index}-*", flat_settings=True)
        for each in kept.body.values():
            assert each["settings"]["index.refresh_interval"] == "1s"
            assert each["settings"].get("index.translog.durability", "request").lower() == "request"
        client.indices.delete(index=list(kept.body))


@pytest.mark.services
def test_an_article_of_now_joins_the_story_of_a_filled_one_that_tells_the_same(stack: Stack) -> None:
    settings = apart(stack.settings)
    asyncio.run(fill(settings, Maker(STOCKS), 400, DAYS))

    async def joins(hit: dict[str, Any]) -> str:
        fields = hit["_source"]
        made = article(
            "take",
            language=fields["language"],
            headline=fields["headline"],
            body=fields["body"],
            received=datetime.now(UTC),
            created=fields["created"],
        )
        sink = Sink(settings)
        try:
            await sink.ready()
            assert await sink.index([made]) == [Indexed()]
        finally:
            await sink.close()
        with Elasticsearch(str(settings.elasticsearch)) as client:
            client.indices.refresh(index=settings.index)
            found = client.search(index=settings.index, query={"term": {"id": made.id}})
            return str(found["hits"]["hits"][0]["_source"]["story_id"])

    with Elasticsearch(str(settings.elasticsearch)) as client:
        latest = client.search(index=settings.index, sort=["@timestamp:desc"], size=1)["hits"]["hits"][0]
        story = asyncio.run(joins(latest))
        near = client.search(index=settings.index, query={"term": {"story_id": story}})
        assert latest["_id"] in {hit["_id"] for hit in near["hits"]["hits"]}
        client.indices.delete(index=list(client.indices.get(index=f"{settings.index}-*").body))
