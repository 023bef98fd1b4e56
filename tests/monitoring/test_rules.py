"""Prometheus's rules: what promtool says of them, that each is tested, and that each alert is told about."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from deploy.grafana.files import dashboards
from pipeline.cli import cli
from tests.monitoring import asked
from tests.monitoring.programs import HOW, program

TESTS = sorted((asked.FOLDER / "tests").glob("*.yml"))
ALERTS = [rule for rule in asked.rules("alerts.yml") if "alert" in rule]
DOCS = Path(__file__).parents[2] / "docs"
needs_promtool = pytest.mark.skipif(program("promtool") is None, reason=f"there is no promtool: {HOW}")
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


def promtool(*arguments: str | Path) -> None:
    command = program("promtool")
    assert command
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def commands(group: Any, before: str = "") -> Iterator[str]:
    """All commands of ours, as they are typed."""
    for name, command in getattr(group, "commands", {}).items():
        yield before + name
        yield from commands(command, f"{before}{name} ")


def cases(key: str) -> list[Any]:
    """All cases of a kind, of all files."""
    found = []
    for file in TESTS:
        for test in yaml.safe_load(file.read_text())["tests"]:
            found += test.get(key, [])
    return found


@needs_promtool
class TestPromtool:
    def test_the_configuration_is_one(self) -> None:
        promtool("check", "config", asked.FOLDER / "prometheus.yml")

    def test_the_rules_are_rules(self) -> None:
        promtool("check", "rules", *(asked.FOLDER / name for name in asked.RULES))

    @pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
    def test_the_rules_do_what_their_tests_say(self, file: Path) -> None:
        promtool("test", "rules", file)


class TestThatEachRuleIsTested:
    @each_alert
    def test_an_alert_fires_in_one_test_and_not_in_another(self, alert: Any) -> None:
        fired = [
            bool(case["exp_alerts"])
            for case in cases("alert_rule_test")
            if case["alertname"] == alert["alert"]
        ]
        assert set(fired) == {True, False}

    @pytest.mark.parametrize("name", asked.names("record"))
    def test_a_record_has_a_value_in_one_test_and_none_in_another(self, name: str) -> None:
        samples = [
            bool(case["exp_samples"]) for case in cases("promql_expr_test") if case["expr"].startswith(name)
        ]
        assert set(samples) == {True, False}

    def test_no_test_is_about_what_there_is_not(self) -> None:
        assert {case["alertname"] for case in cases("alert_rule_test")} <= set(asked.names("alert"))

    def test_rules_have_names_of_their_own(self) -> None:
        names = asked.names("alert") + asked.names("record")
        assert len(set(names)) == len(names)


class TestWhatAnAlertSays:
    @each_alert
    def test_it_has_a_severity_and_says_what_where_and_what_to_do(self, alert: Any) -> None:
        assert alert["labels"]["severity"] in {"warning", "critical"}
        assert set(alert["annotations"]) == {"summary", "description", "runbook"}
        assert "\n" not in alert["annotations"]["summary"]
        assert len(alert["annotations"]["description"]) > 80

    @each_alert
    def test_it_leads_to_its_section(self, alert: Any) -> None:
        page, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert page == "docs/alerts.md"
        headings = re.findall(r"^## (.+)$", (DOCS / "alerts.md").read_text(), re.MULTILINE)
        # As GitHub makes anchors.
        anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-"): title for title in headings}
        assert alert["alert"] in anchors[anchor]

    def test_no_section_is_about_an_alert_that_there_is_not(self) -> None:
        headings = re.findall(r"^## (.+)$", (DOCS / "alerts.md").read_text(), re.MULTILINE)
        told = {name for title in headings for name in re.findall(r"Newswire\w+", title)}
        assert told == set(asked.names("alert"))

    @each_alert
    def test_the_labels_in_its_words_are_there(self, alert: Any) -> None:
        fired = [
            one
            for case in cases("alert_rule_test")
            if case["alertname"] == alert["alert"]
            for one in case["exp_alerts"]
        ]
        text = " ".join(alert["annotations"].values())
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert all(label in one["exp_labels"] for one in fired), label

    @each_alert
    def test_the_panels_that_it_names_are_there(self, alert: Any) -> None:
        titles = {
            board["title"]: [panel["title"] for panel in board["panels"]] for board in dashboards().values()
        }
        text = alert["annotations"]["description"]
        boards = [title for title in titles if f'"{title}"' in text]
        quoted = re.findall(r'"([A-Z][^"]+)"', text)
        for name in quoted:
            assert name in boards or any(name in titles[board] for board in boards), name

    @each_alert
    def test_the_commands_that_it_names_are_there(self, alert: Any) -> None:
        known = set(commands(get_command(cli)))
        for words in re.findall(r"`newswire ([a-z ]+?)`", alert["annotations"]["description"]):
            assert words in known, words
