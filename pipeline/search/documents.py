"""Single documents whole, how many there are, and making what was written searchable at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from pipeline.query import visible
from pipeline.search.asking import ask, searched
from pipeline.settings import Settings


def show(article: str, settings: Settings) -> dict[str, Any] | None:
    """The document with this id, killed and withheld ones too; ``None`` if there is none.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    found = searched(settings, {"query": {"ids": {"values": [article]}}, "size": 1})
    hits = found["hits"]["hits"]
    if not hits:
        return None
    document = dict(hits[0]["_source"])
    if rest := document.pop("entities_rest", None):
        document["entities"] = [*document["entities"], *rest]
    return document


def count(settings: Settings, *, received_since: datetime | None = None) -> int:
    """How many articles a search may find now; none where there is no index yet.

    Args:
        settings: where Elasticsearch is, and the alias.
        received_since: count only what was received then or later; aware of its time zone.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    query = visible()
    if received_since is not None:
        query = {"bool": {"filter": [query, {"range": {"received": {"gte": received_since.isoformat()}}}]}}

    def counted(client: Elasticsearch) -> int:
        try:
            return int(client.count(index=settings.index, query=query)["count"])
        except NotFoundError:
            return 0

    return ask(settings, counted)


def refresh(settings: Settings) -> None:
    """Make everything that was indexed so far searchable now, not within a second.

    Raises:
        SearchError: Elasticsearch could not be asked.
    """
    ask(settings, lambda client: client.indices.refresh(index=settings.index))
