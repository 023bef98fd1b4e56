"""Charts of Kibana's Lens: columns that Elasticsearch counts, and how they are drawn."""

from __future__ import annotations

from typing import Literal

from pipeline.kibana.saved import Always, Object, kql, pill, reference, saved

LAYER = "layer"
"""The one layer of each chart."""

RECORDS = "___records___"
"""What Lens calls the documents themselves, as a field to count."""

_FILTER = "filter-index-pattern-0"

Columns = dict[str, Object]
Drawing = tuple[str, Object]
"""What Lens calls a kind of chart, and the chart."""


def terms(
    field: str, label: str, by: str | None, *, size: int = 10, other: bool = False, kind: str = "string"
) -> Object:
    """One bucket for each of the most frequent values.

    Args:
        field: whose values.
        label: what the column is called.
        by: the column whose largest values come first; ``None`` for the alphabet.
        size: buckets at most.
        other: whether all that is left makes one more.
        kind: Lens's name for the field's type.
    """
    order = {"type": "alphabetical", "fallback": False} if by is None else {"type": "column", "columnId": by}
    params: Object = {
        "size": size,
        "orderBy": order,
        "orderDirection": "asc" if by is None else "desc",
        "otherBucket": other,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        "include": [],
        "exclude": [],
        "includeIsRegex": False,
        "excludeIsRegex": False,
    }
    return _column("terms", field, label, kind, params, bucketed=True)


def over_time() -> Object:
    """One bucket for each span of time, as long as suits the width; empty ones too."""
    params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
    return _column("date_histogram", "@timestamp", "Time", "date", params, bucketed=True)


def count(label: str) -> Object:
    """How many documents."""
    return _column("count", RECORDS, label, "number", {"emptyAsNull": False})


def measured(operation: Literal["max", "average", "unique_count"], field: str, label: str) -> Object:
    """One number made of a field's values."""
    return _column(operation, field, label, "number", {"emptyAsNull": True})


def last(field: str, label: str, kind: str = "number") -> Object:
    """The newest value; only documents that have one count."""
    # Single values Kibana asks for by `top_metrics`, which not every Elasticsearch has; lists by `top_hits`.
    params = {"sortField": "@timestamp", "showArrayValues": True}
    return _column("last_value", field, label, kind, params) | {"filter": kql(f"{field}: *")}


def _column(
    operation: str, field: str, label: str, kind: str, params: Object, *, bucketed: bool = False
) -> Object:
    scale = {"date": "interval", "number": "ratio"}.get(kind, "ordinal")
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
        "isBucketed": bucketed,
        "scale": "ordinal" if operation == "terms" else scale,
        "params": params,
    }


def bars(columns: Columns, x: str, *, split: str | None = None, across: bool = False) -> Drawing:
    """Bars: over time and stacked, or lying, one a value."""
    return _xy(columns, x, "bar_horizontal" if across else "bar_stacked", split)


def lines(columns: Columns, x: str, *, split: str | None = None) -> Drawing:
    """A line for each number and each value of ``split``."""
    return _xy(columns, x, "line", split)


def _xy(columns: Columns, x: str, series: str, split: str | None) -> Drawing:
    numbers = [name for name, column in columns.items() if not column["isBucketed"]]
    layer: Object = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": x,
        "accessors": numbers,
    }
    if split is not None:
        layer["splitAccessor"] = split
    return "lnsXY", {
        "preferredSeriesType": series,
        "legend": {"isVisible": split is not None or len(numbers) > 1, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [layer],
    }


def figure(columns: Columns) -> Drawing:
    """One number, large."""
    (name,) = columns
    return "lnsMetric", {"layerId": LAYER, "layerType": "data", "metricAccessor": name}


def table(columns: Columns) -> Drawing:
    """A table: a row for each combination of the buckets."""
    shown = [{"columnId": name} for name in columns]
    return "lnsDatatable", {"layerId": LAYER, "layerType": "data", "columns": shown}


def chart(
    name: str,
    title: str,
    description: str,
    columns: Columns,
    drawing: Drawing,
    *,
    view: str,
    query: str = "",
    always: Always | None = None,
) -> Object:
    """A chart in the library.

    Args:
        name: its id.
        title: what people call it.
        description: what it shows.
        columns: buckets first, in the order in which they nest, then numbers.
        drawing: of these columns: ``bars``, ``lines``, ``figure`` or ``table``.
        view: the id of its data view.
        query: which documents, in KQL.
        always: the filter that always holds.
    """
    references = [reference(f"indexpattern-datasource-layer-{LAYER}", "index-pattern", view)]
    filters: list[Object] = []
    if always is not None:
        filters = [pill(always, {"index": _FILTER})]
        references.append(reference(_FILTER, "index-pattern", view))
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}
    kind, visualization = drawing
    state = {
        "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
        "visualization": visualization,
        "query": kql(query),
        "filters": filters,
        "internalReferences": [],
        "adHocDataViews": {},
    }
    attributes = {"title": title, "description": description, "visualizationType": kind, "state": state}
    return saved("lens", name, attributes, references)
