"""Everything that the objects ask for is asked of a real Elasticsearch, with our templates and documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline.article import EnrichedArticle, Entity, Point
from pipeline.kibana.objects import ALIAS, objects
from pipeline.kibana.visible import ALWAYS, KQL
from pipeline.query.elastic import visible
from pipeline.settings import Settings
from pipeline.sink import connection
from tests.kibana import mapping
from tests.kibana.asked import of_lens, of_map, of_search, together
from tests.kibana.kql import Tree
from tests.kibana.test_objects import view_of
from tests.services import Stack, apart
from tests.sink.articles import POLITICS, SPORT, article, entity
from tests.sink.setting_up import indexed

pytestmark = pytest.mark.services

OBJECTS = objects(ALIAS)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
HIDDEN = "Embargoed Minister"


def of(kind: str, view: str) -> list[Any]:
    return [one for one in OBJECTS if one["type"] == kind and view_of(one) == view]


def found(view: str, name: str) -> Any:
    (one,) = (one for one in OBJECTS if one["id"] == f"newswire-{name}" and view_of(one) == view)
    return one


@pytest.fixture(scope="module")
def settings(stack: Stack) -> Settings:
    return apart(stack.settings)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Elasticsearch]:
    with Elasticsearch(**connection.options(settings, timeout_s=30)) as opened:
        yield opened


def place(body: str, name: str, lat: float, lon: float) -> Entity:
    return entity(body, name, "LOC", id=f"geonames:{lat:g}", name=name, point=Point(lat=lat, lon=lon))


def articles() -> list[EnrichedArticle]:
    paris = "Anna Muster est à Paris pour l'ONU."
    berlin = "Anna Muster was in Berlin."
    hidden = f"{HIDDEN} is in Oslo."
    people = [entity(text, "Anna Muster", "PER") for text in (paris, berlin)]
    un = entity(paris, "ONU", "ORG")
    oslo = (entity(hidden, HIDDEN, "PER"), place(hidden, "Oslo", 59.9, 10.7))
    return [
        article(
            "g1", body=paris, entities=(people[0], un, place(paris, "Paris", 48.9, 2.4)), topics=(POLITICS,)
        ),
        article("g2", body=berlin, entities=(people[1], place(berlin, "Berlin", 52.5, 13.4)), language="en"),
        article("g3", body=berlin, language="en", topics=(POLITICS, SPORT), urgency=2),
        article("over", body="Embargo over.", language="en", status="withheld", embargo=PAST, urgency=5),
        article("odd", body="Seltsam.", language="de", language_declared="fr", language_contradicted=True),
        article("part", body="Stückweise.", language="de", degraded={"topics": "took too long"}),
        article(
            "wait", body=hidden, entities=oslo, topics=(SPORT,), status="withheld", embargo=FUTURE, urgency=1
        ),
        article("never", body=hidden, entities=oslo, status="withheld", degraded={"topics": "took too long"}),
        article("killed", body="", status="canceled"),
        article("old", body=hidden, entities=oslo, topics=(SPORT,), language_contradicted=True),
    ]


@pytest.fixture(scope="module")
def news(settings: Settings, client: Elasticsearch) -> str:
    """The alias of an index with ten articles, of which six may be seen."""
    indexed(settings, articles())
    client.indices.refresh(index=settings.index)
    done = client.update_by_query(
        index=settings.index,
        refresh=True,
        query={"term": {"guid": "old"}},
        script={"source": "ctx._source.replaced_by = 'another'"},
    )
    assert done["updated"] == 1
    return settings.index


@pytest.fixture(scope="module")
def lag(settings: Settings, client: Elasticsearch) -> str:
    """The pattern of an index with two groups: three rounds of two partitions and a total."""
    index = f"{settings.index}-lag-2026.01"
    client.indices.create(index=index, mappings=mapping.lag_mappings())
    operations: list[Any] = []
    for number, group, partition in product(range(3), ("newswire-enrich", "newswire-index"), (0, 1, None)):
        slow = group == "newswire-index"
        one = {
            "@timestamp": (NOON + timedelta(seconds=30 * number)).isoformat(),
            "group": group,
            "hop": "index" if slow else "enrich",
            "topic": "news.enriched" if slow else "news.raw",
            "lag": (100 if slow else 1) * (number + 1),
            "lag_seconds": 60.5 if slow else 0.5,
            "produce_rate": 10.0,
            "consume_rate": 4.0 if slow else 10.0,
            "status": "WARN" if slow and number == 2 else "OK",
            "measured": True,
        }
        if partition is not None:
            one |= {"partition": partition, "log_end_offset": 1000 + number, "committed_offset": 900}
        if not slow:
            one["catch_up_seconds"] = 2.0
        operations += [{"index": {"_index": index}}, one]
    assert not client.bulk(operations=operations, refresh=True)["errors"]
    return f"{settings.index}-lag-*"


def asked(client: Elasticsearch, index: str, request: dict[str, Any]) -> Any:
    """The answer; an error or a shard that failed is one here, too."""
    answer = client.search(index=index, **request).body
    assert answer["_shards"]["failed"] == 0
    return answer


def buckets(answer: Any, name: str) -> dict[str, int]:
    return {one["key"]: one["doc_count"] for one in answer["aggregations"][name]["buckets"]}


class TestArticles:
    @pytest.mark.parametrize("chart", of("lens", "newswire-articles"), ids=lambda one: one["id"])
    def test_every_chart_is_answered_from_all_that_may_be_seen(
        self, client: Elasticsearch, news: str, chart: Any
    ) -> None:
        answer = asked(client, news, of_lens(chart))
        assert answer["hits"]["total"]["value"] == 6
        assert HIDDEN not in str(answer)

    @pytest.mark.parametrize(
        ("name", "column", "counts"),
        [
            ("languages", "language", {"en": 3, "de": 2, "fr": 1}),
            ("topics", "value", {"politics and government": 2, "sport": 1}),
            ("people", "value", {"Anna Muster": 2}),
            ("organizations", "value", {"ONU": 1}),
            ("places", "value", {"Berlin": 1, "Paris": 1}),
        ],
    )
    def test_charts_count_what_is_there(
        self, client: Elasticsearch, news: str, name: str, column: str, counts: dict[str, int]
    ) -> None:
        answer = asked(client, news, of_lens(found("newswire-articles", name)))
        assert buckets(answer, column) == counts
        assert list(buckets(answer, column).values()) == sorted(counts.values(), reverse=True)

    def test_languages_are_counted_by_time(self, client: Elasticsearch, news: str) -> None:
        answer = asked(client, news, of_lens(found("newswire-articles", "languages")))
        for language in answer["aggregations"]["language"]["buckets"]:
            assert sum(one["doc_count"] for one in language["time"]["buckets"]) == language["doc_count"]

    @pytest.mark.parametrize(
        ("name", "guids"),
        [
            ("newest", {"g1", "g2", "g3", "over", "odd", "part"}),
            ("urgent", {"g3"}),
            ("contradicted", {"odd"}),
            ("degraded", {"part"}),
        ],
    )
    def test_searches_find_what_they_say(
        self, client: Elasticsearch, news: str, name: str, guids: set[str]
    ) -> None:
        answer = asked(client, news, of_search(found("newswire-articles", name)))
        assert {hit["_source"]["guid"] for hit in answer["hits"]["hits"]} == guids

    @pytest.mark.parametrize(
        ("name", "column"),
        [("urgent", "urgency"), ("contradicted", "language_declared"), ("degraded", "degraded")],
    )
    def test_the_column_that_a_search_is_about_is_filled(
        self, client: Elasticsearch, news: str, name: str, column: str
    ) -> None:
        session = found("newswire-articles", name)
        assert session["attributes"]["columns"][:2] == ["title", column]
        for hit in asked(client, news, of_search(session))["hits"]["hits"]:
            assert hit["fields"]["title"]
            assert any(field.startswith(column) for field in hit["fields"])

    def test_the_map_shows_the_places_of_what_may_be_seen(self, client: Elasticsearch, news: str) -> None:
        answer = asked(client, news, of_map(found("newswire-articles", "map")))
        centres = [one["gridCentroid"]["location"] for one in answer["aggregations"]["gridSplit"]["buckets"]]
        assert sorted((round(at["lat"], 1), round(at["lon"], 1)) for at in centres) == [
            (48.9, 2.4),
            (52.5, 13.4),
        ]


class TestWhatMayBeSeen:
    """The filter says the same in both of Kibana's languages, and no more than `newswire search` may see."""

    @pytest.fixture(scope="class")
    @staticmethod
    def every_case(settings: Settings, client: Elasticsearch, news: str) -> str:
        """An index with every status, with and without embargo, replaced and not."""
        index = f"{settings.index}-{uuid.uuid4().hex[:8]}"
        source = client.indices.get_mapping(index=news).body
        mappings = next(iter(source.values()))["mappings"]["properties"]
        wanted = {name: mappings[name] for name in ("status", "embargo", "replaced_by")}
        client.indices.create(index=index, mappings={"properties": wanted})
        operations: list[Any] = []
        cases = product(("usable", "withheld", "canceled"), (None, PAST, FUTURE), (None, "another"))
        for status, embargo, replaced in cases:
            fields = {"status": status, "embargo": embargo and embargo.isoformat(), "replaced_by": replaced}
            one = {name: value for name, value in fields.items() if value is not None}
            operations += [{"index": {"_index": index}}, one]
        assert not client.bulk(operations=operations, refresh=True)["errors"]
        return index

    @staticmethod
    def seen(client: Elasticsearch, index: str, query: Any) -> list[tuple[Any, ...]]:
        hits = asked(client, index, {"size": 100, "query": query})["hits"]["hits"]
        return sorted(
            tuple(str(hit["_source"].get(name, "")) for name in ("status", "embargo", "replaced_by"))
            for hit in hits
        )

    def test_in_both_languages(self, client: Elasticsearch, every_case: str) -> None:
        expected = [
            ("usable", "", ""),
            ("usable", PAST.isoformat(), ""),
            ("withheld", PAST.isoformat(), ""),
        ]
        assert self.seen(client, every_case, ALWAYS[1]) == expected
        assert self.seen(client, every_case, Tree(KQL).dsl) == expected

    def test_it_is_what_the_search_may_see_without_what_was_replaced(
        self, client: Elasticsearch, every_case: str
    ) -> None:
        found_too = self.seen(client, every_case, visible())
        unreplaced = [one for one in found_too if not one[2]]
        assert self.seen(client, every_case, ALWAYS[1]) == unreplaced


