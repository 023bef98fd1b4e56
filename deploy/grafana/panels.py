"""Grafana's panels in the classic model of dashboards: one function for each kind that we use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Object = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "newswire-prometheus"}
"""The Prometheus that ``provisioning/datasources/newswire.yml`` names."""

GREEN, YELLOW, ORANGE, RED, GREY = "green", "yellow", "orange", "red", "#808080"

Steps = Sequence[tuple[float, str]]
"""From which value on which colour; below the first it is green."""

STATUSES = (
    ("OK", GREEN),
    ("WARN", YELLOW),
    ("REWOUND", "purple"),
    ("STALLED", ORANGE),
    ("STOPPED", RED),
    ("ERROR", "dark-red"),
)
"""What the numbers of ``group:newswire_lag_status:max`` mean, from 0 on."""


def query(expression: str, legend: str = "", *, table: bool = False) -> Object:
    """What is asked of Prometheus.

    Args:
        expression: in PromQL.
        legend: what each series is called, with labels in double braces.
        table: whether only the newest values count, a row for each.
    """
    return {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": expression,
        "format": "table" if table else "time_series",
        "instant": table,
        "legendFormat": legend or "__auto",
        "range": not table,
    }


def curves(title: str, description: str, unit: str, *queries: Object, stacked: bool = False) -> Object:
    """Values over time, as lines, or as areas one upon the other."""
    custom = {
        "drawStyle": "line",
        "fillOpacity": 40 if stacked else 5,
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
    }
    options = {
        "legend": {
            "calcs": ["lastNotNull", "max"],
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    fields = {"color": {"mode": "palette-classic"}, "custom": custom, "unit": unit}
    return _panel("timeseries", title, description, queries=queries, fields=fields, options=options)


def figure(title: str, description: str, unit: str, one: Object, steps: Steps = ()) -> Object:
    """The newest value, large, in the colour that it deserves; what nobody tells now is not shown."""
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "auto",
    }
    fields = {"color": {"mode": "thresholds"}, "thresholds": _thresholds(steps), "unit": unit}
    now = one | {"instant": True, "range": False}
    return _panel("stat", title, description, queries=[now], fields=fields, options=options)


def states(title: str, description: str, one: Object, names: Sequence[tuple[str, str]]) -> Object:
    """A bar for each series that shows in what state it was when; a state has a name and a colour."""
    options = {
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    fields = {
        "color": {"mode": "thresholds"},
        "custom": {"fillOpacity": 70, "lineWidth": 0},
        "mappings": [_named(names)],
        "thresholds": _thresholds(()),
    }
    return _panel("state-timeline", title, description, queries=[one], fields=fields, options=options)


def table(
    title: str,
    description: str,
    queries: Mapping[str, tuple[str, str]],
    labels: Mapping[str, str],
    *,
    named: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Object:
    """The newest values as a table: a row for each set of labels, a column for each query.

    Args:
        title: what it is called.
        description: what it shows.
        queries: by the title of the column, the expression and the unit.
        labels: all labels that the expressions keep, in order, with the titles of their columns.
        named: by the title of a column, what its numbers mean.
    """
    letters = [chr(ord("A") + number) for number in range(len(queries))]
    values = ["Value"] if len(letters) == 1 else [f"Value #{letter}" for letter in letters]
    titles = dict(labels) | dict(zip(values, queries, strict=True))
    organized = {
        "excludeByName": {"Time": True},
        "includeByName": {},
        "indexByName": {name: number for number, name in enumerate(titles)},
        "renameByName": titles,
    }
    overrides = []
    for column, (_, unit) in queries.items():
        properties: list[Object] = [{"id": "unit", "value": unit}]
        if named and column in named:
            properties += [
                {"id": "mappings", "value": [_named(named[column])]},
                {"id": "custom.cellOptions", "value": {"type": "color-text"}},
            ]
        overrides.append({"matcher": {"id": "byName", "options": column}, "properties": properties})
    fields = {"custom": {"align": "auto", "filterable": True}, "thresholds": _thresholds(())}
    asked = [query(expression, table=True) for expression, _ in queries.values()]
    options = {"cellHeight": "sm", "showHeader": True}
    panel = _panel("table", title, description, queries=asked, fields=fields, options=options)
    panel["fieldConfig"]["overrides"] = overrides
    panel["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": organized},
    ]
    return panel


def text(title: str, content: str) -> Object:
    """Words, in Markdown."""
    return {
        "type": "text",
        "title": title,
        "description": "",
        "fieldConfig": {"defaults": {}, "overrides": []},
        "options": {"content": content, "mode": "markdown"},
    }


def heading(title: str) -> Object:
    """A line between panels."""
    return {"type": "row", "title": title, "collapsed": False, "panels": []}


def _panel(
    kind: Literal["timeseries", "stat", "state-timeline", "table"],
    title: str,
    description: str,
    *,
    queries: Sequence[Object],
    fields: Object,
    options: Object,
) -> Object:
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": [one | {"refId": chr(ord("A") + number)} for number, one in enumerate(queries)],
        "fieldConfig": {"defaults": fields, "overrides": []},
        "options": options,
    }


def _thresholds(steps: Steps) -> Object:
    first: Object = {"color": GREEN, "value": None}
    return {
        "mode": "absolute",
        "steps": [first, *({"color": color, "value": value} for value, color in steps)],
    }


def _named(names: Sequence[tuple[str, str]]) -> Object:
    """What whole numbers mean, from 0 on."""
    options = {
        str(number): {"color": color, "index": number, "text": name}
        for number, (name, color) in enumerate(names)
    }
    return {"type": "value", "options": options}
