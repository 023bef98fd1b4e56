"""What Kibana shows of the articles: a data view, saved searches, and the news dashboard."""

from __future__ import annotations

from pipeline.kibana import lens
from pipeline.kibana.saved import Object, dashboard, data_view, packed, reference, saved, search
from pipeline.kibana.visible import ALWAYS, KQL

VIEW = "newswire-articles"
_COLUMNS = ("title", "language", "source", "topic_names", "people", "organizations", "places")
_TOP = 15
# The grid that Kibana asks for where it draws one point a cell, and what it calls their number.
_COUNT = {"name": "doc_count", "origin": "source"}
_BY_COUNT = {"field": _COUNT, "fieldMetaOptions": {"isEnabled": False, "sigma": 3}}


def objects(alias: str) -> list[Object]:
    """All of it, each object after those that it needs.

    Args:
        alias: under which the articles are searched.
    """
    charts, searches, points = _charts(), _searches(), _map()
    return [
        data_view(VIEW, "Articles", alias, {"url": {"id": "url"}}),
        *charts,
        *searches,
        points,
        _dashboard(),
    ]


def _charts() -> list[Object]:
    return [
        lens.chart(
            "newswire-articles-count",
            "Articles",
            "How many articles are dated within the time shown.",
            columns := {"articles": lens.count("Articles")},
            lens.figure(columns),
            view=VIEW,
            always=ALWAYS,
        ),
        lens.chart(
            "newswire-languages",
            "Articles by language",
            "Articles over time, by the language they are in.",
            columns := {
                "language": lens.terms("language", "Language", "articles", other=True),
                "time": lens.over_time(),
                "articles": lens.count("Articles"),
            },
            lens.bars(columns, "time", split="language"),
            view=VIEW,
            always=ALWAYS,
        ),
        _most("newswire-topics", "Topics", "topic_names", "IPTC Media Topics, declared or inferred."),
        _most("newswire-people", "People", "people", "People that most articles name."),
        _most("newswire-organizations", "Organisations", "organizations", "Those that most articles name."),
        _most("newswire-places", "Places", "places", "Places that most articles name."),
    ]


def _most(name: str, title: str, field: str, description: str) -> Object:
    """The values that stand in most articles."""
    columns = {
        "value": lens.terms(field, title, "articles", size=_TOP),
        "articles": lens.count("Articles"),
    }
    drawing = lens.bars(columns, "value", across=True)
    return lens.chart(name, title, description, columns, drawing, view=VIEW, always=ALWAYS)


def _searches() -> list[Object]:
    found = {
        "newest": ("Newest articles", "All that may be seen.", ""),
        "urgent": (
            "Urgent articles",
            "Urgency 1 to 3, as the feed gave it.",
            "urgency >= 1 and urgency <= 3",
        ),
        "contradicted": (
            "Language contradicted",
            "The feed declared another language than was detected.",
            "language_contradicted: true",
        ),
        "degraded": (
            "Enriched in part",
            "Something of the enrichment is missing; `degraded` says what.",
            "degraded: *",
        ),
    }
    more = {"urgent": ["urgency"], "contradicted": ["language_declared"], "degraded": ["degraded"]}
    return [
        search(
            f"newswire-{key}",
            title,
            description,
            [_COLUMNS[0], *more.get(key, []), *_COLUMNS[1:]],
            view=VIEW,
            query=query,
            always=ALWAYS,
        )
        for key, (title, description, query) in found.items()
    ]


def _map() -> Object:
    """One circle for the places near each other, larger and darker the more articles name them.

    There is no base map: Kibana's own comes from a service of Elastic's, asked for by each reader's browser.
    """
    name = "layer_0_source_index_pattern"
    layer = {
        "id": "places",
        "label": "Articles by the places they name",
        "type": "GEOJSON_VECTOR",
        "alpha": 0.75,
        "visible": True,
        "includeInFitToBounds": True,
        "joins": [],
        "query": {"language": "kuery", "query": KQL},
        "sourceDescriptor": {
            "id": "places-grid",
            "type": "ES_GEO_GRID",
            "geoField": "points",
            "requestType": "point",
            "resolution": "COARSE",
            "metrics": [{"type": "count", "label": "Articles"}],
            "applyGlobalQuery": True,
            "applyGlobalTime": True,
            "applyForceRefresh": True,
            "indexPatternRefName": name,
        },
        "style": {"type": "VECTOR", "isTimeAware": True, "properties": _circles()},
    }
    state = {
        "center": {"lat": 25, "lon": 10},
        "zoom": 1.5,
        "timeFilters": {"from": "now-7d", "to": "now"},
        "refreshConfig": {"isPaused": True, "interval": 0},
        "query": {"language": "kuery", "query": ""},
        "filters": [],
        "settings": {"autoFitToDataBounds": True},
    }
    attributes = {
        "title": "Places on the map",
        "description": "Where the places lie that articles name. Without a base map.",
        "layerListJSON": packed([layer]),
        "mapStateJSON": packed(state),
        "uiStateJSON": packed({"isLayerTOCOpen": False, "openTOCDetails": []}),
    }
    return saved("map", "newswire-map", attributes, [reference(name, "index-pattern", VIEW)])


def _circles() -> Object:
    return {
        "symbolizeAs": {"options": {"value": "circle"}},
        "fillColor": {"type": "DYNAMIC", "options": {"type": "ORDINAL", "color": "Blues", **_BY_COUNT}},
        "lineColor": {"type": "STATIC", "options": {"color": "#FFFFFF"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "iconSize": {"type": "DYNAMIC", "options": {"minSize": 7, "maxSize": 32, **_BY_COUNT}},
        "labelText": {"type": "DYNAMIC", "options": {"field": _COUNT}},
    }


def _dashboard() -> Object:
    panels = [
        ("lens", "newswire-articles-count", (0, 0, 8, 12)),
        ("lens", "newswire-languages", (8, 0, 40, 12)),
        ("lens", "newswire-topics", (0, 12, 24, 16)),
        ("map", "newswire-map", (24, 12, 24, 16)),
        ("lens", "newswire-people", (0, 28, 16, 16)),
        ("lens", "newswire-organizations", (16, 28, 16, 16)),
        ("lens", "newswire-places", (32, 28, 16, 16)),
        ("search", "newswire-newest", (0, 44, 48, 20)),
    ]
    return dashboard(
        "newswire-news",
        "Newswire: news",
        "What comes in: languages, topics, people, organisations, places, and the newest articles.",
        panels,
        view=VIEW,
        since="now-7d",
        refresh_s=60,
        always=ALWAYS,
    )
