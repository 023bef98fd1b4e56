"""The lag in Elasticsearch: names, documents, templates, and which months go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lag import figures
from pipeline.lag.index import LagIndex, LagIndexError, documents, expired, identity, name_of, template
from pipeline.resources import resource
from pipeline.settings import Settings
from pipeline.sink import templates
from tests.lag.made import AT, group, partition, snapshot

ONE = snapshot(group(partition(0), partition(1, status="STALLED", reason="it stands")))


class TestNames:
    def test_a_month_in_utc(self) -> None:
        first = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
        assert name_of("news", first) == "news-lag-2026.11"

    def test_the_template_matches_them_and_goes_before_the_articles(self) -> None:
        name, body = template("news")
        assert name == "newswire-lag.news"
        assert body["index_patterns"] == ["news-lag-*.*"]
        assert body["priority"] > templates.index_template("news")[1]["priority"]

    def test_no_two_aliases_have_templates_of_one_name(self) -> None:
        aliases = ["news", "lag-news", "news-lag", "lag"]
        names = [template(alias)[0] for alias in aliases]
        names += [templates.index_template(alias)[0] for alias in aliases]
        assert len(set(names)) == len(names)

    def test_the_file_holds_what_is_put_for_the_default_alias(self) -> None:
        file = msgspec.json.decode(resource("schemas/elasticsearch/index/newswire-lag.json").read_bytes())
        assert template("news")[1] == file


class TestExpired:
    there = (
        "news-lag-2026.11",
        "news-lag-2026.10",
        "news-lag-2026.09",
        "news-lag-2026.08",
        "news-lag-2025.12",
    )

    def test_so_many_months_are_kept_this_one_too(self) -> None:
        assert expired(self.there, "news", AT, 3) == ["news-lag-2025.12", "news-lag-2026.08"]
        assert expired(self.there, "news", AT, 1) == sorted(self.there[1:])

    def test_over_the_turn_of_the_year(self) -> None:
        january = datetime(2026, 1, 1, tzinfo=UTC)
        assert expired(["news-lag-2025.12", "news-lag-2025.11"], "news", january, 2) == ["news-lag-2025.11"]

    @pytest.mark.parametrize(
        "name",
        ["news-000001", "news-lag-000001", "news-lag-2020.13", "news-lag-2020.1", "news-lag-2020.01-copy",
         "old-news-lag-2020.01", "newsXlag-2020.01", "news-lag-2020.01\n"],
    )  # fmt: skip
    def test_no_other_index_is_ever_one_of_them(self, name: str) -> None:
        assert expired([name], "news", AT, 1) == []

    @given(*[st.dates(min_value=date(2000, 1, 1))] * 2, st.integers(1, 100))
    def test_of_each_month_it_is_known_for_how_long_it_is_kept(self, month: Any, now: Any, kept: int) -> None:
        written, at = (datetime(each.year, each.month, each.day, tzinfo=UTC) for each in (month, now))
        over = (at.year - written.year) * 12 + at.month - written.month
        assert bool(expired([name_of("a", written)], "a", at, kept)) == (over >= kept)


class TestDocuments:
    def test_one_for_the_group_and_one_for_each_partition(self) -> None:
        total, first, second = documents(ONE)
        assert total == {
            "@timestamp": "2026-11-27T02:48:13.500Z",
            "group": "newswire-enrich",
            "hop": "enrich",
            "topic": "news.raw",
            "lag": 30,
            "lag_seconds": 6.0,
            "produce_rate": 2.0,
            "consume_rate": 5.0,
            "catch_up_seconds": 10.0,
            "status": "OK",
            "measured": True,
        }
        assert first == {**total, "partition": 0, "log_end_offset": 100, "committed_offset": 70}
        assert (second["partition"], second["status"], second["reason"]) == (1, "STALLED", "it stands")

    def test_what_is_not_known_is_absent(self) -> None:
        one = partition(seconds=None, catch_up_s=None, committed_offset=None, measured=False)
        total, first = documents(snapshot(group(one, hop=None)))
        assert {"lag_seconds", "catch_up_seconds", "hop"}.isdisjoint(total)
        assert "committed_offset" not in first
        assert first["measured"] is False

    def test_a_lag_that_nobody_knows_is_absent_and_none_is_0(self) -> None:
        silent, still = partition(0, lag=0, seconds=None), partition(1, lag=0, seconds=0.0)
        _, unknown, none = documents(snapshot(group(silent, still)))
        assert "lag" not in unknown
        assert none["lag"] == 0

    def test_a_group_of_several_topics_names_none(self) -> None:
        total, *_ = documents(snapshot(group(partition(0), partition(0, topic="b"))))
        assert "topic" not in total

    def test_each_has_an_identity_of_its_own_and_always_the_same(self) -> None:
        both = snapshot(*ONE.groups, group(partition(0), group="newswire-index"))
        names = [identity(one) for one in documents(both)]
        assert len(set(names)) == len(names) == 5
        assert names == [identity(one) for one in documents(both)]


@pytest.fixture
def client(own: Settings) -> Iterator[Elasticsearch]:
    """To look behind the writer's back, and to leave nothing."""
    with Elasticsearch(str(own.elasticsearch), request_timeout=60) as made:
        yield made
        made.options(ignore_status=404).indices.delete_index_template(name=template(own.index)[0])
        for name in made.indices.get(index=f"{own.index}-*"):
            made.indices.delete(index=name)


