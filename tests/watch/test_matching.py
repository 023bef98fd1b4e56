"""Articles held against watches, where Elasticsearch does not do as it should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from pipeline import query
from pipeline.settings import Settings
from pipeline.sink import templates, waiting
from pipeline.sink.document import document
from pipeline.watch import matching
from pipeline.watch.matching import AgainError, Match, Matcher, Search
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy

pytestmark = pytest.mark.services


def search(name: str, typed: str) -> Search:
    return Search(name, query.build(query.parse(typed), query.Filters()))


def documents(count: int = 1, **fields: Any) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [document(article(f"g{each}", **fields), now, templates.languages()) for each in range(count)]


@asynccontextmanager
async def matcher(settings: Settings) -> AsyncIterator[tuple[Matcher, AsyncElasticsearch]]:
    async with AsyncElasticsearch(str(settings.elasticsearch), request_timeout=60) as client:

        def may_pass(error: Exception) -> bool:
            return isinstance(error, AgainError) or waiting.may_pass(error)

        yield Matcher(client, settings.index, lambda what: waiting.patiently(what, "", on=may_pass)), client


def found(settings: Settings, given: Sequence[dict[str, Any]], *searches: Search) -> list[tuple[str, int]]:
    async def main() -> list[Match]:
        async with matcher(settings) as (held, _):
            return [match async for matches in held.matches(given, searches) for match in matches]

    return sorted((match.watch, match.place) for match in asyncio.run(main()))


def test_each_match_says_which_article(settings: Settings) -> None:
    given = [*documents(1, body="Un."), *documents(1, body="Deux."), *documents(1, body="Un et deux.")]
    assert found(settings, given, search("one", "un"), search("two", "deux")) == [
        ("one", 0),
        ("one", 2),
        ("two", 1),
        ("two", 2),
    ]


@pytest.mark.parametrize("part", [{"nonsense": {}}, {"range": {"version": {"gte": "no number"}}}])
def test_a_query_that_elasticsearch_refuses_stops_no_other(
    settings: Settings, part: dict[str, Any], capsys: Any
) -> None:
    broken = search("broken", "mot")
    broken.query["bool"]["filter"].append(part)

    async def main() -> list[list[tuple[str, int]]]:
        async with matcher(settings) as (held, _):
            searches = [search("a", "mot"), broken, search("z", "mot")]
            return [
                [
                    (match.watch, match.place)
                    async for some in held.matches(documents(2), given)
                    for match in some
                ]
                for given in (searches, searches, [search("broken", "mot")])
            ]

    first, second, mended = asyncio.run(main())
    assert sorted(first) == sorted(second) == [("a", 0), ("a", 1), ("z", 0), ("z", 1)]
    assert mended == [("broken", 0), ("broken", 1)]
    assert capsys.readouterr().out.count("Elasticsearch refuses its query") == 1


@pytest.mark.parametrize(
    "typed", ["a", "a b", '"a b" -c', "-a", "topic:sport", "a OR b language:fr", "since:2d -(a b)"]
)
def test_what_decides_is_kept_of_a_query(typed: str) -> None:
    whole = search("w", typed).query["bool"]
    bare = matching._bare({"bool": whole})["bool"]
    assert bare["filter"] == whole["filter"][1:]
    assert query.visible() == whole["filter"][0]
    assert bare["must"] == whole["must"]
    assert bare["must_not"] == whole["must_not"]


@pytest.mark.parametrize("broken", [{"version": "no number"}, {"no such field": 1}])
def test_a_document_that_elasticsearch_refuses_stops_no_other(
    settings: Settings, broken: dict[str, Any]
) -> None:
    given = documents(3)
    given[1] |= broken
    assert found(settings, given, search("a", "mot")) == [("a", 0), ("a", 2)]


def test_what_matched_is_marked_in_every_language_of_a_batch(settings: Settings) -> None:
    given = [
        *documents(1, language="fr", body="Les traités."),
        *documents(1, language="en", headline="Treaties", body="They signed treaties."),
        *documents(1, language="fr", headline="Le traité", body="Un mot."),
    ]

    async def main() -> list[tuple[str, ...]]:
        async with matcher(settings) as (held, _):
            searches = [search("a", "traité OR treaty")]
            found = [match async for some in held.matches(given, searches) for match in some]
            return [match.highlights for match in sorted(found, key=lambda match: match.place)]

    assert asyncio.run(main()) == [
        ("Les **traités**.",),
        ("They signed **treaties**.",),
        ("Le **traité**",),
    ]


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_articles_that_are_gone_in_the_middle_are_put_there_again(
    settings: Settings, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes the index, or all that is in it: no watch may find nothing for that reason."""
    monkeypatch.setattr(matching, "PORTION", 1)

    async def main() -> list[Match]:
        every: list[Match] = []
        async with matcher(settings) as (held, client):
            searches = [search("a", "mot"), search("b", "mot")]
            async for matches in held.matches(documents(), searches):
                every += matches
                if len(every) == 1 and how == "deleted":
                    await client.indices.delete(index=held.index)
                elif len(every) == 1:
                    await client.delete_by_query(index=held.index, query={"match_all": {}}, refresh=True)
        return every

    assert [match.watch for match in asyncio.run(main())] == ["a", "b"]


