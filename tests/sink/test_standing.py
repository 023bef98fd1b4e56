"""What stands of an article is told at once, through an alias, on a real Elasticsearch."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.settings import Settings
from pipeline.sink.standing import Standing, standing
from tests.sink.articles import article
from tests.sink.setting_up import added, indexed

pytestmark = pytest.mark.services

ONE, OTHER = article("one", version=3), article("other")


def looked(
    settings: Settings, ids: Collection[str], fields: Sequence[str] | None = None, alias: str | None = None
) -> dict[str, Standing]:
    async def main() -> dict[str, Standing]:
        async with AsyncElasticsearch(str(settings.elasticsearch)) as client:
            return await standing(client, alias or settings.index)(ids, fields)

    return asyncio.run(main())


def test_what_was_written_a_moment_ago_is_told_with_its_version(own: Settings) -> None:
    indexed(own, [ONE, OTHER])
    found = looked(own, [ONE.id, "f" * 32], ["status", "guid", "nothing"])
    assert found == {ONE.id: Standing(f"{own.index}-000001", 3, {"status": "usable", "guid": "one"})}


def test_all_fields_are_told_where_none_are_named(own: Settings) -> None:
    indexed(own, [ONE])
    assert looked(own, [ONE.id])[ONE.id].source["body"] == ONE.body


def test_nothing_stands_where_nothing_is_asked_or_no_index_is_there(own: Settings) -> None:
    assert looked(own, []) == {}
    assert looked(own, [ONE.id]) == {}


def test_of_several_indices_behind_an_alias_the_one_that_is_written_to_tells(
    own: Settings, client: Elasticsearch
) -> None:
    indexed(own, [ONE])
    other = added(own)
    client.indices.put_alias(index=other, name=own.index)
    assert set(looked(own, [ONE.id])) == {ONE.id}
