"""What Kibana asks Elasticsearch for when it shows one of our objects; written for these objects alone.

After these folders of elastic/kibana:

- columns: ``x-pack/platform/plugins/shared/lens/public/datasources/form_based/operations/definitions``
- maps: ``x-pack/platform/plugins/shared/maps/public/classes/sources/es_geo_grid_source``
- queries and filters: ``src/platform/packages/shared/kbn-es-query/src/es_query``
"""

from __future__ import annotations

import json
from typing import Any

from tests.kibana.kql import Tree

Object = dict[str, Any]

_METRICS = {"max": "max", "average": "avg", "unique_count": "cardinality"}


def together(query: str, filters: list[Object]) -> Object:
    """The query of a search bar with the filters under it."""
    parts = [Tree(query).dsl]
    parts += [one["query"] for one in filters if not one["meta"]["disabled"] and not one["meta"]["negate"]]
    return {"bool": {"filter": parts}}


def of_lens(chart: Object) -> Object:
    """The request of a chart: its buckets within each other, its numbers within the last of them."""
    state = chart["attributes"]["state"]
    (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
    columns = layer["columns"]
    numbers: Object = {}
    for name in layer["columnOrder"]:
        if not columns[name]["isBucketed"]:
            numbers |= _number(name, columns[name])
    aggs = numbers
    for name in reversed([one for one in layer["columnOrder"] if columns[one]["isBucketed"]]):
        aggs = {
            name: {**_bucket(columns[name], columns), "aggs": {**aggs, **_ordering(columns[name], columns)}}
        }
    request = {"size": 0, "query": together(state["query"]["query"], state["filters"])}
    return {**request, "track_total_hits": True, **({"aggs": aggs} if aggs else {})}


def _bucket(column: Object, columns: Object) -> Object:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        return {
            "date_histogram": {"field": column["sourceField"], "calendar_interval": "1d", "min_doc_count": 0}
        }
    order = params["orderBy"]
    by = "_key"
    if order["type"] == "column":
        target = columns[order["columnId"]]
        by = "_count" if target["operationType"] == "count" else order["columnId"]
    return {
        "terms": {
            "field": column["sourceField"],
            "size": params["size"],
            "order": {by: params["orderDirection"]},
        }
    }


def _ordering(column: Object, columns: Object) -> Object:
    """The number by which a bucket is put in order must be within it, too."""
    order = column["params"].get("orderBy", {})
    if order.get("type") != "column" or columns[order["columnId"]]["operationType"] == "count":
        return {}
    return _number(order["columnId"], columns[order["columnId"]])


def _number(name: str, column: Object) -> Object:
    """A number; that of all documents needs nothing but their count."""
    operation, field = column["operationType"], column["sourceField"]
    if operation == "count":
        return {}
    if operation != "last_value":
        return {name: {_METRICS[operation]: {"field": field}}}
    assert column["params"]["showArrayValues"], "top_metrics is not in every Elasticsearch"
    newest = {
        "size": 1,
        "sort": [{column["params"]["sortField"]: {"order": "desc"}}],
        "_source": False,
        "docvalue_fields": [field],
    }
    wanted = Tree(column["filter"]["query"]).dsl
    return {name: {"filter": wanted, "aggs": {"newest": {"top_hits": newest}}}}


def of_search(session: Object) -> Object:
    """The request of a session of Discover."""
    attributes = session["attributes"]
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return {
        "size": 100,
        "query": together(source["query"]["query"], source["filter"]),
        "sort": [
            {field: {"order": order, "unmapped_type": "boolean"}} for field, order in attributes["sort"]
        ],
        "fields": [{"field": name} for name in attributes["columns"]],
    }


def of_map(shown: Object) -> Object:
    """The request of a map's only layer, seen from far away."""
    (layer,) = json.loads(shown["attributes"]["layerListJSON"])
    source = layer["sourceDescriptor"]
    assert source["type"] == "ES_GEO_GRID"
    assert source["requestType"] == "point"
    field = source["geoField"]
    grid = {"geotile_grid": {"field": field, "precision": 6, "size": 65535, "shard_size": 65535}}
    centre = {"gridCentroid": {"geo_centroid": {"field": field}}}
    state = json.loads(shown["attributes"]["mapStateJSON"])
    wanted = together(state["query"]["query"], state["filters"])["bool"]["filter"]
    query = {"bool": {"filter": [*wanted, Tree(layer["query"]["query"]).dsl, {"exists": {"field": field}}]}}
    return {"size": 0, "query": query, "aggs": {"gridSplit": {**grid, "aggs": centre}}}
