"""Grafana's dashboards: their form, their places, what they name, and that the files are what is made."""

from __future__ import annotations

import json
import re
import runpy
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploy.grafana import files
from deploy.grafana.panels import DATASOURCE, STATUSES
from pipeline.lag.shape import STATUSES as LAG_STATUSES
from tests.monitoring import asked, forms

BOARDS = files.dashboards()
PROVISIONING = files.FOLDER.parent / "provisioning"
each = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def faults(value: Any, schema: forms.Schema) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def panels(kind: str) -> list[Any]:
    return [panel for board in BOARDS.values() for panel in board["panels"] if panel["type"] == kind]


def expressions(board: Any) -> str:
    return " ".join(target["expr"] for panel in board["panels"] for target in panel.get("targets", ()))


class TestTheForm:
    @each
    def test_a_dashboard_has_the_form_that_grafana_documents(self, board: Any) -> None:
        assert faults(board, forms.DASHBOARD) == []

    @each
    def test_each_panel_has_the_form_of_its_kind(self, board: Any) -> None:
        for panel in board["panels"]:
            assert faults(panel, forms.PANELS[panel["type"]]) == [], panel["title"]

    def test_every_kind_of_panel_is_in_use(self) -> None:
        assert {panel["type"] for board in BOARDS.values() for panel in board["panels"]} == set(forms.PANELS)

    @each
    def test_panels_and_what_they_ask_have_names_of_their_own(self, board: Any) -> None:
        numbers = [panel["id"] for panel in board["panels"]]
        titles = [panel["title"] for panel in board["panels"]]
        assert len(set(numbers)) == len(numbers)
        assert len(set(titles)) == len(titles)
        for panel in board["panels"]:
            letters = [target["refId"] for target in panel.get("targets", ())]
            assert len(set(letters)) == len(letters)

    def test_dashboards_have_addresses_and_titles_of_their_own(self) -> None:
        for key in ("uid", "title"):
            assert len({board[key] for board in BOARDS.values()}) == len(BOARDS)


class TestThePlaces:
    @each
    def test_no_panel_lies_over_another_or_off_the_grid(self, board: Any) -> None:
        places = [panel["gridPos"] for panel in board["panels"]]
        assert all(place["x"] + place["w"] <= 24 for place in places)
        for one, other in combinations(places, 2):
            apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
            assert apart_x or apart_y

    @each
    def test_panels_leave_no_gap(self, board: Any) -> None:
        places = [panel["gridPos"] for panel in board["panels"]]
        height = max(place["y"] + place["h"] for place in places)
        assert sum(place["w"] * place["h"] for place in places) == 24 * height


class TestWhatIsNamed:
    @each
    def test_a_variable_is_used_and_what_is_used_is_a_variable(self, board: Any) -> None:
        own = {variable["name"] for variable in board["templating"]["list"]}
        used = set(re.findall(r"\$([a-z]\w*)", expressions(board)))
        assert used == own

    @each
    def test_a_variable_asks_what_it_says(self, board: Any) -> None:
        for variable in board["templating"]["list"]:
            assert variable["query"]["query"] == variable["definition"]

    def test_what_is_recorded_is_recorded_by_our_rules(self) -> None:
        text = " ".join(map(expressions, BOARDS.values()))
        recorded = set(re.findall(r"\b[a-z_]+:\w+:\w+", text))
        assert recorded
        assert recorded <= set(asked.names("record"))

    def test_every_rule_that_records_is_of_use(self) -> None:
        alerts = " ".join(rule["expr"] for rule in asked.rules())
        text = " ".join(map(expressions, BOARDS.values())) + alerts
        assert [name for name in asked.names("record") if name not in text] == []

    def test_legends_name_labels_that_the_expression_keeps(self) -> None:
        for panel in panels("timeseries") + panels("state-timeline"):
            for target in panel["targets"]:
                kept = re.search(r"\bby \(([\w, ]+)\)", target["expr"])
                named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                if kept:
                    assert named == set(kept[1].split(", ")) - {"le"}, panel["title"]

    def test_a_table_has_a_column_for_each_label_and_each_query(self) -> None:
        for panel in panels("table"):
            titles = panel["transformations"][1]["options"]["renameByName"]
            for target in panel["targets"]:
                kept = re.search(r"\bby \(([\w, ]+)\)", target["expr"])
                assert kept, panel["title"]
                assert set(kept[1].split(", ")) == {name for name in titles if not name.startswith("Value")}
            columns = [override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]]
            assert columns == [title for name, title in titles.items() if name.startswith("Value")]
            assert len(columns) == len(panel["targets"])

    def test_the_status_of_a_group_is_called_what_the_lag_calls_it(self) -> None:
        assert tuple(name for name, _ in STATUSES) == LAG_STATUSES
        (rule,) = [rule for rule in asked.rules() if rule.get("record") == "group:newswire_lag_status:max"]
        numbers = re.findall(r'newswire_lag_status="(\w+)"} \* (\d)', rule["expr"])
        assert numbers == [(name, str(number)) for number, name in enumerate(LAG_STATUSES)]

    def test_grafana_is_told_the_datasource_that_the_panels_name(self) -> None:
        (source,) = yaml.safe_load((PROVISIONING / "datasources/newswire.yml").read_text())["datasources"]
        assert {key: source[key] for key in DATASOURCE} == DATASOURCE
        scraped = yaml.safe_load((asked.FOLDER / "prometheus.yml").read_text())["global"]["scrape_interval"]
        assert source["jsonData"]["timeInterval"] == scraped

    def test_grafana_is_told_where_the_dashboards_are(self) -> None:
        (provider,) = yaml.safe_load((PROVISIONING / "dashboards/newswire.yml").read_text())["providers"]
        assert (provider["type"], provider["options"]) == ("file", {"path": "/etc/grafana/dashboards"})


class TestTheFiles:
    def test_the_files_are_what_the_module_makes(self) -> None:
        there = {path.name: path.read_text() for path in files.FOLDER.iterdir()}
        assert there == files.texts(), "run `python -m deploy.grafana`"

    def test_they_are_made_by_the_command(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "FOLDER", tmp_path)
        runpy.run_module("deploy.grafana", run_name="__main__")
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files.texts()

    def test_they_are_json_without_what_changes_from_time_to_time(self) -> None:
        for name, text in files.texts().items():
            assert json.loads(text) == BOARDS[name]
            assert files.texts()[name] == text