class TestLag:
    @pytest.mark.parametrize("chart", [*of("lens", "newswire-lag")], ids=lambda one: one["id"])
    def test_every_chart_is_answered(self, client: Elasticsearch, lag: str, chart: Any) -> None:
        assert asked(client, lag, of_lens(chart))["hits"]["total"]["value"] > 0

    def test_the_newest_figures_of_each_group(self, client: Elasticsearch, lag: str) -> None:
        answer = asked(client, lag, of_lens(found("newswire-lag", "lag-groups")))
        assert answer["hits"]["total"]["value"] == 6
        rows = {one["key"]: one for one in answer["aggregations"]["group"]["buckets"]}
        assert newest(rows["newswire-index"], "status", "status") == "WARN"
        assert newest(rows["newswire-enrich"], "status", "status") == "OK"
        assert newest(rows["newswire-index"], "lag", "lag") == 300
        assert newest(rows["newswire-index"], "seconds", "lag_seconds") == 60.5
        assert newest(rows["newswire-index"], "catch_up", "catch_up_seconds") is None
        assert newest(rows["newswire-enrich"], "catch_up", "catch_up_seconds") == 2.0

    def test_the_newest_figures_of_each_partition(self, client: Elasticsearch, lag: str) -> None:
        answer = asked(client, lag, of_lens(found("newswire-lag", "lag-partitions")))
        assert answer["hits"]["total"]["value"] == 12
        (group, _) = answer["aggregations"]["group"]["buckets"]
        (topic,) = group["topic"]["buckets"]
        assert [one["key"] for one in topic["partition"]["buckets"]] == [0, 1]
        assert newest(topic["partition"]["buckets"][1], "end", "log_end_offset") == 1002

    @pytest.mark.parametrize(("name", "most"), [("lag-messages", 300), ("lag-seconds", 60.5)])
    def test_the_group_furthest_behind_comes_first(
        self, client: Elasticsearch, lag: str, name: str, most: float
    ) -> None:
        answer = asked(client, lag, of_lens(found("newswire-lag", name)))
        groups = answer["aggregations"]["group"]["buckets"]
        assert [one["key"] for one in groups] == ["newswire-index", "newswire-enrich"]
        (day,) = groups[0]["time"]["buckets"]
        assert day["value"]["value"] == most

    def test_rates_are_averages(self, client: Elasticsearch, lag: str) -> None:
        answer = asked(client, lag, of_lens(found("newswire-lag", "lag-rates")))
        fast, slow = (one["time"]["buckets"][0] for one in answer["aggregations"]["group"]["buckets"])
        assert (fast["consume"]["value"], slow["consume"]["value"]) == (10.0, 4.0)
        assert slow["produce"]["value"] == 10.0

    def test_alarms_are_all_that_is_not_ok(self, client: Elasticsearch, lag: str) -> None:
        answer = asked(client, lag, of_search(found("newswire-lag", "lag-alarms")))
        assert [hit["_source"]["status"] for hit in answer["hits"]["hits"]] == ["WARN"] * 3


def newest(row: Any, column: str, field: str) -> Any:
    """The last value of a column in a row; ``None`` where there is none."""
    hits = row[column]["newest"]["hits"]["hits"]
    return hits[0]["fields"][field][0] if hits else None


def test_a_filter_that_is_switched_off_finds_what_may_not_be_seen(client: Elasticsearch, news: str) -> None:
    chart = found("newswire-articles", "people")
    (pill,) = chart["attributes"]["state"]["filters"]
    off = {**pill, "meta": {**pill["meta"], "disabled": True}}
    answer = asked(client, news, {"size": 0, "query": together("", [off]), "track_total_hits": True})
    assert answer["hits"]["total"]["value"] == 10
