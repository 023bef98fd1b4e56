"""Every expression that our dashboards and rules hand to Prometheus, with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from deploy.grafana.files import dashboards

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES = ("recording.yml", "alerts.yml")
_LABEL_VALUES = re.compile(r"label_values\((?P<metric>.+), (?P<label>\w+)\)")
# What is compared with a number, and what is told to be absent: without it an alert has a figure.
_COMPARED = re.compile(r"\s*(?:==|!=|<=|>=|<|>)\s*[\d.]+")
_ABSENT = re.compile(r"^absent\((.*)\)$")


class Asked(NamedTuple):
    """An expression in PromQL, and where it stands."""

    where: str
    expression: str


def rules(*files: str) -> Iterator[dict[str, Any]]:
    """The rules of these files; of all by default."""
    for file in files or RULES:
        for group in yaml.safe_load((FOLDER / file).read_text())["groups"]:
            yield from group["rules"]


def names(kind: str) -> list[str]:
    """The names of all rules of a kind, ``alert`` or ``record``."""
    return [rule[kind] for rule in rules() if kind in rule]


def of_panels(values: Mapping[str, str]) -> Iterator[Asked]:
    """Of each panel, with these values for what Grafana puts in the place of ``$name``."""
    for board in dashboards().values():
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                where = f"{board['title']} / {panel['title']} / {target['refId']}"
                yield Asked(where, filled(target["expr"], values))


def of_variables() -> Iterator[Asked]:
    """Of each variable: what must be there for it to have a value."""
    for board in dashboards().values():
        for variable in board["templating"]["list"]:
            found = _LABEL_VALUES.fullmatch(variable["definition"])
            assert found, variable["definition"]
            where = f"{board['title']} / ${variable['name']}"
            yield Asked(where, f'count by ({found["label"]}) ({found["metric"]}{{{found["label"]}!=""}})')


def of_rules() -> Iterator[Asked]:
    """Of each rule, as it is."""
    for rule in rules():
        yield Asked(rule.get("alert") or rule["record"], rule["expr"])


def figures() -> Iterator[Asked]:
    """Of each rule, what it is about: an alert without what it is compared with."""
    for where, expression in of_rules():
        if where in names("alert"):
            yield Asked(where, _COMPARED.sub("", _ABSENT.sub(r"\1", expression)))
        else:
            yield Asked(where, expression)


def filled(expression: str, values: Mapping[str, str]) -> str:
    """With values in the place of variables; none may be left."""
    for name, value in values.items():
        expression = expression.replace(f"${name}", value)
    assert not re.search(r"\$(?!\d)", expression), f"a variable without a value: {expression}"
    return expression