def written(client: Elasticsearch, own: Settings) -> list[dict[str, Any]]:
    client.indices.refresh(index=f"{own.index}-lag-*")
    found = client.search(
        index=f"{own.index}-lag-*", size=100, sort=["group", {"partition": {"missing": "_first"}}]
    )
    return [hit["_source"] for hit in found["hits"]["hits"]]


@pytest.mark.services
class TestWrite:
    def test_a_look_goes_into_its_month_and_twice_is_once(self, own: Settings, client: Elasticsearch) -> None:
        with LagIndex(own) as index:
            assert index.write(ONE) == 3
            assert index.write(ONE) == 3
        assert list(client.indices.get(index=f"{own.index}-lag-*")) == [f"{own.index}-lag-2026.11"]
        assert written(client, own) == list(documents(ONE))

    def test_the_alias_of_the_articles_has_no_part_in_it(self, own: Settings, client: Elasticsearch) -> None:
        name, body = templates.index_template(own.index)
        articles = {"mappings": {"properties": {"headline": {"type": "text"}}}, "aliases": {own.index: {}}}
        client.indices.put_index_template(
            name=name, index_patterns=body["index_patterns"], priority=body["priority"], template=articles
        )
        try:
            with LagIndex(own) as index:
                index.write(ONE)
            [found] = client.indices.get(index=f"{own.index}-lag-2026.11").values()
        finally:
            client.indices.delete_index_template(name=name)
        assert found["mappings"]["dynamic"] == "strict"
        assert "headline" not in found["mappings"]["properties"]
        assert not found["aliases"]

    def test_each_field_that_is_written_has_a_type(self, own: Settings, client: Elasticsearch) -> None:
        silent = figures.silent("t", 0, "no broker leads this partition")
        with LagIndex(own) as index:
            index.write(snapshot(*ONE.groups, group(silent, hop=None, group="b")))
        assert {one["group"] for one in written(client, own)} == {"newswire-enrich", "b"}

    def test_nothing_to_write_is_nothing_written(self, own: Settings, client: Elasticsearch) -> None:
        with LagIndex(own) as index:
            assert index.write(snapshot()) == 0
        assert not client.indices.get(index=f"{own.index}-lag-*")

    def test_months_that_are_over_for_long_go_and_nothing_else_does(
        self, own: Settings, client: Elasticsearch
    ) -> None:
        names = [f"{own.index}-{rest}" for rest in ("lag-2026.08", "lag-2026.09", "lag-000001", "000001")]
        for name in names:
            client.indices.create(index=name)
        with LagIndex(own) as index:
            index.write(ONE)
            left = set(client.indices.get(index=f"{own.index}-*"))
            assert left == {*names[1:], f"{own.index}-lag-2026.11"}
            index.write(snapshot(*ONE.groups, at=datetime(2026, 12, 1, tzinfo=UTC)))
            assert f"{own.index}-lag-2026.09" not in client.indices.get(index=f"{own.index}-*")

    def test_an_index_of_an_older_version_gets_the_fields_that_it_lacks(
        self, own: Settings, client: Elasticsearch
    ) -> None:
        client.indices.create(
            index=f"{own.index}-lag-2026.11",
            mappings={"dynamic": "strict", "properties": {"@timestamp": {"type": "date"}}},
        )
        with LagIndex(own) as index:
            assert index.write(ONE) == 3

    def test_an_index_that_contradicts_is_told(self, own: Settings, client: Elasticsearch) -> None:
        client.indices.create(
            index=f"{own.index}-lag-2026.11", mappings={"properties": {"lag": {"type": "boolean"}}}
        )
        with LagIndex(own) as index, pytest.raises(LagIndexError, match="refuses to keep the lag"):
            index.write(ONE)

    def test_documents_that_are_refused_are_told(self, own: Settings, client: Elasticsearch) -> None:
        with LagIndex(own) as index:
            index.write(ONE)
            client.indices.put_settings(
                index=f"{own.index}-lag-2026.11", settings={"index.blocks.write": True}
            )
            with pytest.raises(LagIndexError, match="blocked"):
                index.write(ONE)
            client.indices.put_settings(
                index=f"{own.index}-lag-2026.11", settings={"index.blocks.write": False}
            )
            assert index.write(ONE) == 3


def test_an_elasticsearch_that_is_away_is_told_without_its_password() -> None:
    away = Settings(elasticsearch="http://kim:secret@127.0.0.1:9")
    with LagIndex(away) as index, pytest.raises(LagIndexError) as error:
        index.write(ONE)
    assert "Elasticsearch at http://127.0.0.1:9 does not answer" in str(error.value)
    assert "secret" not in str(error.value)
