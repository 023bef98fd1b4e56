"""The saved objects: their form, what they need of each other, and the fields that they name."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.kibana.objects import ALIAS, FILE, ndjson, objects
from pipeline.kibana.saved import FORMS
from pipeline.kibana.visible import ALWAYS, KQL
from pipeline.query.elastic import visible
from pipeline.resources import resource
from pipeline.settings import Settings
from tests.kibana import forms, mapping
from tests.kibana.kql import Tree

OBJECTS = objects(ALIAS)
VIEWS = {"newswire-articles": mapping.of_articles, "newswire-lag": mapping.of_lag}
NUMBERS = {"long", "integer", "short", "byte", "float", "double", "half_float", "unsigned_long"}
DATA_TYPES = {"string": {"keyword"}, "number": NUMBERS, "date": {"date"}}
each = pytest.mark.parametrize("one", OBJECTS, ids=lambda one: one["id"])


def of_type(kind: str) -> list[Any]:
    return [one for one in OBJECTS if one["type"] == kind]


def faults(value: Any, schema: forms.Schema) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def view_of(one: Any) -> str:
    """The one data view that an object is about."""
    (view,) = {link["id"] for link in one["references"] if link["type"] == "index-pattern"}
    return str(view)


def source_of(one: Any) -> Any:
    return json.loads(one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])


def filters_of(one: Any) -> list[Any]:
    filters = one["attributes"]["state"]["filters"] if one["type"] == "lens" else source_of(one)["filter"]
    assert isinstance(filters, list)
    return filters


def columns_of(chart: Any) -> Any:
    return chart["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["layer"]["columns"]


def layers_of(shown: Any) -> Any:
    return json.loads(shown["attributes"]["layerListJSON"])


def queries_of(one: Any) -> list[str]:
    """Everything in KQL that an object holds."""
    if one["type"] == "lens":
        own = one["attributes"]["state"]["query"]["query"]
        return [
            own,
            *(column["filter"]["query"] for column in columns_of(one).values() if "filter" in column),
        ]
    if one["type"] == "map":
        return [layer["query"]["query"] for layer in layers_of(one)]
    return [source_of(one)["query"]["query"]] if one["type"] in ("search", "dashboard") else []


class TestTheForm:
    """Each object is what Kibana 9.4 takes."""

    @each
    def test_every_object_has_the_form_of_its_type(self, one: Any) -> None:
        assert faults(one, forms.OBJECT) == []
        assert faults(one["attributes"], forms.ATTRIBUTES[one["type"]]) == []

    @each
    def test_what_is_packed_within_has_its_form_too(self, one: Any) -> None:
        attributes = one["attributes"]
        for name, schema in forms.PACKED.get(one["type"], {}).items():
            assert faults(json.loads(attributes[name]), schema) == [], name
        if "kibanaSavedObjectMeta" in attributes:
            assert faults(source_of(one), forms.SEARCH_SOURCE) == []
        if one["type"] == "index-pattern":
            packed = [
                name for name in attributes if name not in ("title", "name", "timeFieldName", "allowNoIndex")
            ]
            assert [type(json.loads(attributes[name])) for name in packed] == [
                list if name in ("fields", "sourceFilters") else dict for name in packed
            ]

    @pytest.mark.parametrize("chart", of_type("lens"), ids=lambda one: one["id"])
    def test_a_chart_draws_the_columns_it_has(self, chart: Any) -> None:
        state = chart["attributes"]["state"]
        kind = chart["attributes"]["visualizationType"]
        assert faults(state["visualization"], forms.VISUALIZATIONS[kind]) == []
        columns = columns_of(chart)
        (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
        assert sorted(layer["columnOrder"]) == sorted(columns)
        assert set(drawn(state["visualization"])) == set(columns)

    @pytest.mark.parametrize("chart", of_type("lens"), ids=lambda one: one["id"])
    def test_buckets_come_before_numbers_and_order_by_a_number(self, chart: Any) -> None:
        columns = columns_of(chart)
        (layer,) = chart["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].values()
        bucketed = [columns[name]["isBucketed"] for name in layer["columnOrder"]]
        assert bucketed == sorted(bucketed, reverse=True)
        for column in columns.values():
            order = column["params"].get("orderBy", {})
            if order.get("type") == "column":
                target = columns[order["columnId"]]
                assert not target["isBucketed"]
                assert target["operationType"] != "last_value", "Kibana cannot order by a list"

    def test_the_schemas_find_what_is_wrong(self) -> None:
        chart = json.loads(json.dumps(of_type("lens")[0]))
        chart["attributes"]["visualisationType"] = "lnsXY"
        columns_of(chart)["articles"]["operationType"] = "sum_of_all"
        wrong = " ".join(faults(chart["attributes"], forms.LENS))
        assert "visualisationType" in wrong
        assert "columns.articles" in wrong

    def test_versions_of_forms_are_those_written_down(self) -> None:
        assert {one["type"]: one["typeMigrationVersion"] for one in OBJECTS} == FORMS


def drawn(visualization: Any) -> Iterator[str]:
    """The columns that a visualization names."""
    for key, value in visualization.items():
        if key in ("xAccessor", "splitAccessor", "metricAccessor", "columnId"):
            yield value
        elif key == "accessors":
            yield from value
        elif isinstance(value, list):
            for inner in value:
                yield from drawn(inner)


class TestReferences:
    """What an object needs is in the same file."""

    def test_ids_are_there_once(self) -> None:
        ids = [one["id"] for one in OBJECTS]
        assert sorted(ids) == sorted(set(ids))

    @each
    def test_every_reference_leads_to_an_object_before_it(self, one: Any) -> None:
        before = {(other["type"], other["id"]) for other in OBJECTS[: OBJECTS.index(one)]}
        assert {(link["type"], link["id"]) for link in one["references"]} <= before

    @each
    def test_every_name_used_within_is_a_reference_and_the_other_way_round(self, one: Any) -> None:
        names = [link["name"] for link in one["references"]]
        assert len(names) == len(set(names))
        assert sorted(names) == sorted(names_within(one))

    @pytest.mark.parametrize("board", of_type("dashboard"), ids=lambda one: one["id"])
    def test_panels_show_objects_of_their_own_type(self, board: Any) -> None:
        targets = {link["name"]: link for link in board["references"]}
        for panel in json.loads(board["attributes"]["panelsJSON"]):
            target = targets[f"{panel['panelIndex']}:{panel['panelRefName']}"]
            assert target["type"] == panel["type"]
            assert panel["gridData"]["i"] == panel["panelIndex"]

    def test_everything_but_some_searches_is_on_a_dashboard(self) -> None:
        shown = {link["id"] for board in of_type("dashboard") for link in board["references"]}
        left = {one["id"] for one in OBJECTS if one["type"] in ("lens", "map", "search")} - shown
        assert left == {"newswire-urgent", "newswire-contradicted", "newswire-degraded"}


def names_within(one: Any) -> Iterator[str]:
    """The names of references that an object uses."""
    if one["type"] == "lens":
        for layer in one["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]:
            yield f"indexpattern-datasource-layer-{layer}"
        yield from (pill["meta"]["index"] for pill in filters_of(one))
    if one["type"] in ("search", "dashboard"):
        source = source_of(one)
        yield from (pill["meta"]["indexRefName"] for pill in source["filter"])
        yield from [source["indexRefName"]] if "indexRefName" in source else []
    if one["type"] == "dashboard":
        for panel in json.loads(one["attributes"]["panelsJSON"]):
            yield f"{panel['panelIndex']}:{panel['panelRefName']}"
    if one["type"] == "map":
        yield from (layer["sourceDescriptor"]["indexPatternRefName"] for layer in layers_of(one))


class TestDashboards:
    """Panels stand side by side on a grid 48 wide."""

    @pytest.mark.parametrize("board", of_type("dashboard"), ids=lambda one: one["id"])
    def test_no_two_panels_overlap_and_none_leaves_the_grid(self, board: Any) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(board["attributes"]["panelsJSON"]):
            grid = panel["gridData"]
            assert grid["x"] + grid["w"] <= 48
            cells = {
                (x, y)
                for x in range(grid["x"], grid["x"] + grid["w"])
                for y in range(grid["y"], grid["y"] + grid["h"])
            }
            assert not cells & taken, panel["panelIndex"]
            taken |= cells
        rows = sorted({y for _, y in taken})
        assert all(after - before == 1 for before, after in pairwise(rows))

    def test_the_news_dashboard_shows_all_that_was_asked_for(self) -> None:
        (board,) = (one for one in of_type("dashboard") if one["id"] == "newswire-news")
        shown = {link["id"] for link in board["references"]}
        wanted = {"languages", "topics", "people", "organizations", "places", "map", "newest"}
        assert {f"newswire-{name}" for name in wanted} <= shown


class TestWhatMayBeSeen:
    """No panel and no search shows a kill, copy under embargo, or what was replaced."""

    @pytest.mark.parametrize(
        "one",
        [one for one in OBJECTS if one["type"] in ("lens", "search") and view_of(one) == "newswire-articles"],
        ids=lambda one: one["id"],
    )
    def test_every_chart_and_search_of_articles_has_the_filter(self, one: Any) -> None:
        (pill,) = filters_of(one)
        assert pill["query"] == ALWAYS[1]
        assert not pill["meta"]["disabled"]
        assert not pill["meta"]["negate"]
        assert json.loads(pill["meta"]["value"]) == pill["query"]

    def test_so_has_the_dashboard_for_panels_that_people_add(self) -> None:
        (board,) = (one for one in of_type("dashboard") if one["id"] == "newswire-news")
        assert [pill["query"] for pill in filters_of(board)] == [ALWAYS[1]]

    def test_so_has_every_layer_of_a_map(self) -> None:
        queries = [layer["query"]["query"] for shown in of_type("map") for layer in layers_of(shown)]
        assert queries == [KQL]

    def test_the_filter_holds_all_that_newswire_search_holds_to(self) -> None:
        assert all(clause in ALWAYS[1]["bool"]["must_not"] for clause in visible()["bool"]["must_not"])
        assert {"exists": {"field": "replaced_by"}} in ALWAYS[1]["bool"]["must_not"]


class TestFields:
    """Every field is in our mapping, of the right type."""

    @pytest.mark.parametrize("chart", of_type("lens"), ids=lambda one: one["id"])
    def test_columns_are_counted_from_fields_that_can_be(self, chart: Any) -> None:
        fields = VIEWS[view_of(chart)]()
        for name, column in columns_of(chart).items():
            if column["sourceField"] == "___records___":
                assert column["operationType"] == "count"
                continue
            field = fields[column["sourceField"]]
            assert mapping.aggregatable(field), name
            if column["operationType"] != "unique_count":
                assert field["type"] in DATA_TYPES[column["dataType"]], name
            if "sortField" in column["params"]:
                assert fields[column["params"]["sortField"]]["type"] == "date"

    @each
    def test_queries_name_fields_that_can_be_searched(self, one: Any) -> None:
        named = [field for query in queries_of(one) for field in Tree(query).fields]
        if named:
            fields = VIEWS[view_of(one)]()
            assert [name for name in named if not mapping.searchable(fields[name])] == []

    def test_filters_name_fields_that_can_be_searched(self) -> None:
        fields = mapping.of_articles()
        named = set(re.findall(r'"(?:field": "|term": {"|range": {")(\w+)"', json.dumps(ALWAYS[1])))
        assert named == {"status", "embargo", "replaced_by"}
        assert all(mapping.searchable(fields[name]) for name in named)
        assert fields["embargo"]["type"] == "date"

    @pytest.mark.parametrize("session", of_type("search"), ids=lambda one: one["id"])
    def test_a_search_shows_and_sorts_by_fields_that_are_there(self, session: Any) -> None:
        fields = VIEWS[view_of(session)]()
        attributes = session["attributes"]
        assert [name for name in attributes["columns"] if name not in fields] == []
        assert all(mapping.aggregatable(fields[name]) for name, _ in attributes["sort"])

    def test_the_map_is_of_points(self) -> None:
        sources = [layer["sourceDescriptor"] for shown in of_type("map") for layer in layers_of(shown)]
        fields = mapping.of_articles()
        assert [fields[source["geoField"]]["type"] for source in sources] == ["geo_point"]

    @pytest.mark.parametrize("view", of_type("index-pattern"), ids=lambda one: one["id"])
    def test_data_views_have_a_time_and_formats_of_fields_that_are_there(self, view: Any) -> None:
        fields = VIEWS[view["id"]]()
        assert fields[view["attributes"]["timeFieldName"]]["type"] == "date"
        assert set(json.loads(view["attributes"]["fieldFormatMap"])) <= set(fields)


class TestTheFile:
    """What is imported by hand is what the command imports."""

    def test_it_is_in_step_with_the_code(self) -> None:
        assert resource(FILE).read_bytes() == ndjson(ALIAS), "run `python -m pipeline.kibana`"

    def test_one_command_makes_it_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / FILE).parent.mkdir(parents=True)
        monkeypatch.setattr("pipeline.resources.PACKAGE", tmp_path / "pipeline")
        runpy.run_module("pipeline.kibana", run_name="__main__")
        assert (tmp_path / FILE).read_bytes() == ndjson(ALIAS)

    def test_the_alias_in_it_is_the_default_one(self) -> None:
        assert Settings.model_fields["index"].default == ALIAS

    def test_it_is_one_object_a_line(self) -> None:
        lines = resource(FILE).read_text("utf-8").splitlines()
        assert [json.loads(line) for line in lines] == OBJECTS

    def test_it_holds_no_time_and_no_person(self) -> None:
        for name in ("updated_at", "created_at", "created_by", "updated_by", "namespaces", "originId"):
            assert all(name not in one for one in OBJECTS)

    def test_another_alias_changes_the_data_views_and_nothing_else(self) -> None:
        other = objects("desk")
        changed = [(one, two) for one, two in zip(OBJECTS, other, strict=True) if one != two]
        assert [two["attributes"]["title"] for _, two in changed] == ["desk", "desk-lag-*"]
        assert [one["attributes"]["title"] for one, _ in changed] == ["news", "news-lag-*"]
