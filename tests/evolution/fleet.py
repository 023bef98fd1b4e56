"""Workers side by side in one group: what each of them did, and what is in the index of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx
from elasticsearch import ApiError, Elasticsearch
from prometheus_client.parser import text_string_to_metric_families

from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.services import HOST
from tests.workers import Worker

MOST = 10_000


class Member(Worker):
    """A worker of one version, with its counters.

    Args:
        settings: with the group that it shares with others.
        folder: for its output.
        code: the checkout of its version; by default this one.
    """

    def __init__(self, settings: Settings, folder: Path, code: Path | None = None) -> None:
        self._port = free_port(HOST)
        super().__init__(settings, folder, "--health-port", str(self._port), code=code)

    def done(self, stage: str) -> int:
        """Articles that this process has acked as done at a hop."""
        text = httpx.get(f"http://{HOST}:{self._port}/metrics", timeout=30).text
        return sum(
            int(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "newswire_articles_total"
            and sample.labels == {"stage": stage, "outcome": "done"}
        )


def indexed(settings: Settings) -> Counter[str]:
    """How often each guid stands behind the alias; in how many months and generations, that is."""
    with Elasticsearch(str(settings.elasticsearch)) as client:
        try:
            client.indices.refresh(index=settings.index)
            found = client.search(index=settings.index, size=MOST, source_includes=["guid"])
        except ApiError:  # an index that was made a moment ago may not answer yet
            return Counter()
    assert found["hits"]["total"]["value"] < MOST, "count more of them"
    return Counter(hit["_source"]["guid"] for hit in found["hits"]["hits"])
