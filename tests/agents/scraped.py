"""A worker's metrics as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable

import httpx
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families

OPEN = "application/openmetrics-text; version=1.0.0"


class Scraped:
    """One answer of ``/metrics``, parsed."""

    def __init__(self, text: str, *, is_open: bool = False) -> None:
        families: Iterable[Metric] = (
            open_families(text) if is_open else text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # it has no types
        )
        self.families = {family.name: family for family in families}

    @classmethod
    def of(cls, port: int, accept: str = "") -> Scraped:
        """What a worker says at this port."""
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept}, timeout=60)
        assert answer.status_code == 200, answer.text
        return cls(answer.text, is_open=answer.headers["content-type"].startswith("application/openmetrics"))

    def value(self, name: str, **labels: str) -> float:
        """The sum of all samples of this name that have these labels; there must be one."""
        found = [
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert found, f"there is no {name} with {labels}"
        return sum(found)

    def series(self) -> set[tuple[str, frozenset[tuple[str, str]]]]:
        """Names and labels of all samples."""
        return {
            (sample.name, frozenset(sample.labels.items()))
            for family in self.families.values()
            for sample in family.samples
        }