def test_the_index_is_made_anew_where_elasticsearch_makes_none_by_itself(settings: Settings) -> None:
    """With ``action.auto_create_index`` off, a write says only that there is none."""

    async def main() -> tuple[list[Match], dict[str, Any]]:
        async with matcher(settings) as (held, client):
            await client.indices.delete(index=held.index, ignore_unavailable=True)
            await client.cluster.put_settings(persistent={"action.auto_create_index": f"-{held.index},+*"})
            try:
                every = [
                    each async for some in held.matches(documents(), [search("a", "mot")]) for each in some
                ]
            finally:
                await client.cluster.put_settings(persistent={"action.auto_create_index": None})
            mapping = await client.indices.get_mapping(index=held.index)
            return every, mapping.body[held.index]["mappings"]

    every, mapping = asyncio.run(main())
    assert [match.watch for match in every] == ["a"]
    assert mapping["dynamic"] == "strict"


def test_what_a_killed_worker_left_behind_is_removed(settings: Settings) -> None:
    async def main() -> int:
        async with matcher(settings) as (held, client):
            await held.ensure()
            old = documents()[0] | {"indexed": "2024-01-01T00:00:00Z"}
            await client.index(index=held.index, id="old", document=old, refresh=True)
            await held.ensure()
            await client.indices.refresh(index=held.index)
            return int((await client.count(index=held.index, query={"ids": {"values": ["old"]}}))["count"])

    assert asyncio.run(main()) == 0


def test_nothing_of_the_articles_stays_when_all_watches_were_asked(settings: Settings) -> None:
    async def main() -> int:
        async with matcher(settings) as (held, client):
            given = documents(3, source="Left Behind")
            assert [some async for some in held.matches(given, [search("a", "mot")])]
            await client.indices.refresh(index=held.index)
            query = {"term": {"source": "Left Behind"}}
            return int((await client.count(index=held.index, query=query))["count"])

    assert asyncio.run(main()) == 0


def test_indices_of_earlier_versions_are_deleted_and_no_others(settings: Settings) -> None:
    async def main() -> list[str]:
        async with matcher(settings) as (held, client):
            await held.ensure()
            made = [f"watched-{settings.index}-{end}" for end in ("0" * 12, "x" * 12, f"fr-{'0' * 12}")]
            for name in made:
                await client.indices.create(index=name)
            await held.tidy()
            found = await client.indices.get(index=f"watched-{settings.index}-*")
            await client.indices.delete(index=made[1:])
            assert held.index in found.body
            return [name for name in made if name in found.body]

    assert [name.rpartition("-")[2] for name in asyncio.run(main())] == ["x" * 12, "0" * 12]


@pytest.mark.parametrize("path", ["/_bulk", "/_search", "/_msearch"])
@pytest.mark.parametrize("status", [400, 413])
def test_a_request_that_is_too_large_is_halved(settings: Settings, path: str, status: int) -> None:
    searches = [search("a", "mot"), search("b", "un")]
    with FaultyProxy(settings, [status], path=path) as proxy:
        found_all = found(proxy.settings, documents(3), *searches)
        assert not proxy.faults
    assert found_all == [(name, place) for name in "ab" for place in range(3)]


def test_an_article_that_leaves_a_watchs_time_between_two_questions_is_not_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watch counted it a moment ago, for instance with ``since:10min``."""
    count = Matcher._count
    counted: list[dict[str, int]] = []

    async def one_more(self: Matcher, *rest: Any) -> dict[str, int]:
        found = await count(self, *rest)
        counted.append(found)
        return {**found, "left": 1, "some": 2} if len(counted) == 1 else found

    monkeypatch.setattr(Matcher, "_count", one_more)
    given = documents(2) + documents(1, body="Un chat.")
    searches = [search("left", "chien"), search("some", "chat"), search("all", "un")]
    assert found(settings, given, *searches) == [("all", 0), ("all", 1), ("all", 2), ("some", 2)]


@pytest.mark.parametrize("part", [{"nonsense": {}}, {"range": {"version": {"gte": "no number"}}}])
def test_a_query_that_is_refused_only_when_it_marks_stops_no_other(
    settings: Settings, part: dict[str, Any], capsys: Any
) -> None:
    broken = search("broken", "mot")
    broken.query["bool"]["should"] = [part]
    searches = [search("a", "mot"), broken, search("z", "mot")]
    assert found(settings, documents(1), *searches) == [("a", 0), ("z", 0)]
    assert capsys.readouterr().out.count("Elasticsearch refuses its query") == 1


def test_two_workers_at_once_do_not_see_each_others_articles(settings: Settings) -> None:
    async def one(body: str) -> list[Match]:
        async with matcher(settings) as (held, _):
            searches = [search("a", "chat"), search("b", "chien")]
            return [each async for some in held.matches(documents(5, body=body), searches) for each in some]

    async def main() -> list[list[Match]]:
        return list(await asyncio.gather(one("Le chat."), one("Le chien.")))

    cats, dogs = asyncio.run(main())
    assert {match.watch for match in cats} == {"a"}
    assert {match.watch for match in dogs} == {"b"}
