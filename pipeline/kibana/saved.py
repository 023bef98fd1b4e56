"""The forms that Kibana 9.4 keeps its objects in: data views, saved searches, dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

Object = dict[str, Any]
Always = tuple[str, Object]
"""A filter that always holds: what it says to people, and its query in Elasticsearch's language."""

# The version of each type's form, as it is written here. Kibana brings older ones up to its own by itself and
# refuses newer ones, so each is the oldest that holds what is needed.
FORMS = {
    "index-pattern": "8.0.0",
    "search": "10.5.0",
    "lens": "8.9.0",
    "map": "8.4.0",
    "dashboard": "10.3.0",
}
_CORE = "8.8.0"
_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON"


def saved(kind: str, name: str, attributes: Object, references: Sequence[Object] = ()) -> Object:
    """One saved object.

    Args:
        kind: its type, a key of ``FORMS``.
        name: its id; the same for ever, so that importing again replaces it.
        attributes: what the type keeps.
        references: the objects that it needs, as ``reference`` makes them.
    """
    return {
        "type": kind,
        "id": name,
        "attributes": attributes,
        "references": sorted(references, key=lambda one: str(one["name"])),
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": FORMS[kind],
    }


def reference(name: str, kind: str, target: str) -> Object:
    """That an object needs another: where in it (``name``), the other's type and id."""
    return {"name": name, "type": kind, "id": target}


def packed(value: Any) -> str:
    """JSON within JSON, as Kibana keeps much; always the same text for the same value."""
    return msgspec.json.encode(value, order="sorted").decode()


def kql(text: str) -> Object:
    """A query in Kibana's language; empty for everything."""
    return {"language": "kuery", "query": text}


def pill(always: Always, place: Object) -> Object:
    """A filter as it stands under the search bar, by its label.

    Args:
        always: its label and query.
        place: how it names its data view: ``index`` or ``indexRefName``, by the name of the reference.
    """
    label, query = always
    meta = {"alias": label, "disabled": False, "negate": False, "type": "custom", "key": "query"}
    return {
        "$state": {"store": "appState"},
        "meta": {**meta, "value": packed(query), **place},
        "query": query,
    }


def data_view(name: str, title: str, pattern: str, formats: Object) -> Object:
    """Indices as Kibana sees them; it may be there before they are.

    Args:
        name: its id.
        title: what people call it.
        pattern: alias or pattern of indices.
        formats: how a field's values are shown, by field.
    """
    attributes = {
        "title": pattern,
        "name": title,
        "timeFieldName": "@timestamp",
        "allowNoIndex": True,
        "fieldAttrs": "{}",
        "fieldFormatMap": packed(formats),
        "fields": "[]",
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
    }
    return saved("index-pattern", name, attributes)


def search(
    name: str,
    title: str,
    description: str,
    columns: Sequence[str],
    *,
    view: str,
    query: str = "",
    always: Always | None = None,
) -> Object:
    """A session of Discover: a table of documents, the newest first.

    Args:
        name: its id.
        title: what people call it.
        description: what it finds.
        columns: the fields shown.
        view: the id of its data view.
        query: what is looked for, in KQL.
        always: the filter that always holds.
    """
    filters, references = _filters(view, always)
    source = {"query": kql(query), "filter": filters, "indexRefName": f"{_SOURCE}.index"}
    attributes = {
        "title": title,
        "description": description,
        "columns": list(columns),
        "sort": [["@timestamp", "desc"]],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": packed(source)},
    }
    view_of_it = reference(f"{_SOURCE}.index", "index-pattern", view)
    return saved("search", name, attributes, [view_of_it, *references])


def dashboard(
    name: str,
    title: str,
    description: str,
    panels: Sequence[tuple[str, str, tuple[int, int, int, int]]],
    *,
    view: str,
    since: str,
    refresh_s: int,
    always: Always | None = None,
) -> Object:
    """A dashboard of objects that stand in the library.

    Args:
        name: its id.
        title: what people call it.
        description: what it shows.
        panels: type and id of each object, and its x, y, width and height on a grid 48 wide.
        view: the data view of ``always``.
        since: how far back it looks when opened (``now-7d``).
        refresh_s: seconds between two refreshes.
        always: a filter over all of it.
    """
    filters, references = _filters(view, always)
    placed = []
    for kind, target, (x, y, width, height) in panels:
        panel = target.removeprefix("newswire-")
        placed.append(
            {
                "type": kind,
                "panelIndex": panel,
                "panelRefName": f"panel_{panel}",
                "gridData": {"x": x, "y": y, "w": width, "h": height, "i": panel},
                "embeddableConfig": {},
            }
        )
        references.append(reference(f"{panel}:panel_{panel}", kind, target))
    options = {"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": False}
    attributes = {
        "title": title,
        "description": description,
        "panelsJSON": packed(placed),
        "optionsJSON": packed({**options, "hidePanelTitles": False}),
        "timeRestore": True,
        "timeFrom": since,
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": refresh_s * 1000},
        "kibanaSavedObjectMeta": {"searchSourceJSON": packed({"query": kql(""), "filter": filters})},
    }
    return saved("dashboard", name, attributes, references)


def _filters(view: str, always: Always | None) -> tuple[list[Object], list[Object]]:
    """The filters of a search source, and the references that they need."""
    if always is None:
        return [], []
    name = f"{_SOURCE}.filter[0].meta.index"
    return [pill(always, {"indexRefName": name})], [reference(name, "index-pattern", view)]
