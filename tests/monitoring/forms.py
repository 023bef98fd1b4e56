"""What Grafana 13 takes as a dashboard, written as JSON Schema after its own sources.

Only what we use is allowed, so a name that is misspelt is found. Paths are in the repository grafana/grafana:

- ``kinds/dashboard/dashboard_kind.cue``: dashboard, panel, variable, link, fields, mappings, thresholds
- ``apps/dashboard/pkg/migration/schemaversion/migrations.go``: versions of the model, 42 being the last
- ``packages/grafana-schema/src/raw/composable/*/panelcfg``: options and fields of each kind of panel
- ``packages/grafana-schema/src/raw/composable/prometheus/dataquery``: queries
- ``packages/grafana-data/src/valueFormats/categories.ts``: units
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ANY_TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
NONE: Schema = {"type": "array", "maxItems": 0}
COLOR: Schema = {"type": "string", "pattern": "^(#[0-9a-f]{6}|(dark-)?(green|yellow|orange|red|purple))$"}
UNITS = ("none", "short", "s", "cps", "bytes", "percentunit", "dateTimeAsIso")


def strict(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def array(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least}


def one_of(*values: Any) -> Schema:
    return {"enum": list(values)}


DATASOURCE = strict({"type": one_of("prometheus"), "uid": one_of("newswire-prometheus")})
TARGET = strict(
    {
        "datasource": DATASOURCE,
        "editorMode": one_of("code"),
        "expr": TEXT,
        "format": one_of("time_series", "table"),
        "instant": FLAG,
        "range": FLAG,
        "legendFormat": TEXT,
        "refId": {"type": "string", "pattern": "^[A-Z]$"},
    }
)
GRID = strict(
    {
        "h": {"type": "integer", "minimum": 1},
        "w": {"type": "integer", "minimum": 1, "maximum": 24},
        "x": {"type": "integer", "minimum": 0, "maximum": 23},
        "y": {"type": "integer", "minimum": 0},
    }
)
THRESHOLDS = strict(
    {
        "mode": one_of("absolute"),
        "steps": array(strict({"color": COLOR, "value": {"type": ["number", "null"]}}), 1),
    }
)
MAPPING = strict(
    {
        "type": one_of("value"),
        "options": {
            "type": "object",
            "propertyNames": {"pattern": r"^\d$"},
            "additionalProperties": strict({"color": COLOR, "index": {"type": "integer"}, "text": TEXT}),
        },
    }
)
CALCS = array(one_of("lastNotNull", "max"))
LEGEND = strict(
    {"displayMode": one_of("list", "table"), "placement": one_of("bottom", "right"), "showLegend": FLAG},
    {"calcs": CALCS},
)
TOOLTIP = strict({"mode": one_of("single", "multi", "none"), "sort": one_of("none", "asc", "desc")})
UNIT = one_of(*UNITS)
OVERRIDE = strict(
    {
        "matcher": strict({"id": one_of("byName"), "options": TEXT}),
        "properties": array(
            {
                "oneOf": [
                    strict({"id": one_of("unit"), "value": UNIT}),
                    strict({"id": one_of("mappings"), "value": array(MAPPING, 1)}),
                    strict(
                        {
                            "id": one_of("custom.cellOptions"),
                            "value": strict({"type": one_of("color-text")}),
                        }
                    ),
                ]
            },
            1,
        ),
    }
)
NAMED_TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
TRANSFORMATION = {
    "oneOf": [
        strict({"id": one_of("merge"), "options": strict({})}),
        strict(
            {
                "id": one_of("organize"),
                "options": strict(
                    {
                        "excludeByName": {"type": "object", "additionalProperties": FLAG},
                        "includeByName": strict({}),
                        "indexByName": {"type": "object", "additionalProperties": {"type": "integer"}},
                        "renameByName": NAMED_TEXTS,
                    }
                ),
            }
        ),
    ]
}


def panel(kind: str, fields: Schema, options: Schema, extra: Schema | None = None) -> Schema:
    """A panel that asks Prometheus something."""
    return strict(
        {
            "type": one_of(kind),
            "id": {"type": "integer", "minimum": 1},
            "title": TEXT,
            "description": TEXT,
            "datasource": DATASOURCE,
            "gridPos": GRID,
            "targets": array(TARGET, 1),
            "fieldConfig": strict(
                {"defaults": fields, "overrides": array(OVERRIDE) if kind == "table" else NONE}
            ),
            "options": options,
            **(extra or {}),
        }
    )


PANELS: dict[str, Schema] = {
    "timeseries": panel(
        "timeseries",
        strict(
            {
                "color": strict({"mode": one_of("palette-classic")}),
                "custom": strict(
                    {
                        "drawStyle": one_of("line", "bars", "points"),
                        "fillOpacity": {"type": "integer", "minimum": 0, "maximum": 100},
                        "lineWidth": {"type": "integer", "minimum": 0, "maximum": 10},
                        "showPoints": one_of("auto", "never", "always"),
                        "spanNulls": FLAG,
                        "stacking": strict({"group": TEXT, "mode": one_of("none", "normal", "percent")}),
                    }
                ),
                "unit": UNIT,
            }
        ),
        strict({"legend": LEGEND, "tooltip": TOOLTIP}),
    ),
    "stat": panel(
        "stat",
        strict({"color": strict({"mode": one_of("thresholds")}), "thresholds": THRESHOLDS, "unit": UNIT}),
        strict(
            {
                "colorMode": one_of("value", "background", "background_solid", "none"),
                "graphMode": one_of("area", "none"),
                "justifyMode": one_of("auto", "center"),
                "orientation": one_of("auto", "horizontal", "vertical"),
                "reduceOptions": strict({"calcs": CALCS, "fields": ANY_TEXT, "values": FLAG}),
                "textMode": one_of("auto", "value", "value_and_name", "name", "none"),
            }
        ),
    ),
    "state-timeline": panel(
        "state-timeline",
        strict(
            {
                "color": strict({"mode": one_of("thresholds")}),
                "custom": strict({"fillOpacity": NUMBER, "lineWidth": NUMBER}),
                "mappings": array(MAPPING, 1),
                "thresholds": THRESHOLDS,
            }
        ),
        strict(
            {
                "alignValue": one_of("left", "center", "right"),
                "legend": LEGEND,
                "mergeValues": FLAG,
                "rowHeight": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                "showValue": one_of("auto", "always", "never"),
                "tooltip": TOOLTIP,
            }
        ),
    ),
    "table": panel(
        "table",
        strict(
            {
                "custom": strict({"align": one_of("auto", "left", "center", "right"), "filterable": FLAG}),
                "thresholds": THRESHOLDS,
            }
        ),
        strict({"cellHeight": one_of("sm", "md", "lg"), "showHeader": FLAG}),
        {"transformations": array(TRANSFORMATION, 1)},
    ),
    "text": strict(
        {
            "type": one_of("text"),
            "id": {"type": "integer", "minimum": 1},
            "title": TEXT,
            "description": ANY_TEXT,
            "gridPos": GRID,
            "fieldConfig": strict({"defaults": strict({}), "overrides": NONE}),
            "options": strict({"content": TEXT, "mode": one_of("markdown", "html", "code")}),
        }
    ),
    "row": strict(
        {
            "type": one_of("row"),
            "id": {"type": "integer", "minimum": 1},
            "title": TEXT,
            "collapsed": one_of(False),
            "gridPos": GRID,
            "panels": NONE,
        }
    ),
}

VARIABLE = strict(
    {
        "type": one_of("query"),
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "label": TEXT,
        "datasource": DATASOURCE,
        "definition": TEXT,
        "query": strict(
            {
                "qryType": one_of(1),  # values of a label
                "query": TEXT,
                "refId": one_of("PrometheusVariableQueryEditor-VariableQuery"),
            }
        ),
        "current": strict({"text": one_of(["All"]), "value": one_of(["$__all"])}),
        "hide": one_of(0, 1, 2),
        "includeAll": one_of(True),
        "multi": one_of(True),
        "options": NONE,
        "refresh": one_of(1, 2),
        "regex": ANY_TEXT,
        "skipUrlSync": FLAG,
        "sort": {"type": "integer", "minimum": 0, "maximum": 8},
    }
)
LINK = strict(
    {
        "type": one_of("dashboards"),
        "title": TEXT,
        "tags": array(TEXT, 1),
        "icon": TEXT,
        "tooltip": ANY_TEXT,
        "url": ANY_TEXT,
        "asDropdown": FLAG,
        "includeVars": FLAG,
        "keepTime": FLAG,
        "targetBlank": FLAG,
    }
)
DASHBOARD = strict(
    {
        "uid": {"type": "string", "pattern": "^[a-z-]{8,40}$"},
        "title": TEXT,
        "description": TEXT,
        "tags": array(TEXT, 1),
        "schemaVersion": {"type": "integer", "minimum": 39, "maximum": 42},
        "version": {"type": "integer"},
        "editable": FLAG,
        "graphTooltip": one_of(0, 1, 2),
        "timezone": one_of("browser", "utc"),
        "time": strict({"from": TEXT, "to": TEXT}),
        "timepicker": strict({}),
        "refresh": {"type": "string", "pattern": r"^\d+[smh]$"},
        "fiscalYearStartMonth": one_of(0),
        "annotations": strict({"list": NONE}),
        "links": array(LINK),
        "templating": strict({"list": array(VARIABLE)}),
        "panels": array({"type": "object", "required": ["type"]}, 1),
    }
)
