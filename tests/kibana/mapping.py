"""The fields of our indices, as their templates have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.resources import resource
from pipeline.sink import templates

Fields = dict[str, dict[str, Any]]


def of_articles() -> Fields:
    """Every field of an article by its whole name, with its mapping."""
    fields: Fields = {}
    for component in templates.components().values():
        fields |= dict(_flat(component["template"].get("mappings", {}).get("properties", {})))
    return fields


def lag_mappings() -> dict[str, Any]:
    """The mappings of the indices of the lag."""
    template = json.loads(resource("schemas/elasticsearch/index/newswire-lag.json").read_text("utf-8"))
    mappings: dict[str, Any] = template["template"]["mappings"]
    return mappings


def of_lag() -> Fields:
    """Every field of a document of the lag."""
    return dict(_flat(lag_mappings()["properties"]))


def searchable(field: Mapping[str, Any]) -> bool:
    """Whether a query finds documents by it."""
    return bool(field.get("enabled", True) and field.get("index", True)) and field["type"] != "object"


def aggregatable(field: Mapping[str, Any]) -> bool:
    """Whether its values can be counted and sorted by."""
    return searchable(field) and field["type"] != "text" and bool(field.get("doc_values", True))


def _flat(properties: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in properties.items():
        whole = prefix + name
        yield whole, {"type": "object", **field}
        if field.get("type") != "nested":  # queries do not reach into nested ones without saying so
            yield from _flat(field.get("properties", {}), f"{whole}.")
        yield from _flat(field.get("fields", {}), f"{whole}.")
