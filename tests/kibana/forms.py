"""What Kibana 9.4 takes as a saved object, written as JSON Schema after its own sources.

Paths are in the repository elastic/kibana:

- ``src/platform/plugins/shared/data_views/server/content_management/schema/v1/cm_services.ts``
- ``src/platform/plugins/shared/saved_search/server/saved_objects/schema_legacy.ts`` (model version 5)
- ``src/platform/plugins/shared/dashboard/server/dashboard_saved_object/schema/v1`` to ``v3``
- ``src/platform/plugins/shared/dashboard/server/api/transforms/out/{transform_panels_out,panel_bwc}.ts``
- ``x-pack/platform/plugins/shared/lens/server/content_management/v0/schema/common.ts``
- ``src/platform/packages/shared/kbn-lens-common/datasources/operations.ts``
- ``src/platform/packages/shared/kbn-lens-common/visualizations/{xy,metric,datatable}/types.ts``
- ``x-pack/platform/plugins/shared/maps/server/saved_objects/types.ts``
- ``x-pack/platform/plugins/shared/maps/server/content_management/schema/v1``
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ANY_TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}


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


REFERENCE = strict({"name": TEXT, "type": TEXT, "id": TEXT})

OBJECT = strict(
    {
        "type": one_of("index-pattern", "search", "lens", "map", "dashboard"),
        "id": {"type": "string", "pattern": "^newswire-[a-z-]+$"},
        "attributes": {"type": "object"},
        "references": array(REFERENCE),
        "coreMigrationVersion": one_of("8.8.0"),
        "typeMigrationVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
    }
)

QUERY = strict({"language": one_of("kuery"), "query": ANY_TEXT})

# `migrateFilter` and `convertCustomFilter` in as-code/filters-transforms/src/from_stored_filter.ts.
FILTER = strict(
    {
        "$state": strict({"store": one_of("appState")}),
        "meta": {
            **strict(
                {
                    "alias": TEXT,
                    "disabled": FLAG,
                    "negate": FLAG,
                    "type": one_of("custom"),
                    "key": one_of("query"),
                },
                {"index": TEXT, "indexRefName": TEXT, "value": TEXT},
            ),
            "oneOf": [{"required": ["index"]}, {"required": ["indexRefName"]}],
        },
        "query": {"type": "object", "minProperties": 1, "maxProperties": 1},
    }
)

META = strict({"searchSourceJSON": TEXT})
SEARCH_SOURCE = strict({"query": QUERY, "filter": array(FILTER)}, {"indexRefName": TEXT})

DATA_VIEW = strict(
    {"title": TEXT, "name": TEXT, "timeFieldName": TEXT},
    {
        "allowNoIndex": FLAG,
        "fieldAttrs": ANY_TEXT,
        "fieldFormatMap": ANY_TEXT,
        "fields": ANY_TEXT,
        "runtimeFieldMap": ANY_TEXT,
        "sourceFilters": ANY_TEXT,
    },
)

SEARCH = strict(
    {
        "title": TEXT,
        "description": ANY_TEXT,
        "columns": array(TEXT, 1),
        "sort": array(
            {"type": "array", "prefixItems": [TEXT, one_of("asc", "desc")], "minItems": 2, "maxItems": 2}
        ),
        "grid": strict({}),
        "hideChart": FLAG,
        "isTextBasedQuery": one_of(False),
        "timeRestore": FLAG,
        "kibanaSavedObjectMeta": META,
    }
)

DASHBOARD = strict(
    {
        "title": TEXT,
        "description": ANY_TEXT,
        "kibanaSavedObjectMeta": META,
        "timeRestore": FLAG,
        "timeFrom": TEXT,
        "timeTo": TEXT,
        "refreshInterval": strict({"pause": FLAG, "value": NUMBER}),
        "panelsJSON": TEXT,
        "optionsJSON": TEXT,
    }
)

OPTIONS = strict(
    {
        "useMargins": FLAG,
        "syncColors": FLAG,
        "syncCursor": FLAG,
        "syncTooltips": FLAG,
        "hidePanelTitles": FLAG,
    }
)

_CELL: Schema = {"type": "integer", "minimum": 0}
PANELS = array(
    strict(
        {
            "type": one_of("lens", "map", "search"),
            "panelIndex": TEXT,
            "panelRefName": {"type": "string", "pattern": "^panel_"},
            "gridData": strict({"x": _CELL, "y": _CELL, "w": {"minimum": 1}, "h": {"minimum": 1}, "i": TEXT}),
            "embeddableConfig": {"type": "object"},
        }
    ),
    1,
)

_COLUMN = {"label": TEXT, "customLabel": FLAG, "sourceField": TEXT, "isBucketed": FLAG}


def _column(operation: str, kinds: list[str], scale: str, bucketed: bool, params: Schema) -> Schema:
    return strict(
        {
            **_COLUMN,
            "operationType": {"const": operation},
            "dataType": one_of(*kinds),
            "scale": one_of(scale, "ordinal"),
            "isBucketed": {"const": bucketed},
            "params": params,
        },
        {"filter": QUERY},
    )


_ORDER = {
    "oneOf": [
        strict({"type": {"const": "alphabetical"}}, {"fallback": FLAG}),
        strict({"type": {"const": "column"}, "columnId": TEXT}),
    ]
}
_TERMS = strict(
    {"size": {"type": "integer", "minimum": 1}, "orderBy": _ORDER, "orderDirection": one_of("asc", "desc")},
    {
        "otherBucket": FLAG,
        "missingBucket": FLAG,
        "parentFormat": strict({"id": one_of("terms")}),
        "include": array({}),
        "exclude": array({}),
        "includeIsRegex": FLAG,
        "excludeIsRegex": FLAG,
    },
)
_HISTOGRAM = strict(
    {"interval": TEXT}, {"includeEmptyRows": FLAG, "dropPartials": FLAG, "ignoreTimeRange": FLAG}
)
_METRIC = strict({}, {"emptyAsNull": FLAG})
_LAST = strict({"sortField": TEXT, "showArrayValues": FLAG})

COLUMN = {
    "oneOf": [
        _column("terms", ["string", "number"], "ordinal", bucketed=True, params=_TERMS),
        _column("date_histogram", ["date"], "interval", bucketed=True, params=_HISTOGRAM),
        _column("count", ["number"], "ratio", bucketed=False, params=_METRIC),
        *(
            _column(operation, ["number"], "ratio", bucketed=False, params=_METRIC)
            for operation in ("max", "average", "unique_count")
        ),
        _column("last_value", ["number", "string"], "ratio", bucketed=False, params=_LAST),
    ]
}

LAYER = strict(
    {
        "columns": {"type": "object", "additionalProperties": COLUMN, "minProperties": 1},
        "columnOrder": array(TEXT, 1),
        "incompleteColumns": strict({}),
        "sampling": {"const": 1},
    }
)

_SIDES = strict({"x": FLAG, "yLeft": FLAG, "yRight": FLAG})
# As it was before `splitAccessors`: lens/common/content_management/v2/transforms/split_accessors/xy.ts.
_XY_LAYER = strict(
    {
        "layerId": TEXT,
        "layerType": one_of("data"),
        "seriesType": one_of("bar_stacked", "bar_horizontal", "line"),
        "xAccessor": TEXT,
        "accessors": array(TEXT, 1),
    },
    {"splitAccessor": TEXT},
)
VISUALIZATIONS = {
    "lnsXY": strict(
        {
            "preferredSeriesType": one_of("bar_stacked", "bar_horizontal", "line"),
            "legend": strict({"isVisible": FLAG, "position": one_of("right")}),
            "valueLabels": one_of("hide"),
            "fittingFunction": one_of("None"),
            "axisTitlesVisibilitySettings": _SIDES,
            "layers": array(_XY_LAYER, 1),
        }
    ),
    "lnsMetric": strict({"layerId": TEXT, "layerType": one_of("data"), "metricAccessor": TEXT}),
    "lnsDatatable": strict(
        {
            "layerId": TEXT,
            "layerType": one_of("data"),
            "columns": array(strict({"columnId": TEXT}), 1),
        }
    ),
}

LENS = strict(
    {
        "title": TEXT,
        "description": ANY_TEXT,
        "visualizationType": one_of(*VISUALIZATIONS),
        "state": strict(
            {
                "datasourceStates": strict(
                    {
                        "formBased": strict(
                            {"layers": {"type": "object", "additionalProperties": LAYER, "minProperties": 1}}
                        )
                    }
                ),
                "visualization": {"type": "object"},
                "query": QUERY,
                "filters": array(FILTER),
                "internalReferences": array(REFERENCE),
                "adHocDataViews": strict({}),
            }
        ),
    }
)

MAP = strict(
    {
        "title": TEXT,
        "description": ANY_TEXT,
        "layerListJSON": TEXT,
        "mapStateJSON": TEXT,
        "uiStateJSON": TEXT,
    }
)

# `refreshConfig` becomes `refreshInterval` in maps/common/content_management/transform_map_attributes_out.ts.
MAP_STATE = strict(
    {
        "center": strict({"lat": NUMBER, "lon": NUMBER}),
        "zoom": {"type": "number", "minimum": 0, "maximum": 24},
        "timeFilters": strict({"from": TEXT, "to": TEXT}),
        "refreshConfig": strict({"isPaused": FLAG, "interval": NUMBER}),
        "query": QUERY,
        "filters": array(FILTER),
        "settings": strict({}, {"autoFitToDataBounds": FLAG}),
    }
)
UI_STATE = strict({"isLayerTOCOpen": FLAG, "openTOCDetails": array(TEXT)})

_FIELD = strict({"name": TEXT, "origin": one_of("source", "join")})
_RANGE = strict({"isEnabled": FLAG}, {"sigma": NUMBER})


def _style(static: Schema, dynamic: Schema) -> Schema:
    return {
        "oneOf": [
            strict({"type": {"const": "STATIC"}, "options": static}),
            strict({"type": {"const": "DYNAMIC"}, "options": dynamic}),
        ]
    }


_COLOUR = _style(
    strict({"color": TEXT}),
    strict(
        {"fieldMetaOptions": _RANGE},
        {"field": _FIELD, "color": TEXT, "type": one_of("ORDINAL", "CATEGORICAL")},
    ),
)
_SIZE = _style(
    strict({"size": NUMBER}),
    strict({"minSize": NUMBER, "maxSize": NUMBER, "fieldMetaOptions": _RANGE}, {"field": _FIELD}),
)
_LABEL = _style(strict({"value": ANY_TEXT}), strict({}, {"field": _FIELD}))

LAYERS = array(
    strict(
        {
            "id": TEXT,
            "label": TEXT,
            "type": one_of("GEOJSON_VECTOR"),
            "alpha": {"type": "number", "minimum": 0, "maximum": 1},
            "visible": FLAG,
            "includeInFitToBounds": FLAG,
            "joins": array({}),
            "query": QUERY,
            "sourceDescriptor": strict(
                {
                    "id": TEXT,
                    "type": one_of("ES_GEO_GRID"),
                    "geoField": TEXT,
                    "requestType": one_of("heatmap", "point", "grid", "hex"),
                    "resolution": one_of("COARSE", "FINE", "MOST_FINE", "SUPER_FINE"),
                    "metrics": array(strict({"type": one_of("count")}, {"label": TEXT}), 1),
                    "applyGlobalQuery": FLAG,
                    "applyGlobalTime": FLAG,
                    "applyForceRefresh": FLAG,
                    "indexPatternRefName": TEXT,
                }
            ),
            "style": strict(
                {
                    "type": one_of("VECTOR"),
                    "isTimeAware": FLAG,
                    "properties": strict(
                        {},
                        {
                            "symbolizeAs": strict({"options": strict({"value": one_of("circle", "icon")})}),
                            "fillColor": _COLOUR,
                            "lineColor": _COLOUR,
                            "lineWidth": _SIZE,
                            "iconSize": _SIZE,
                            "labelText": _LABEL,
                        },
                    ),
                }
            ),
        }
    ),
    1,
)

ATTRIBUTES = {
    "index-pattern": DATA_VIEW,
    "search": SEARCH,
    "lens": LENS,
    "map": MAP,
    "dashboard": DASHBOARD,
}

# JSON within JSON: by type, the attribute and what it holds.
PACKED = {
    "map": {"layerListJSON": LAYERS, "mapStateJSON": MAP_STATE, "uiStateJSON": UI_STATE},
    "dashboard": {"panelsJSON": PANELS, "optionsJSON": OPTIONS},
}
