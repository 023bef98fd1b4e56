"""A dashboard in Grafana's classic model: rows of panels, and the variables that they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deploy.grafana.panels import DATASOURCE, Object

SCHEMA = 41
"""The version of the model. Grafana brings older ones up to its own by itself (13 knows 42)."""

TAG = "newswire"
_WIDTH = 24
_EVERYTHING = {"text": ["All"], "value": ["$__all"]}

Row = tuple[int, Sequence[Object]]
"""The height of a row, and its panels, which share the width evenly."""


def board(
    name: str, title: str, description: str, rows: Sequence[Row], variables: Sequence[Object] = ()
) -> Object:
    """A dashboard.

    Args:
        name: what comes after ``newswire-`` in its address; the same for ever.
        title: what people call it.
        description: what it is for.
        rows: from top to bottom.
        variables: as ``choice`` makes them.
    """
    return {
        "uid": f"{TAG}-{name}",
        "title": title,
        "description": description,
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "refresh": "30s",
        "fiscalYearStartMonth": 0,
        "annotations": {"list": []},
        "links": [_others()],
        "templating": {"list": list(variables)},
        "panels": _placed(rows),
    }


def choice(name: str, label: str, metric: str, of: str) -> Object:
    """A variable: some or all of the values of a label (``of``) of a metric."""
    asked = f"label_values({metric}, {of})"
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": DATASOURCE,
        "definition": asked,
        "query": {"qryType": 1, "query": asked, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "current": _EVERYTHING,
        "hide": 0,
        "includeAll": True,
        "multi": True,
        "options": [],
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
    }


def _placed(rows: Sequence[Row]) -> list[Object]:
    placed: list[Object] = []
    top = 0
    for height, panels in rows:
        width = _WIDTH // len(panels)
        for number, panel in enumerate(panels):
            place: dict[str, Any] = {"h": height, "w": width, "x": number * width, "y": top}
            placed.append(panel | {"gridPos": place, "id": len(placed) + 1})
        top += height
    return placed


def _others() -> Object:
    """The way to our other dashboards, with the same time."""
    return {
        "type": "dashboards",
        "title": "Newswire",
        "tags": [TAG],
        "icon": "external link",
        "tooltip": "",
        "url": "",
        "asDropdown": False,
        "includeVars": False,
        "keepTime": True,
        "targetBlank": False,
    }
